"""Several models over several datasets: ranks, and how far apart they must be."""

from dataclasses import dataclass
from math import factorial

import numpy as np
import scipy  # (its `stats` takes a second to import, and does so when it is first used)
from numpy.typing import NDArray

from bench.statistics.paired import ALPHA, DRAWN, SEED, Outcome, smallest_by_flips


@dataclass(frozen=True)
class Ranking:
    """What a critical-difference picture shows.

    Demšar: Statistical Comparisons of Classifiers over Multiple Data Sets. JMLR 7, 2006, §3.2.

    Attributes
    ----------
    models : tuple of str
        Best first.
    ranks : tuple of float
        Average rank of each; 1 is best.
    datasets : int
        How many each was ranked on.
    test : Outcome
        Whether they differ at all: Friedman for three or more models, Wilcoxon for two.
    critical_difference : float or None
        Average ranks nearer than this cannot be told apart (Nemenyi); None for two models.
    groups : tuple of tuple of str
        Models that cannot be told apart, each group as long as it goes: the bars of the picture.
        Where `test` rejects nothing they are all in one.
    """

    models: tuple[str, ...]
    ranks: tuple[float, ...]
    datasets: int
    test: Outcome
    critical_difference: float | None
    groups: tuple[tuple[str, ...], ...]


def rank(models: tuple[str, ...], figures: NDArray[np.float64]) -> Ranking:
    """Rank models over datasets.

    Parameters
    ----------
    models : tuple of str, (k,)
        Two or more.
    figures : float array, (datasets, k)
        The higher the better, one row a dataset.
    """
    count, k = figures.shape
    average = scipy.stats.rankdata(-figures, axis=1).mean(axis=0)
    order = np.argsort(average, kind="stable")
    names = tuple(models[i] for i in order)
    ranks = tuple(float(average[i]) for i in order)
    if k == 2:
        test, critical = wilcoxon(figures[:, 0] - figures[:, 1]), None
    else:
        test, critical = friedman(figures), nemenyi(k, count)
    reach = critical if critical is not None else 0.0
    rejected = test.p is not None and test.p <= ALPHA
    groups = _groups(names, ranks, reach) if rejected else (names,)
    return Ranking(names, ranks, count, test, critical, groups)


def nemenyi(k: int, datasets: int) -> float:
    """Critical difference of average ranks at 5 %: q sqrt(k (k + 1) / (6 N)).

    Parameters
    ----------
    k, datasets : int
        Models, and datasets that they were ranked on.
    """
    q = scipy.stats.studentized_range.ppf(1 - ALPHA, k, np.inf) / np.sqrt(2)
    return float(q * np.sqrt(k * (k + 1) / (6 * datasets)))


def friedman(figures: NDArray[np.float64]) -> Outcome:
    """Friedman's test on (datasets, k), by permutation within datasets.

    The chi-squared form is too rough for a handful of datasets. Where the models can be ordered
    in at most 9,999 ways all are counted, else as many are drawn.
    """
    count, k = figures.shape
    smallest = min(1.0, float(factorial(k)) ** (1 - count))
    if smallest > ALPHA:
        why = f"{count} datasets cannot give less than p = {smallest:.3g}, whatever comes out"
        return Outcome("Friedman", count, None, smallest, why)
    ranks = scipy.stats.rankdata(figures, axis=1)
    if np.ptp(ranks) == 0:
        return Outcome("Friedman", count, None, smallest, "all models are equal on every dataset")
    found = scipy.stats.permutation_test(
        tuple(ranks.T),
        lambda *columns, axis: sum(column.sum(axis=axis) ** 2 for column in columns),
        permutation_type="samples",
        alternative="greater",
        vectorized=True,
        n_resamples=DRAWN,
        rng=np.random.default_rng(SEED),
    )
    return Outcome("Friedman", count, float(found.pvalue), smallest)


def wilcoxon(differences: NDArray[np.float64]) -> Outcome:
    """Wilcoxon's signed-rank test of two models over datasets; equal pairs drop out."""
    speaking = differences[differences != 0]
    n = len(speaking)
    smallest = smallest_by_flips(n)
    name = "Wilcoxon signed-rank"
    if smallest > ALPHA:
        why = f"{n} datasets that differ cannot give less than p = {smallest:.3g}"
        return Outcome(name, n, None, smallest, why)
    method = scipy.stats.PermutationMethod(n_resamples=DRAWN, rng=np.random.default_rng(SEED))
    tied = len(np.unique(np.abs(speaking))) < n
    return Outcome(
        name,
        n,
        float(scipy.stats.wilcoxon(speaking, method=method if tied else "auto").pvalue),
        smallest,
    )


def _groups(
    names: tuple[str, ...], ranks: tuple[float, ...], reach: float
) -> tuple[tuple[str, ...], ...]:
    """The longest runs of models whose outermost ranks are within reach."""
    found: list[tuple[int, int]] = []
    for start, low in enumerate(ranks):
        end = max(i for i, high in enumerate(ranks) if high - low <= reach) + 1
        if not any(end <= other for _, other in found):
            found.append((start, end))
    return tuple(names[start:end] for start, end in found if end - start > 1)
