"""From a face to a picture: pose, light, lens, sensor."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry.drawing.face import Actions, pull
from registry.drawing.paint import paint
from registry.drawing.relief import relief, roundness
from registry.drawing.shapes import Array, Grid, carve, edge
from registry.drawing.subject import Subject, bell
from registry.drawing.wrinkles import wrinkles

#: Height and width of a picture, and how many points are drawn along each side of a pixel.
SIZE, OVERSAMPLING = 48, 2


@dataclass(frozen=True)
class Pose:
    """How heads are held, each attribute (N, 1, 1); at most ±3 spreads, see `SPREAD`."""

    roll: Array
    yaw: Array
    pitch: Array
    right: Array
    down: Array
    scale: Array


#: How tightly faces fill the picture, 1 where half a picture is one unit of the face.
ZOOM = 1.12
#: Standard deviation of each part of a pose, in the order of `Pose`.
SPREAD = np.array([0.03, 0.035, 0.025, 0.015, 0.015, 0.018])


def pose(draws: Array) -> Pose:
    """Poses from draws with variance 1, (N, 6)."""
    roll, yaw, pitch, right, down, scale = (SPREAD * draws).T[:, :, None, None]
    return Pose(roll, yaw, pitch, right, down, ZOOM + scale)


def look(at: Pose) -> Grid:
    """The point of the face behind each drawn point of each picture."""
    side = SIZE * OVERSAMPLING
    axis = (np.arange(side) + 0.5) * (2 / side) - 1
    u = (axis[None, None, :] - at.right) / at.scale
    v = (axis[None, :, None] - at.down) / at.scale
    # a turn by the angle 2·atan(t): exact without a sine
    half = at.roll / 2
    cosine, sine = (1 - half * half) / (1 + half * half), 2 * half / (1 + half * half)
    x, y = cosine * u + sine * v, cosine * v - sine * u
    x, y = x - at.yaw * (1 - x * x), y - at.pitch * (1 - y * y)
    reach = max(np.abs(x * ZOOM - axis).max(), np.abs(y * ZOOM - axis[:, None]).max())
    return Grid(x, y, ZOOM, float(reach))


def photograph(subject: Subject, complexion: Array, actions: Actions, at: Pose) -> Array:
    """Noiseless pictures of a subject, (N, SIZE, SIZE), 0 black to 1 white.

    Parameters
    ----------
    subject : Subject
        Who.
    complexion : float64 array, (SIZE, SIZE)
        The person's spots, a value with variance 1 for each point of the skin.
    actions : dict of float64 arrays, (2, N, 1, 1)
        Strength of each action unit on the two sides.
    at : Pose
        How the head is held.
    """
    grid = look(at)
    face = pull(subject, actions)
    radius = roundness(grid, subject, face)
    folds = carve(grid, wrinkles(subject, actions, face))
    height = relief(grid, subject, face, radius) - 0.026 * folds
    picture = paint(grid, subject, face) * _light(height, subject)
    picture *= 1 - 0.36 * np.minimum(folds, 1.2)
    picture *= 1 + max(subject.mottle, 0.0) * _spots(grid, complexion)
    _surround(picture, grid, subject, radius)
    return _bin(picture)


def _spots(grid: Grid, complexion: Array) -> Array:
    points = len(complexion)
    column = np.clip((grid.x + 1) * (points / 2), 0, points - 1).astype(np.intp)
    row = np.clip((grid.y + 1) * (points / 2), 0, points - 1).astype(np.intp)
    return complexion[row, column]


def _light(height: Array, s: Subject) -> Array:
    down, across = np.gradient(height, 2 / height.shape[-1], axis=(1, 2))
    facing = 1 / np.sqrt(1 + across * across + down * down)
    brightness = 1 / np.sqrt(1 + s.light_x * s.light_x + s.light_y * s.light_y)
    direct = (1 - across * s.light_x - down * s.light_y) * facing * brightness
    light: Array = s.ambient * (0.6 + 0.4 * facing)
    light += (1.1 - s.ambient) * np.maximum(direct, 0.0)
    return light


def _surround(picture: Array, grid: Grid, s: Subject, radius: Array) -> None:
    hair = min(max(s.hair, 0.04), 0.7)
    neck = (grid.y > 0.5) & (np.abs(grid.x) < 0.62 * s.head_width)
    behind = np.where(neck, 0.55 * s.skin, min(max(s.backdrop, 0.1), 0.9))
    around = edge(1.5 - radius, 0.2)
    # hair hangs beside the face down to its length
    falls = edge(s.hair_length - grid.y, 0.1) * around
    behind += falls * (hair - behind)
    inside = edge(1 - radius, 0.08)
    picture += (1 - inside) * (behind - picture)
    across = grid.x * (1 / s.head_width)
    across *= across
    line = s.hairline + max(s.temples, 0.0) * across * across * across
    crown = edge(line - grid.y, 0.09) * around
    picture += crown * (hair * (1.25 - 0.4 * across) - picture)


def expose(pictures: Array, grain: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Grey levels that the sensor reads from a sequence's pictures in uneven light, with noise."""
    gain, slope_x, slope_y = bell(rng, 3)
    axis = np.arange(SIZE) * (2 / (SIZE - 1)) - 1
    fall = 1 + 0.12 * slope_x * axis[None, :] + 0.08 * slope_y * axis[:, None]
    # automatic exposure goes half the way: dark skin stays darker
    gain = np.sqrt(0.45 / pictures.mean()) * (1 + 0.06 * gain)
    noisy = pictures * gain * fall + max(grain, 0.0) * bell(rng, *pictures.shape)
    levels: NDArray[np.uint8] = (np.clip(noisy, 0.0, 1.0) * 255 + 0.5).astype(np.uint8)
    return levels


def _bin(picture: Array) -> Array:
    rows = picture[:, 0::2] + picture[:, 1::2]
    return 0.25 * (rows[:, :, 0::2] + rows[:, :, 1::2])
