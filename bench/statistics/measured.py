"""What was measured of a configuration: its runs at the epoch that a rule picked."""

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.metrics import measure
from bench.specification import Specification
from bench.statistics.intervals import Estimate, resampled_interval, t_interval

#: Figures of runs are told in percent, their differences in percentage points.
PERCENT = 100.0

Counts = NDArray[np.int64]


class Fold(NamedTuple):
    """A trained cell on its test part.

    Attributes
    ----------
    cell : int
        Its key in the store.
    split : str
        Its split's fingerprint.
    accuracy, balanced_accuracy, macro_f1 : float
        In percent; NaN where undefined.
    counts : str
        The confusion matrix as JSON.
    """

    cell: int
    split: str
    accuracy: float
    balanced_accuracy: float
    macro_f1: float
    counts: str

    @property
    def confusion(self) -> Counts:
        """Rows are true classes; read when it is asked for, which of ten thousand few are."""
        return _read(self.counts)


class Run(NamedTuple):
    """One seed on one split; the folds of a cross-validation are one run.

    ``accuracy``, ``balanced_accuracy`` and ``macro_f1`` are of all folds pooled, in percent.
    """

    split_seed: int
    seed: int
    folds: tuple[Fold, ...]
    accuracy: float
    balanced_accuracy: float
    macro_f1: float

    @classmethod
    def of(cls, split_seed: int, seed: int, folds: tuple[Fold, ...]) -> "Run":
        """The run that these folds are."""
        if len(folds) == 1:
            one = folds[0]
            figures = (one.accuracy, one.balanced_accuracy, one.macro_f1)
            return cls(split_seed, seed, folds, *figures)
        found = measure(_sum(folds))
        pooled = (found.accuracy, found.balanced_accuracy, found.macro_f1)
        return cls(split_seed, seed, folds, *(float(figure) * PERCENT for figure in pooled))

    @property
    def splits(self) -> tuple[str, ...]:
        """Fingerprint of each fold's split."""
        return tuple(fold.split for fold in self.folds)

    @property
    def confusion(self) -> Counts:
        """Of all folds pooled."""
        return self.folds[0].confusion if len(self.folds) == 1 else _sum(self.folds)


#: Percent of a run, folds pooled, or of one of its folds; NaN where undefined.
Score = Callable[[Run | Fold], float]
BALANCED: Score = attrgetter("balanced_accuracy")


@dataclass(frozen=True, eq=False)
class Configuration:
    """A leaderboard's row, with each of its runs.

    Attributes
    ----------
    specification : Specification
        Of one of its cells; seed, split seed and fold say nothing.
    rule : str
        ``best`` or ``last``.
    runs : tuple of Run
        By split seed and seed; done, with every fold. Two that share split and seed are one.
    missing : tuple of (int, int)
        Split seed and seed of what was asked for and has no result.
    parts : mapping of str to int
        Images of each part, where a run has stated it.
    parameters : int or None
        Trainable ones of the whole model, where a run has stated it.
    """

    id: str
    dataset: str
    data: str
    protocol: str
    backbone: str
    attention: str
    specification: Specification
    rule: str
    runs: tuple[Run, ...]
    missing: tuple[tuple[int, int], ...]
    parts: Mapping[str, int]
    parameters: int | None

    @property
    def optimistic(self) -> bool:
        """Whether the test part picked the epoch."""
        return self.specification.monitored == "test" and self.rule == "best"

    @property
    def ratio(self) -> float:
        """Images tested on over images trained on."""
        return self.parts["test"] / self.parts["train"] if self.parts else 0.0

    @property
    def figures(self) -> list[float]:
        """Balanced accuracy of each run where it is defined, in percent."""
        return defined(map(BALANCED, self.runs))

    def estimate(self, of: Score = BALANCED) -> Estimate:
        """Mean over the runs, with an interval that knows whether their splits overlap."""
        folds = group_by_split((fold.split, of(fold)) for run in self.runs for fold in run.folds)
        return over_splits(defined(map(of, self.runs)), folds, self.ratio)


def defined(values: Iterable[float]) -> list[float]:
    """Those that are not NaN."""
    return [value for value in values if not math.isnan(value)]


def group_by_split(values: Iterable[tuple[str, float]]) -> dict[str, list[float]]:
    """Of each split, the values that are not NaN."""
    found: dict[str, list[float]] = defaultdict(list)
    for split, value in values:
        if not math.isnan(value):
            found[split].append(value)
    return found


def over_splits(
    figures: Sequence[float], splits: Mapping[str, Sequence[float]], ratio: float
) -> Estimate:
    """Mean of the runs; over several splits with an interval of their means, around it.

    Parameters
    ----------
    figures : sequence of float
        Of each run, folds pooled.
    splits : mapping of str to sequence of float
        Of each split, the figure of each seed on it.
    ratio : float
        Images tested on over images trained on.
    """
    plain = t_interval(figures)
    if len(splits) < 2 or plain.mean is None:
        return plain
    between = resampled_interval([float(np.mean(each)) for each in splits.values()], ratio)
    if between.half is None:
        return Estimate(plain.n, plain.mean, plain.sd, why=between.why)
    return Estimate(
        plain.n,
        plain.mean,
        plain.sd,
        between.se,
        between.df,
        plain.mean - between.half,
        plain.mean + between.half,
        between.method,
    )


@lru_cache(maxsize=1 << 10)
def _read(counts: str) -> Counts:
    found: Counts = np.array(json.loads(counts), dtype=np.int64)
    found.setflags(write=False)  # (everybody gets the same)
    return found


def _sum(folds: Sequence[Fold]) -> Counts:
    total: Counts = np.sum([fold.confusion for fold in folds], axis=0)
    return total
