"""The aligned images of RAF-DB, however their labels were found."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from registry.errors import DataError
from registry.images import read_pixels
from registry.layouts.class_folders import label
from registry.samples import Samples

SIDE = 100

CODES = {
    "1": "surprise",
    "2": "fear",
    "3": "disgust",
    "4": "happiness",
    "5": "sadness",
    "6": "anger",
    "7": "neutral",
}
CLASSES = tuple(sorted(CODES.values()))


@dataclass(frozen=True)
class Labelled:
    """An image file, its stable name (``train_00001``), its part and its expression."""

    path: Path
    name: str
    part: str
    expression: str


def gather(home: Path, entries: Iterable[Labelled], layout: str) -> Samples:
    """Read the images, ordered by name, so that both layouts give the same samples."""
    ordered = sorted(entries, key=lambda entry: entry.name)
    for before, entry in pairwise(ordered):
        if before.name == entry.name:
            raise DataError(f"{before.path} and {entry.path} are the same image")
    labels = label([entry.expression for entry in ordered], CLASSES, home)
    pixels = np.stack([read_pixels(entry.path, (SIDE, SIDE)) for entry in ordered])
    return Samples(
        images=np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)),
        labels=labels,
        classes=CLASSES,
        names=tuple(entry.name for entry in ordered),
        parts=tuple(entry.part for entry in ordered),
        layout=layout,
    )
