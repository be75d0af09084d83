"""The folds of the skin: lasting ones with age, and those that each action unit adds."""

import numpy as np

from registry.drawing.face import Actions, Face
from registry.drawing.shapes import Array, Fold
from registry.drawing.subject import Subject

SIDES = (-1, 1)


def wrinkles(subject: Subject, actions: Actions, face: Face) -> list[Fold]:
    """Every fold of both sides (FACS Investigator's Guide, 2002: appearance changes by unit)."""
    folds = []
    for side, sign in enumerate(SIDES):
        half = {unit: strength[side] for unit, strength in actions.items()}
        for fold in (
            *_forehead(subject, half, face, side),
            *_eyes(subject, half, face, side),
            *_cheeks(subject, half, face, side),
            *_mouth(subject, half, face, side),
        ):
            (x0, y0), (x1, y1) = fold.start, fold.end
            folds.append(
                Fold((sign * x0, y0), (sign * x1, y1), sign * fold.bend, fold.width, fold.depth)
            )
    return folds


def _depth(subject: Subject, moved: Array, lasting: float = 0.0) -> Array:
    return np.minimum(subject.fineness * moved + lasting * max(subject.age, 0.0), 1.3)


def _forehead(s: Subject, a: Actions, face: Face, side: int) -> list[Fold]:
    brow = face.brow_inner_y[side]
    folds = []
    for line, strength in enumerate((1.0, 0.9, 0.6)):
        y = (s.eye_y - s.brow_height) * 0.8 + 0.2 * brow - 0.13 - 0.085 * line
        inner = _depth(s, strength * np.minimum(a[1], 1), 0.5)
        outer = _depth(s, strength * np.minimum(a[2], 1), 0.5)
        folds.append(Fold((-0.03, y), (0.26, y - 0.01), 0.01, 0.04, inner))
        folds.append(Fold((0.16, y - 0.015), (0.47, y + 0.015), -0.02, 0.04, outer))
    furrow = _depth(s, a[4] + 0.3 * a[9], 0.4)
    x = 0.35 * face.brow_inner_x[side] + 0.01
    folds.append(Fold((x - 0.005, brow + 0.1), (x + 0.01, brow - 0.1), 0.012, 0.04, furrow))
    return folds


def _eyes(s: Subject, a: Actions, face: Face, side: int) -> list[Fold]:
    x, y = s.eye_x + s.eye_width, s.eye_y - s.eye_tilt
    feet = _depth(s, np.minimum(0.95 * a[6] + 0.15 * a[12], 1), 0.6)
    fan = [
        Fold((x + 0.05, y + 0.02 + 0.4 * rise), (x + 0.17, y + 0.02 + rise), 0.0, 0.036, feet)
        for rise in (-0.07, 0.015, 0.1)
    ]
    bag_y = s.eye_y + face.lower_lid[side] + 0.05
    bag = Fold(
        (s.eye_x - 0.13, bag_y),
        (s.eye_x + 0.14, bag_y - 0.02),
        0.035,
        0.04,
        _depth(s, 0.6 * np.minimum(a[6] + 0.8 * a[7] + 0.4 * a[9], 1), 0.8),
    )
    lid_y = s.eye_y - face.upper_lid[side] - 0.035
    crease = Fold(
        (s.eye_x - 0.15, lid_y + 0.05),
        (s.eye_x + 0.17, lid_y + 0.045),
        -0.045,
        0.03,
        max(s.lid_crease, 0.0) * np.maximum(1 + 0.4 * a[5] - 0.5 * a[4] - 0.5 * a[7], 0.1),
    )
    return [*fan, bag, crease]


def _cheeks(s: Subject, a: Actions, face: Face, side: int) -> list[Fold]:
    root = _depth(s, a[9] + 0.25 * a[4] * (1 - np.minimum(a[1], 1)))
    folds = [
        Fold((-0.02, s.eye_y + rise), (0.09, s.eye_y + rise + 0.01), -0.01, 0.036, root)
        for rise in (-0.06, 0.01)
    ]
    folds += [
        Fold((0.06, s.eye_y + low), (0.15, s.eye_y + low + 0.07), 0.0, 0.036, _depth(s, a[9]))
        for low in (0.07, 0.14)
    ]
    lift = np.minimum(0.7 * a[9] + 0.85 * a[10] + 0.9 * a[12] + 0.3 * a[6] + 0.25 * a[20], 1.1)
    smooth = 1 - 0.5 * np.minimum(a[26] + a[27], 1)
    folds.append(
        Fold(
            (face.alar_x[side] + 0.03, face.alar_y[side] - 0.04),
            (face.corner_x[side] + 0.07, face.corner_y[side] + 0.02 + 0.03 * a[15]),
            -0.035,
            0.05,
            0.75 * _depth(s, lift * smooth, 1.0),
        )
    )
    return folds


def _mouth(s: Subject, a: Actions, face: Face, side: int) -> list[Fold]:
    x, y = face.corner_x[side], face.corner_y[side]
    dimple = _depth(s, 1.2 * a[14] + 0.25 * a[12])
    droop = _depth(s, 0.9 * a[15], 0.5)
    stretch = _depth(s, 0.8 * a[20])
    lines = _depth(s, 0.6 * a[23] + 0.5 * a[24])
    low = face.mouth_y + face.gap_down + face.lower_lip
    folds = [
        Fold((x + 0.035, y - 0.08), (x + 0.03, y + 0.07), -0.03, 0.04, dimple),
        Fold((x, y + 0.01), (x + 0.05, y + 0.15), -0.015, 0.038, droop),
        Fold((x + 0.07, y - 0.07), (x + 0.06, y + 0.11), -0.02, 0.036, stretch),
        Fold((x + 0.14, y - 0.05), (x + 0.12, y + 0.11), -0.02, 0.036, 0.8 * stretch),
        Fold((-0.03, low + 0.045), (0.17, low + 0.075), 0.02, 0.045, 0.3 + _depth(s, 0.9 * a[17])),
    ]
    top = face.mouth_y - face.gap_up - face.upper_lip
    folds += [
        Fold((rib, top - 0.085), (0.9 * rib, top - 0.005), 0.0, 0.03, lines) for rib in (0.07, 0.14)
    ]
    folds += [
        Fold(
            (pit, low + 0.1 + dip), (pit + 0.05, low + 0.1 + dip), 0.0, 0.03, 0.9 * _depth(s, a[17])
        )
        for pit, dip in ((0.01, 0.04), (0.06, 0.0), (0.08, 0.07))
    ]
    return folds
