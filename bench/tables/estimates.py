"""Any figure of runs and of their classes, by its name."""

import math
from collections.abc import Sequence
from functools import lru_cache
from operator import attrgetter

import numpy as np

from bench.metrics import Metrics, measure
from bench.statistics.comparison import Pair, gains_of
from bench.statistics.intervals import Estimate
from bench.statistics.measured import PERCENT, Score, over_splits


def score(metric: str) -> Score:
    """The figure of that name which a run has as a whole."""
    return attrgetter(metric)


def score_of_class(metric: str, label: int) -> Score:
    """That of a class, by its name in `bench.metrics.Metrics`."""
    return lambda one: float(getattr(_measured(one.confusion.tobytes()), metric)[label]) * PERCENT


@lru_cache(maxsize=1 << 10)
def _measured(counts: bytes) -> Metrics:
    """Each matrix is worked out once: a table asks for every class of it."""
    flat = np.frombuffer(counts, dtype=np.int64)
    return measure(flat.reshape(math.isqrt(len(flat)), -1))


def difference(pairs: Sequence[Pair], of: Score, ratio: float) -> Estimate:
    """Mean of first minus second, with an interval that knows whether splits overlap."""
    return over_splits(*gains_of(pairs, of), ratio)
