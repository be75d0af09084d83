"""One measured ratio with its interval."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap

Ratios = NDArray[np.float64]

#: Of the interval, in both tails together, and how often the rounds are drawn again for it.
CONFIDENCE = 0.95
RESAMPLES = 2000


@dataclass(frozen=True)
class Row:
    """One measured ratio.

    Attributes
    ----------
    what : str
        What is divided by what, and the conditions: ``train images/s, hfc / none, resnet18 b16 224
        fp32``.
    ratio : float
        The median over the rounds of the ratio within a round.
    low, high : float
        The 95 % percentile bootstrap interval of that median, the rounds drawn again.
    n : int
        Rounds.
    """

    what: str
    ratio: float
    low: float
    high: float
    n: int


def row_of(what: str, ratios: Ratios) -> Row:
    """The row of a ratio that was measured once a round.

    Parameters
    ----------
    ratios : float64 array, (rounds,)
        One for each round.
    """
    median = float(np.median(ratios))
    if np.ptp(ratios) == 0:  # nothing varies, which SciPy takes for a mistake
        return Row(what, median, median, median, len(ratios))
    found = bootstrap(
        (ratios,),
        np.median,
        n_resamples=RESAMPLES,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    return Row(what, median, float(found.low), float(found.high), len(ratios))
