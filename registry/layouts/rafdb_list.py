"""RAF-DB as its authors hand it out: aligned images in one folder, a list that labels them."""

import re
from pathlib import Path

from registry.errors import DataError
from registry.images import visible
from registry.layouts.rafdb_images import CODES, Labelled, gather
from registry.layouts.tables import read_lines
from registry.samples import Samples

#: The misspelling is the authors'.
LIST = "list_patition_label.txt"
TITLE = f"the authors' {LIST} and Image/aligned"

_LINE = re.compile(r"((train|test)_[0-9]+)\.jpg ([0-9]+)")


def has_list(folder: Path) -> bool:
    """Whether the list or the folder of aligned images lies there."""
    return _list(folder).exists() or (folder / "Image" / "aligned").is_dir()


def read_list(home: Path) -> Samples:
    """Every image on the list, which must be just those that are there."""
    path, aligned = _list(home), home / "Image" / "aligned"
    entries: dict[str, Labelled] = {}
    for number, line in enumerate(read_lines(path), start=1):
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise DataError(f"{path}, line {number}: '{line}' is not like 'train_00001.jpg 5'")
        name, part, code = match.groups()
        if code not in CODES:
            raise DataError(f"{path}, line {number}: '{code}' is none of the codes 1 to 7")
        if name in entries:
            raise DataError(f"{path}, line {number}: {name}.jpg is there twice")
        image = aligned / f"{name}_aligned.jpg"
        entries[name] = Labelled(image, name, part, CODES[code])
    found = set(visible(aligned))
    for entry in entries.values():
        if entry.path not in found:
            raise DataError(f"{entry.path} is missing, but {path.name} labels it")
    for image in sorted(found - {entry.path for entry in entries.values()}):
        raise DataError(f"{image} is not on {path}")
    return gather(home, entries.values(), f"{LIST} and aligned images")


def _list(folder: Path) -> Path:
    within = folder / "EmoLabel" / LIST
    return within if within.exists() else folder / LIST
