"""Tests of two models on the same runs or the same images, and the sizes of their effects."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy  # (its `stats` takes a second to import, and does so when it is first used)
from numpy.typing import NDArray
from scipy import special

from bench.statistics.intervals import ZERO, resampled_interval, t_interval

ALPHA = 0.05
#: Up to so many pairs every flip of signs is counted; beyond it some are drawn.
EXACT = 16
DRAWN = 9999
SEED = 20030912


@dataclass(frozen=True)
class Outcome:
    """The outcome of a test, or why there can be none.

    Attributes
    ----------
    name : str
        Which test.
    n : int
        What can speak for one side or the other: pairs, images or clusters that differ; for the
        paired t test all pairs.
    p : float or None
        Two-sided; None where the test cannot be made, or could not reach 5 % whatever came out.
    smallest : float or None
        The smallest p that so many could give; None where there is no such bound.
    why : str
        Why there is no p.
    """

    name: str
    n: int
    p: float | None = None
    smallest: float | None = None
    why: str = ""


def paired_t(differences: Sequence[float], ratio: float = 0.0) -> Outcome:
    """Paired t test; for resplits that overlap with Nadeau & Bengio's variance.

    Parameters
    ----------
    differences : sequence of float, (n,)
        One for each run, or for each split.
    ratio : float
        Images tested on over images trained on where each difference is of another split of the
        same images; 0 for runs on one split.
    """
    name = "corrected resampled t" if ratio else "paired t"
    estimate = resampled_interval(differences, ratio) if ratio else t_interval(differences)
    if len(differences) < 2:
        pairs = "1 pair" if len(differences) == 1 else "0 pairs"
        return Outcome(name, len(differences), why=f"{pairs}: it needs two or more")
    if estimate.mean is None or estimate.se is None or estimate.df is None:
        return Outcome(name, len(differences), why="all differences are equal: t is undefined")
    p = 2 * special.stdtr(estimate.df, -abs(estimate.mean) / estimate.se)
    return Outcome(name, len(differences), float(p))


def sign_flip(
    differences: Sequence[float], name: str = "sign-flip", unit: str = "pairs"
) -> Outcome:
    """Whether the mean difference could be chance, were each difference as likely its negative.

    Every flip of signs is counted up to 16 differences other than zero; beyond that 9,999 are
    drawn (Fisher: The Design of Experiments, 1935, §21; Ernst: Permutation Methods. Statistical
    Science 19, 2004). Two-sided p ≥ 2 / 2ⁿ: five pairs cannot come below 0.0625.
    """
    values = np.asarray(differences, dtype=np.float64)
    speaking = values[np.abs(values) > ZERO]
    n = len(speaking)
    smallest = smallest_by_flips(n)
    if smallest > ALPHA:
        return Outcome(name, n, None, smallest, _too_few(n, unit, smallest))
    found = scipy.stats.permutation_test(
        (speaking,),
        lambda x, axis: x.sum(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=2**n if n <= EXACT else DRAWN,
        batch=1000,
        rng=np.random.default_rng(SEED),
    )
    return Outcome(name, n, float(found.pvalue), smallest)


def cluster_sums(differences: NDArray[np.float64], clusters: Sequence[str]) -> NDArray[np.float64]:
    """Sum of the images' differences in each cluster: what is flipped as a whole.

    Parameters
    ----------
    differences : float array, (N,)
        Of each image.
    clusters : sequence of str, (N,)
        Its subject or sequence.
    """
    _, places = np.unique(np.asarray(clusters), return_inverse=True)
    return np.bincount(places, weights=differences).astype(np.float64)


def exact_mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Outcome:
    """McNemar's test on independent images: exact, from those that just one of two has right.

    McNemar: Note on the sampling error of the difference between correlated proportions or
    percentages. Psychometrika 12, 1947; exact, by the binomial distribution.
    """
    only_first, only_second = discordant(first, second)
    n = only_first + only_second
    smallest = smallest_by_flips(n)
    name = "exact McNemar"
    if smallest > ALPHA:
        return Outcome(name, n, None, smallest, _too_few(n, "images", smallest))
    p = float(scipy.stats.binomtest(only_first, n).pvalue)  # the concordant have no say in it
    return Outcome(name, n, p, smallest)


def discordant(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> tuple[int, int]:
    """How many images only the first, and only the second, has right."""
    return int((first & ~second).sum()), int((~first & second).sum())


def cohens_dz(differences: Sequence[float]) -> float | None:
    """Mean over standard deviation of the differences (Cohen 1988, §2.3.5); None if undefined."""
    estimate = t_interval(differences)
    if estimate.mean is None or not estimate.sd:
        return None
    return estimate.mean / estimate.sd


def odds_ratio(only_first: int, only_second: int) -> float | None:
    """How many images the first alone has right for each that the second alone has; None of 0."""
    return only_first / only_second if only_second else None


def smallest_by_flips(n: int) -> float:
    """The smallest two-sided p that n signs can give: all on one side."""
    return min(1.0, 2.0 ** (1 - n))


def _too_few(n: int, unit: str, smallest: float) -> str:
    return f"{n} {unit} that differ cannot give less than p = {smallest:.3g}, whatever comes out"
