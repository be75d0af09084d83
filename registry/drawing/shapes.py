"""Pixels as points of the face, and the soft shapes that everything is drawn with."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def bump(squared: Array) -> Array:
    """A smooth hill over squared distance: 1 at 0, and 0 from 1 on."""
    hill = np.maximum(1.0 - squared, 0.0)
    return hill * hill


def edge(distance: Array, width: float = 0.03) -> Array:
    """Coverage by a shape, from the signed distance to its outline (positive inside)."""
    return np.clip(distance / width + 0.5, 0.0, 1.0)


@dataclass(frozen=True)
class Grid:
    """Where each pixel lies on the face.

    Attributes
    ----------
    x, y : float64 array, (N, H, W)
        Face coordinates: half a picture is 1, y points down, (0, 0) is between the cheeks.
    zoom : float
        Size of that unit in the picture, where pose leaves it alone.
    reach : float
        How far pose carries any point from there, in the unit of the picture.
    """

    x: Array
    y: Array
    zoom: float
    reach: float

    def window(self, left: Any, right: Any, top: Any, bottom: Any) -> tuple[slice, slice, slice]:
        """Index of the pixels that can show a box of the face, whatever the pose.

        Parameters
        ----------
        left, right, top, bottom : float or float64 array
            Sides of the box; of an array the outermost value counts.
        """
        half = self.x.shape[-1] / 2

        def pixels(low: Any, high: Any) -> slice:
            start = (float(np.min(low)) * self.zoom - self.reach + 1) * half
            stop = (float(np.max(high)) * self.zoom + self.reach + 1) * half
            return slice(max(int(start), 0), max(int(stop) + 1, 0))

        return slice(None), pixels(top, bottom), pixels(left, right)


@dataclass(frozen=True)
class Fold:
    """A groove of the skin along a slightly bent line.

    Attributes
    ----------
    start, end : tuple of float64 arrays or floats
        Its two ends (x, y), each one value or (N, 1, 1).
    bend : float
        How far the middle lies off the straight line.
    width : float
        Half width.
    depth : float64 array, (N, 1, 1)
        How deep, 0 to about 1.
    """

    start: tuple[Any, Any]
    end: tuple[Any, Any]
    bend: float
    width: float
    depth: Array


def carve(grid: Grid, folds: list[Fold]) -> Array:
    """Depth of all folds together at each pixel, (N, H, W)."""
    depth = np.zeros_like(grid.x)
    for fold in folds:
        shown = np.flatnonzero(fold.depth)
        if len(shown) == 0:
            continue
        x0, y0, x1, y1 = (_pick(value, shown) for value in (*fold.start, *fold.end))
        margin = 2 * fold.width + abs(fold.bend)
        _, rows, columns = grid.window(
            np.minimum(x0, x1) - margin,
            np.maximum(x0, x1) + margin,
            np.minimum(y0, y1) - margin,
            np.maximum(y0, y1) + margin,
        )
        window = shown, rows, columns
        dx, dy = x1 - x0, y1 - y0
        length = dx * dx + dy * dy
        root = np.sqrt(length)
        x, y = grid.x[window] - x0, grid.y[window] - y0
        along = x * (dx / length) + y * (dy / length)
        arch = np.maximum(4 * along * (1 - along), 0.0)
        across = (y * (dx / root) - x * (dy / root) - fold.bend * arch) * (1 / fold.width)
        squared = across * across
        # the skin that a groove takes is pushed up beside it: its mean is 0, so that no low-pass
        # filter lets a fold through
        profile = 2 * bump(squared) - bump(0.25 * squared)
        depth[window] += profile * np.minimum(1.5 * arch, 1.0) * _pick(fold.depth, shown)
    return depth


def _pick(value: Any, shown: NDArray[np.intp]) -> Any:
    return value[shown] if np.ndim(value) else value
