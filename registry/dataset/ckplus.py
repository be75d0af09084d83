"""CK+, in the usual form of 48×48 crops in a folder for each class."""

import re
from pathlib import Path

import numpy as np

from registry.catalog import dataset
from registry.component import NoParameters
from registry.errors import DataError, nearest
from registry.expected import Expected
from registry.images import read_grey, visible
from registry.samples import EXPRESSIONS, Samples

SIDE = 48

#: The last three frames of each of the 327 labelled sequences.
EXPECTED = Expected(
    counts={
        "anger": 135,
        "contempt": 54,
        "disgust": 177,
        "fear": 75,
        "happiness": 207,
        "sadness": 84,
        "surprise": 249,
    },
    subjects=118,
    sequences=327,
)
CLASSES = tuple(EXPECTED.counts)

# Subject, then the subject's recording, then the frame: S010_004_00000017.png.
_NAME = re.compile(r"((S[0-9]{3})_[0-9]{3})_[0-9]{8}\.png")


@dataset(
    "ckplus",
    citation=(
        "Lucey, Cohn, Kanade, Saragih, Ambadar, Matthews: The extended Cohn-Kanade dataset (CK+): "
        "A complete dataset for action unit and emotion-specified expression. CVPR Workshops 2010"
    ),
    aliases=("ck+", "ckplus48"),
    expected=EXPECTED,
)
def ckplus(root: Path, parameters: NoParameters) -> Samples:
    """CK+ (Lucey et al. 2010): grey 48×48 face crops of 7 posed expressions.

    The root holds the folders anger, contempt, disgust, fear, happy, sadness and surprise (in any
    case, or by another usual word), or holds one folder that does. An image is called like
    ``S010_004_00000017.png``: subject S010, sequence S010_004, frame 17. Its name in the samples is
    the path from the folder with the class folders on, with forward slashes, so that it is the same
    whichever of the two roots was given. A part of the 981 images is accepted.

    Passed over are hidden files (``.DS_Store``) and ``Thumbs.db``; all else that is no such image
    is an error.

    Raises
    ------
    DataError
        No such root, no class folder, an unknown, missing or empty class, a misnamed file, or an
        image that cannot be read, is not 48×48 or not grey.
    """
    home = _home(root)
    folders = _class_folders(home)
    found = sorted(
        (path.relative_to(home).as_posix(), path, label)
        for label, expression in enumerate(CLASSES)
        for path in _image_files(folders[expression])
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


def _home(root: Path) -> Path:
    """The folder with the class folders: the root, or the one folder in it that has them."""
    if _has_class_folder(root):
        return root
    homes = [entry for entry in visible(root) if entry.is_dir() and _has_class_folder(entry)]
    if len(homes) > 1:
        names = ", ".join(home.name for home in homes)
        raise DataError(f"{root} holds several folders with class folders ({names}); name one")
    if not homes:
        raise DataError(f"{root} holds no class folder (anger, contempt, …), nor does one in it")
    return homes[0]


def _has_class_folder(folder: Path) -> bool:
    return any(entry.is_dir() and _expression(entry) in CLASSES for entry in visible(folder))


def _expression(folder: Path) -> str | None:
    return EXPRESSIONS.get(folder.name.lower())


def _class_folders(home: Path) -> dict[str, Path]:
    words = [word for word, expression in EXPRESSIONS.items() if expression in CLASSES]
    folders: dict[str, Path] = {}
    for entry in visible(home):
        expression = _expression(entry)
        if not entry.is_dir():
            raise DataError(f"{entry} is not a class folder")
        if expression is None or expression not in CLASSES:
            raise DataError(f"{entry} is not a class of CK+{nearest(entry.name.lower(), words)}")
        if expression in folders:
            raise DataError(f"{folders[expression]} and {entry} are the same class")
        folders[expression] = entry
    for expression in CLASSES:
        if expression not in folders:
            raise DataError(f"{home} has no folder for the class '{expression}'")
    return folders


def _image_files(folder: Path) -> list[Path]:
    files = visible(folder)
    if not files:
        raise DataError(f"{folder} holds no image")
    return files


def _parse(path: Path) -> tuple[str, str]:
    """Subject and sequence."""
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise DataError(f"{path} is not named like a CK+ image (S010_004_00000017.png)")
    return match[2], match[1]
