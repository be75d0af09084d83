"""The numbers that papers print, as data: never corrected, and never mixed with measured ones."""

import tomllib
from functools import cache
from importlib import resources
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

from registry.errors import RequestError, nearest
from registry.samples import EXPRESSIONS

Unsigned = Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)?$")]
Signed = Annotated[str, StringConstraints(pattern=r"^[+-]\d+(\.\d+)?$")]
Millions = Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)?M$")]
Added = Annotated[str, StringConstraints(pattern=r"^\+\d{1,3}(,\d{3})*$")]


class Reported(BaseModel):
    """Base of what is read from a paper's file: frozen, nothing unknown let in."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ReportedCell(Reported):
    """One class accuracy: ``head`` and ``printed`` as on paper, and the canonical class name."""

    head: str
    expression: str
    printed: Unsigned


class ReportedRow(Reported):
    """One printed row.

    Attributes
    ----------
    source, table : str
        Key of the paper and of its table: ``"kim_jo"``, ``"table2"``.
    label : str
        The model as printed; `dataset`, `backbone` and `attention` are our names for it.
    best_epoch : int
        The epoch whose figures are printed, counted from 1.
    cells : tuple of ReportedCell
        Class accuracies in percent in the printed order; empty where the table has none.
    average : str
        Their unweighted mean (balanced accuracy) in percent, as printed.
    gain : str or None
        Printed difference to the row without attention, in percentage points.
    parameters, added : str or None
        Number of parameters, and how many of them attention adds, as printed.
    """

    source: str
    table: str
    label: str
    dataset: str
    backbone: str
    attention: str
    best_epoch: int
    cells: tuple[ReportedCell, ...] = ()
    average: Unsigned
    gain: Signed | None = None
    parameters: Millions | None = None
    added: Added | None = None

    @property
    def printed(self) -> dict[str, str]:
        """Printed class accuracies by canonical class name."""
        return {cell.expression: cell.printed for cell in self.cells}

    @property
    def recalls(self) -> dict[str, float]:
        """Class accuracies in percent by canonical class name."""
        return {cell.expression: float(cell.printed) for cell in self.cells}

    @property
    def average_percent(self) -> float:
        """`average` as a number."""
        return float(self.average)

    @property
    def gain_points(self) -> float | None:
        """`gain` as a number."""
        return None if self.gain is None else float(self.gain)

    @property
    def parameter_count(self) -> int | None:
        """`parameters` as a number, as exact as it was printed."""
        return None if self.parameters is None else round(float(self.parameters[:-1]) * 1e6)

    @property
    def added_count(self) -> int | None:
        """`added` as a number."""
        return None if self.added is None else int(self.added.replace(",", ""))


class StatedDataset(Reported):
    """What the paper's text says of a dataset; None where it says nothing."""

    images: int
    train: int
    test: int
    sequences: int | None = None
    subjects: int | None = None
    frames_per_sequence: int | None = None
    supports: dict[str, int] | None = None


class Recipe(Reported):
    """How one model was trained on one dataset, as far as the paper states it.

    ``plateau_factor`` and ``plateau_patience`` are those of PyTorch's ReduceLROnPlateau;
    ``input_size`` is the side in pixels that images are up-sampled to.
    """

    input_size: int
    epochs: int
    loss: str
    batch_size: int
    learning_rate: float
    plateau_factor: float
    plateau_patience: int


class Recipes(Reported):
    """The recipes of a paper: what all runs share, and what depends on dataset and backbone."""

    input_size: int
    epochs: int
    loss: str
    plateau_factor: float
    plateau_patience: int
    batch_size: dict[str, int]
    learning_rate: dict[str, dict[str, float]]

    def of(self, dataset: str, backbone: str) -> Recipe:
        """The recipe for one dataset and backbone.

        Raises
        ------
        RequestError
            The paper states none for them.
        """
        if backbone not in self.learning_rate or dataset not in self.batch_size:
            raise RequestError(f"the paper states no recipe for '{backbone}' on '{dataset}'")
        return Recipe(
            input_size=self.input_size,
            epochs=self.epochs,
            loss=self.loss,
            batch_size=self.batch_size[dataset],
            learning_rate=self.learning_rate[backbone][dataset],
            plateau_factor=self.plateau_factor,
            plateau_patience=self.plateau_patience,
        )


