"""Small text files: lines and comma-separated tables, with errors that name file and line."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from registry.errors import DataError


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """A text file to read from; whatever keeps it from being read is a DataError."""
    try:
        # A byte-order mark, which spreadsheets write, is no part of the first name.
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DataError(f"{path} is not a text file") from None


def read_lines(path: Path) -> list[str]:
    """The lines of a text file, without their ends."""
    with opened(path) as file:
        return file.read().splitlines()


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Attributes
    ----------
    path : Path
        The table's file.
    line : int
        Where in it, counted from 1.
    values : Mapping of str to str
        By the column's name in lower case.
    """

    path: Path
    line: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def error(self, what: str) -> DataError:
        """Something is wrong here."""
        return DataError(f"{self.path}, line {self.line}: {what}")


def read_table(path: Path, needed: Sequence[str], possible: Sequence[str] = ()) -> list[Row]:
    """Every row of a comma-separated table with a header.

    Parameters
    ----------
    needed, possible : sequence of str
        Column names in lower case; in the file they may be in any case and order.

    Raises
    ------
    DataError
        The file cannot be read, lacks a needed column, has an unknown one, or a row with too few or
        too many fields.
    """
    with opened(path) as file:
        reader = csv.reader(file, strict=True)
        try:
            header = [name.strip().lower() for name in next(reader, [])]
            check_header(path, header, needed, possible)
            rows = []
            for fields in reader:
                line = reader.line_num
                if len(fields) != len(header):
                    raise DataError(f"{path}, line {line}: {wrong_fields(fields, header)}")
                values = zip(header, (field.strip() for field in fields), strict=True)
                rows.append(Row(path, line, dict(values)))
        except csv.Error as error:
            raise DataError(f"{path}, line {reader.line_num}: {error}") from None
    return rows


def check_header(
    path: Path, header: Sequence[str], needed: Sequence[str], possible: Sequence[str] = ()
) -> None:
    """Refuse a header that lacks a column, has one twice, or has one that means nothing to us."""
    wanted = f"the columns {', '.join(needed)}"
    for name in needed:
        if name not in header:
            raise DataError(f"{path}, line 1: there is no column '{name}'; {wanted} are needed")
    for name in header:
        if header.count(name) > 1:
            raise DataError(f"{path}, line 1: the column '{name}' is there twice")
        if name not in (*needed, *possible):
            raise DataError(f"{path}, line 1: '{name}' is no column of this table; {wanted} are")


def wrong_fields(fields: Sequence[str], header: Sequence[str]) -> str:
    """What is wrong with a row that does not have the header's number of fields."""
    cut = " (is the file cut off?)" if len(fields) < len(header) else ""
    return f"{len(fields)} of {len(header)} fields{cut}"
