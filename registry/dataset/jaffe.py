"""JAFFE: ten Japanese women, seven expressions, the file's name telling who shows what."""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np

from registry.catalog import dataset
from registry.component import NoParameters
from registry.errors import DataError
from registry.expected import Expected
from registry.images import read_grey, read_size, visible
from registry.layouts.class_folders import class_folders, files_in, has_class_folder, label
from registry.layouts.recognise import Layout, read_recognised
from registry.samples import Samples

EXPECTED = Expected(
    counts={
        "anger": 30,
        "disgust": 29,
        "fear": 32,
        "happiness": 31,
        "neutral": 30,
        "sadness": 31,
        "surprise": 30,
    },
    subjects=10,
)
CLASSES = tuple(EXPECTED.counts)
CODES = dict(zip(("AN", "DI", "FE", "HA", "NE", "SA", "SU"), CLASSES, strict=True))

# Subject, expression and take, serial number: KA.AN1.39.tiff.
_NAME = re.compile(r"([A-Z]{2})\.([A-Z]{2})[0-9]+\.[0-9]+\.(?:tiff?|png|jpe?g|bmp)", re.IGNORECASE)
# What comes with the images and is none.
_DOCUMENTS = (".txt", ".pdf", ".md")


def _has_flat(folder: Path) -> bool:
    return any(_NAME.fullmatch(entry.name) for entry in visible(folder))


def _read_flat(home: Path, parameters: NoParameters) -> Samples:
    files = [path for path in visible(home) if path.suffix.lower() not in _DOCUMENTS]
    return _read(home, files, "files in one folder")


def _has_folders(folder: Path) -> bool:
    return has_class_folder(folder, CLASSES)


def _read_folders(home: Path, parameters: NoParameters) -> Samples:
    files = []
    for expression, folder in class_folders(home, CLASSES, "JAFFE").items():
        for path in files_in(folder):
            if _parse(path)[1] != expression:
                raise DataError(
                    f"{path} shows '{_parse(path)[1]}', its folder says '{folder.name}'"
                )
            files.append(path)
    return _read(home, files, "class folders")


LAYOUTS = (
    Layout("files named like KA.AN1.39.tiff", _has_flat, _read_flat),
    Layout("a folder for each class of them", _has_folders, _read_folders),
)


@dataset(
    "jaffe",
    citation=(
        "Lyons, Akamatsu, Kamachi, Gyoba: Coding facial expressions with Gabor wavelets. "
        "3rd IEEE International Conference on Automatic Face and Gesture Recognition, 1998"
    ),
    expected=EXPECTED,
)
def jaffe(root: Path, parameters: NoParameters) -> Samples:
    """JAFFE (Lyons et al. 1998): grey 256×256 faces of ten women, 7 posed expressions.

    The root holds, or one folder in it holds, the images side by side or in a folder for each
    class. An image is called like ``KA.AN1.39.tiff``: subject KA, anger, first take, number 39; it
    may have been converted to PNG, JPEG or BMP. Its name in the samples is that without the ending,
    so that it is the same in each form. All images have the first one's size. Documents beside
    the images (.txt, .pdf, .md) are passed over.

    Raises
    ------
    DataError
        No such root or neither layout, a misnamed file, an unknown expression, an image twice, or
        one that cannot be read, is of another size or not grey.
    """
    return read_recognised(root, LAYOUTS, "JAFFE", parameters)


def _read(home: Path, files: list[Path], layout: str) -> Samples:
    people = {path: _parse(path) for path in files}
    files = sorted(files, key=lambda path: path.stem)
    for before, path in pairwise(files):
        if before.stem == path.stem:
            raise DataError(f"{before} and {path} are the same image")
    height, width = read_size(files[0])
    return Samples(
        images=np.stack([read_grey(path, height, width)[None] for path in files]),
        labels=label([people[path][1] for path in files], CLASSES, home),
        classes=CLASSES,
        names=tuple(path.stem for path in files),
        subjects=tuple(people[path][0] for path in files),
        layout=layout,
    )


def _parse(path: Path) -> tuple[str, str]:
    """Subject and expression."""
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise DataError(f"{path} is not named like a JAFFE image (KA.AN1.39.tiff)")
    expression = CODES.get(match[2].upper())
    if expression is None:
        raise DataError(f"{path}: '{match[2]}' is none of the expressions {', '.join(CODES)}")
    return match[1].upper(), expression
