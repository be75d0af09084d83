"""What may be concluded: ``compare``, ``claim``, ``ladder``, ``power`` and ``verdict``."""

import dataclasses
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import Database, Format, OfMatrix, Output

if TYPE_CHECKING:
    from bench.statistics.claimed import ClaimedGain
    from bench.statistics.comparison import Across, Comparison
    from bench.statistics.datasets import Ranking
    from bench.statistics.intervals import Estimate
    from bench.statistics.ladder import Ladder
    from bench.statistics.paired import Outcome


class Rule(StrEnum):
    """Which epoch's figures."""

    best = "best"
    last = "last"


OfRule = Annotated[
    Rule, typer.Option("--rule", help="The epoch: best on the monitored part, or last.")
]
OfDataset = Annotated[str | None, typer.Option("--dataset", metavar="D", help="Only this dataset.")]
OfBackbone = Annotated[str | None, typer.Option("--backbone", metavar="B", help="Only this one.")]
OfProtocol = Annotated[str | None, typer.Option("--protocol", metavar="P", help="Only this one.")]
Asked = Annotated[str, typer.Argument(metavar="MATRIX", help="A matrix that was run.")]


def compare(
    models: Annotated[
        list[str],
        typer.Argument(metavar="A B...", help="Attentions, or configurations by their id."),
    ],
    db: Database = None,
    matrix: OfMatrix = None,
    dataset: OfDataset = None,
    backbone: OfBackbone = None,
    protocol: OfProtocol = None,
    rule: OfRule = Rule.best,
    output: Output = Format.table,
) -> None:
    """Test the first model against each of the others on the runs that they share."""
    from bench.cells import known_matrix
    from bench.home import find_home
    from bench.statistics.across import rank_over_datasets
    from bench.statistics.settings import Scope, compare_all
    from cli.terminal import print_json

    with find_home(db).store.read() as session:
        scope = Scope(rule.value, known_matrix(session, matrix), dataset, backbone, protocol)
        comparisons = compare_all(session, models, scope)
        ranking = rank_over_datasets(session, models, scope)
    if output is Format.json:
        print_json(
            {
                "comparisons": [_comparison_json(comparison) for comparison in comparisons],
                "ranking": None if ranking is None else dataclasses.asdict(ranking),
            }
        )
        return
    _print_comparisons(comparisons)
    if ranking is not None:
        _print_ranking(ranking)


def claim(
    matrix: Asked, db: Database = None, rule: OfRule = Rule.best, output: Output = Format.table
) -> None:
    """Say in plain words what a matrix proves of the claim that high frequencies help."""
    from bench.cells import known_matrix
    from bench.home import find_home
    from bench.statistics.claim import claims
    from bench.statistics.settings import Scope
    from cli.terminal import console, print_json

    with find_home(db).store.read() as session:
        found = claims(session, Scope(rule.value, known_matrix(session, matrix)))
    if output is Format.json:
        print_json(
            [
                {field.name: getattr(one, field.name) for field in dataclasses.fields(one)}
                | {"comparisons": [_comparison_json(each) for each in one.comparisons]}
                for one in found
            ]
        )
        return
    for one in found:
        console.print(f"\n{one.paragraph}", markup=False)


def ladder(matrix: Asked, db: Database = None, output: Output = Format.table) -> None:
    """Show what each split protocol costs, and how many test images have kin in train."""
    from bench.cells import known_matrix
    from bench.home import find_home
    from bench.statistics.ladder import ladders
    from cli.terminal import print_json

    with find_home(db).store.read() as session:
        found = ladders(session, known_matrix(session, matrix))
    if output is Format.json:
        print_json([dataclasses.asdict(one) for one in found])
        return
    for one in found:
        _print_ladder(one)


