"""FER2013 as image files: train|test/angry/Training_3908.jpg."""

import re
from pathlib import Path

import numpy as np

from registry.errors import DataError
from registry.images import read_grey, visible
from registry.layouts.class_folders import class_folders, files_in, has_class_folder, label
from registry.layouts.fer2013_tables import CLASSES
from registry.layouts.pixel_table import USAGES
from registry.samples import Samples

SIDE = 48
PLAIN = "class folders, parts train and test"
TITLE = "the folders train and test with a folder for each class"

_USAGE = re.compile(r"(Training|PublicTest|PrivateTest)_", re.IGNORECASE)


def has_folders(folder: Path) -> bool:
    """Whether ``train`` or ``test`` with a class folder lies there."""
    halves = [entry for entry in visible(folder) if _half(entry)]
    return any(has_class_folder(half, CLASSES) for half in halves)


def read_folders(home: Path, labels: str) -> Samples:
    """Read every file; its name tells the part, where all the names do.

    The parts are ``train``, ``public`` and ``private`` if every file's name begins with
    ``Training_``, ``PublicTest_`` or ``PrivateTest_``, and ``train`` and ``test`` if none does.
    """
    if labels != "fer2013":
        raise DataError(
            f"{home}: FERPlus labels belong to the rows of fer2013.csv; image files lost the order"
        )
    halves = {entry.name.lower(): entry for entry in visible(home) if _half(entry)}
    for half in ("train", "test"):
        if half not in halves:
            raise DataError(f"{home / half} is missing: FER2013 in this layout is {TITLE}")
    for entry in visible(home):
        if entry.is_dir() and entry not in halves.values():
            raise DataError(f"{entry} is neither the folder train nor the folder test")
    found = [
        (path, half, expression)
        for half in ("test", "train")
        for expression, folder in class_folders(halves[half], CLASSES, "FER2013").items()
        for path in files_in(folder)
    ]
    found.sort(key=lambda one: one[0].relative_to(home).as_posix())
    parts = _parts([(path, half) for path, half, _ in found])
    return Samples(
        images=np.stack([read_grey(path, SIDE, SIDE)[None] for path, _, _ in found]),
        labels=label([expression for _, _, expression in found], CLASSES, home),
        classes=CLASSES,
        names=tuple(path.relative_to(home).as_posix() for path, _, _ in found),
        parts=parts,
        layout=PLAIN if "test" in parts else "class folders, parts told by the files' names",
    )


def _half(entry: Path) -> bool:
    return entry.is_dir() and entry.name.lower() in ("train", "test")


def _parts(files: list[tuple[Path, str]]) -> tuple[str, ...]:
    told = [_told(path) for path, _ in files]
    if not any(told):
        return tuple(half for _, half in files)
    parts = []
    for (path, half), part in zip(files, told, strict=True):
        if part is None:
            raise DataError(
                f"{path} does not begin with Training_, PublicTest_ or PrivateTest_, as others do"
            )
        if (part == "train") != (half == "train"):
            raise DataError(f"{path} is in the folder '{half}', but its name says '{part}'")
        parts.append(part)
    return tuple(parts)


def _told(path: Path) -> str | None:
    match = _USAGE.match(path.name)
    return USAGES[match[1].lower()] if match else None
