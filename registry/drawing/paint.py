"""The tone of each point of a face: skin, lips, mouth, brows, eyes, hair."""

import numpy as np

from registry.drawing.face import Face
from registry.drawing.shapes import Array, Grid, bump, edge
from registry.drawing.subject import Subject


def paint(grid: Grid, subject: Subject, face: Face) -> Array:
    """Share of light that each point of the face gives back, 0 to 1, (N, H, W)."""
    tone = np.full_like(grid.x, min(max(subject.skin, 0.3), 0.95))
    _beard(tone, grid, subject, face)
    _mouth(tone, grid, subject, face)
    for side, sign in enumerate((-1, 1)):
        _nostril(tone, grid, face, side, sign)
        _brow(tone, grid, subject, face, side, sign)
        _eye(tone, grid, subject, face, side, sign)
    return tone


def _cover(
    tone: Array, window: tuple[slice, slice, slice], coverage: Array, colour: Array | float
) -> None:
    tone[window] += coverage * (colour - tone[window])


def _beard(tone: Array, grid: Grid, s: Subject, face: Face) -> None:
    if s.beard <= 0:
        return
    window = grid.window(-0.8, 0.8, s.nose_tip, 1.3)
    x, y = grid.x[window], grid.y[window]
    cheek = edge(y - 0.18 - s.nose_tip + 0.35 * x * x, 0.15)
    around = x * x * 5 + (y - face.mouth_y) * (y - face.mouth_y) * 60
    _cover(tone, window, min(0.9 * s.beard, 0.6) * cheek * np.clip(around, 0.35, 1.0), 0.15)


def _nostril(tone: Array, grid: Grid, face: Face, side: int, sign: int) -> None:
    x, y = sign * 0.55 * face.alar_x[side], face.alar_y[side] + 0.055
    window = grid.window(x - 0.06, x + 0.06, y - 0.04, y + 0.04)
    dx, dy = (grid.x[window] - x) * (1 / 0.06), (grid.y[window] - y) * (1 / 0.035)
    _cover(tone, window, 0.75 * bump(dx * dx + dy * dy), 0.1)


def _brow(tone: Array, grid: Grid, s: Subject, face: Face, side: int, sign: int) -> None:
    x0, y0, y1 = face.brow_inner_x[side], face.brow_inner_y[side], face.brow_outer_y[side]
    x1 = s.eye_x + s.eye_width + 0.05
    arch = face.brow_arch[side]
    window = grid.window(
        np.minimum(sign * x0, sign * x1),
        np.maximum(sign * x0, sign * x1),
        np.minimum(y0, y1) - 0.15,
        np.maximum(y0, y1) + 0.1,
    )
    along = (sign * grid.x[window] - x0) / (x1 - x0)
    middle = y0 + along * (y1 - y0) - arch * 4 * along * (1 - along)
    thickness = max(s.brow_thickness, 0.02) * (1.15 - 0.6 * along)
    distance = (grid.y[window] - middle) / np.maximum(thickness, 0.01)
    ends = edge(along + 0.02, 0.15) * edge(1.02 - along, 0.15)
    dark = min(max(s.brow_tone + 0.35, 0.3), 0.95)
    _cover(tone, window, dark * ends * bump(0.6 * distance * distance), 0.1)


def _eye(tone: Array, grid: Grid, s: Subject, face: Face, side: int, sign: int) -> None:
    upper, lower = face.upper_lid[side], face.lower_lid[side]
    centre = sign * s.eye_x
    wide = s.eye_width + 0.04
    window = grid.window(
        centre - wide, centre + wide, s.eye_y - upper.max() - 0.1, s.eye_y + lower.max() + 0.1
    )
    x, y = sign * grid.x[window] - s.eye_x, grid.y[window] - s.eye_y
    along = x * (1 / s.eye_width)
    slant = s.eye_tilt * along
    bow = np.maximum(1 - along * along, -0.2)
    above, below = y + slant + upper * bow * (1 + 0.12 * along), lower * bow - slant - y
    opening = edge(above, 0.025) * edge(below, 0.025)
    ball = 0.86 - 0.2 * along * along - 0.3 * bump(above * above * (1 / 0.004))
    _cover(tone, window, opening, ball)
    disc = np.sqrt(x * x + (y + 0.006) * (y + 0.006))
    _cover(tone, window, opening * edge(0.072 - disc), min(max(s.iris, 0.05), 0.45))
    _cover(tone, window, opening * edge(0.032 - disc), 0.03)
    glint = x * x + (y + 0.03) * (y + 0.03)
    _cover(tone, window, opening * bump(glint * (1 / 0.0006)), 1.0)
    inside = edge(1.1 - np.abs(along), 0.2)
    _cover(tone, window, 0.85 * inside * bump(above * above * (1 / 0.0012)), 0.06)
    _cover(tone, window, 0.35 * inside * bump(below * below * (1 / 0.0008)), 0.12)


def _mouth(tone: Array, grid: Grid, s: Subject, face: Face) -> None:
    left, right = face.corner_x
    bottom = face.mouth_y + face.gap_down + face.lower_lip
    top = face.mouth_y - face.gap_up - face.upper_lip
    window = grid.window(-left - 0.05, right + 0.05, top - 0.15, bottom + 0.15)
    x, y = grid.x[window], grid.y[window]
    along = x / np.where(x < 0, left, right)
    squared = along * along
    bow = np.maximum(1 - squared, 0.0)
    rise = np.where(x < 0, face.corner_y[0], face.corner_y[1]) - face.mouth_y
    line = face.mouth_y + rise * squared
    roof, floor = line - face.gap_up * bow, line + face.gap_down * bow
    cupid = 1 - 0.3 * bump(x * x * (1 / 0.004))
    lips = edge(y - roof + face.upper_lip * bow * cupid) * edge(
        floor + face.lower_lip * np.sqrt(bow) * np.sqrt(bow) - y
    )
    skin = min(max(s.skin, 0.3), 0.95)
    lip = skin * min(s.lip_tone, 0.95)
    lit = np.where(y > line, 1.0, 0.85)
    _cover(tone, window, lips * edge(bow, 0.1), lip * lit)
    gap = edge(y - roof, 0.02) * edge(floor - y, 0.02) * edge(bow, 0.1)
    gap *= np.minimum((face.gap_up + face.gap_down) * 30, 1.0)
    _cover(tone, window, gap, 0.07)
    teeth = edge(y - roof, 0.02) * edge(roof + face.teeth - y, 0.02) * edge(0.85 - squared, 0.15)
    _cover(tone, window, gap * teeth, 0.92 - 0.3 * squared)
    seam = (y - line) * (y - line) * (1 / 0.0009)
    closed = np.maximum(1 - (face.gap_up + face.gap_down) * 20, 0.0)
    _cover(tone, window, 0.8 * closed * edge(1.04 - np.abs(along), 0.08) * bump(seam), 0.1)
    for side, sign in enumerate((-1, 1)):
        dx, dy = x - sign * face.corner_x[side], y - face.corner_y[side]
        _cover(tone, window, 0.5 * bump((dx * dx + dy * dy) * (1 / 0.002)), 0.12)
