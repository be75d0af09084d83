"""FERPlus: ten people's votes for each row of FER2013."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from registry.errors import DataError
from registry.layouts.pixel_table import USAGE_WORDS, USAGES, one_of
from registry.layouts.tables import Row, read_table

#: The columns of votes, in the file's order; the last two are no expression.
EMOTIONS = (
    "neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt",
)  # fmt: skip
VOTED = (*EMOTIONS, "unknown", "nf")
CLASSES = tuple(sorted(EMOTIONS))


@dataclass(frozen=True)
class Majority:
    """The expression that most people saw on each row of FER2013.

    Attributes
    ----------
    names : tuple of str or None
        None for a row that the rule drops.
    no_face, unknown, undecided : int
        How many rows are dropped because most people saw no face or could not tell, or because
        there is no majority.
    """

    names: tuple[str | None, ...]
    no_face: int
    unknown: int
    undecided: int

    @property
    def dropped(self) -> str:
        """The three counts in words."""
        return (
            f"dropped by its rule: {self.no_face} NF, {self.unknown} unknown, "
            f"{self.undecided} without a majority"
        )


def read_majority(path: Path, parts: tuple[str, ...]) -> Majority:
    """Read ``fer2013new.csv`` and take the majority of each row.

    Parameters
    ----------
    parts : tuple of str
        The part of each row of FER2013, with which the votes must be aligned.

    Raises
    ------
    DataError
        The file is missing, is damaged, or belongs to other rows.
    """
    rows = read_table(path, ("usage", "image name", *VOTED))
    if len(rows) != len(parts):
        raise DataError(f"{path} has {len(rows)} rows, FER2013 beside it {len(parts)}")
    for row, part in zip(rows, parts, strict=True):
        try:
            usage = one_of(row["usage"], USAGES, USAGE_WORDS)
        except ValueError as error:
            raise row.error(str(error)) from None
        if usage != part:
            raise row.error(f"part '{usage}', but '{part}' in the same row of FER2013")
    return majority(np.array([_votes(row) for row in rows], dtype=np.int64).reshape(-1, len(VOTED)))


def majority(votes: NDArray[np.int64]) -> Majority:
    """The rule of Barsoum et al. (ICMI 2016), as their published code applies it.

    A single vote for an emotion counts as none. The winner needs more than half of the votes that
    are left; where it is "unknown" or "no face", or where there is none, the row is dropped.

    Parameters
    ----------
    votes : int64 array, (N, 10)
        Columns as in `VOTED`.
    """
    counted = np.where(votes <= 1, 0, votes)
    decided = counted.max(axis=1) > 0.5 * counted.sum(axis=1)
    winners = [VOTED[column] for column in counted.argmax(axis=1)]
    seen = [name if clear else None for name, clear in zip(winners, decided, strict=True)]
    return Majority(
        names=tuple(name if name in EMOTIONS else None for name in seen),
        no_face=seen.count("nf"),
        unknown=seen.count("unknown"),
        undecided=seen.count(None),
    )


def _votes(row: Row) -> list[int]:
    for column in VOTED:
        if not row[column].isdecimal():
            raise row.error(f"{column} = '{row[column]}' is not a number of votes")
    return [int(row[column]) for column in VOTED]
