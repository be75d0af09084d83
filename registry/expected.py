"""What a dataset holds when it is complete."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True)
class Expected:
    """The known size of a published dataset, against which a copy is checked.

    Attributes
    ----------
    counts : Mapping of str to int
        Number of images of each class, by canonical class name.
    subjects, sequences : int or None
        How many there are; None where the dataset does not tell.
    parts : Mapping of str to int, or None
        Number of images in each of the authors' parts, where there are some.
    variants : Mapping of str to (Expected or None)
        What other releases of the dataset hold, by how `Samples.layout` begins; None where nobody
        has published that.
    """

    counts: Mapping[str, int]
    subjects: int | None = None
    sequences: int | None = None
    parts: Mapping[str, int] | None = None
    variants: Mapping[str, Self | None] = field(default_factory=dict)

    @property
    def images(self) -> int:
        """Number of images of all classes."""
        return sum(self.counts.values())

    def of(self, layout: str) -> Self | None:
        """What a complete copy holds in the layout that was recognised."""
        for beginning, variant in self.variants.items():
            if layout.startswith(beginning):
                return variant
        return self
