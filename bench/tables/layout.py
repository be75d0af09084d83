"""What a table looks like, as data: a small TOML file."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bench.specification import KINDS
from bench.tables.quantities import QUANTITIES
from registry.errors import RequestError, nearest
from registry.reported import reported_table

#: What rows and columns can stand for.
DIMENSIONS = ("dataset", "protocol", "backbone", "attention")


class Layout(BaseModel):
    """The shape of a table.

    Attributes
    ----------
    title : str
        Begins the caption.
    reported : str or None
        The reported table whose figures stand with ours; any that fits where it is left out.
    place : str
        Where reported figures stand: ``beside`` ours in a column, or ``beneath`` in a line.
    rows, columns : tuple of str
        What has a row, and what has a group of columns, each: dataset, protocol, backbone,
        attention. The last of `rows` names the row (backbone and attention together); those before
        it make blocks.
    metrics : tuple of str
        Names of `bench.tables.quantities.QUANTITIES`.
    baseline : str
        The attention that gains and added parameters are counted from.
    only : mapping of str to tuple of str
        What belongs into the table, in this order; names stand for any of their parameters.
    names : mapping of str to str
        How components are called in print.
    decimals : mapping of str to int
        By metric, where other than usual.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = ""
    reported: str | None = None
    place: Literal["beside", "beneath"] = "beside"
    rows: tuple[str, ...] = Field(min_length=1)
    columns: tuple[str, ...] = ()
    metrics: tuple[str, ...] = Field(min_length=1)
    baseline: str = "none"
    only: dict[str, tuple[str, ...]] = {}
    names: dict[str, str] = {}
    decimals: dict[str, int] = {}

    @model_validator(mode="after")
    def _of_known_names(self) -> Self:
        _known("rows", self.rows, DIMENSIONS)
        _known("columns", self.columns, DIMENSIONS)
        _known("metrics", self.metrics, QUANTITIES)
        _known("only", self.only, DIMENSIONS)
        _known("decimals", self.decimals, QUANTITIES)
        _once((*self.rows, *self.columns), "rows and columns")
        _once(self.metrics, "metrics")
        for kind, labels in (*self.only.items(), ("attention", (self.baseline,))):
            for label in labels:
                KINDS[kind].get(label.partition("(")[0])
        for name, decimals in self.decimals.items():
            if not 0 <= decimals <= 9:
                raise RequestError(f"decimals.{name} = {decimals}: 0 to 9 can be printed")
        if self.reported is not None:
            reported_table(self.reported)
        split = [name for name in self.metrics if QUANTITIES[name].by_class]
        if split and self.columns:
            raise RequestError(
                f"'{split[0]}' has a column for each class, so that 'columns' must be empty"
            )
        return self

    def quantity_decimals(self, metric: str) -> int:
        """Decimals that a metric is printed with."""
        return self.decimals.get(metric, QUANTITIES[metric].decimals)


def shipped_layouts() -> dict[str, Layout]:
    """The layouts that come with the package, by name."""
    folder = files("bench.tables.layouts")
    tomls = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=str)
    return {
        file.name.removesuffix(".toml"): parse_layout(file.read_text(encoding="utf-8"), file.name)
        for file in tomls
    }


def read_layout(path: Path) -> Layout:
    """The layout in a file.

    Raises
    ------
    RequestError
        It cannot be read, or is none; the message says where.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"cannot read {path}: {error}") from None
    return parse_layout(text, str(path))


def parse_layout(text: str, where: str) -> Layout:
    """A layout from the text of a TOML file; `where` begins what is said of a mistake."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RequestError(f"{where}: {error}") from None
    for key in content:
        if key not in Layout.model_fields:
            raise RequestError(
                f"{where}: there is no key '{key}'{nearest(key, Layout.model_fields)}"
            )
    try:
        return Layout.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RequestError(f"{where}: {place}: {first['msg']}") from None
    except RequestError as error:
        raise RequestError(f"{where}: {error}") from None


def _known(key: str, names: Any, known: Mapping[str, Any] | tuple[str, ...]) -> None:
    for name in names:
        if name not in known:
            raise RequestError(f"{key}: there is no '{name}'{nearest(name, known)}")


def _once(names: tuple[str, ...], where: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise RequestError(f"'{name}' stands twice in {where}")
