"""What the parts of a split have in common that they should not."""

from dataclasses import dataclass

from registry.duplicates import Table, groups, near, perceptual_hashes, pixel_groups, shared
from registry.samples import Samples
from registry.split import Split


@dataclass(frozen=True)
class Leaks:
    """How many images of one part have a twin in another, or in their own.

    Attributes
    ----------
    parts : dict of str to int
        Number of images of each part.
    exact : Table
        Images with another that is the same in every pixel; see `registry.duplicates` for how a
        table reads.
    near : Table
        Images with another that looks nearly the same, exact ones included: at most
        `registry.duplicates.NEAR` bits of the perceptual hash differ.
    sequences, subjects : Table or None
        Images with another frame of their recording, or another image of their subject; None where
        the dataset does not tell.
    """

    parts: dict[str, int]
    exact: Table
    near: Table
    sequences: Table | None
    subjects: Table | None


def find_leaks(samples: Samples, split: Split) -> Leaks:
    """Compare every image with every other; about ten seconds for FER2013's 35,887."""
    parts = split.parts
    return Leaks(
        parts={part: len(indices) for part, indices in parts.items()},
        exact=shared(pixel_groups(samples.images), parts),
        near=near(perceptual_hashes(samples.images), parts),
        sequences=None if samples.sequences is None else shared(groups(samples.sequences), parts),
        subjects=None if samples.subjects is None else shared(groups(samples.subjects), parts),
    )
