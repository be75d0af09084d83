"""Loss and balanced accuracy of cells over their epochs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from bench.figures.style import (
    COLOURS,
    COLUMN,
    DASHES,
    MARKERS,
    add_note,
    new_figure,
    styled,
)

Floats = NDArray[np.float64]

#: Parts in the order in which they are drawn, and told apart.
PARTS = ("train", "validation", "test")
#: Markers on a line, however many epochs.
MARKS = 8


@dataclass(frozen=True, eq=False)
class Curve:
    """One cell.

    Attributes
    ----------
    label : str
        What the legend calls it.
    epochs : int array, (E,)
        Counted from 1.
    loss, accuracy : mapping of str to float64 array, (E,)
        By part; nats, and balanced accuracy in percent; NaN where undefined.
    best : int or None
        The epoch that was picked on the monitored part.
    """

    label: str
    epochs: NDArray[np.int64]
    loss: Mapping[str, Floats]
    accuracy: Mapping[str, Floats]
    best: int | None = None


def draw_curves(curves: Sequence[Curve], note: str = "") -> Figure:
    """Loss above, balanced accuracy below; a ring is the epoch that was picked on the test line.

    A cell has a colour and a marker, a part has a dash; of one cell alone, the parts have colours.
    """
    with styled():
        figure = new_figure(COLUMN, 4.4 + 0.3 * len(curves))
        upper, lower = figure.subplots(2, 1, sharex=True)
        for number, curve in enumerate(curves):
            for part in _parts(curves):
                style = _style(curves, number, part)
                _draw(upper, curve, curve.loss.get(part), style)
                _draw(lower, curve, curve.accuracy.get(part), style)
            _ring(lower, curve)
        upper.set_ylabel("loss (nats)")
        lower.set_ylabel("balanced accuracy (%)")
        lower.set_xlabel("epoch")
        lower.xaxis.set_major_locator(MaxNLocator(integer=True))
        one = len(curves) == 1
        handles = _parts_legend(curves) + ([] if one else _cells_legend(curves))
        figure.legend(handles=handles, loc="outside upper left", ncols=3 if one else 1)
        if note:
            add_note(figure, note)
    return figure


def _parts(curves: Sequence[Curve]) -> list[str]:
    return [part for part in PARTS if any(part in curve.loss for curve in curves)]


def _style(curves: Sequence[Curve], number: int, part: str) -> dict[str, object]:
    index = PARTS.index(part)
    colour = index if len(curves) == 1 else number
    return {
        "color": COLOURS[colour % len(COLOURS)],
        "marker": MARKERS[colour % len(MARKERS)],
        "linestyle": DASHES[index],
    }


def _draw(axes: Axes, curve: Curve, values: Floats | None, style: dict[str, object]) -> None:
    if values is not None:
        every = max(1, len(curve.epochs) // MARKS)
        axes.plot(curve.epochs, values, markevery=every, **style)  # type: ignore[arg-type]  # any


def _ring(axes: Axes, curve: Curve) -> None:
    if curve.best is None or "test" not in curve.accuracy:
        return
    place = int(np.flatnonzero(curve.epochs == curve.best)[0])
    axes.plot(
        [curve.best],
        [curve.accuracy["test"][place]],
        marker="o",
        markersize=9,
        markerfacecolor="none",
        markeredgecolor="black",
        linestyle="none",
    )


def _parts_legend(curves: Sequence[Curve]) -> list[Line2D]:
    if len(curves) == 1:
        return [
            Line2D([], [], label=part, **_style(curves, 0, part))  # type: ignore[arg-type]  # any
            for part in _parts(curves)
        ]
    return [
        Line2D([], [], color="0.4", linestyle=DASHES[PARTS.index(part)], label=part)
        for part in _parts(curves)
    ]


def _cells_legend(curves: Sequence[Curve]) -> list[Line2D]:
    return [
        Line2D(
            [],
            [],
            color=COLOURS[number % len(COLOURS)],
            marker=MARKERS[number % len(MARKERS)],
            label=curve.label,
        )
        for number, curve in enumerate(curves)
    ]
