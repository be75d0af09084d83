"""A table as rows and columns of printed text, the same for every format."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bench.tables.content import Cell, Entry, Key, Table
from bench.tables.layout import Layout
from bench.tables.letters import Note
from bench.tables.quantities import MISSING, QUANTITIES, Quantity

#: Where the two stand last in a layout's rows they name the row together.
MODEL = ("backbone", "attention")


@dataclass(frozen=True)
class Column:
    """A column of figures.

    Attributes
    ----------
    group : str
        What it belongs to, where the layout has columns for each dataset, protocol or model.
    key : Key
        Its metric and class.
    head : str
        Above it.
    reported : bool
        Whether a paper's figures stand in it.
    """

    group: str
    key: Key
    head: str
    reported: bool = False


@dataclass(frozen=True)
class Figure:
    """What is printed in one place: a number, how far it varies, and letters of notes."""

    number: str = ""
    spread: str = ""
    marks: tuple[str, ...] = ()
    bold: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing belongs there."""
        return not (self.number or self.marks)


@dataclass(frozen=True)
class Row:
    """A line of the table; `figures` has one for each column."""

    block: str
    head: str
    figures: tuple[Figure, ...]
    reported: bool = False


@dataclass(frozen=True)
class Arrangement:
    """All of it."""

    caption: str
    corner: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[Note, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        """Of columns, in order; one that is empty where the layout has none."""
        return tuple(dict.fromkeys(column.group for column in self.columns))


def arrange(table: Table) -> Arrangement:
    """Put entries into rows and columns."""
    layout = table.layout
    heads = _class_heads(table.entries)
    columns = tuple(_columns(table, heads))
    rows: list[Row] = []
    for (block, head), entries in _by_row(table).items():
        rows.append(Row(block, head, tuple(_figure(layout, column, entries) for column in columns)))
        if layout.place == "beneath" and any(_is_reported(entry) for entry in entries.values()):
            figures = tuple(_reported(replace(c, reported=True), entries) for c in columns)
            rows.append(Row(block, "reported", figures, reported=True))
    corner = "Model" if layout.rows[-2:] == MODEL else layout.rows[-1].capitalize()
    return Arrangement(table.caption, corner, columns, tuple(rows), table.notes)


def _class_heads(entries: Sequence[Entry]) -> dict[str, str]:
    """What is printed above each class that any entry has."""
    heads: dict[str, str] = {}
    for entry in entries:
        for name, head in entry.classes.items():
            heads.setdefault(name, head)
    return heads


def _columns(table: Table, heads: dict[str, str]) -> Iterator[Column]:
    layout = table.layout
    for group in dict.fromkeys(_group(layout, entry) for entry in table.entries):
        within = [entry for entry in table.entries if _group(layout, entry) == group]
        for metric in layout.metrics:
            quantity = QUANTITIES[metric]
            for name in heads if quantity.by_class else ("",):
                key = (metric, name)
                yield Column(group, key, heads[name] if name else quantity.head)
                beside = layout.place == "beside" and any(
                    _cell(entry, key).reported is not None for entry in within
                )
                if beside:
                    yield Column(group, key, "reported", reported=True)


def _by_row(table: Table) -> dict[tuple[str, str], dict[str, Entry]]:
    """The entries of each row, by their group of columns."""
    rows: dict[tuple[str, str], dict[str, Entry]] = {}
    for entry in table.entries:
        place = _row(table.layout, entry)
        rows.setdefault(place, {})[_group(table.layout, entry)] = entry
    return rows


def _row(layout: Layout, entry: Entry) -> tuple[str, str]:
    """Block and head of the row that an entry stands in."""
    own = 2 if layout.rows[-2:] == MODEL else 1
    block = ", ".join(_name(layout, entry, dimension) for dimension in layout.rows[:-own])
    parts = [_name(layout, entry, dimension) for dimension in layout.rows[-own:]]
    if own == 2:
        plain = entry.labels["attention"] == "none"
        parts = parts[:1] if plain else [" + ".join(parts)]
    head = parts[0]
    return block, f"{head} ({entry.setting})" if entry.setting else head


def _group(layout: Layout, entry: Entry) -> str:
    return ", ".join(_name(layout, entry, dimension) for dimension in layout.columns)


def _name(layout: Layout, entry: Entry, dimension: str) -> str:
    """A component as the layout calls it, with what differs from its defaults."""
    label = entry.labels[dimension]
    name, bracket, parameters = label.partition("(")
    return layout.names.get(label) or layout.names.get(name, name) + bracket + parameters


def _figure(layout: Layout, column: Column, entries: dict[str, Entry]) -> Figure:
    if column.reported:
        return _reported(column, entries)
    entry = entries.get(column.group)
    if entry is None:
        return Figure()
    cell = entry.cells.get(column.key)
    if cell is None or not cell.applies:
        return Figure()
    quantity = QUANTITIES[column.key[0]]
    return _measured(cell, quantity, layout.quantity_decimals(column.key[0]))


def _measured(cell: Cell, quantity: Quantity, decimals: int) -> Figure:
    if cell.value is None:
        return Figure(MISSING, marks=cell.marks)
    sign = "+" if quantity.signed else ""
    number = f"{cell.value * quantity.scale:{sign}.{decimals}f}"
    spread = ""
    if cell.std is not None:
        spread = f"{cell.std * quantity.scale:.{decimals}f}"
    return Figure(number, spread, cell.marks, bold=cell.best or cell.tied)


def _reported(column: Column, entries: dict[str, Entry]) -> Figure:
    entry = entries.get(column.group)
    text = _cell(entry, column.key).reported if entry else None
    if entry is None or text is None:
        return Figure()
    marks = (entry.unlike_mark,) if entry.unlike_mark else ()
    return Figure(text, marks=marks)


def _is_reported(entry: Entry) -> bool:
    return any(cell.reported is not None for cell in entry.cells.values())


def _cell(entry: Entry, key: Key) -> Cell:
    return entry.cells.get(key, Cell())
