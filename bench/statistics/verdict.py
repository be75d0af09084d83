"""Whether a reported figure was reproduced, by a rule that is written down."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from bench.statistics.intervals import LEVEL, prediction_half_width, t_interval

REPRODUCED = "reproduced"
NOT_REPRODUCED = "not reproduced"
UNTOLD = "can't be told with these runs"
NOT_COMPARABLE = "not comparable"

#: Two figures nearer than this are the same to any reader, in percentage points.
TOLERANCE = 1.0
_MANY = 100_000


@dataclass(frozen=True)
class Verdict:
    """One of four words, and what it rests on.

    Attributes
    ----------
    word : str
        ``reproduced``, ``not reproduced``, ``can't be told with these runs``, ``not comparable``.
    why : str
        One plain sentence.
    n : int
        Runs.
    needed : int or None
        Runs that would tell; None where that is not known, or nothing more is needed.
    gap : float or None
        Mean minus reported.
    reach : float or None
        How far from the mean one more run may lie at 95 %.
    """

    word: str
    why: str
    n: int
    needed: int | None = None
    gap: float | None = None
    reach: float | None = None

    def __str__(self) -> str:
        """As it is printed."""
        return f"{self.word} (n needed: {self.needed or '?'})" if self.word == UNTOLD else self.word


def verdict(
    reported: float,
    values: Sequence[float],
    unlike: Sequence[str] = (),
    other_split: float = 0.0,
) -> Verdict:
    """Set a reported figure of one run against measured runs of the same thing.

    1. Where the two are of different things: not comparable.
    2. Fewer than two runs: can't be told.
    3. The gap between mean and reported figure is beyond the 95 % prediction interval of one more
       run, and beyond the tolerance: not reproduced.
    4. Else, where the mean is known to within the tolerance (its 95 % interval reaches no farther):
       reproduced.
    5. Else can't be told; needed are the runs that would bring the interval down to that.

    Parameters
    ----------
    reported : float
        In percent.
    values : sequence of float, (n,)
        Of runs of this configuration, in percent.
    unlike : sequence of str
        Why the two cannot be compared (`bench.comparability.differences`).
    other_split : float
        Standard deviation that drawing other test images gives a figure, in percent, where all
        the runs share one drawn split and the reported one was made on another; else 0.
    """
    n = len(values)
    mean = t_interval(values)
    gap = None if mean.mean is None else mean.mean - reported
    if unlike:
        return Verdict(NOT_COMPARABLE, "; ".join(unlike), n)
    if gap is None or n < 2:
        return Verdict(UNTOLD, f"{n} runs have no spread; two or more are needed", n, None, gap)
    reach = float(np.hypot(prediction_half_width(values) or 0.0, _normal(other_split)))
    bound = max(reach, TOLERANCE)
    if abs(gap) > bound:
        why = f"one more run would lie within {bound:.2f} of the mean; this is {abs(gap):.2f} off"
        return Verdict(NOT_REPRODUCED, why, n, None, gap, reach)
    half = mean.half or 0.0
    if half <= TOLERANCE:
        why = f"it lies within {bound:.2f} of a mean that is known to ± {half:.2f}"
        return Verdict(REPRODUCED, why, n, None, gap, reach)
    why = f"the mean is known to ± {half:.2f} only; ± {TOLERANCE:g} is needed"
    return Verdict(UNTOLD, why, n, _runs_for(mean.sd or 0.0), gap, reach)


def _normal(sd: float) -> float:
    """95 % reach of the difference of two figures, each from other test images."""
    return float(stats.norm.ppf((1 + LEVEL) / 2) * np.sqrt(2) * sd)


def _runs_for(sd: float) -> int:
    """Runs whose t interval reaches no farther than the tolerance, if they spread like these."""
    n = 2
    while n < _MANY and stats.t.ppf((1 + LEVEL) / 2, n - 1) * sd / np.sqrt(n) > TOLERANCE:
        n += 1
    return n
