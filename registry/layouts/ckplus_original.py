"""CK+ as its authors hand it out: a folder of frames for each sequence, a label for some."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from registry.errors import DataError
from registry.images import is_grey, read_pixels, visible
from registry.layouts.ckplus_crops import CLASSES
from registry.layouts.class_folders import label
from registry.layouts.tables import read_lines
from registry.samples import Samples

IMAGES, LABELS, LANDMARKS = "cohn-kanade-images", "Emotion", "Landmarks"
TITLE = f"the authors' folders {IMAGES}, {LABELS} and {LANDMARKS}"

#: What the codes of the label files stand for.
CODES = {
    1: "anger",
    2: "contempt",
    3: "disgust",
    4: "fear",
    5: "happiness",
    6: "sadness",
    7: "surprise",
}
POINTS = 68
#: What the crop adds on each side of the landmarks, as a fraction of their extent.
MARGIN = 0.1

_SEQUENCE = re.compile(r"(S[0-9]{3})_[0-9]{3}")
_FRAME = re.compile(r"(S[0-9]{3}_[0-9]{3})_([0-9]{8})\.png")


@dataclass(frozen=True)
class Sequence:
    """A labelled sequence: ``S005_001``, its expression, and its frames up to the peak."""

    name: str
    expression: str
    frames: tuple[Path, ...]

    @property
    def subject(self) -> str:
        """Who is on it."""
        return self.name[:4]


def has_original(folder: Path) -> bool:
    """Whether the folder of frames lies there."""
    return (folder / IMAGES).is_dir()


def read_original(home: Path, frames: int, side: int) -> Samples:
    """The last frames of each labelled sequence, cropped to the face.

    The label file's name tells the peak frame; the frames taken end with it. Each is cropped to a
    square round its 68 landmarks: as wide as the larger extent of the points and 10 % of that on
    each side, about the middle of their extents, the image's edge repeated where the square goes
    beyond it. It is brought to ``side`` × ``side`` pixels by Pillow's bilinear filter, which
    averages where it shrinks. Frames in colour are made grey first (ITU-R 601 luma).

    A frame is called like ``happiness/S010_004_00000017.png``.
    """
    for name in (LABELS, LANDMARKS):
        if not (home / name).is_dir():
            raise DataError(
                f"{home / name} is missing: the labels are in {LABELS}, and without the points in "
                f"{LANDMARKS} a face cannot be cropped; both come with CK+"
            )
    folders = _sequence_folders(home / IMAGES)
    labelled = [_labelled(home, folder, frames) for folder in folders]
    sequences = [sequence for sequence in labelled if sequence is not None]
    _check_every_label(home, {sequence.name for sequence in sequences})
    taken = [(sequence, frame) for sequence in sequences for frame in sequence.frames]
    taken.sort(key=lambda one: (one[0].expression, one[1].name))
    return Samples(
        images=_stack([_face(home, frame, side) for _, frame in taken], side),
        labels=label([sequence.expression for sequence, _ in taken], CLASSES, home / LABELS),
        classes=CLASSES,
        names=tuple(f"{sequence.expression}/{frame.name}" for sequence, frame in taken),
        subjects=tuple(sequence.subject for sequence, _ in taken),
        sequences=tuple(sequence.name for sequence, _ in taken),
        layout=(
            f"original tree: {len(sequences)} labelled of {len(folders)} sequences, "
            f"last {frames} frames, cropped to {side}×{side} by landmarks"
        ),
    )


def square(points: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the crop round (68, 2) points, x before y, in pixels."""
    low, high = points.min(axis=0), points.max(axis=0)
    half = (high - low).max() * (0.5 + MARGIN)
    x, y = (low + high) / 2
    return float(x - half), float(y - half), float(x + half), float(y + half)


def crop(
    grey: NDArray[np.uint8], box: tuple[float, float, float, float], side: int
) -> NDArray[np.uint8]:
    """Cut a box out of a (height, width) image and bring it to (side, side)."""
    height, width = grey.shape
    left, top, right, bottom = box
    pad = int(np.ceil(max(0.0, -left, -top, right - width, bottom - height)))
    padded = Image.fromarray(np.pad(grey, pad, mode="edge"))
    shifted = (left + pad, top + pad, right + pad, bottom + pad)
    return np.asarray(padded.resize((side, side), Image.Resampling.BILINEAR, box=shifted))


