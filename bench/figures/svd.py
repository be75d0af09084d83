"""An image as a sum of rank-1 terms, and its singular values (Kim & Jo, Fig. 4, Eq. 5)."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bench.figures.style import (
    COLOURS,
    NORMAL,
    PAGE,
    SIGNED,
    add_note,
    formulas,
    log_scale,
    new_figure,
    show_image,
    styled,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Terms:
    """A decomposition.

    Attributes
    ----------
    image : float64 array, (n, n)
        What is taken apart.
    values : float64 array, (n,)
        Singular values, descending.
    terms : float64 array, (k, n, n)
        σ₁u₁v₁ᵀ and so on.
    sums : float64 array, (k, n, n)
        Of the first one, two, … k terms.
    """

    image: Floats
    values: Floats
    terms: Floats
    sums: Floats

    @property
    def energy(self) -> Floats:
        """Share of the image's squared norm that the first 1 … n terms hold."""
        squares = self.values**2
        shares: Floats = np.cumsum(squares) / squares.sum()
        return shares


def decompose(image: Floats, count: int) -> Terms:
    """The first `count` rank-1 terms of an image, and all of its singular values."""
    left, values, right = np.linalg.svd(image)
    terms = values[:count, None, None] * left.T[:count, :, None] * right[:count, None, :]
    return Terms(image, values, terms, np.cumsum(terms, axis=0))


def draw_svd(terms: Terms, note: str = "") -> Figure:
    """The image, its first terms, their sums, and the spectrum."""
    count = len(terms.terms)
    with styled(), formulas():
        figure = new_figure(PAGE, PAGE / (count + 1) * 2 + 1.9)
        grid = figure.add_gridspec(3, count + 1, height_ratios=[1, 1, 1.15])
        low, high = terms.image.min(), terms.image.max()
        show_image(figure.add_subplot(grid[0, 0]), terms.image, "image", cmap="gray")
        share = figure.add_subplot(grid[1, 0])
        share.axis("off")
        share.text(0.5, 0.5, "sum of the\nterms so far", ha="center", va="center", fontsize=NORMAL)
        for index in range(count):
            reach = float(np.abs(terms.terms[index]).max())
            show_image(
                figure.add_subplot(grid[0, index + 1]),
                terms.terms[index],
                f"$\\sigma_{{{index + 1}}}$ = {terms.values[index]:.3g}",
                cmap=SIGNED,
                vmin=-reach,
                vmax=reach,
            )
            show_image(
                figure.add_subplot(grid[1, index + 1]),
                terms.sums[index],
                f"{100 * terms.energy[index]:.1f} %",
                cmap="gray",
                vmin=low,
                vmax=high,
            )
        axes = figure.add_subplot(grid[2, :])
        ranks = np.arange(1, len(terms.values) + 1)
        log_scale(axes)
        axes.plot(ranks, terms.values, marker="o", markersize=2.5, color=COLOURS[0])
        axes.axvspan(0.5, count + 0.5, color="0.9", zorder=0)
        axes.set_xlim(0.5, len(ranks) + 0.5)
        # below rounding a value says nothing
        positive = terms.values[terms.values > terms.values[0] * 1e-12]
        axes.set_ylim(positive[-1] / 2 if len(positive) else None, terms.values[0] * 2)
        axes.set_xlabel("rank")
        axes.set_ylabel("singular value")
        told = "terms: orange below zero, purple above; percentages: share of the squared norm"
        add_note(figure, f"{note}\n{told}" if note else told)
    return figure
