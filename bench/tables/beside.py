"""What a paper prints for a configuration, set beside ours."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bench.comparability import differences
from bench.statistics.measured import Configuration
from bench.tables.content import Cell, Key
from registry.reported import ReportedRow, ReportedTable, reported_table

#: Whose row the paper counts its gains from.
PLAIN = "none"


def heads_of(classes: Sequence[str], row: ReportedRow | None) -> dict[str, str]:
    """What to print above each class: the paper's word where a row of it is given."""
    printed = {cell.expression: cell.head for cell in row.cells} if row else {}
    return {name: printed.get(name, name.capitalize()) for name in classes}


def unlike(one: Configuration, table: ReportedTable, row: ReportedRow) -> tuple[str, ...]:
    """Why ours and that row cannot be compared; empty where they can."""
    why = tuple(differences(one.specification, one.parts, table, row))
    if row.dataset == one.specification.dataset.name and one.rule != table.selection:
        why = (*why, f"other epoch: {one.rule}, not {table.selection}")
    return why


def beside_reported(
    cells: Mapping[Key, Cell], row: ReportedRow | None, baseline: str
) -> dict[Key, Cell]:
    """The same cells with what that row prints for each; its gains are over the plain backbone."""
    if row is None:
        return dict(cells)
    printed: dict[Key, str | None] = {
        ("parameters", ""): row.parameters,
        ("added", ""): row.added,
        ("epoch", ""): None if row.best_epoch is None else str(row.best_epoch),
        (reported_table(f"{row.source}/{row.table}").metric, ""): row.average,
        ("gain", ""): row.gain if baseline == PLAIN else None,
        **{("recall", name): text for name, text in row.printed.items()},
    }
    return {key: replace(cell, reported=printed.get(key)) for key, cell in cells.items()}
