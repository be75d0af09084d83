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
class Verdict:
    """What a rule makes of the votes for each row of FER2013.

    Attributes
    ----------
    names : tuple of str or None
        The expression that most people saw; None for a row that the rule drops.
    shares : float32 array, (N, 8)
        The share of the votes that the rule keeps, for each of `CLASSES`; zeros for a dropped row.
    no_face, unknown, undecided : int
        How many rows are dropped because most people saw no face or could not tell, or because
        the votes decide nothing.
    """

    names: tuple[str | None, ...]
    shares: NDArray[np.float32]
    no_face: int
    unknown: int
    undecided: int

    @property
    def dropped(self) -> str:
        """The three counts in words."""
        return (
            f"dropped by its rule: {self.no_face} NF, {self.unknown} unknown, "
            f"{self.undecided} undecided"
        )


def read_votes(path: Path, parts: tuple[str, ...]) -> NDArray[np.int64]:
    """Read ``fer2013new.csv``.

    Parameters
    ----------
    parts : tuple of str
        The part of each row of FER2013, with which the votes must be aligned.

    Returns
    -------
    int64 array, (N, 10)
        Columns as in `VOTED`.

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
    return np.array([_votes(row) for row in rows], dtype=np.int64).reshape(-1, len(VOTED))


def majority(votes: NDArray[np.int64]) -> Verdict:
    """The rule "majority" of Barsoum et al. (ICMI 2016), as their published code applies it.

    A single vote for an emotion counts as none. The winner needs more than half of the votes that
    are left; where it is "unknown" or "no face", or where there is none, the row is dropped.

    Parameters
    ----------
    votes : int64 array, (N, 10)
        Columns as in `VOTED`.
    """
    counted = _without_single(votes)
    most = counted.max(axis=1, keepdims=True)
    clear = most > 0.5 * counted.sum(axis=1, keepdims=True)
    return _verdict(np.where(clear & (counted == most), counted, 0))


def probability(votes: NDArray[np.int64]) -> Verdict:
    """The rule "probability" of Barsoum et al. (ICMI 2016), as their published code applies it.

    A single vote for an emotion counts as none. Emotions are taken from the one with the most
    votes on, those with equally many together, until they have three quarters of the votes, or
    there are three of them, or "unknown" or "no face" comes next. Where what is taken is no more
    than half of the votes, or more than three emotions, or begins with "unknown" or "no face", the
    row is dropped.

    Parameters
    ----------
    votes : int64 array, (N, 10)
        Columns as in `VOTED`.
    """
    kept = [_taken(row) for row in _without_single(votes).tolist()]
    return _verdict(np.array(kept, dtype=np.int64).reshape(-1, len(VOTED)))


#: By the value of the dataset's parameter ``labels``.
RULES = {"ferplus": majority, "ferplus_probability": probability}


def _without_single(votes: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.where(votes <= 1, 0, votes)


def _taken(counted: list[int]) -> list[int]:
    """The votes that ``probability`` keeps in one row; all zero where it finds it undecided."""
    total, last = sum(counted), -1
    taken: dict[int, int] = {}
    for column in sorted(range(len(counted)), key=lambda column: -counted[column]):
        enough = sum(taken.values()) >= 0.75 * total or len(taken) >= 3
        if enough and counted[column] != last:
            break
        no_emotion = column >= len(EMOTIONS)
        if not (no_emotion and taken):
            taken[column] = last = counted[column]
        if no_emotion:
            break
    decided = sum(taken.values()) > 0.5 * total and len(taken) <= 3
    return [taken.get(column, 0) if decided else 0 for column in range(len(counted))]


def _verdict(kept: NDArray[np.int64]) -> Verdict:
    """From the votes (N, 10) that a rule keeps; none in a row that is undecided."""
    winners = [VOTED[column] for column in kept.argmax(axis=1)]
    seen = [name if row.any() else None for name, row in zip(winners, kept, strict=True)]
    names = tuple(name if name in EMOTIONS else None for name in seen)
    emotions = kept[:, [VOTED.index(name) for name in CLASSES]]
    shares = emotions / emotions.sum(axis=1, keepdims=True).clip(min=1)
    return Verdict(
        names=names,
        shares=shares.astype(np.float32),
        no_face=seen.count("nf"),
        unknown=seen.count("unknown"),
        undecided=seen.count(None),
    )


def _votes(row: Row) -> list[int]:
    for column in VOTED:
        if not row[column].isdecimal():
            raise row.error(f"{column} = '{row[column]}' is not a number of votes")
    return [int(row[column]) for column in VOTED]
