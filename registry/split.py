"""Which images are trained on, which are watched, and which are reported."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

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

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the image names in each part."""
        digest = hashlib.sha256(b"split-1\n")
        for part, names in self.names_by_part.items():
            digest.update(f"{part}:{names!r}\n".encode())
        return digest.hexdigest()[:32]
