"""Comparisons, ladders, verdicts and power as tables in the terminal."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from bench.tables.letters import Letters
from cli.terminal import console, print_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bench.statistics.claimed import ClaimedGain
    from bench.statistics.comparison import Across, Comparison
    from bench.statistics.datasets import Ranking
    from bench.statistics.intervals import Estimate
    from bench.statistics.ladder import Ladder, Rung
    from bench.statistics.paired import Outcome
    from bench.statistics.reproduction import Reproduction


def print_comparisons(comparisons: Sequence[Comparison]) -> None:
    """A table for each setting, and below it what each test says."""
    heads = ["models", ">pairs", ">gain", ">95 %", ">d_z", ">p runs", ">p images", "first is"]
    letters = Letters()
    for (dataset, protocol, backbone), group in groupby(
        comparisons, lambda one: (one.dataset, one.protocol, one.backbone)
    ):
        found = list(group)
        title = f"{dataset}  ·  {protocol}  ·  {backbone}"
        print_table(title, heads, [_compared(one, letters) for one in found])
        _explain(line for one in found for line in _tests(one, letters))
    _explain(
        [
            "",
            "gain: first less second, points of balanced accuracy on the test part, of paired runs",
            f"p: after Holm over {len(comparisons)} comparisons; – where there can be none",
            *dict.fromkeys(one.family_note for one in comparisons if one.family_note),
            *_reasons(letters),
        ]
    )


def print_ranking(ranking: Ranking) -> None:
    """Average ranks, and which models cannot be told apart by them."""
    rows = [
        [name, f"{place:.2f}"] for name, place in zip(ranking.models, ranking.ranks, strict=True)
    ]
    print_table(f"Ranks over {ranking.datasets} datasets", ["attention", ">average rank"], rows)
    lines = [_told(ranking.test)]
    if ranking.critical_difference is not None:
        lines.append(f"critical difference (Nemenyi): {ranking.critical_difference:.2f} ranks")
    lines += [f"not told apart: {', '.join(group)}" for group in ranking.groups]
    _explain(lines)


def print_ladders(ladders: Iterable[Ladder]) -> None:
    """A table for each model, a row for each rung."""
    heads = ["protocol", "epoch", ">n", ">mean", ">95 %", ">cost", ">95 %", ">sibling", ">subject"]
    letters = Letters()
    for one in ladders:
        title = f"{one.dataset}  ·  {one.backbone}  ·  {one.attention}"
        print_table(title, heads, [_rung(rung, letters) for rung in one.rungs])
    _explain(
        [
            "",
            "mean: balanced accuracy on the test part, %; cost: less the rung above, points",
            "sibling, subject: test images with a frame of their sequence, or an image of their "
            "subject, in train",
            *_reasons(letters),
        ]
    )


def print_verdicts(found: Iterable[Reproduction]) -> None:
    """A table for each row of a reported table and setting of ours."""
    found = tuple(found)
    if not found:
        console.print("Nothing that was run here stands beside a reported figure.")
        return
    heads = ["attention", "what", ">reported", ">measured", ">n", "verdict"]
    letters = Letters()
    for (reported_as, dataset, protocol, backbone), group in groupby(
        found, lambda one: (one.reported_as, one.dataset, one.protocol, one.backbone)
    ):
        rows = [
            [
                one.attention,
                one.what,
                _marked(f"{one.reported:.2f}", one.doubt, letters),
                "missing" if one.measured is None else f"{one.measured:.2f}",
                one.verdict.n,
                f"{one.verdict} {letters.mark(one.verdict.why)}"
                if one.verdict.why
                else str(one.verdict),
            ]
            for one in group
        ]
        title = f"{reported_as}, against {dataset}  ·  {protocol}  ·  {backbone}"
        print_table(title, heads, rows)
    _explain(["", *_reasons(letters)])


def print_power(gains: Sequence[ClaimedGain]) -> None:
    """A table for each dataset of a reported table."""
    heads = ["backbone", "attention", ">claimed", ">runs", ">images needed", ">could see"]
    heads += [">at all", "seen"]
    letters = Letters()
    for (dataset, images), group in groupby(gains, lambda one: (one.dataset, one.images)):
        rows = [
            [
                one.backbone,
                one.attention,
                _marked(f"{one.gain:+.2f}", one.doubt, letters),
                _runs(one),
                "–" if one.images_least is None else f"{one.images_least:,}–{one.images_most:,}",
                "–" if one.seen is None else f"{one.seen:.1f}",
                "–" if one.smallest is None else f"{one.smallest:.2f}",
                {True: "yes", False: "no", None: "unknown"}[one.could_be_seen],
            ]
            for one in group
        ]
        tested = "unknown test images" if images is None else f"{images:,} test images"
        print_table(f"{dataset}  ·  {tested}", heads, rows)
    _explain(["", *_power_legend(gains), *_reasons(letters)])


def _marked(text: str, note: str, letters: Letters) -> str:
    return f"{text} {letters.mark(note)}" if note else text


def _runs(one: ClaimedGain) -> str:
    counts = [one.runs] if one.deviation else [runs for _, runs in one.assumed]
    return "/".join("–" if runs is None else str(runs) for runs in counts)


def _power_legend(gains: Sequence[ClaimedGain]) -> list[str]:
    if not gains:
        return ["this table prints no gain"]
    return [
        "what the claimed gains would take, at 5 % and 80 % power",
        "runs: pairs for a paired t test at the deviation that was measured (--matrix) or is given "
        "(--sd), – where no number is enough; where none is, at 1/2/4 points",
        f"sign-flip tests need {gains[0].signs} pairs before they can reach 5 % at all",
        "images needed: if the models differ on the fewest images – if errors are independent",
        "could see: gain in points that this test part sees, errors independent",
        "at all: the least gain that an exact test on it can ever show",
        "seen: whether the claimed gain is one that it could see",
    ]


def _compared(one: Comparison, letters: Letters) -> list[object]:
    notes = ["optimistic: the test part picked the epoch"] if one.optimistic else []
    notes += [f"{one.unpaired} runs have no partner"] if one.unpaired else []
    notes += [f"the two differ also in {', '.join(one.unlike)}"] if one.unlike else []
    marks = ",".join(letters.mark(note) for note in notes)
    return [
        f"{one.first} – {one.second}",
        one.gain.n,
        "missing" if one.gain.mean is None else f"{one.gain.mean:+.2f}",
        _interval(one.gain, letters, "+"),
        "–" if one.effect is None else f"{one.effect:.2f}",
        _p(one.runs),
        _p(one.images),
        f"{one.conclusion} {marks}".rstrip(),
    ]


def _tests(one: Comparison, letters: Letters) -> Iterable[str]:
    """What the tests of one comparison say, and each of single runs its interval."""
    tests = dict.fromkeys((one.runs.test, one.signs, one.images.test))
    told = [
        f"{test.name} {letters.mark(test.why) if test.p is None else f'p = {test.p:.3g}'}"
        for test in tests
    ]
    if one.only is not None:
        mine, theirs = one.only
        told.append(f"only {one.first} is right: {mine}, only {one.second}: {theirs}")
    yield f"{one.first} – {one.second}: {'; '.join(told)}"
    for name, run in zip((one.first, one.second, "gain"), one.one_run, strict=False):
        reach = run.why if run.low is None else f"{run.low:.2f} to {run.high:.2f}"
        yield f"  one run, {name}: {run.value:.2f}, over {run.clusters} {run.unit} {reach}"


def _rung(rung: Rung, letters: Letters) -> list[object]:
    cost, shared = rung.cost, rung.shared
    missing = ""
    if rung.missing:
        missing = f" {letters.mark(f'{rung.missing} more asked for and without a result')}"
    return [
        rung.protocol,
        rung.rule,
        f"{rung.estimate.n}{missing}",
        "missing" if rung.estimate.mean is None else f"{rung.estimate.mean:.2f}",
        _interval(rung.estimate, letters),
        "–" if cost is None or cost.mean is None else f"{cost.mean:+.2f}",
        "" if cost is None else _interval(cost, letters, "+"),
        "?" if shared is None else _of(shared.siblings, shared.tested),
        "?" if shared is None else _of(shared.subjects, shared.tested),
    ]


def _of(count: int | None, total: int) -> str:
    return "unknown" if count is None else f"{count} of {total}"


def _p(across: Across) -> str:
    return "–" if across.adjusted is None else f"{across.adjusted:.3g}"


def _interval(estimate: Estimate, letters: Letters, sign: str = "") -> str:
    """The 95 % interval, or the letter of why there is none."""
    if estimate.low is None or estimate.high is None:
        return f"– {letters.mark(estimate.why)}"
    return f"{estimate.low:{sign}.1f} to {estimate.high:{sign}.1f}"


def _told(test: Outcome) -> str:
    return f"{test.name}: {test.why}" if test.p is None else f"{test.name}: p = {test.p:.3g}"


def _reasons(letters: Letters) -> list[str]:
    return [f"{note.mark} {note.text}" for note in letters.notes]


def _explain(lines: Iterable[str]) -> None:
    for line in lines:
        console.print(line, style="dim", markup=False)
