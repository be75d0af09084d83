"""How well one run's balanced accuracy is known, from its test images alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.statistics.intervals import LEVEL

RESAMPLES = 2000
#: The same images give the same interval.
SEED = 20030912
_CHUNK = 100


@dataclass(frozen=True)
class OneRun:
    """A balanced accuracy, or a difference of two, of one run, with its bootstrap interval.

    It says what other test images might have given to the *same* trained model; what another seed
    would give is not in it.

    Attributes
    ----------
    value : float
        Of the images as they are.
    se, low, high : float or None
        Of the bootstrap; None where the images leave it no spread.
    clusters : int
        What was drawn: so many images, sequences or subjects.
    unit : str
        Which of these.
    why : str
        Why there is no interval; empty where there is one.
    """

    value: float
    se: float | None
    low: float | None
    high: float | None
    clusters: int
    unit: str
    why: str = ""
    label: str = "one run"


def bootstrap(
    values: NDArray[np.float64],
    labels: NDArray[np.int64],
    clusters: Sequence[str] | None = None,
    unit: str = "images",
) -> OneRun:
    """Percentile interval of the unweighted mean over classes of the mean value of a class.

    Clusters are drawn with replacement: within each class where every one is of one class (images,
    sequences), else all together (subjects), and a class that a draw lacks is left out of its mean
    (Efron & Tibshirani: An Introduction to the Bootstrap, 1993, ch. 13; for clusters Field &
    Welsh, JRSS B 69, 2007).

    Parameters
    ----------
    values : float array, (N,)
        1 where an image is right and 0 where not; or the difference of two runs in this.
    labels : int array, (N,)
        True classes.
    clusters : sequence of str, (N,), optional
        What is drawn as a whole; each image by itself where it is left out.
    unit : str
        What a cluster is, for the reader.
    """
    names = (
        np.arange(len(labels)) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    )
    groups = int(names.max()) + 1
    known = int(labels.max()) + 1
    sums, sizes = np.zeros((groups, known)), np.zeros((groups, known))
    np.add.at(sums, (names, labels), values)
    np.add.at(sizes, (names, labels), 1)
    value = float(_balanced(sums.sum(axis=0), sizes.sum(axis=0)))
    drawn = _draw(sums, sizes)
    if np.ptp(drawn) < 1e-12:
        why = "every draw gives the same: these images leave the bootstrap no spread"
        return OneRun(value, None, None, None, groups, unit, why)
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    se = float(np.std(drawn, ddof=1))
    return OneRun(value, se, float(low), float(high), groups, unit)


def _draw(sums: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Balanced means of `RESAMPLES` draws."""
    rng = np.random.default_rng(SEED)
    strata = _strata(sizes)
    drawn = []
    for _ in range(0, RESAMPLES, _CHUNK):
        times = np.zeros((_CHUNK, len(sizes)))
        for members in strata:
            picks = members[rng.integers(len(members), size=(_CHUNK, len(members)))]
            np.add.at(times, (np.arange(_CHUNK)[:, None], picks), 1)
        drawn.append(_balanced(times @ sums, times @ sizes))
    return np.concatenate(drawn)


def _strata(sizes: NDArray[np.float64]) -> list[NDArray[np.int64]]:
    """Clusters by their class, where each is of one class."""
    if (np.count_nonzero(sizes, axis=1) > 1).any():
        return [np.arange(len(sizes))]
    classes = sizes.argmax(axis=1)
    return [np.flatnonzero(classes == label) for label in np.unique(classes)]


def _balanced(sums: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over the classes that are there, (..., classes) to (...)."""
    means = np.divide(sums, sizes, out=np.zeros_like(sums), where=sizes > 0)
    balanced: NDArray[np.float64] = means.sum(axis=-1) / np.count_nonzero(sizes, axis=-1)
    return balanced
