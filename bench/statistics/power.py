"""How many runs, and how many images, it takes to see a gain."""

from collections.abc import Callable

import numpy as np
import scipy  # (its `stats` takes a second to import, and does so when it is first used)
from numpy.typing import NDArray

from bench.statistics.paired import ALPHA, smallest_by_flips

POWER = 0.8
#: More runs than this nobody makes.
MANY = 100_000

Floats = NDArray[np.float64]


def power_of_runs(gain: float, sd: float, n: int, ratio: float = 0.0) -> float:
    """Chance that a two-sided paired t test at 5 % over n runs sees a gain.

    From the noncentral t distribution (Cohen: Statistical Power Analysis, 1988, §2.3); for
    resplits with the standard error of Nadeau & Bengio.

    Parameters
    ----------
    gain, sd : float
        Mean and standard deviation of the paired differences, in one unit.
    n : int
        Runs, or resplits; two or more.
    ratio : float
        Images tested on over images trained on for resplits of the same images, else 0.
    """
    shift = abs(gain) / (sd * np.sqrt(1 / n + ratio))
    bound = scipy.stats.t.ppf(1 - ALPHA / 2, n - 1)
    wrong_side = scipy.stats.nct.cdf(-bound, n - 1, shift)
    # SciPy has no number for some of the tiniest of these, which are below 1e-7.
    return float(scipy.stats.nct.sf(bound, n - 1, shift) + np.nan_to_num(wrong_side))


def runs_needed(gain: float, sd: float, ratio: float = 0.0) -> int | None:
    """Fewest runs that see the gain with 80 % power; None where no number of them does.

    See `power_of_runs` for the parameters.
    """
    if gain == 0:
        return None
    if sd == 0:
        return 2
    return _fewest(lambda n: power_of_runs(gain, sd, n, ratio) >= POWER)


def gain_seen(sd: float, n: int, ratio: float = 0.0) -> float | None:
    """The gain that n runs see with 80 % power; None below two runs."""
    if n < 2 or sd == 0:
        return None
    far = 1000 * sd * np.sqrt(1 + ratio)
    return float(
        scipy.optimize.brentq(
            lambda gain: power_of_runs(gain, sd, n, ratio) - POWER, 1e-9 * sd, far
        )
    )


def pairs_for_signs() -> int:
    """Pairs below which a sign-flip or McNemar test cannot reach 5 %, whatever comes out."""
    return next(n for n in range(1, 100) if smallest_by_flips(n) <= ALPHA)


def smallest_gain(supports: NDArray[np.int64]) -> float:
    """The smallest gain in balanced accuracy that an exact test on this test part can ever show.

    Six images, the fewest that reach 5 %, go over to one side and none to the other; they are of
    the classes where an image weighs least.

    Parameters
    ----------
    supports : int array, (classes,)
        Test images of each class.

    Returns
    -------
    float
        As a fraction of 1; NaN where there are fewer images.
    """
    weights = np.repeat(1 / (len(supports) * supports), supports)
    needed = pairs_for_signs()
    return float(np.sort(weights)[:needed].sum()) if len(weights) >= needed else float("nan")


def disagreement(first: Floats, second: Floats, nested: bool) -> Floats:
    """Share of a class's images that just one of two models has right, (classes,).

    Parameters
    ----------
    first, second : float array, (classes,)
        Recalls as fractions.
    nested : bool
        The better has right all that the other has, the fewest that can differ; else their errors
        are independent, and models of one task mostly err on the same images more than that.
    """
    if nested:
        return np.abs(first - second)
    return first * (1 - second) + second * (1 - first)


def share_of_images_needed(
    first: Floats, second: Floats, supports: NDArray[np.int64], differing: Floats
) -> float | None:
    """How many times this test part it takes to see the gain of one model over another.

    Connor's sample size for a paired difference (Biometrics 43, 1987) at 5 % and 80 % power,
    with the variance of a mean over classes in place of that over images.

    Parameters
    ----------
    first, second : float array, (classes,)
        Recalls as fractions.
    supports : int array, (classes,)
        Test images of each class.
    differing : float array, (classes,)
        See `disagreement`.

    Returns
    -------
    float or None
        1.5: half as many images again, with the same mix of classes. None for no gain.
    """
    gains = second - first
    gain = gains.mean()
    if abs(gain) < 1e-12:
        return None
    weights = 1 / (len(supports) ** 2 * supports)
    without, with_gain = weights @ differing, weights @ (differing - gains**2)
    reach = _z(1 - ALPHA / 2) * np.sqrt(without) + _z(POWER) * np.sqrt(np.maximum(with_gain, 0.0))
    return float((reach / gain) ** 2)


def gain_seen_by_images(supports: NDArray[np.int64], differing: Floats) -> float:
    """The gain in balanced accuracy that a test part sees with 80 % power, as a fraction.

    First order: the gain itself is left out of the variance.
    """
    weights = 1 / (len(supports) ** 2 * supports)
    return float((_z(1 - ALPHA / 2) + _z(POWER)) * np.sqrt(weights @ differing))


def _fewest(enough: Callable[[int], bool]) -> int | None:
    """The smallest number from two on that is enough, where more is never less."""
    high = 2
    while not enough(high):
        high *= 2
        if high > MANY:
            return None
    low = max(2, high // 2)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low


def _z(share: float) -> float:
    return float(scipy.stats.norm.ppf(share))
