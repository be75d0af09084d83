"""One model against another on the runs that they share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy.orm import Session

from bench.statistics.bootstrap import OneRun, bootstrap
from bench.statistics.family import holm, out_of_reach
from bench.statistics.images import Answers, NotStored, answers
from bench.statistics.intervals import Estimate
from bench.statistics.measured import (
    BALANCED,
    PERCENT,
    Configuration,
    Run,
    Score,
    defined,
    group_by_split,
    over_splits,
)
from bench.statistics.paired import (
    ALPHA,
    Outcome,
    cluster_sums,
    cohens_dz,
    discordant,
    exact_mcnemar,
    odds_ratio,
    paired_t,
    sign_flip,
)

HIGHER, LOWER, UNTOLD, MISSING = "higher", "lower", "can't be told", "missing"

Pair = tuple[Run, Run]


@dataclass(frozen=True)
class Across:
    """A test with its p after Holm's correction over the family that it was asked in."""

    test: Outcome
    adjusted: float | None = None

    @property
    def passed(self) -> bool:
        """Whether it rejects at 5 %."""
        return self.adjusted is not None and self.adjusted <= ALPHA


@dataclass(frozen=True)
class Comparison:
    """First minus second, in percentage points of balanced accuracy.

    Attributes
    ----------
    first, second : str
        Attention labels.
    dataset, protocol, backbone, rule : str
        What they share.
    optimistic : bool
        The test part picked the epoch.
    unlike : tuple of str
        Settings beside the attention in which they differ; empty for two of one matrix row.
    means : tuple of Estimate
        Of all runs of the first and of the second.
    gain : Estimate
        Of the pairs, which share split and seed.
    splits : int
        Different splits among the pairs.
    unpaired : int
        Runs of either, asked for or done, without a partner.
    effect : float or None
        Cohen's d_z over the pairs.
    runs : Across
        Whether other seeds, or splits of the same images, would show it.
    signs : Outcome
        The same without assuming a normal distribution; independent runs only.
    images : Across
        Whether other images, or people, would show it to these trained models.
    unit : str
        What is independent among the images: subjects, sequences or images.
    only : tuple of int, or None
        Images that only the first, only the second has right, over all pairs.
    odds : float or None
        The ratio of these two.
    one_run : tuple of OneRun
        First, second and gain with bootstrap intervals, where there is just one pair.
    family : int
        Comparisons that `adjusted` takes into account.
    """

    first: str
    second: str
    dataset: str
    protocol: str
    backbone: str
    rule: str
    optimistic: bool
    unlike: tuple[str, ...]
    means: tuple[Estimate, Estimate]
    gain: Estimate
    splits: int
    unpaired: int
    effect: float | None
    runs: Across
    signs: Outcome
    images: Across
    unit: str = ""
    only: tuple[int, int] | None = None
    odds: float | None = None
    one_run: tuple[OneRun, ...] = ()
    family: int = 1
    family_note: str = ""

    @property
    def images_known(self) -> bool:
        """Whether the store held what a test across images takes."""
        return self.only is not None

    @property
    def conclusion(self) -> str:
        """``higher``, ``lower``, ``can't be told`` or ``missing``, by the rule in the docs.

        A difference is told where the test across runs rejects and, if the store allows one, that
        across images too.
        """
        if self.gain.mean is None:
            return MISSING
        if not self.runs.passed or (self.images_known and not self.images.passed):
            return UNTOLD
        return HIGHER if self.gain.mean > 0 else LOWER


def compare(
    session: Session, first: Configuration, second: Configuration, unlike: Sequence[str] = ()
) -> Comparison:
    """Set two configurations against each other on the runs that share seed and split."""
    pairs = paired(first, second)
    gains, by_split = gains_of(pairs)
    resplit = len(by_split) > 1
    means = [float(np.mean(values)) for values in by_split.values()]
    runs = paired_t(means, first.ratio) if resplit else paired_t(gains)
    comparison = Comparison(
        first.attention,
        second.attention,
        first.dataset,
        first.protocol,
        first.backbone,
        first.rule,
        first.optimistic,
        tuple(unlike),
        (first.estimate(), second.estimate()),
        over_splits(gains, by_split, first.ratio),
        len(by_split),
        len(_asked(first) | _asked(second)) - len(pairs),
        cohens_dz(gains),
        Across(runs, runs.p),
        _signs(gains, resplit),
        Across(Outcome("across images", 0, why="no pair of runs")),
    )
    return _with_images(session, comparison, pairs) if pairs else comparison


