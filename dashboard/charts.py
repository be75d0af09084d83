"""Charts for the screen: the figures' colours, told apart by marks and dashes as well."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from bench.board import Line
from bench.figures.confusion import MOST, row_shares
from bench.figures.style import COLOURS as PRINTED
from bench.study.figures import SYMBOLS

#: Those of print, but for black, which a dark page would swallow.
COLOURS = (*PRINTED[:-1], "#808080")
PERCENT = 100.0
#: As Plotly calls the dashes of `bench.figures.style`.
DASHES = ("solid", "dash", "dashdot", "dot", "longdash", "longdashdot")
#: Marks on a line, about: enough to tell it from others; hundreds would take the browser long.
MARKS = 15


def draw(figure: go.Figure, key: str, describes: str, height: int = 380) -> None:
    """Show a chart; the button in its corner gives it as SVG."""
    figure.update_layout(
        height=height,
        margin=_room(figure, height),
        # (above the plot it would lie under the buttons, where the page is narrow)
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0},
    )
    figure.update_xaxes(automargin=True)
    figure.update_yaxes(automargin=True)
    config = {
        "displaylogo": False,
        "displayModeBar": True,  # (where there is no mouse, it would never be seen)
        "toImageButtonOptions": {"format": "svg", "filename": key},
        # (dragging zooms, and a double click shows all again)
        "modeBarButtonsToRemove": [
            "select2d",
            "lasso2d",
            "autoScale2d",
            "zoom2d",
            "pan2d",
            "zoomIn2d",
            "zoomOut2d",
            "resetScale2d",
        ],
    }
    st.plotly_chart(figure, key=key, config=config, alt=describes)


def _room(figure: go.Figure, height: int) -> dict[str, int]:
    """Margins in pixels, about as wide as what stands in them, on half a laptop's page.

    Where they are too narrow, Plotly widens them, by drawing the chart a second time. A legend of
    more than a third of the chart is left to it.
    """
    traces = list(figure.data)
    beside, below = _longest(traces, "y"), _longest(traces, "x")
    left = 14 + beside + (50 if figure.layout.yaxis.title.text else 0) if beside else 80
    right = 92 if any(trace.type == "heatmap" for trace in traces) else 16
    named = [trace for trace in traces if trace.showlegend is not False]
    legend = min(9 + 19 * -(-len(named) // 3), height // 3) if named and len(traces) > 1 else 0
    return {"l": left, "r": right, "t": 28, "b": 68 + below + legend}


def _longest(traces: Sequence[Any], axis: str) -> int:
    """Pixels of the longest name on an axis; 0 where it has numbers."""
    values = [getattr(trace, axis) for trace in traces if axis in trace]
    names = [one for given in values for one in _values(given) if isinstance(one, str)]
    return round(5.5 * max(map(len, names))) if names else 0


def _values(given: Sequence[Any] | None) -> Sequence[Any]:
    return () if given is None else given


def standings(lines: Sequence[Line], what: str) -> go.Figure:
    """Mean and 95 % interval of each line, with what the paper prints as a mark."""
    names = names_of(lines)
    figure = go.Figure()
    for optimistic, symbol, name in (
        (False, "circle", "measured, 95 % interval"),
        (True, "circle-open", "optimistic: the test part picked the epoch"),
    ):
        own = [
            (line, text)
            for line, text in zip(lines, names, strict=True)
            if line.optimistic == optimistic
        ]
        if own:
            _add_measured(figure, own, symbol, name)
    for fits, symbol, name in (
        (True, "diamond", "paper"),
        (False, "diamond-open", "paper, not comparable"),
    ):
        marks = [
            (one.printed.percent, text)
            for one, text in zip(lines, names, strict=True)
            if one.printed and (not one.printed.unlike) == fits
        ]
        if marks:
            figure.add_scatter(
                x=[value for value, _ in marks],
                y=[text for _, text in marks],
                mode="markers",
                marker={"symbol": symbol, "size": 10, "color": COLOURS[1]},
                name=name,
                hovertemplate="%{y}<br>printed: %{x:.2f} %<extra></extra>",
            )
    figure.update_xaxes(title=f"{what}, %")
    # (without an order of its own the axis would have that of the traces)
    figure.update_yaxes(
        autorange="reversed", type="category", categoryorder="array", categoryarray=names
    )
    return figure


def _add_measured(
    figure: go.Figure, own: Sequence[tuple[Line, str]], symbol: str, name: str
) -> None:
    measured = [line.measured for line, _ in own]
    figure.add_scatter(
        x=[one.mean for one in measured],
        y=[text for _, text in own],
        error_x={
            "type": "data",
            # (a bootstrap interval has not its mean in the middle)
            "array": [_beyond(one.high, one.mean) for one in measured],
            "arrayminus": [_beyond(one.mean, one.low) for one in measured],
            "thickness": 1.5,
            "width": 4,
        },
        mode="markers",
        marker={"symbol": symbol, "size": 9, "color": COLOURS[0]},
        name=name,
        customdata=[line.runs for line, _ in own],
        hovertemplate="%{y}<br>%{x:.2f} % over %{customdata} runs<extra></extra>",
    )


def _beyond(far: float | None, near: float | None) -> float:
    return 0.0 if far is None or near is None else far - near


def names_of(lines: Sequence[Line]) -> list[str]:
    """Backbone and attention; where that is not one line's alone, what tells it apart as well."""
    plain = [f"{line.backbone} / {line.attention}" for line in lines]
    several = len({line.protocol for line in lines}) > 1
    full = [
        f"{name} · {line.protocol}" if several and plain.count(name) > 1 else name
        for name, line in zip(plain, lines, strict=True)
    ]
    return [
        f"{name} · {line.id[:6]}" if full.count(name) > 1 else name
        for name, line in zip(full, lines, strict=True)
    ]


