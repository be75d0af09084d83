"""Commands that only read results: ``show`` and ``leaderboard``."""

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import Database, Format, OfMatrix, Output, TableFormat, TableOutput

if TYPE_CHECKING:
    from bench.cells import CellReport


def leaderboard(
    db: Database = None,
    matrix: OfMatrix = None,
    protocol: Annotated[
        str | None, typer.Option("--protocol", metavar="P", help="Only this split protocol.")
    ] = None,
    output: TableOutput = TableFormat.table,
) -> None:
    """Show the measured balanced accuracies beside the reported ones."""
    from bench.cells import known_matrix
    from bench.home import find_home
    from bench.leaderboard import leaderboard as standings_of
    from cli.standings import print_standings
    from cli.terminal import print_csv, print_json
    from registry.catalog import PROTOCOLS

    with find_home(db).store.read() as session:
        name = PROTOCOLS.get(protocol).name if protocol else None
        standings = standings_of(session, known_matrix(session, matrix), name)
    if output is TableFormat.table:
        print_standings(standings)
        return
    rows: list[dict[str, Any]] = [
        dataclasses.asdict(standing) | {"comparable": standing.comparable} for standing in standings
    ]
    if output is TableFormat.json:
        print_json(rows)
    else:
        print_csv([row | {"unlike": "; ".join(row["unlike"])} for row in rows])


def show(
    cell: Annotated[str, typer.Argument(help="Its id, or the beginning of it.")],
    db: Database = None,
    output: Output = Format.table,
) -> None:
    """Show one cell: specification, environment, curves, per-class figures, confusion matrix."""
    from bench.cells import cell_report, find_cell
    from bench.home import find_home
    from cli.terminal import print_json

    with find_home(db).store.read() as session:
        report = cell_report(session, find_cell(session, cell))
    if output is Format.json:
        print_json(dataclasses.asdict(report))
    else:
        _print_report(report)


def _print_report(report: "CellReport") -> None:
    from cli.terminal import console, percent, print_table, state_text

    state = report.state
    console.print(f"Cell {state.id}  ", state_text(state.state), state.reason)
    print_table("Specification", ["", ""], _flat(report.specification))
    for attempt in report.attempts:
        title = f"Attempt {attempt.number}: {attempt.state}"
        if attempt.resumed_after:
            title += f", resumed after epoch {attempt.resumed_after}"
        print_table(title, ["", ""], _flat(attempt.environment or {}))
        if attempt.traceback:
            console.print(attempt.traceback, style="red", markup=False)
    parts = sorted({part for epoch in report.epochs for part in epoch.loss})
    heads = [">epoch", *(f">{part[:5]}\n{what}" for part in parts for what in ("loss", "acc. %"))]
    rows = [
        [
            epoch.epoch,
            *(
                text
                for part in parts
                for text in (_loss(epoch.loss[part]), percent(epoch.balanced_accuracy[part]))
            ),
            f"{epoch.lr:.2e}",
            f"{epoch.seconds:.1f}",
            f"{epoch.images_per_second:.0f}",
            f"{epoch.peak_memory / 2**20:.0f}",
        ]
        for epoch in report.epochs
    ]
    heads += [">lr", ">s", ">images\n/s", ">MiB"]
    print_table("Curves (accuracy is balanced)", heads, rows)
    for picked in report.picked:
        title = (
            f"Test part at the {picked.rule} epoch ({picked.epoch}): balanced accuracy "
            f"{percent(picked.balanced_accuracy)} %, accuracy {percent(picked.accuracy)} %, "
            f"macro F1 {percent(picked.macro_f1)} %"
        )
        heads = ["class", ">images", ">recall\n%", ">prec.\n%", ">F1\n%"]
        heads += [f">→\n{name[:4]}" for name in report.classes]
        rows = [
            [
                row.name,
                row.support,
                percent(row.recall),
                percent(row.precision),
                percent(row.f1),
                *counts,
            ]
            for row, counts in zip(picked.classes, picked.confusion, strict=True)
        ]
        print_table(title, heads, rows)


def _flat(values: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{before}{key}.")
        else:
            rows.append((before + key, value))
    return rows


def _loss(value: float | None) -> str:
    return "not finite" if value is None else f"{value:.4f}"
