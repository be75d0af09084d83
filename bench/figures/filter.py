"""An image or feature map, and its high- and low-pass parts (Kim & Jo, Fig. 2 and 3)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bench.figures.style import MAP, PAGE, add_note, new_figure, show_image, styled
from registry.spectrum import Filter, HighPass, filtered

Floats = NDArray[np.float64]
COLUMNS = ("whole", "spectrum", "low-pass part", "high-pass part")


@dataclass(frozen=True, eq=False)
class Parts:
    """A map taken apart; all arrays are (n, n).

    Attributes
    ----------
    name : str
        What it is called at the left.
    whole, low, high : float64 array
        The map, and what adds up to it.
    spectrum : float64 array
        Magnitude of each frequency, zero in the middle.
    """

    name: str
    whole: Floats
    low: Floats
    high: Floats
    spectrum: Floats


def take_apart(name: str, whole: Floats, kernel: Filter) -> Parts:
    """The parts of a square map that a high-pass filter lets through and holds back."""
    high = filtered(torch.from_numpy(np.ascontiguousarray(whole)), kernel).numpy()
    spectrum = np.abs(np.fft.fftshift(np.fft.fft2(whole)))
    return Parts(name, whole, whole - high, high, spectrum)


def likeness(parts: Sequence[Parts]) -> float:
    """Mean correlation between the high-pass parts of two maps, over all pairs; NaN for one map.

    The paper squeezes its maps to one channel "because the high-frequency components are quite
    similar across each channel" (§3): this is how similar. A part that is constant is like none.
    """
    high = np.array([part.high.ravel() - part.high.mean() for part in parts])
    norms = np.linalg.norm(high, axis=1)
    high = high[norms > 1e-9 * max(norms.max(), 1e-300)]
    if len(high) < 2:
        return float("nan")
    correlations = np.corrcoef(high)
    return float(correlations[np.triu_indices(len(high), k=1)].mean())


def draw_filter(parts: Sequence[Parts], kernel: HighPass, note: str = "") -> Figure:
    """One row a map: the map, its spectrum with the cut-off, and both parts."""
    with styled():
        figure = new_figure(PAGE * 0.8, 1.42 * len(parts) + 0.45)
        grid = figure.subplots(len(parts), len(COLUMNS), squeeze=False)
        for row, part in zip(grid, parts, strict=True):
            _draw_row(row, part, kernel)
        for axes, column in zip(grid[0], COLUMNS, strict=True):
            axes.set_title(column)
        told = f"{kernel.profile} high-pass, radius {kernel.radius:g} of Nyquist (dashed)"
        if kernel.profile == "butterworth":
            told += f", order {kernel.order}"
        add_note(figure, f"{note}\n{told}" if note else told)
    return figure


def _draw_row(row: Sequence[Axes], part: Parts, kernel: HighPass) -> None:
    size = len(part.whole)
    low, high = part.whole.min(), part.whole.max()
    show_image(row[0], part.whole, cmap="gray", vmin=low, vmax=high)
    row[0].set_ylabel(part.name)
    show_image(row[1], np.log10(part.spectrum + _floor(part.spectrum)), cmap=MAP)
    # Nyquist on an axis is half of the side away from the middle
    angles = np.linspace(0, 2 * np.pi, 200)
    radius = kernel.radius * size / 2
    middle = size // 2
    row[1].plot(
        middle + radius * np.cos(angles), middle + radius * np.sin(angles), "--", color="white"
    )
    row[1].set_xlim(-0.5, size - 0.5)
    row[1].set_ylim(size - 0.5, -0.5)
    show_image(row[2], part.low, cmap="gray", vmin=low, vmax=high)
    reach = max(float(np.abs(part.high).max()), 1e-12)
    show_image(row[3], part.high, cmap="gray", vmin=-reach, vmax=reach)


def _floor(spectrum: Floats) -> float:
    """Keeps the logarithm of an empty frequency finite, three decades below the mean."""
    return max(float(spectrum.mean()) * 1e-3, 1e-12)
