"""The images of a dataset as one value, with who and what is on each."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from registry.errors import DataError

#: Canonical names of facial expressions, by the words that datasets use for them.
EXPRESSIONS = {
    "anger": "anger",
    "angry": "anger",
    "contempt": "contempt",
    "disgust": "disgust",
    "disgusted": "disgust",
    "fear": "fear",
    "fearful": "fear",
    "happy": "happiness",
    "happiness": "happiness",
    "neutral": "neutral",
    "sad": "sadness",
    "sadness": "sadness",
    "surprise": "surprise",
    "surprised": "surprise",
}


@dataclass(frozen=True, eq=False)
class Samples:
    """All images of a dataset, in memory.

    Attributes
    ----------
    images : uint8 array, (N, C, H, W)
        Grey levels as they were read; C is 1 for grey.
    labels : int64 array, (N,)
        Index into `classes`.
    classes : tuple of str
        Canonical class names in alphabetical order.
    names : tuple of str
        One stable, unique name for each image: its path below the root, or its row.
    subjects : tuple of str, or None
        Who is on each image, where that is known.
    sequences : tuple of str, or None
        Which recording each image was cut from, where that is known.
    parts : tuple of str, or None
        The part that the dataset's authors put each image in, where they did.
    layout : str
        What was recognised, in a few words.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    names: tuple[str, ...]
    subjects: tuple[str, ...] | None = None
    sequences: tuple[str, ...] | None = None
    parts: tuple[str, ...] | None = None
    layout: str = ""

    def __post_init__(self) -> None:
        for array in (self.images, self.labels):
            array.setflags(write=False)
        self._check_shapes()
        if list(self.classes) != sorted(set(self.classes)):
            raise DataError(f"classes must be unique and in alphabetical order: {self.classes}")
        if len(set(self.names)) != len(self.names):
            raise DataError("two images have the same name")
        counts = np.bincount(self.labels, minlength=len(self.classes))
        if len(counts) > len(self.classes):
            raise DataError(f"a label is outside the {len(self.classes)} classes")
        for name, count in zip(self.classes, counts, strict=True):
            if count == 0:
                raise DataError(f"class '{name}' has no image")

    def _check_shapes(self) -> None:
        if self.images.dtype != np.uint8 or self.images.ndim != 4:
            raise DataError(f"images must be uint8 (N, C, H, W), not {self.images.shape}")
        columns = (self.labels, self.names, self.subjects, self.sequences, self.parts)
        if any(column is not None and len(column) != len(self.images) for column in columns):
            raise DataError("labels, names, subjects, sequences and parts must match the images")

    def __len__(self) -> int:
        return len(self.images)

    @cached_property
    def fingerprint(self) -> str:
        """Hash of everything above but `layout`: the same content has the same fingerprint."""
        digest = hashlib.sha256(b"samples-1\n")
        digest.update(repr(self.images.shape).encode())
        digest.update(self.images.tobytes())
        digest.update(self.labels.astype("<i8").tobytes())
        for column in (self.classes, self.names, self.subjects, self.sequences, self.parts):
            digest.update(repr(column).encode())
        return digest.hexdigest()[:32]

    @property
    def counts(self) -> dict[str, int]:
        """Number of images of each class."""
        counts = np.bincount(self.labels, minlength=len(self.classes))
        return {name: int(count) for name, count in zip(self.classes, counts, strict=True)}
