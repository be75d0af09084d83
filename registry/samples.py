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
    distribution : float32 array, (N, classes), or None
        The share of its raters that saw each class on an image, where that is asked for; each row
        sums to 1. What is learnt from; `labels` remain what is evaluated.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    names: tuple[str, ...]
    subjects: tuple[str, ...] | None = None
    sequences: tuple[str, ...] | None = None
    parts: tuple[str, ...] | None = None
    layout: str = ""
    distribution: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        for array in (self.images, self.labels, self.distribution):
            if array is not None:
                array.setflags(write=False)
        self._check_shapes()
        self._check_distribution()
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

    def _check_distribution(self) -> None:
        if self.distribution is None:
            return
        shape = (len(self.images), len(self.classes))
        if self.distribution.dtype != np.float32 or self.distribution.shape != shape:
            raise DataError(
                f"distribution must be float32 {shape}, not {self.distribution.dtype} "
                f"{self.distribution.shape}"
            )
        sums = self.distribution.sum(axis=1, dtype=np.float64)
        if not ((self.distribution >= 0).all() and (abs(sums - 1) <= 1e-5).all()):
            raise DataError("each row of distribution must be non-negative and sum to 1")

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
        if self.distribution is not None:  # the fingerprint without one is older than this field
            digest.update(self.distribution.astype("<f4").tobytes())
        return digest.hexdigest()[:32]

    @property
    def counts(self) -> dict[str, int]:
        """Number of images of each class."""
        counts = np.bincount(self.labels, minlength=len(self.classes))
        return {name: int(count) for name, count in zip(self.classes, counts, strict=True)}