def over_epochs(
    curves: Mapping[str, tuple[Sequence[int], Sequence[float | None]]], what: str
) -> go.Figure:
    """Lines over epochs by name; each has a colour, a mark and a dash of its own."""
    figure = go.Figure()
    for number, (name, (epochs, values)) in enumerate(curves.items()):
        figure.add_scatter(
            x=list(epochs), y=list(values), name=name, mode="lines+markers", **_look(number)
        )
        if None not in values:  # (between two gaps a mark is all that is seen of a value)
            figure.data[-1].marker.maxdisplayed = MARKS
    figure.update_xaxes(title="epoch", tickformat="d")
    figure.update_yaxes(title=what)
    return figure


def confusion(counts: NDArray[np.int64], classes: Sequence[str]) -> go.Figure:
    """Rows are true classes, columns predicted ones; shares of a row as colour, counts as text."""
    shares = PERCENT * row_shares(counts)
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=list(classes),
            y=list(classes),
            text=counts.astype(str) if len(classes) <= MOST else None,
            texttemplate="%{text}",
            colorscale="Cividis",
            zmin=0,
            zmax=100,
            colorbar={"title": "% of row", "thickness": 12},
            hovertemplate="true %{y}, predicted %{x}: %{text} (%{z:.0f} %)<extra></extra>",
        )
    )
    figure.update_xaxes(title="predicted", side="bottom")
    figure.update_yaxes(title="true", autorange="reversed")
    return figure


def intervals(
    names: Sequence[str],
    values: Sequence[float | None],
    halves: Sequence[float | None],
    what: str,
    number: int = 0,
) -> go.Figure:
    """Dots with intervals around zero."""
    figure = go.Figure()
    figure.add_vline(x=0, line={"width": 1, "dash": "dot", "color": "gray"})
    figure.add_scatter(
        x=list(values),
        y=list(names),
        error_x={"type": "data", "array": [half or 0.0 for half in halves], "width": 4},
        mode="markers",
        marker={
            "size": 9,
            "symbol": SYMBOLS[number % len(SYMBOLS)],
            "color": COLOURS[number % len(COLOURS)],
        },
        hovertemplate="%{y}: %{x:+.2f}<extra></extra>",
        showlegend=False,
    )
    figure.update_xaxes(title=what)
    figure.update_yaxes(autorange="reversed", type="category")
    return figure


def _look(number: int) -> dict[str, Any]:
    colour = COLOURS[number % len(COLOURS)]
    return {
        "line": {"color": colour, "dash": DASHES[number % len(DASHES)], "width": 1.8},
        "marker": {"symbol": SYMBOLS[number % len(SYMBOLS)], "size": 5, "color": colour},
    }