class StatedKronecker(Reported):
    """What the paper says that a Kronecker product of two maps of this shape would take."""

    batch_size: int
    channels: int
    height: int
    width: int
    gigabytes: Unsigned


class ReportedPaper(Reported):
    """What a paper states outside its tables, by the dataset's name where it is about one."""

    key: str
    title: str
    authors: tuple[str, ...]
    citation: str
    datasets: dict[str, StatedDataset]
    recipes: Recipes
    kronecker: StatedKronecker | None = None


class ReportedTable(Reported):
    """One printed table.

    Attributes
    ----------
    paper : ReportedPaper
        Where it is printed.
    name, title : str
        ``"table2"``, and the printed caption.
    protocol, selection : str
        The split protocol, and the rule that picked the epoch (``"best"`` of the monitored part).
    metric, unit : str
        What `ReportedRow.average` is.
    rows : tuple of ReportedRow
        In the printed order.
    """

    paper: ReportedPaper
    name: str
    title: str
    protocol: str
    selection: str
    metric: str
    unit: str
    rows: tuple[ReportedRow, ...]

    @property
    def source(self) -> str:
        """Key of the paper."""
        return self.paper.key


@cache
def reported_tables() -> tuple[ReportedTable, ...]:
    """Every table of every paper in ``registry/papers``, ordered by paper and as printed."""
    files = [
        file for file in resources.files("registry.papers").iterdir() if file.name.endswith(".toml")
    ]
    return tuple(
        table
        for file in sorted(files, key=lambda file: file.name)
        for table in _tables(tomllib.loads(file.read_text(encoding="utf-8")))
    )


def reported_table(name: str) -> ReportedTable:
    """The table of that name: ``"table2"``, or ``"kim_jo/table2"`` where several papers have one.

    Raises
    ------
    RequestError
        No such table, or several.
    """
    tables = {f"{table.source}/{table.name}": table for table in reported_tables()}
    found = [key for key in tables if name in (key, tables[key].name)]
    if not found:
        known = {*tables, *(table.name for table in tables.values())}
        raise RequestError(f"there is no reported table '{name}'{nearest(name, known)}")
    if len(found) > 1:
        raise RequestError(f"several papers have a '{name}': {', '.join(found)}")
    return tables[found[0]]


def find(table: str, dataset: str, backbone: str, attention: str) -> ReportedRow | None:
    """The row that a table prints for these three, or None where it prints none.

    Raises
    ------
    RequestError
        There is no such table.
    """
    wanted = (dataset, backbone, attention)
    rows = reported_table(table).rows
    return next((row for row in rows if (row.dataset, row.backbone, row.attention) == wanted), None)


def _tables(document: dict[str, Any]) -> list[ReportedTable]:
    tables = document.pop("tables")
    paper = ReportedPaper.model_validate(document)
    return [_table(paper, name, content) for name, content in tables.items()]


def _table(paper: ReportedPaper, name: str, content: dict[str, Any]) -> ReportedTable:
    heads, rows = content.pop("heads", {}), content.pop("rows")
    return ReportedTable(
        paper=paper,
        name=name,
        rows=tuple(_row(paper.key, name, heads.get(row["dataset"], []), row) for row in rows),
        **content,
    )


def _row(source: str, table: str, heads: list[str], row: dict[str, Any]) -> ReportedRow:
    cells = [
        {"head": head, "expression": EXPRESSIONS[head.lower()], "printed": printed}
        for head, printed in zip(heads, row.pop("cells", []), strict=True)
    ]
    return ReportedRow.model_validate({"source": source, "table": table, "cells": cells, **row})
