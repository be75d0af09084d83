"""A mean over repeated runs with the interval that its few values allow."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

#: Percentages nearer to each other than this differ by the rounding of equal figures.
ZERO = 1e-9
LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A mean, and how well it is known; what is undefined is None, never 0.

    Attributes
    ----------
    n : int
        Values it is made of.
    mean, sd : float or None
        Of the values; sd with n - 1 in the denominator, from two values on.
    se, df : float or None
        Standard error and degrees of freedom of the interval.
    low, high : float or None
        The 95 % interval.
    method : str
        How the interval was made.
    why : str
        Why there is no interval; empty where there is one.
    """

    n: int
    mean: float | None = None
    sd: float | None = None
    se: float | None = None
    df: float | None = None
    low: float | None = None
    high: float | None = None
    method: str = ""
    why: str = ""

    @property
    def half(self) -> float | None:
        """Half the width of the interval."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2


def t_interval(values: Sequence[float]) -> Estimate:
    """Mean and Student t interval of independent values.

    Parameters
    ----------
    values : sequence of float, (n,)
        One for each run.
    """
    return _estimate(values, 1 / max(len(values), 1), "t interval over runs")


def resampled_interval(values: Sequence[float], ratio: float) -> Estimate:
    """Mean and interval over resplits of the same images, which overlap and so depend.

    The variance of the mean is (1/J + n_test/n_train) s² in place of s²/J, with J - 1 degrees of
    freedom (Nadeau & Bengio: Inference for the Generalization Error. Machine Learning 52, 2003;
    for the folds of repeated cross-validation Bouckaert & Frank, PAKDD 2004).

    Parameters
    ----------
    values : sequence of float, (J,)
        One for each split.
    ratio : float
        Images tested on over images trained on.
    """
    variance = 1 / max(len(values), 1) + ratio
    return _estimate(values, variance, "corrected resampled t interval over splits")


def difference(first: Estimate, second: Estimate) -> Estimate:
    """First minus second of two that share nothing: Welch's interval.

    Degrees of freedom after Satterthwaite (Welch: The generalization of 'Student's' problem.
    Biometrika 34, 1947).
    """
    n = min(first.n, second.n)
    if first.mean is None or second.mean is None:
        return Estimate(n, why="one side has no result")
    mean = first.mean - second.mean
    if first.se is None or second.se is None or first.df is None or second.df is None:
        return Estimate(n, mean, why="one side has no interval")
    method = "Welch interval"
    parts = (first.se**2, second.se**2)
    if sum(parts) == 0:
        return Estimate(n, mean, why="neither side varies")
    df = sum(parts) ** 2 / (parts[0] ** 2 / first.df + parts[1] ** 2 / second.df)
    return _around(Estimate(n, mean, se=float(np.sqrt(sum(parts))), df=df, method=method))


def prediction_half_width(values: Sequence[float]) -> float | None:
    """How far one more run may lie from the mean of these, at 95 %; None below two values.

    t s sqrt(1 + 1/n) (Hahn & Meeker: Statistical Intervals, 1991, ch. 4). Resplits that all depend
    on each other alike need no correction here: what they share cancels in the deviation of one
    more from their mean.
    """
    n = len(values)
    if n < 2:
        return None
    reach = special.stdtrit(n - 1, (1 + LEVEL) / 2) * np.std(values, ddof=1) * np.sqrt(1 + 1 / n)
    return float(reach)


def _estimate(values: Sequence[float], variance: float, method: str) -> Estimate:
    n = len(values)
    if n == 0:
        return Estimate(0, why="no result")
    mean = math.fsum(values) / n  # (exact, and for so few far quicker than an array of them)
    if n == 1:
        return Estimate(1, mean, why="one value has no spread")
    sd = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1))
    if max(values) - min(values) < ZERO and not math.isnan(sd):
        sd = 0.0  # equal but for rounding, they would else be as good as certain
    se = sd * math.sqrt(variance)
    return _around(Estimate(n, mean, sd, se, n - 1, method=method))


def _around(estimate: Estimate) -> Estimate:
    """The same with its interval; equal values have none, for it would claim to know all."""
    e = estimate
    if e.mean is None or e.se is None or e.df is None:
        return e
    if e.se == 0:
        return Estimate(e.n, e.mean, e.sd, why="all values are equal: their spread is unknown")
    half = float(special.stdtrit(e.df, (1 + LEVEL) / 2)) * e.se
    return Estimate(e.n, e.mean, e.sd, e.se, e.df, e.mean - half, e.mean + half, e.method)
