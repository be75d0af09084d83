"""Means over runs of any figure that follows from confusion matrices."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import numpy as np

from bench.metrics import Metrics, measure
from bench.statistics.comparison import Pair, gains_of
from bench.statistics.intervals import Estimate
from bench.statistics.measured import PERCENT, Configuration, Counts, Run, over_splits

#: Percent from a confusion matrix; NaN where undefined.
Score = Callable[[Counts], float]


def score(metric: str, label: int | None = None) -> Score:
    """The score of that name in `bench.metrics.Metrics`; of one class where it has one for each."""

    def of(confusion: Counts) -> float:
        value = getattr(_measured(confusion.tobytes(), len(confusion)), metric)
        return float(value if label is None else value[label]) * PERCENT

    return of


@lru_cache(maxsize=1 << 14)
def _measured(counts: bytes, classes: int) -> Metrics:
    """Each matrix is worked out once: a table asks for every class of it, and for its mean."""
    return measure(np.frombuffer(counts, dtype=np.int64).reshape(classes, classes))


def scores(metric: str, runs: Iterable[Run]) -> Score:
    """The same score, worked out at once for whatever these runs are asked for, which are many."""
    by_classes: dict[int, dict[bytes, Counts]] = defaultdict(dict)
    for run in runs:
        for confusion in (*(fold.confusion for fold in run.folds), run.confusion):
            by_classes[len(confusion)][confusion.tobytes()] = confusion
    known: dict[bytes, float] = {}
    for matrices in by_classes.values():
        values = getattr(measure(np.stack(list(matrices.values()))), metric) * PERCENT
        known.update(zip(matrices, values.tolist(), strict=True))
    return lambda confusion: known[confusion.tobytes()]


def estimate(one: Configuration, of: Score) -> Estimate:
    """Mean over the runs, folds pooled, with an interval that knows whether splits overlap."""
    by_split: dict[str, list[float]] = defaultdict(list)
    for run in one.runs:
        for fold in run.folds:
            by_split[fold.split].append(of(fold.confusion))
    return over_splits(
        _defined(of(run.confusion) for run in one.runs), _all_defined(by_split), one.ratio
    )


def difference(pairs: Sequence[Pair], of: Score, ratio: float) -> Estimate:
    """First minus second over pairs of runs, likewise."""
    return over_splits(*defined_gains(pairs, of), ratio)


def defined_gains(pairs: Sequence[Pair], of: Score) -> tuple[list[float], dict[str, list[float]]]:
    """First minus second where that is defined: of each pair, folds pooled; of each split."""
    gains, by_split = gains_of(pairs, lambda one: of(one.confusion))
    return _defined(gains), _all_defined(by_split)


def _defined(values: Iterable[float]) -> list[float]:
    return [value for value in values if not math.isnan(value)]


def _all_defined(by_split: dict[str, list[float]]) -> dict[str, list[float]]:
    defined = {split: _defined(values) for split, values in by_split.items()}
    return {split: values for split, values in defined.items() if values}
