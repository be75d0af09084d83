"""Which images are trained on, which are watched, and which are reported."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from registry.samples import Samples

Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Split:
    """A partition of a dataset's images.

    Attributes
    ----------
    names : tuple of str
        The image names of the whole dataset, in its order.
    train, test : int64 array
        Indices into the dataset, ascending.
    validation : int64 array or None
        None where the protocol has no such part.
    monitored : str
        ``"validation"``, or ``"test"`` where the protocol peeks (the results are optimistic).
    """

    names: tuple[str, ...]
    train: Indices
    test: Indices
    validation: Indices | None = None
    monitored: str = "validation"

    @property
    def parts(self) -> dict[str, Indices]:
        """The parts that exist, by name."""
        parts = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: indices for name, indices in parts.items() if indices is not None}

    @property
    def names_by_part(self) -> dict[str, list[str]]:
        """The image names of each part."""
        return {part: [self.names[i] for i in indices] for part, indices in self.parts.items()}

    def described(self, samples: Samples) -> dict[str, Any]:
        """Names, and beside them labels, subjects and sequences where known, of each part."""
        columns = {
            "labels": samples.labels.tolist(),
            "subjects": samples.subjects,
            "sequences": samples.sequences,
        }
        told = {
            name: {part: [column[i] for i in indices] for part, indices in self.parts.items()}
            for name, column in columns.items()
            if column is not None
        }
        return self.names_by_part | told

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the image names in each part."""
        digest = hashlib.sha256(b"split-1\n")
        for part, names in self.names_by_part.items():
            digest.update(f"{part}:{names!r}\n".encode())
        return digest.hexdigest()[:32]
