"""The numbers that papers print, as data: never corrected, and never mixed with measured ones."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

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
    best_epoch : int or None
        The epoch whose figures are printed, counted from 1; None where the table names none.
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
    best_epoch: int | None = None
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
    """What the paper's text says of a dataset, in which section; None where it says nothing."""

    section: str = ""
    images: int | None = None
    train: int | None = None
    test: int | None = None
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
    """The recipes of a paper: what all runs share, and what depends on dataset and backbone.

    None, or no entry, where the paper says nothing.
    """

    input_size: int | None = None
    epochs: int | None = None
    loss: str | None = None
    plateau_factor: float | None = None
    plateau_patience: int | None = None
    batch_size: dict[str, int] = {}
    learning_rate: dict[str, dict[str, float]] = {}

    def of(self, dataset: str, backbone: str) -> Recipe:
        """The recipe for one dataset and backbone.

        Raises
        ------
        RequestError
            The paper states none for them.
        """
        stated = self.model_dump() | {
            "batch_size": self.batch_size.get(dataset),
            "learning_rate": self.learning_rate.get(backbone, {}).get(dataset),
        }
        if None in stated.values():
            raise RequestError(f"the paper states no recipe for '{backbone}' on '{dataset}'")
        return Recipe.model_validate(stated)


class StatedKronecker(Reported):
    """What the paper says that a Kronecker product of two maps of this shape would take."""

    section: str = ""
    batch_size: int
    channels: int
    height: int
    width: int
    gigabytes: Unsigned


class StatedClaim(Reported):
    """A comparison that the paper makes in words.

    Attributes
    ----------
    section, text : str
        Where, and the words themselves.
    table : str
        The table that shows it.
    attention, against : str
        Our names for what is compared, and with what.
    relation : str
        ``"higher"`` or ``"lower"``: what the accuracy of the first is said to be.
    datasets, backbones : tuple of str
        For which the words claim it.
    """

    section: str
    text: str
    table: str
    attention: str
    against: str
    relation: Literal["higher", "lower"] = "higher"
    datasets: tuple[str, ...]
    backbones: tuple[str, ...]


class ReportedPaper(Reported):
    """What a paper states outside its tables, by the dataset's name where it is about one."""

    key: str
    title: str
    authors: tuple[str, ...] = ()
    citation: str = ""
    datasets: dict[str, StatedDataset] = {}
    recipes: Recipes = Recipes()
    kronecker: StatedKronecker | None = None
    claims: tuple[StatedClaim, ...] = ()


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
    runs : int or None
        Over how many runs each figure is a mean; None where the paper says nothing.
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
    runs: int | None = None
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
        for table in tables_of(tomllib.loads(file.read_text(encoding="utf-8")))
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


def tables_of(document: Mapping[str, Any]) -> list[ReportedTable]:
    """The tables of a paper's file, as it was parsed.

    Raises
    ------
    RequestError
        There are none, or a row has not as many cells as its dataset has heads.
    pydantic.ValidationError
        A value of the wrong form; with a note of the row that it is in.
    """
    rest = {name: value for name, value in document.items() if name != "tables"}
    paper = ReportedPaper.model_validate(rest)
    tables = document.get("tables")
    if not isinstance(tables, Mapping) or not tables:
        raise RequestError("there are no tables: give each as [tables.NAME] with its rows")
    return [_table(paper, name, content) for name, content in tables.items()]


def _table(paper: ReportedPaper, name: str, content: Mapping[str, Any]) -> ReportedTable:
    heads = content.get("heads", {})
    if not isinstance(heads, Mapping):
        raise RequestError(
            f'{name}: heads are given for each dataset, as {{ faces = ["Anger", …] }}'
        )
    rest = {key: value for key, value in content.items() if key not in ("heads", "rows")}
    rows = [
        _row(paper.key, name, heads.get(row.get("dataset"), []), row)
        for row in content.get("rows", [])
    ]
    return ReportedTable.model_validate({"paper": paper, "name": name, **rest, "rows": rows})


def _row(source: str, table: str, heads: list[str], row: Mapping[str, Any]) -> ReportedRow:
    printed = row.get("cells", [])
    if printed and len(printed) != len(heads):
        raise RequestError(
            f"{table}: row '{row.get('label')}' has {len(printed)} cells, but there are "
            f"{len(heads)} heads for '{row.get('dataset')}'"
        )
    cells = [
        {"head": head, "expression": class_name(head), "printed": cell}
        for head, cell in zip(heads, printed, strict=bool(printed))
    ]
    try:
        return ReportedRow.model_validate({**row, "source": source, "table": table, "cells": cells})
    except ValidationError as error:
        error.add_note(f"{table}, row '{row.get('label')}'")
        raise


def class_name(head: str) -> str:
    """Canonical name of the class under a printed head: of an expression, else as printed."""
    return EXPRESSIONS.get(head.lower(), head.lower())
