"""What a dataset holds when it is complete."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Expected:
    """The known size of a published dataset, against which a copy is checked.

    Attributes
    ----------
    counts : Mapping of str to int
        Number of images of each class, by canonical class name.
    subjects, sequences : int or None
        How many there are; None where the dataset does not tell.
    """

    counts: Mapping[str, int]
    subjects: int | None = None
    sequences: int | None = None

    @property
    def images(self) -> int:
        """Number of images of all classes."""
        return sum(self.counts.values())