def power(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="A reported table.")] = "table2",
    sd: Annotated[
        float | None,
        typer.Option("--sd", min=0, help="Deviation of paired differences over runs, in points."),
    ] = None,
    matrix: Annotated[
        str | None,
        typer.Option("--matrix", metavar="M", help="Take that deviation from this matrix's runs."),
    ] = None,
    db: Database = None,
    output: Output = Format.table,
) -> None:
    """Show how many runs and images it takes to see the gains that a paper prints."""
    from bench.cells import known_matrix
    from bench.home import find_home
    from bench.statistics.claimed import claimed_gains
    from bench.statistics.deviations import measured_deviations
    from cli.terminal import print_json
    from registry.reported import reported_table

    reported = reported_table(table)
    if matrix is None:
        gains = claimed_gains(reported, sd)
    else:
        with find_home(db).store.read() as session:
            measured = measured_deviations(session, matrix=known_matrix(session, matrix))
        gains = claimed_gains(reported, measured)
    if output is Format.json:
        print_json(
            [dataclasses.asdict(gain) | {"could_be_seen": gain.could_be_seen} for gain in gains]
        )
    else:
        _print_power(gains)


def verdict(
    db: Database = None,
    matrix: OfMatrix = None,
    rule: OfRule = Rule.best,
    output: Output = Format.table,
) -> None:
    """Say of each reported figure and gain whether these runs reproduce it."""
    from bench.cells import known_matrix
    from bench.home import find_home
    from bench.statistics.reproduction import reproductions
    from cli.terminal import print_json, print_table

    with find_home(db).store.read() as session:
        found = reproductions(session, rule.value, known_matrix(session, matrix))
    if output is Format.json:
        print_json([dataclasses.asdict(one) for one in found])
        return
    heads = ["reported as", "backbone", "protocol", "attention", "what", ">reported"]
    heads += [">measured", ">n", "verdict", "why"]
    rows = [
        [
            one.reported_as,
            one.backbone,
            one.protocol,
            one.attention,
            one.what,
            f"{one.reported:.2f}",
            "missing" if one.measured is None else f"{one.measured:.2f}",
            one.verdict.n,
            str(one.verdict),
            one.verdict.why,
        ]
        for one in found
    ]
    print_table("Verdicts", heads, rows)


def _comparison_json(comparison: "Comparison") -> dict[str, Any]:
    return dataclasses.asdict(comparison) | {"conclusion": comparison.conclusion}


def _print_comparisons(comparisons: "tuple[Comparison, ...]") -> None:
    from cli.terminal import SHARED, console, print_table

    heads = ["dataset", "protocol", "backbone", "models", ">pairs", ">gain", "95 % interval"]
    heads += [">d_z", ">p runs", ">p images", "first is", "note"]
    rows = [
        [
            one.dataset,
            one.protocol,
            one.backbone,
            f"{one.first} – {one.second}",
            one.gain.n,
            "missing" if one.gain.mean is None else f"{one.gain.mean:+.2f}",
            _interval(one.gain),
            "–" if one.effect is None else f"{one.effect:.2f}",
            _p(one.runs),
            _p(one.images),
            one.conclusion,
            "; ".join(_notes(one)),
        ]
        for one in comparisons
    ]
    print_table("Comparison", heads, rows, SHARED)
    legend = [
        "gain: first less second, points of balanced accuracy on the test part, of paired runs"
    ]
    legend += [f"p: after Holm over {len(comparisons)} comparisons; – where there can be none"]
    for one in comparisons:
        tests = (one.runs.test, one.signs, one.images.test)
        told = "; ".join(dict.fromkeys(_told(test) for test in tests))
        where = f"{one.protocol}, {one.backbone}, {one.first} – {one.second}"
        legend.append(f"{where}: {told}{_answers(one)}")
        legend += [
            f"  one run, {name}: {run.value:.2f}, bootstrap over {run.clusters} {run.unit} "
            + (run.why if run.low is None else f"{run.low:.2f} to {run.high:.2f}")
            for name, run in zip((one.first, one.second, "gain"), one.one_run, strict=False)
        ]
    legend += dict.fromkeys(one.family_note for one in comparisons if one.family_note)
    console.print()
    for line in legend:
        console.print(line, style="dim", markup=False)


def _answers(one: "Comparison") -> str:
    if one.only is None:
        return ""
    mine, theirs = one.only
    return f"; answers that only {one.first} has right: {mine}, only {one.second}: {theirs}"


