"""A folder for each class, with the class's images in it."""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from registry.errors import DataError, nearest
from registry.images import visible
from registry.samples import EXPRESSIONS


def has_class_folder(folder: Path, classes: Collection[str]) -> bool:
    """Whether there is a folder in it that is called like one of the expressions."""
    return any(entry.is_dir() and expression_of(entry) in classes for entry in visible(folder))


def expression_of(folder: Path) -> str | None:
    """The canonical expression that a folder is named after, in any case, or None."""
    return EXPRESSIONS.get(folder.name.lower())


def class_folders(home: Path, classes: Sequence[str], dataset: str) -> dict[str, Path]:
    """The folder of each class.

    Raises
    ------
    DataError
        A class has no folder or two, or something else lies beside them.
    """
    words = [word for word, expression in EXPRESSIONS.items() if expression in classes]
    folders: dict[str, Path] = {}
    for entry in visible(home):
        expression = expression_of(entry)
        if not entry.is_dir():
            raise DataError(f"{entry} is not a class folder")
        if expression is None or expression not in classes:
            hint = nearest(entry.name.lower(), words)
            raise DataError(f"{entry} is not a class of {dataset}{hint}")
        if expression in folders:
            raise DataError(f"{folders[expression]} and {entry} are the same class")
        folders[expression] = entry
    for expression in classes:
        if expression not in folders:
            raise DataError(f"{home} has no folder for the class '{expression}'")
    return folders


def files_in(folder: Path) -> list[Path]:
    """What lies in a class's folder, by name; a DataError if nothing does."""
    files = visible(folder)
    if not files:
        raise DataError(f"{folder} holds no image")
    return files


def label(names: Sequence[str], classes: Sequence[str], where: Path) -> NDArray[np.int64]:
    """The index of each name among the classes.

    Raises
    ------
    DataError
        A class has no image: the copy is not complete.
    """
    index = {name: number for number, name in enumerate(classes)}
    missing = [name for name in classes if name not in set(names)]
    if missing:
        raise DataError(f"{where} holds no image of '{missing[0]}'")
    return np.array([index[name] for name in names], dtype=np.int64)
