"""Which table is meant: a shipped one, a matrix, or a layout in a file."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.statistics.measured import Configuration
from bench.statistics.stored import configurations
from bench.store.models import Matrix
from bench.tables.content import Table
from bench.tables.fill import fill
from bench.tables.layout import Layout, read_layout, shipped_layouts
from registry.errors import RequestError, nearest

METRICS = ("n", "parameters", "balanced_accuracy", "gain")


def table_of(session: Session, asked: str, rule: str, matrix: str | None = None) -> Table:
    """The table of that name, filled.

    Parameters
    ----------
    asked : str
        ``table1`` or another shipped layout, a matrix, or a TOML file.
    rule : str
        ``best`` or ``last``.
    matrix : str, optional
        Only the cells of this matrix.

    Raises
    ------
    RequestError
        There is none of that name, or the store has nothing for it.
    """
    if asked.endswith(".toml"):
        path = Path(asked)
        return fill(session, path.stem, read_layout(path), rule, matrix)
    shipped = shipped_layouts()
    if asked in shipped:
        return fill(session, asked, shipped[asked], rule, matrix)
    matrices = list(session.scalars(select(Matrix.name)))
    if asked in matrices:
        return fill(session, asked, _layout_of(session, asked, rule), rule, asked)
    known = [*shipped, *matrices]
    raise RequestError(f"there is no table, matrix or file '{asked}'{nearest(asked, known)}")


def class_tables(session: Session, matrix: str, rule: str) -> tuple[Table, ...]:
    """The accuracy on each class, a table for each dataset of a matrix that was run."""
    stored = session.get_one(Matrix, matrix)
    by_dataset: dict[str, list[Configuration]] = {}
    for one in configurations(session, rule, matrix):
        by_dataset.setdefault(one.specification.dataset.name, []).append(one)
    layouts = (
        Layout(
            title=f"Accuracy on each class of {dataset}, %",
            reported=stored.reported,
            rows=(*_varied(("dataset", "protocol"), found), "backbone", "attention"),
            metrics=("n", "recall"),
            only={"dataset": (dataset,)},
            decimals={"recall": 1},
        )
        for dataset, found in by_dataset.items()
    )
    return tuple(fill(session, matrix, layout, rule, matrix) for layout in layouts)


def _layout_of(session: Session, matrix: str, rule: str) -> Layout:
    """A row for each model; blocks for what else the matrix varies."""
    found = configurations(session, rule, matrix)
    stored = session.get_one(Matrix, matrix)
    return Layout(
        title=stored.title or f"Matrix {matrix}",
        reported=stored.reported,
        rows=(*_varied(("dataset", "protocol"), found), "backbone", "attention"),
        metrics=METRICS,
    )


def _varied(dimensions: tuple[str, ...], found: Sequence[Configuration]) -> Iterator[str]:
    """Those that these do not agree in."""
    for dimension in dimensions:
        if len({getattr(one, dimension) for one in found}) > 1:
            yield dimension
