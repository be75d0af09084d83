"""Whether a reported figure was reproduced, by a rule that is written down."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from bench.statistics.intervals import LEVEL, Estimate, prediction_half_width, t_interval

REPRODUCED = "reproduced"
NOT_REPRODUCED = "not reproduced"
UNTOLD = "can't be told with these runs"
NOT_COMPARABLE = "not comparable"

#: Two figures nearer than this are the same to any reader, in percentage points.
TOLERANCE = 1.0
NO_NUMBER = "no number is enough"
_MANY = 20_000


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
    needed : str
        What would tell: a number of runs, or what no number makes up for; empty where it is told.
    gap : float or None
        Mean minus reported.
    reach : float or None
        How far from the mean one more run may lie at 95 %.
    """

    word: str
    why: str
    n: int
    needed: str = ""
    gap: float | None = None
    reach: float | None = None

    def __str__(self) -> str:
        """As it is printed."""
        return f"{self.word} (n needed: {self.needed})" if self.word == UNTOLD else self.word


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
    4. The gap is within the tolerance, and the mean is known to within it too: reproduced.
    5. Else can't be told. That a figure is not refused does not make it reproduced.

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
        return Verdict(UNTOLD, f"{n} runs have no spread", n, "2 or more", gap)
    drawn = _normal(other_split)
    reach = float(np.hypot(prediction_half_width(values) or 0.0, np.sqrt(2) * drawn))
    bound = max(reach, TOLERANCE)
    if abs(gap) > bound:
        why = f"one more run would lie within {bound:.2f} of the mean; this is {abs(gap):.2f} off"
        return Verdict(NOT_REPRODUCED, why, n, "", gap, reach)
    half = mean.half or 0.0
    if drawn > TOLERANCE:
        why = (
            f"all runs are on one split, where other test images would move the mean by {drawn:.2f}"
        )
        return Verdict(UNTOLD, why, n, "runs on other splits", gap, reach)
    if half > TOLERANCE:
        why = f"the mean is known to ± {half:.2f} only; ± {TOLERANCE:g} is needed"
        return Verdict(UNTOLD, why, n, str(_runs_for(mean.sd or 0.0)), gap, reach)
    if abs(gap) > TOLERANCE:
        why = f"it is {abs(gap):.2f} off the mean, as far as one run may be by chance"
        return Verdict(UNTOLD, why, n, NO_NUMBER, gap, reach)
    why = f"it is {abs(gap):.2f} off a mean that is known to ± {half:.2f}"
    return Verdict(REPRODUCED, why, n, "", gap, reach)


def verdict_on_gain(
    reported: float,
    differences: Sequence[float],
    unlike: Sequence[str] = (),
    other_split: float = 0.0,
) -> Verdict:
    """The same for a gain, which is reproduced only if it is one.

    Two gains within a point of each other may have different signs, or ours may be none: it must
    lie on the side of 0 that is claimed, with all of its 95 % interval.
    """
    found = verdict(reported, differences, unlike, other_split)
    mean = t_interval(differences)
    if found.word != REPRODUCED or mean.low is None or mean.high is None:
        return found
    if (mean.low > 0) if reported > 0 else (mean.high < 0):
        return found
    why = f"the 95 % interval of our gain, {mean.low:+.2f} to {mean.high:+.2f}, does not show one"
    return replace(found, word=UNTOLD, why=why, needed=_beyond_zero(mean))


def _beyond_zero(mean: Estimate) -> str:
    """Runs whose interval would leave 0 out, if they spread and lie like these."""
    gap, sd = abs(mean.mean or 0.0), mean.sd or 0.0
    needed = (n for n in range(mean.n + 1, _MANY) if _half(n, sd) < gap)
    return str(next(needed, NO_NUMBER))


def _normal(sd: float) -> float:
    """95 % reach of a figure on other test images."""
    return float(special.ndtri((1 + LEVEL) / 2) * sd)


def _runs_for(sd: float) -> int:
    """Runs whose t interval reaches no farther than the tolerance, if they spread like these."""
    return next((n for n in range(2, _MANY) if _half(n, sd) <= TOLERANCE), _MANY)


def _half(n: int, sd: float) -> float:
    return float(special.stdtrit(n - 1, (1 + LEVEL) / 2) * sd / np.sqrt(n))
