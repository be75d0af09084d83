"""Accuracy against what it costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bench.figures.style import COLOURS, MARKERS, PAGE, add_note, new_figure, styled

#: How a marker is filled, by backbone.
FILLS = ("full", "none", "left", "right", "top", "bottom")
#: The three prices: attribute of a point, and the axis's name.
PRICES = (
    ("parameters", "parameters (millions)"),
    ("flops", "FLOPs of an image (billions)"),
    ("latency", "latency of an image (ms)"),
)


@dataclass(frozen=True)
class Point:
    """A model's accuracy and costs.

    Attributes
    ----------
    backbone, attention : str
        Labels.
    accuracy : float
        Mean balanced accuracy in percent.
    spread : float or None
        Standard deviation over the runs; None for one run.
    runs : int
        How many.
    parameters, flops, latency : float
        In millions, billions and milliseconds (median).
    slow : float
        95th percentile of the latency, in milliseconds.
    """

    backbone: str
    attention: str
    accuracy: float
    spread: float | None
    runs: int
    parameters: float
    flops: float
    latency: float
    slow: float


def draw_cost(points: Sequence[Point], note: str = "") -> Figure:
    """Three panels that share the accuracy.

    Colour and marker are the attention, the filling is the backbone. Bars up and down are one
    standard deviation, to the right the 95th percentile of the latency.
    """
    attentions = list(dict.fromkeys(point.attention for point in points))
    backbones = list(dict.fromkeys(point.backbone for point in points))
    with styled():
        figure = new_figure(PAGE, 3.0 + 0.15 * (len(points) // 3))
        panels = figure.subplots(1, len(PRICES), sharey=True)
        for axes, (price, label) in zip(panels, PRICES, strict=True):
            for point in points:
                colour = COLOURS[attentions.index(point.attention) % len(COLOURS)]
                marker = MARKERS[attentions.index(point.attention) % len(MARKERS)]
                filled = FILLS[backbones.index(point.backbone) % len(FILLS)]
                _draw(axes, point, price, {"color": colour, "fmt": marker, "fillstyle": filled})
            axes.set_xlabel(label)
            axes.grid(color="0.92", linewidth=0.5)
            axes.set_axisbelow(True)
            axes.margins(x=0.15)
            axes.xaxis.set_major_locator(MaxNLocator(3))
            axes.ticklabel_format(axis="x", useOffset=False)
        panels[0].set_ylabel("balanced accuracy (%)")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper left", ncols=3)
        if note:
            add_note(figure, note)
    return figure


def _draw(axes: Axes, point: Point, price: str, look: dict[str, Any]) -> None:
    value = getattr(point, price)
    right = [[0.0], [max(point.slow - value, 0.0)]] if price == "latency" else None
    axes.errorbar(
        value,
        point.accuracy,
        xerr=right,
        yerr=point.spread,
        markersize=6,
        elinewidth=0.8,
        capsize=2,
        alpha=0.8,  # two that lie upon each other are both seen
        **look,
        label=f"{point.backbone}, {point.attention} (n = {point.runs})",
    )