def _sequence_folders(images: Path) -> list[Path]:
    """S005/001 and so on; anything else there is an error."""
    folders = [folder for subject in _folders(images) for folder in _folders(subject)]
    for folder in folders:
        name = f"{folder.parent.name}_{folder.name}"
        if _SEQUENCE.fullmatch(name) is None:
            raise DataError(f"{folder} is not the folder of a sequence (S005/001)")
    if not folders:
        raise DataError(f"{images} holds no sequence")
    return folders


def _folders(folder: Path) -> list[Path]:
    for entry in visible(folder):
        if not entry.is_dir():
            raise DataError(f"{entry} is not a folder")
    return visible(folder)


def _labelled(home: Path, folder: Path, frames: int) -> Sequence | None:
    place = home / LABELS / folder.parent.name / folder.name
    files = visible(place) if place.exists() else []
    if not files:
        return None
    name = f"{folder.parent.name}_{folder.name}"
    match = re.fullmatch(rf"{name}_([0-9]{{8}})_emotion\.txt", files[0].name)
    if len(files) > 1 or match is None:
        raise DataError(f"{place} must hold one file {name}_00000011_emotion.txt and no other")
    return Sequence(name, _expression(files[0]), _last(folder, name, match[1], frames))


def _check_every_label(home: Path, found: set[str]) -> None:
    """A label whose frames are not there means that the frames were only copied in part."""
    for subject in _folders(home / LABELS):
        for place in _folders(subject):
            if visible(place) and f"{subject.name}_{place.name}" not in found:
                missing = home / IMAGES / subject.name / place.name
                raise DataError(f"{missing} is missing, but {place} has a label for it")


def _last(folder: Path, name: str, peak: str, frames: int) -> tuple[Path, ...]:
    paths = visible(folder)
    for path in paths:
        match = _FRAME.fullmatch(path.name)
        if match is None or match[1] != name:
            raise DataError(f"{path} is not named like a frame of {name} ({name}_{peak}.png)")
    names = [path.name for path in paths]
    if f"{name}_{peak}.png" not in names:
        raise DataError(f"{folder / f'{name}_{peak}.png'} is missing: it is the labelled peak")
    end = names.index(f"{name}_{peak}.png") + 1
    if end < frames:
        raise DataError(f"{folder} holds {end} frames up to the peak; {frames} are needed")
    return tuple(paths[end - frames : end])


def _expression(path: Path) -> str:
    words = " ".join(read_lines(path)).split()
    try:
        (code,) = map(float, words)
        return CODES[int(code)] if code == int(code) else CODES[0]
    except (ValueError, KeyError, OverflowError):
        text = " ".join(words)
        raise DataError(f"{path}, line 1: '{text}' is none of the codes 1 to 7") from None


def _face(home: Path, frame: Path, side: int) -> NDArray[np.uint8]:
    pixels = read_pixels(frame)
    luma = np.asarray(Image.fromarray(pixels).convert("L"))
    grey = pixels[..., 0] if is_grey(pixels) else luma
    return crop(np.ascontiguousarray(grey), square(_landmarks(home, frame)), side)


def _landmarks(home: Path, frame: Path) -> NDArray[np.float64]:
    place = home / LANDMARKS / frame.parent.parent.name / frame.parent.name
    path = place / f"{frame.stem}_landmarks.txt"
    lines = read_lines(path)
    points = []
    for number, line in enumerate(lines, start=1):
        try:
            x, y = map(float, line.split())
        except ValueError:
            raise DataError(f"{path}, line {number}: '{line}' is not x and y of a point") from None
        points.append((x, y))
    if len(points) != POINTS:
        raise DataError(f"{path} holds {len(points)} points; {POINTS} are needed")
    array = np.array(points)
    if not np.isfinite(array).all() or (array.max(axis=0) == array.min(axis=0)).all():
        raise DataError(f"{path}: its points span no face")
    return array


def _stack(faces: list[NDArray[np.uint8]], side: int) -> NDArray[np.uint8]:
    return np.array(faces, dtype=np.uint8).reshape(-1, 1, side, side)
