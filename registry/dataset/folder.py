"""Any folder of class folders, and who is on each image if a table beside them says so."""

from pathlib import Path

import numpy as np

from registry.catalog import dataset
from registry.component import NoParameters
from registry.errors import DataError
from registry.images import is_grey, read_pixels, visible
from registry.layouts.class_folders import expression_of, files_in
from registry.layouts.tables import read_table
from registry.samples import Samples

GROUPS = "groups.csv"


@dataset("folder", citation="the user's own images; torchvision's ImageFolder has the same layout")
def folder(root: Path, parameters: NoParameters) -> Samples:
    """Your own images: a folder for each class, and groups.csv for who is on them.

    A class is called like its folder; if every folder is named after an expression, in whatever
    case and word (``Happy``, ``sad``), the classes are the canonical expressions. All images have
    the same size; they are grey (one channel) if all of them are, else in colour (three).

    ``groups.csv`` in the root has the columns ``image`` (``class/file.png``), ``subject`` and
    perhaps ``sequence``, and a row for every image.

    Raises
    ------
    DataError
        Fewer than two classes, an empty one, anything that is no image, images of several sizes, or
        a ``groups.csv`` that does not fit them; the message names file and line.
    """
    entries = [entry for entry in visible(root) if entry.name != GROUPS]
    for entry in entries:
        if not entry.is_dir():
            raise DataError(f"{entry} is neither a class folder nor {GROUPS}")
    classes = _classes(root, entries)
    found = sorted(
        (path.relative_to(root).as_posix(), path, name)
        for name, entry in classes.items()
        for path in files_in(entry)
    )
    first = read_pixels(found[0][1])
    pixels = np.stack([read_pixels(path, first.shape[:2]) for _, path, _ in found])
    planes = pixels[..., :1] if is_grey(pixels) else pixels
    names = tuple(name for name, _, _ in found)
    groups = _groups(root / GROUPS, names)
    ordered = sorted(classes)
    return Samples(
        images=np.ascontiguousarray(planes.transpose(0, 3, 1, 2)),
        labels=np.array([ordered.index(name) for _, _, name in found], dtype=np.int64),
        classes=tuple(ordered),
        names=names,
        subjects=groups.get("subject"),
        sequences=groups.get("sequence"),
        layout=f"class folders with {GROUPS}" if groups else "class folders",
    )


def _classes(root: Path, entries: list[Path]) -> dict[str, Path]:
    expressions = {entry: expression_of(entry) for entry in entries}
    classes: dict[str, Path] = {}
    for entry, expression in expressions.items():
        name = expression if expression and all(expressions.values()) else entry.name
        if name in classes:
            raise DataError(f"{classes[name]} and {entry} are the same class")
        classes[name] = entry
    if len(classes) < 2:
        raise DataError(f"{root} holds {len(classes)} class folders; at least 2 are needed")
    return classes


def _groups(path: Path, names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The columns ``subject`` and ``sequence`` in the images' order; empty without the file."""
    if not path.exists():
        return {}
    rows = {}
    for row in read_table(path, ("image", "subject"), ("sequence",)):
        if row["image"] not in names:
            raise row.error(f"there is no image '{row['image']}'")
        if row["image"] in rows:
            raise row.error(f"'{row['image']}' is there twice")
        for column, value in row.values.items():
            if not value:
                raise row.error(f"the column '{column}' is empty")
        rows[row["image"]] = row
    for name in names:
        if name not in rows:
            raise DataError(f"{path} has no row for '{name}'")
    columns = [name for name in rows[names[0]].values if name != "image"]
    return {column: tuple(rows[name][column] for name in names) for column in columns}