def _notes(one: "Comparison") -> list[str]:
    notes = ["optimistic"] if one.optimistic else []
    notes += [f"{one.unpaired} unpaired"] if one.unpaired else []
    notes += [f"differ also in {', '.join(one.unlike)}"] if one.unlike else []
    return notes


def _told(test: "Outcome") -> str:
    return f"{test.name}: {test.why}" if test.p is None else f"{test.name}: p = {test.p:.3g}"


def _p(across: "Across") -> str:
    return "–" if across.adjusted is None else f"{across.adjusted:.3g}"


def _interval(estimate: "Estimate", sign: str = "+") -> str:
    if estimate.low is None or estimate.high is None:
        return estimate.why
    return f"{estimate.low:{sign}.2f} to {estimate.high:{sign}.2f}"


def _print_ranking(ranking: "Ranking") -> None:
    from cli.terminal import console, print_table

    rows = [
        [name, f"{place:.2f}"] for name, place in zip(ranking.models, ranking.ranks, strict=True)
    ]
    print_table(f"Ranks over {ranking.datasets} datasets", ["attention", ">average rank"], rows)
    console.print(_told(ranking.test), style="dim", markup=False)
    if ranking.critical_difference is not None:
        reach = f"critical difference (Nemenyi): {ranking.critical_difference:.2f} ranks"
        console.print(reach, style="dim", markup=False)
    for group in ranking.groups:
        console.print(f"not told apart: {', '.join(group)}", style="dim", markup=False)


def _print_ladder(one: "Ladder") -> None:
    from cli.terminal import print_table

    heads = ["protocol", "epoch", ">n", ">missing", ">mean", "95 % interval", ">cost"]
    heads += ["95 % interval", ">sibling in train", ">subject in train"]
    rows = []
    for rung in one.rungs:
        cost, shared = rung.cost, rung.shared
        rows.append(
            [
                rung.protocol,
                rung.rule,
                rung.estimate.n,
                rung.missing,
                "missing" if rung.estimate.mean is None else f"{rung.estimate.mean:.2f}",
                _interval(rung.estimate, sign=""),
                "–" if cost is None or cost.mean is None else f"{cost.mean:+.2f}",
                "" if cost is None else _interval(cost),
                "?" if shared is None else _of(shared.siblings, shared.tested),
                "?" if shared is None else _of(shared.subjects, shared.tested),
            ]
        )
    print_table(f"{one.dataset}, {one.backbone}, {one.attention}", heads, rows)


def _of(count: int | None, total: int) -> str:
    return "unknown" if count is None else f"{count} of {total}"


def _print_power(gains: "tuple[ClaimedGain, ...]") -> None:
    from cli.terminal import console, print_table

    heads = ["dataset", "backbone", "attention", ">claimed", ">pairs of runs", ">test images"]
    heads += [">images needed", ">could see", ">at all", "seen"]
    rows = [
        [
            one.dataset,
            one.backbone,
            one.attention,
            f"{one.gain:+.2f}",
            "–" if one.runs is None else one.runs,
            "unknown" if one.images is None else one.images,
            "–" if one.images_least is None else f"{one.images_least:,} to {one.images_most:,}",
            "–" if one.seen is None else f"{one.seen:.1f}",
            "–" if one.smallest is None else f"{one.smallest:.2f}",
            {True: "yes", False: "no", None: "unknown"}[one.could_be_seen],
        ]
        for one in gains
    ]
    print_table("What the claimed gains would take, at 5 % and 80 % power", heads, rows)
    legend = [
        "pairs of runs: for a paired t test at the deviation given by --sd or --matrix; – without,"
        " or where no number is enough",
        f"sign-flip tests need {gains[0].signs} pairs before they can reach 5 % at all"
        if gains
        else "this table prints no gain",
        "images needed: if the models differ on the fewest images; if their errors are independent",
        "could see: gain in points that this test part sees, errors independent; at all: the least"
        " that an exact test on it can ever show",
    ]
    console.print()
    for line in legend:
        console.print(line, style="dim", markup=False)
