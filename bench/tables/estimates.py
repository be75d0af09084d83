"""Means over runs of any figure that follows from confusion matrices."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from operator import attrgetter

import numpy as np

from bench.metrics import Metrics, measure
from bench.statistics.comparison import Pair, gains_of
from bench.statistics.intervals import Estimate
from bench.statistics.measured import PERCENT, Configuration, Fold, Run, over_splits

#: Percent of a run, folds pooled, or of one of its folds; NaN where undefined.
Score = Callable[[Run | Fold], float]


def score(metric: str) -> Score:
    """The figure of that name which a run has as a whole."""
    return attrgetter(metric)


def score_of_class(metric: str, label: int) -> Score:
    """That of a class, by its name in `bench.metrics.Metrics`."""
    return lambda one: float(getattr(_measured(one.confusion.tobytes()), metric)[label]) * PERCENT


@lru_cache(maxsize=1 << 14)
def _measured(counts: bytes) -> Metrics:
    """Each matrix is worked out once: a table asks for every class of it."""
    flat = np.frombuffer(counts, dtype=np.int64)
    return measure(flat.reshape(math.isqrt(len(flat)), -1))


def estimate(one: Configuration, of: Score) -> Estimate:
    """Mean over the runs, folds pooled, with an interval that knows whether splits overlap."""
    by_split: dict[str, list[float]] = defaultdict(list)
    for run in one.runs:
        for fold in run.folds:
            by_split[fold.split].append(of(fold))
    return over_splits(_defined(of(run) for run in one.runs), _all_defined(by_split), one.ratio)


def difference(pairs: Sequence[Pair], of: Score, ratio: float) -> Estimate:
    """First minus second over pairs of runs, likewise."""
    return over_splits(*defined_gains(pairs, of), ratio)


def defined_gains(pairs: Sequence[Pair], of: Score) -> tuple[list[float], dict[str, list[float]]]:
    """First minus second where that is defined: of each pair, folds pooled; of each split."""
    gains, by_split = gains_of(pairs, of)
    return _defined(gains), _all_defined(by_split)


def _defined(values: Iterable[float]) -> list[float]:
    return [value for value in values if not math.isnan(value)]


def _all_defined(by_split: dict[str, list[float]]) -> dict[str, list[float]]:
    defined = {split: _defined(values) for split, values in by_split.items()}
    return {split: values for split, values in defined.items() if values}
