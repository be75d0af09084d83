"""A confusion matrix: counts, and each row's shares."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bench.figures.style import (
    COLUMN,
    MAP,
    PAGE,
    SMALL,
    add_note,
    new_figure,
    shortened,
    show_image,
    styled,
)

#: More classes than this leave no room for numbers and names.
MOST = 12
#: Shares above this are bright in cividis and take dark letters.
BRIGHT = 0.45

Floats = NDArray[np.float64]


def row_shares(confusion: NDArray[np.int64]) -> Floats:
    """Each row over its sum: what became of the images of a class; NaN for a class without any."""
    support = confusion.sum(axis=1, keepdims=True)
    undefined = np.full(confusion.shape, np.nan)
    shares: Floats = np.divide(confusion, support, out=undefined, where=support > 0)
    return shares


def draw_confusion(confusion: NDArray[np.int64], classes: Sequence[str], note: str = "") -> Figure:
    """Rows are true classes, columns predicted ones; in each cell the share of its row, and images.

    Above `MOST` classes there are colours only, and the note says so.
    """
    shares = row_shares(confusion)
    few = len(classes) <= MOST
    with styled():
        width = COLUMN * 1.25 if few else PAGE
        figure = new_figure(width, width * 0.95)
        axes = figure.add_subplot()
        shown = show_image(axes, shares, cmap=MAP, vmin=0, vmax=1)
        bar = figure.colorbar(shown, ax=axes, shrink=0.7, pad=0.02)
        bar.set_label("share of the true class")
        axes.set_xlabel("predicted")
        axes.set_ylabel("true (images)")
        if few:
            _name(axes, classes, confusion.sum(axis=1))
            _number(axes, confusion, shares)
        else:
            note = f"{note}; {len(classes)} classes in alphabetical order".removeprefix("; ")
        if note:
            add_note(figure, note)
    return figure


def _name(axes: Axes, classes: Sequence[str], support: NDArray[np.int64]) -> None:
    places = np.arange(len(classes))
    names = [shortened(name) for name in classes]
    axes.set_xticks(places, names, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(
        places, [f"{name} ({count})" for name, count in zip(names, support, strict=True)]
    )
    axes.tick_params(length=0)


def _number(axes: Axes, confusion: NDArray[np.int64], shares: Floats) -> None:
    for (row, column), count in np.ndenumerate(confusion):
        share = shares[row, column]
        if count:
            colour = "black" if share > BRIGHT else "white"
            text = f"{100 * share:.0f} %\n{count}"
            axes.text(column, row, text, ha="center", va="center", fontsize=SMALL, color=colour)
