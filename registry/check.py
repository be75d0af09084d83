"""What a dataset holds, and where that differs from what it should hold."""

from collections import Counter
from dataclasses import dataclass

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
    fingerprint: str
    layout: str
    differences: tuple[str, ...]


def check(samples: Samples, expected: Expected | None = None) -> DataCheck:
    """Count everything; without an expectation there are no differences."""
    _, channels, height, width = samples.images.shape
    return DataCheck(
        images=len(samples),
        channels=channels,
        height=height,
        width=width,
        counts=samples.counts,
        subjects=_distinct(samples.subjects),
        sequences=_distinct(samples.sequences),
        parts=None if samples.parts is None else dict(sorted(Counter(samples.parts).items())),
        fingerprint=samples.fingerprint,
        layout=samples.layout,
        differences=() if expected is None else tuple(differences(samples, expected)),
    )


def differences(samples: Samples, expected: Expected) -> list[str]:
    """A plain sentence for each number that is not as expected; none if all are."""
    compared = [
        (len(samples), expected.images, "image"),
        (_distinct(samples.subjects), expected.subjects, "subject"),
        (_distinct(samples.sequences), expected.sequences, "sequence"),
    ]
    found = samples.counts
    for name in sorted({*found, *expected.counts}):
        compared.append((found.get(name, 0), expected.counts.get(name, 0), f"'{name}' image"))
    return [
        f"{_amount(count, thing)}, {'none' if target == 0 else target} expected."
        for count, target, thing in compared
        if target is not None and count != target
    ]


def _distinct(column: tuple[str, ...] | None) -> int | None:
    return None if column is None else len(set(column))


def _amount(count: int | None, thing: str) -> str:
    if count is None:
        return f"The number of {thing}s is not known"
    return f"1 {thing}" if count == 1 else f"{count or 'No'} {thing}s"
