"""What a dataset holds, and where that differs from what it should hold."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from registry.duplicates import pixel_groups
from registry.expected import Expected
from registry.samples import Samples


@dataclass(frozen=True)
class DataCheck:
    """A dataset in a few numbers.

    Attributes
    ----------
    images : int
        How many there are.
    channels, height, width : int
        The shape of each.
    counts : dict of str to int
        Number of images of each class.
    subjects, sequences : int or None
        How many there are; None where the dataset does not tell.
    parts : dict of str to int, or None
        Number of images in each part that the dataset's authors made, where they did.
    copies : int
        Images that are the same, in every pixel, as an earlier one.
    contradictions : int
        Images that are the same as one of another class.
    fingerprint : str
        See `Samples.fingerprint`.
    layout : str
        What was recognised.
    differences : tuple of str
        A plain sentence for each thing that is not as expected.
    """

    images: int
    channels: int
    height: int
    width: int
    counts: dict[str, int]
    subjects: int | None
    sequences: int | None
    parts: dict[str, int] | None
    copies: int
    contradictions: int
    fingerprint: str
    layout: str
    differences: tuple[str, ...]


def check(samples: Samples, expected: Expected | None = None) -> DataCheck:
    """Count everything; without an expectation there are no differences."""
    _, channels, height, width = samples.images.shape
    alike = pixel_groups(samples.images)
    labelled = np.unique(np.stack([alike, samples.labels]), axis=1)[0]
    return DataCheck(
        images=len(samples),
        channels=channels,
        height=height,
        width=width,
        counts=samples.counts,
        subjects=_distinct(samples.subjects),
        sequences=_distinct(samples.sequences),
        parts=_parts(samples),
        copies=len(alike) - len(np.unique(alike)),
        contradictions=int((np.bincount(labelled)[alike] > 1).sum()),
        fingerprint=samples.fingerprint,
        layout=samples.layout,
        differences=() if expected is None else tuple(differences(samples, expected)),
    )


def differences(samples: Samples, expected: Expected) -> list[str]:
    """A plain sentence for each number that is not as expected; none if all are."""
    meant = expected.of(samples.layout)
    return [] if meant is None else _differences(samples, meant)


def _differences(samples: Samples, expected: Expected) -> list[str]:
    compared: list[tuple[int | None, int | None, str]] = [
        (len(samples), expected.images, "image"),
        (_distinct(samples.subjects), expected.subjects, "subject"),
        (_distinct(samples.sequences), expected.sequences, "sequence"),
    ]
    compared += _each(samples.counts, expected.counts, "'{}' image")
    if expected.parts is not None:
        compared += _each(_parts(samples) or {}, expected.parts, "{}-part image")
    return [
        f"{_amount(count, thing)}, {'none' if target == 0 else target} expected."
        for count, target, thing in compared
        if target is not None and count != target
    ]


def _each(
    found: Mapping[str, int], expected: Mapping[str, int], thing: str
) -> list[tuple[int | None, int | None, str]]:
    names = sorted({*found, *expected})
    return [(found.get(name, 0), expected.get(name, 0), thing.format(name)) for name in names]


def _parts(samples: Samples) -> dict[str, int] | None:
    return None if samples.parts is None else dict(sorted(Counter(samples.parts).items()))


def _distinct(column: tuple[str, ...] | None) -> int | None:
    return None if column is None else len(set(column))


def _amount(count: int | None, thing: str) -> str:
    if count is None:
        return f"The number of {thing}s is not known"
    return f"1 {thing}" if count == 1 else f"{count or 'No'} {thing}s"
