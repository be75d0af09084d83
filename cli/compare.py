"""What may be concluded: ``compare``, ``claim``, ``ladder``, ``power`` and ``verdict``."""

import dataclasses
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import Database, Format, OfMatrix, Output

if TYPE_CHECKING:
    from bench.statistics.comparison import Comparison


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
    from cli.evidence import print_comparisons, print_ranking
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
    print_comparisons(comparisons)
    if ranking is not None:
        print_ranking(ranking)


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
    from cli.evidence import print_ladders
    from cli.terminal import print_json

    with find_home(db).store.read() as session:
        found = ladders(session, known_matrix(session, matrix))
    if output is Format.json:
        print_json([dataclasses.asdict(one) for one in found])
        return
    print_ladders(found)


def power(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="A reported table.")] = "table2",
    sd: Annotated[
        float | None,
        typer.Option("--sd", min=0.01, help="Deviation of paired differences over runs, points."),
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
    from bench.statistics.deviations import Deviation, measured_deviations
    from cli.evidence import print_power
    from cli.terminal import print_json
    from registry.errors import RequestError
    from registry.reported import reported_table

    reported = reported_table(table)
    if matrix is None:
        gains = claimed_gains(reported, None if sd is None else Deviation(sd))
    elif sd is not None:
        raise RequestError("--sd and --matrix both give the deviation: name one of them")
    else:
        with find_home(db).store.read() as session:
            measured = measured_deviations(session, matrix=known_matrix(session, matrix))
        gains = claimed_gains(reported, measured)
    if output is Format.json:
        print_json(
            [dataclasses.asdict(gain) | {"could_be_seen": gain.could_be_seen} for gain in gains]
        )
    else:
        print_power(gains)


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
    from cli.evidence import print_verdicts
    from cli.terminal import print_json

    with find_home(db).store.read() as session:
        found = reproductions(session, rule.value, known_matrix(session, matrix))
    if output is Format.json:
        print_json([dataclasses.asdict(one) for one in found])
        return
    print_verdicts(found)


def _comparison_json(comparison: "Comparison") -> dict[str, Any]:
    return dataclasses.asdict(comparison) | {"conclusion": comparison.conclusion}
