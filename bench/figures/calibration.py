"""Whether a model is as often right as it is sure (reliability diagram)."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from scipy.special import softmax
from scipy.stats import binomtest

from bench.figures.style import COLOURS, COLUMN, add_note, new_figure, styled

Floats = NDArray[np.float64]
#: Draws for what a calibrated model's error would be, and their seed.
DRAWS, SEED = 1000, 0


@dataclass(frozen=True, eq=False)
class Reliability:
    """A model's answers, by how sure it was.

    Attributes
    ----------
    confidence : float64 array, (N,)
        Softmax probability of each image's predicted class.
    right : bool array, (N,)
        Whether that class is the true one.
    bins : int
        Equal parts of [0, 1]; a bin holds its upper edge.
    """

    confidence: Floats
    right: NDArray[np.bool_]
    bins: int

    @property
    def place(self) -> NDArray[np.int64]:
        """The bin of each image."""
        edges = np.linspace(0, 1, self.bins + 1)
        return np.searchsorted(edges[1:-1], self.confidence)

    @property
    def counts(self) -> NDArray[np.int64]:
        """Images in each bin."""
        return np.bincount(self.place, minlength=self.bins)

    @property
    def accuracy(self) -> Floats:
        """Share of right answers in each bin; NaN in an empty one."""
        return self._mean(self.right.astype(np.float64))

    @property
    def sureness(self) -> Floats:
        """Mean confidence in each bin; NaN in an empty one."""
        return self._mean(self.confidence)

    @property
    def error(self) -> float:
        """Expected calibration error: |accuracy − confidence|, averaged over the images.

        Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, Eq. 5.
        """
        gaps = self.right[None] - self.confidence
        return float(_calibration_error(self.place, self.bins, gaps)[0])

    def error_by_chance(self) -> tuple[float, float]:
        """Mean and 95th percentile of the error, were the model calibrated.

        It is not zero with so many images: right answers are drawn with the model's own
        confidences (consistency resampling: Bröcker & Smith, "Increasing the Reliability of
        Reliability Diagrams", Weather and Forecasting 22, 2007).
        """
        random = np.random.Generator(np.random.PCG64(SEED))
        right = random.random((DRAWS, len(self.confidence))) < self.confidence
        errors = _calibration_error(self.place, self.bins, right - self.confidence)
        return float(errors.mean()), float(np.percentile(errors, 95))

    def _mean(self, values: Floats) -> Floats:
        sums = np.bincount(self.place, weights=values, minlength=self.bins)
        undefined = np.full(self.bins, np.nan)
        mean: Floats = np.divide(sums, self.counts, out=undefined, where=self.counts > 0)
        return mean


def reliability(
    logits: NDArray[np.float32], labels: NDArray[np.int64], bins: int = 15
) -> Reliability:
    """From logits (N, classes) and true classes (N,)."""
    probabilities = softmax(logits.astype(np.float64), axis=1)
    predicted = logits.argmax(axis=1)
    return Reliability(probabilities.max(axis=1), predicted == labels, bins)


def draw_calibration(found: Reliability, note: str = "") -> Figure:
    """Accuracy over confidence with 95 % Wilson intervals, and how many images there are."""
    with styled():
        figure = new_figure(COLUMN, 3.9)
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
        _draw_accuracy(upper, found)
        edges = np.linspace(0, 1, found.bins + 1)
        lower.bar(
            edges[:-1], found.counts, np.diff(edges), align="edge", color="0.7", edgecolor="white"
        )
        lower.yaxis.set_major_locator(MaxNLocator(3, integer=True))
        lower.set_xlabel("confidence")
        lower.set_ylabel("images")
        mean, most = found.error_by_chance()
        told = (
            f"ECE {100 * found.error:.1f} % ({found.bins} bins, {len(found.right)} images)\n"
            f"if calibrated: {100 * mean:.1f} %, 95 % of draws below {100 * most:.1f} %"
        )
        figure.suptitle(told, fontsize=8, x=0.02, ha="left")
        if note:
            add_note(figure, note)
    return figure


def _draw_accuracy(axes: Axes, found: Reliability) -> None:
    held = found.counts > 0
    right = np.bincount(found.place, weights=found.right, minlength=found.bins)[held].astype(int)
    intervals = [
        binomtest(int(k), int(n)).proportion_ci(method="wilson")
        for k, n in zip(right, found.counts[held], strict=True)
    ]
    accuracy = found.accuracy[held]
    reach = np.array(
        [
            [max(a - i.low, 0.0) for a, i in zip(accuracy, intervals, strict=True)],
            [max(i.high - a, 0.0) for a, i in zip(accuracy, intervals, strict=True)],
        ]
    )
    axes.plot([0, 1], [0, 1], "--", color="0.5", label="calibrated")
    axes.errorbar(
        found.sureness[held],
        accuracy,
        yerr=reach,
        fmt="o",
        color=COLOURS[0],
        elinewidth=0.8,
        capsize=2,
        clip_on=False,
        label="measured, 95 % interval",
    )
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_ylabel("accuracy")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)


def _calibration_error(place: NDArray[np.int64], bins: int, gaps: Floats) -> NDArray[np.float64]:
    """|sum of the gaps| over the bins, over images; gaps are (draws, N)."""
    inside = np.zeros((gaps.shape[1], bins))
    inside[np.arange(gaps.shape[1]), place] = 1.0
    error: Floats = np.abs(gaps @ inside).sum(axis=1) / gaps.shape[1]
    return error