def as_family(comparisons: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """The same with p-values corrected over all of them, after Holm.

    Across runs and across images are a family each: a conclusion asks for both, so that the one
    need not pay for the other.
    """
    runs = holm([comparison.runs.test for comparison in comparisons])
    images = holm([comparison.images.test for comparison in comparisons])
    note = out_of_reach([comparison.images.test for comparison in comparisons])
    return tuple(
        replace(
            comparison,
            runs=Across(comparison.runs.test, run),
            images=Across(comparison.images.test, image),
            family=len(comparisons),
            family_note=note,
        )
        for comparison, run, image in zip(comparisons, runs, images, strict=True)
    )


def paired(first: Configuration, second: Configuration) -> list[Pair]:
    """Runs of both that share seed and split."""
    partners = {(run.splits, run.seed): run for run in second.runs}
    keys = [(run.splits, run.seed) for run in first.runs]
    return [
        (run, partners[key]) for run, key in zip(first.runs, keys, strict=True) if key in partners
    ]


def gains_of(
    pairs: Sequence[Pair], of: Score = BALANCED
) -> tuple[list[float], dict[str, list[float]]]:
    """First minus second in percentage points: of each pair, folds pooled; of each split.

    Where one of the two is undefined, so is the difference, and left out.

    Parameters
    ----------
    of : callable
        What is compared, of a run and of a fold alike; else balanced accuracy.
    """
    folds = group_by_split(
        (mine.split, of(mine) - of(theirs))
        for one, other in pairs
        for mine, theirs in zip(one.folds, other.folds, strict=True)
    )
    return defined(of(one) - of(other) for one, other in pairs), folds


def _asked(configuration: Configuration) -> set[tuple[int, int]]:
    return {*((run.split_seed, run.seed) for run in configuration.runs), *configuration.missing}


def _signs(gains: Sequence[float], resplit: bool) -> Outcome:
    name = "sign-flip across runs"
    if resplit:
        why = "resplits share images, so that their signs are not independent"
        return Outcome(name, len(gains), why=why)
    return sign_flip(gains, name)


def _with_images(session: Session, comparison: Comparison, pairs: Sequence[Pair]) -> Comparison:
    rule = comparison.rule
    try:
        answered = [(answers(session, a, rule), answers(session, b, rule)) for a, b in pairs]
    except NotStored as missing:
        return replace(comparison, images=Across(Outcome("across images", 0, why=str(missing))))
    first = answered[0][0]
    unit = first.images.clusters[1]
    counts = [discordant(a.right, b.right) for a, b in answered]
    only = (sum(count[0] for count in counts), sum(count[1] for count in counts))
    test = _across_images(answered, unit)
    return replace(
        comparison,
        images=Across(test, test.p),
        unit=unit,
        only=only,
        odds=odds_ratio(*only),
        one_run=_one_run(*answered[0]) if len(answered) == 1 else (),
    )


def _across_images(answered: Sequence[tuple[Answers, Answers]], unit: str) -> Outcome:
    clusters = [a.images.clusters[0] for a, _ in answered]
    independent = all(len(set(names)) == len(names) for names in clusters)
    if len(answered) == 1 and independent:
        ((first, second),) = answered
        return exact_mcnemar(first.right, second.right)
    # What each image adds to the mean gain in balanced accuracy, so that the sums make it up.
    shares = [
        _weights(a) * (a.right.astype(np.float64) - b.right) / len(answered) for a, b in answered
    ]
    names = [name for run in clusters for name in run]
    kind = "images" if independent else unit
    sums = cluster_sums(np.concatenate(shares), names)
    return sign_flip([float(value) for value in sums], f"sign-flip across {kind}", kind)


def _weights(run: Answers) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    supports = np.bincount(run.labels)
    weights: np.ndarray[tuple[int], np.dtype[np.float64]] = 1 / (
        np.count_nonzero(supports) * supports[run.labels]
    )
    return weights


def _one_run(first: Answers, second: Answers) -> tuple[OneRun, ...]:
    clusters, unit = first.images.clusters
    a, b = first.right.astype(np.float64), second.right.astype(np.float64)
    found = [bootstrap(values, first.labels, clusters, unit) for values in (a, b, a - b)]
    return tuple(_in_percent(one) for one in found)


def _in_percent(one: OneRun) -> OneRun:
    def percent(value: float | None) -> float | None:
        return None if value is None else value * PERCENT

    return replace(
        one,
        value=one.value * PERCENT,
        se=percent(one.se),
        low=percent(one.low),
        high=percent(one.high),
    )
