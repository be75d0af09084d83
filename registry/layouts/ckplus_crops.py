"""CK+ as 48×48 crops in a folder for each class (often called CK+48)."""

import re
from pathlib import Path

import numpy as np

from registry.errors import DataError
from registry.images import read_grey
from registry.layouts.class_folders import class_folders, files_in, has_class_folder
from registry.samples import Samples

SIDE = 48
CLASSES = ("anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise")
TITLE = "a folder for each class (anger, contempt, …) of 48×48 crops"

# Subject, then the subject's recording, then the frame: S010_004_00000017.png.
_NAME = re.compile(r"((S[0-9]{3})_[0-9]{3})_[0-9]{8}\.png")


def has_crops(folder: Path) -> bool:
    """Whether a class folder lies there."""
    return has_class_folder(folder, CLASSES)


def read_crops(home: Path) -> Samples:
    """Read every crop; who and which recording is in its name."""
    folders = class_folders(home, CLASSES, "CK+")
    found = sorted(
        (path.relative_to(home).as_posix(), path, label)
        for label, expression in enumerate(CLASSES)
        for path in files_in(folders[expression])
    )
    people = [_parse(path) for _, path, _ in found]
    return Samples(
        images=np.stack([read_grey(path, SIDE, SIDE)[None] for _, path, _ in found]),
        labels=np.array([label for _, _, label in found], dtype=np.int64),
        classes=CLASSES,
        names=tuple(name for name, _, _ in found),
        subjects=tuple(subject for subject, _ in people),
        sequences=tuple(sequence for _, sequence in people),
        layout=f"class folders of {SIDE}×{SIDE} PNG crops",
    )


def _parse(path: Path) -> tuple[str, str]:
    """Subject and sequence."""
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise DataError(f"{path} is not named like a CK+ image (S010_004_00000017.png)")
    return match[2], match[1]
