"""The height of the face above the picture, from which light makes shades."""

import numpy as np

from registry.drawing.face import Face
from registry.drawing.shapes import Array, Grid, bump
from registry.drawing.subject import Subject


def roundness(grid: Grid, subject: Subject, face: Face) -> Array:
    """Squared distance from the middle of the head; 1 at its outline."""
    middle = -0.15
    across = grid.x * (1 / subject.head_width)
    below = (grid.y - middle) / np.where(grid.y > middle, face.chin - middle, subject.head_top)
    below *= below
    square = min(max(subject.jaw, 0.0), 1.0)
    return across * across + below * ((1 - square) + square * below)


def relief(grid: Grid, subject: Subject, face: Face, radius: Array) -> Array:
    """Height of the skin without its folds, (N, H, W), in the unit of x and y."""
    height = 0.5 * np.sqrt(np.maximum(1.0 - radius, 0.0) + 0.03)
    _nose(height, grid, subject, face)
    for side, sign in enumerate((-1, 1)):
        _side(height, grid, subject, face, side, sign)
    _muzzle(height, grid, subject, face)
    return height


def _add(
    height: Array,
    grid: Grid,
    centre: tuple[Array | float, Array | float],
    radii: tuple[float, float],
    rise: Array | float,
) -> None:
    (x, y), (across, down) = centre, radii
    window = grid.window(x - across, x + across, y - down, y + down)
    dx, dy = (grid.x[window] - x) * (1 / across), (grid.y[window] - y) * (1 / down)
    height[window] += rise * bump(dx * dx + dy * dy)


def _nose(height: Array, grid: Grid, s: Subject, face: Face) -> None:
    root = s.eye_y - 0.08
    tip = face.alar_y.mean(axis=0)
    window = grid.window(-0.25, 0.25, root, s.nose_tip + 0.1)
    x, y = grid.x[window], grid.y[window]
    down = np.clip((y - root) / (tip - root), 0.0, 1.25)
    ridge = 0.25 + 0.75 * down
    end = np.clip((tip + 0.06 - y) * 9, 0.0, 1.0)
    across = x / (0.075 + (0.8 * s.nose_width - 0.03) * down)
    height[window] += (
        s.nose_height * ridge * end * np.minimum(4 * down, 1) * bump(0.6 * across * across)
    )
    _add(height, grid, (0.0, tip - 0.01), (0.11, 0.1), 0.06)


def _side(height: Array, grid: Grid, s: Subject, face: Face, side: int, sign: int) -> None:
    eye = (sign * s.eye_x, s.eye_y)
    brow = 0.5 * (face.brow_inner_y[side] + face.brow_outer_y[side])
    _add(height, grid, (sign * (s.eye_x - 0.03), s.eye_y - 0.01), (0.27, 0.17), -0.075)
    _add(height, grid, eye, (0.19, 0.12), 0.05)
    _add(height, grid, (sign * 0.3, brow + 0.01), (0.34, 0.12), 0.035)
    _add(height, grid, (sign * 0.42, face.cheek_y[side]), (0.28, 0.25), face.cheek[side])
    _add(height, grid, (sign * face.alar_x[side], face.alar_y[side]), (0.085, 0.09), 0.05)


def _muzzle(height: Array, grid: Grid, s: Subject, face: Face) -> None:
    _add(height, grid, (0.0, s.mouth_y), (0.42, 0.3), 0.05)
    _add(
        height, grid, (0.0, face.mouth_y - face.gap_up - 0.5 * face.upper_lip), (0.2, 0.055), 0.016
    )
    low = face.mouth_y + face.gap_down + 0.5 * face.lower_lip
    _add(height, grid, (0.0, low), (0.2, 0.065), 0.028)
    _add(height, grid, (0.0, face.chin - 0.17), (0.22, 0.17), 0.05 + 0.035 * face.boss)
