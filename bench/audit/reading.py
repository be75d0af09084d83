"""A table's figures as exact numbers with the decimals that they were printed to."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby

from bench.audit.findings import place
from bench.audit.granularity import in_text
from registry.reported import ReportedRow, ReportedTable


@dataclass(frozen=True)
class Figure:
    """A printed number: its text, its value, and the decimals that it is meant to have."""

    text: str
    value: Fraction
    decimals: int


@dataclass(frozen=True)
class Row:
    """A printed row as exact numbers.

    Attributes
    ----------
    table, row
        Where it stands.
    cells : dict of str to Figure
        Class accuracies in percent by canonical class name.
    average : Figure
        In percent.
    decimals : int
        To which this row is printed.
    zeros : bool
        Whether zeros at the end are printed.
    """

    table: ReportedTable
    row: ReportedRow
    cells: dict[str, Figure]
    average: Figure
    decimals: int
    zeros: bool

    def text(self, value: Fraction) -> str:
        """A value as this row would print it."""
        return in_text(value, self.decimals, zeros=self.zeros)

    def place(self, column: str) -> str:
        """Address of one of its figures."""
        return place(self.table, self.row, column)

    def head(self, name: str) -> str:
        """The printed head of a class."""
        return next(cell.head for cell in self.row.cells if cell.expression == name)

    def with_cell(self, name: str, text: str) -> "Row":
        """The same row with another text in one cell."""
        figure = Figure(text, Fraction(text), self.cells[name].decimals)
        return replace(self, cells={**self.cells, name: figure})

    @property
    def model(self) -> tuple[str, str]:
        """Dataset and backbone: what rows must share to be compared."""
        return self.row.dataset, self.row.backbone


def read(table: ReportedTable) -> tuple[Row, ...]:
    """Every row of a table, in its order."""
    rows = sorted(table.rows, key=lambda row: row.dataset)
    read_as = {
        id(row): made
        for _, block in groupby(rows, key=lambda row: row.dataset)
        for row, made in _block(table, list(block))
    }
    return tuple(read_as[id(row)] for row in table.rows)


def _block(table: ReportedTable, rows: list[ReportedRow]) -> Iterable[tuple[ReportedRow, Row]]:
    """The rows of one dataset, which are printed alike.

    Some print 45.70 as 45.7. That is so where figures have fewer decimals than others and none
    with the most of them ends in zero; a row without a single one of that many decimals is quoted
    from elsewhere and has its own. Where zeros are printed, a figure has the decimals it shows.
    """
    texts = [text for row in rows for text in _texts(row)]
    longest = _longest(texts)
    zeros = any(decimals_of(text) == longest > 0 and text.endswith("0") for text in texts)
    uniform = all(decimals_of(text) == longest for text in texts)
    for row in rows:
        own = _longest(_texts(row))
        quoted = len(row.cells) > 1 and own > 0
        decimals = own if quoted else longest
        cells = {c.expression: _figure(c.printed, decimals, zeros) for c in row.cells}
        average = _figure(row.average, decimals, zeros)
        yield row, Row(table, row, cells, average, decimals, zeros or uniform)


def decimals_of(text: str) -> int:
    """How many digits stand behind the point."""
    return len(text.partition(".")[2])


def _texts(row: ReportedRow) -> list[str]:
    return [*row.printed.values(), row.average]


def _longest(texts: Iterable[str]) -> int:
    return max(map(decimals_of, texts))


def _figure(text: str, decimals: int, zeros: bool) -> Figure:
    return Figure(text, Fraction(text), decimals_of(text) if zeros else decimals)
