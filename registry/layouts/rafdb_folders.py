"""RAF-DB as folders, the form in which others pass it on: DATASET/train/1..7."""

from collections.abc import Iterator
from pathlib import Path

from registry.errors import DataError
from registry.images import visible
from registry.layouts.class_folders import files_in
from registry.layouts.rafdb_images import CODES, Labelled, gather
from registry.layouts.tables import read_table
from registry.samples import Samples

TITLE = "DATASET/train and DATASET/test with the folders 1 to 7"
PARTS = ("train", "test")


def has_folders(folder: Path) -> bool:
    """Whether a numbered class folder lies in one of the two halves."""
    halves = [half for part in PARTS if (half := _base(folder) / part).is_dir()]
    return any(entry.is_dir() and entry.name in CODES for half in halves for entry in visible(half))


def read_folders(home: Path) -> Samples:
    """Every image in the folders; ``train_labels.csv`` beside them must agree if it is there."""
    base = _base(home)
    entries = [entry for part in PARTS for entry in _part(base / part, part)]
    for part in PARTS:
        path = home / f"{part}_labels.csv"
        if path.exists():
            _compare(path, {entry.path.name: entry for entry in entries if entry.part == part})
    return gather(home, entries, "folders train and test with 1 to 7")


def _base(folder: Path) -> Path:
    return folder / "DATASET" if (folder / "DATASET").is_dir() else folder


def _part(half: Path, part: str) -> Iterator[Labelled]:
    folders = visible(half)
    for folder in folders:
        if not folder.is_dir() or folder.name not in CODES:
            raise DataError(f"{folder} is none of the class folders 1 to 7")
    for code, expression in CODES.items():
        for path in files_in(half / code):
            name = path.stem.removesuffix("_aligned")
            if not name.startswith(f"{part}_"):
                raise DataError(f"{path} is not named like {part}_00001_aligned.jpg")
            yield Labelled(path, name, part, expression)


def _compare(path: Path, entries: dict[str, Labelled]) -> None:
    listed = set()
    for row in read_table(path, ("image", "label")):
        entry = entries.get(row["image"])
        if entry is None:
            raise row.error(f"there is no image '{row['image']}'")
        if CODES.get(row["label"]) != entry.expression:
            raise row.error(f"label '{row['label']}', but the image lies in {entry.path.parent}")
        listed.add(row["image"])
    for name, entry in entries.items():
        if name not in listed:
            raise DataError(f"{entry.path} is not in {path}")
