"""FER2013 as comma-separated tables, the form in which the contest published it."""

from pathlib import Path

import numpy as np

from registry.errors import DataError
from registry.images import visible
from registry.layouts.class_folders import label
from registry.layouts.ferplus import CLASSES as FERPLUS_CLASSES
from registry.layouts.ferplus import RULES, read_votes
from registry.layouts.pixel_table import (
    PixelTable,
    decode,
    pixel_tables,
    read_header,
    read_pixel_table,
)
from registry.samples import Samples

#: What the codes 0 to 6 stand for; not in the alphabetical order that folders have.
CODES = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
CLASSES = tuple(sorted(CODES))

WHOLE = "a table with emotion, pixels and Usage (fer2013.csv, icml_face_data.csv)"
HALVES = "train.csv and test.csv with emotion and pixels"
FERPLUS = "FERPlus labels"

_KNOWN = ("fer2013.csv", "icml_face_data.csv")


def has_whole(folder: Path) -> bool:
    """Whether the one table with everything lies there, in whatever state."""
    return bool(_whole(folder))


def read_whole(home: Path, labels: str) -> Samples:
    """``fer2013.csv`` or ``icml_face_data.csv``: the same rows in another order of columns.

    An image is called after its row, ``fer0000000`` being the first, as FERPlus does.
    """
    tables = _whole(home)
    if len(tables) > 1:
        names = ", ".join(path.name for path in tables)
        raise DataError(f"{home} holds several layouts of FER2013 ({names}); keep just one")
    path = tables[0]
    table = read_pixel_table(path, len(CODES))
    if table.parts is None:
        raise DataError(f"{path}, line 1: there is no column 'usage'")
    if labels in RULES:
        return _with_votes(home, path, table, table.parts, labels)
    return Samples(
        images=table.images,
        labels=label(decode(table.codes, CODES), CLASSES, path),
        classes=CLASSES,
        names=tuple(f"fer{row:07d}" for row in range(len(table))),
        parts=table.parts,
        layout=f"{path.name} (emotion, pixels, Usage)",
    )


def has_halves(folder: Path) -> bool:
    """Whether one of the contest's two tables lies there."""
    return any(path.name in ("train.csv", "test.csv") for path in pixel_tables(folder))


def read_halves(home: Path, labels: str) -> Samples:
    """``train.csv`` and ``test.csv``: the parts ``train`` and ``test``, if the test has labels."""
    if labels != "fer2013":
        raise DataError(
            f"{home}: FERPlus labels belong to the rows of fer2013.csv, not to {HALVES}"
        )
    paths = {part: home / f"{part}.csv" for part in ("train", "test")}
    for path in paths.values():
        if not path.exists():
            raise DataError(f"{path} is missing: FER2013 in this layout is {HALVES}")
    if "emotion" not in read_header(paths["test"]):
        raise DataError(
            f"{paths['test']} has no column 'emotion': as the contest handed it out it has no "
            "labels, so there is no test part; take fer2013.csv or icml_face_data.csv"
        )
    tables = {part: read_pixel_table(path, len(CODES)) for part, path in paths.items()}
    for part, table in tables.items():
        if table.parts is not None:
            raise DataError(f"{paths[part]}, line 1: a column 'usage' contradicts the file's name")
    codes = [code for table in tables.values() for code in table.codes]
    return Samples(
        images=np.concatenate([table.images for table in tables.values()]),
        labels=label(decode(codes, CODES), CLASSES, home),
        classes=CLASSES,
        names=tuple(f"{part}/{i:05d}" for part, table in tables.items() for i in range(len(table))),
        parts=tuple(part for part, table in tables.items() for _ in table.codes),
        layout=HALVES,
    )


def _whole(folder: Path) -> list[Path]:
    """By the header, or by the name where the header is damaged."""
    named = [path for path in visible(folder) if path.name in _KNOWN]
    headed = [path for path, header in pixel_tables(folder).items() if "usage" in header]
    return sorted({*named, *headed})


def _with_votes(
    home: Path, path: Path, table: PixelTable, parts: tuple[str, ...], labels: str
) -> Samples:
    rule = RULES[labels]
    verdict = rule(read_votes(home / "fer2013new.csv", parts))
    rows = [row for row, name in enumerate(verdict.names) if name is not None]
    names = [name for name in verdict.names if name is not None]
    return Samples(
        images=table.images[rows],
        labels=label(names, FERPLUS_CLASSES, home / "fer2013new.csv"),
        classes=FERPLUS_CLASSES,
        names=tuple(f"fer{row:07d}" for row in rows),
        parts=tuple(parts[row] for row in rows),
        layout=f"{FERPLUS} ({rule.__name__}) for {path.name}; {verdict.dropped}",
        distribution=verdict.shares[rows] if labels == "ferplus_probability" else None,
    )
