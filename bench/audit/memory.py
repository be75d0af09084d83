"""Whether a stated memory figure is consistent with a reading of its formula.

The Kronecker product of two maps of B × C × H × W pairs every element of one with every element of
the other. Elements belong in pairs where they are of the same image; pairs across the images of a
batch come from flattening the batch as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from bench.audit.findings import Finding, text_place
from bench.audit.granularity import ROUNDED, TRUNCATED, in_text
from bench.audit.reading import decimals_of
from registry.reported import ReportedPaper, StatedKronecker

#: Bytes of a number in half, single and double precision; and of a gigabyte, in both meanings.
WIDTHS = (4, 2, 8)
UNITS = {"GiB": 2**30, "GB": 10**9}


@dataclass(frozen=True)
class Reading:
    """One way to read the formula.

    Attributes
    ----------
    what, formula : str
        In words, and in numbers.
    pairs : int
        Numbers that are kept.
    sound : bool
        Only elements of the same image are paired.
    """

    what: str
    formula: str
    pairs: int
    sound: bool


def readings(stated: StatedKronecker) -> tuple[Reading, ...]:
    """All ways to read it, the sound ones first."""
    b, c, h, w = stated.batch_size, stated.channels, stated.height, stated.width
    area, image = h * w, c * h * w
    return (
        Reading("per image", f"{b}·({c}·{h}·{w})²", b * image**2, sound=True),
        Reading("per image and channel", f"{b}·{c}·({h}·{w})²", b * c * area**2, sound=True),
        Reading("of one image", f"({c}·{h}·{w})²", image**2, sound=True),
        Reading(
            "of the whole batch flattened, pairs across different images included",
            f"({b}·{c}·{h}·{w})²",
            (b * image) ** 2,
            sound=False,
        ),
    )


def gigabytes(reading: Reading, width: int, unit: str) -> Fraction:
    """How much memory a reading takes at so many bytes a number."""
    return Fraction(reading.pairs * width, UNITS[unit])


def check_memory(paper: ReportedPaper) -> Iterator[Finding]:
    """Check the figure that a paper states for a Kronecker product, where it states one."""
    stated = paper.kronecker
    if stated is None:
        return
    fitting = [
        (reading, width, unit)
        for reading in readings(stated)
        for width in WIDTHS
        for unit in UNITS
        if _fits(stated, gigabytes(reading, width, unit))
    ]
    if any(reading.sound for reading, _, _ in fitting):
        return
    per_image = readings(stated)[0]
    decimals = decimals_of(stated.gigabytes)
    follows = in_text(gigabytes(per_image, WIDTHS[0], "GiB"), decimals, zeros=True)
    message = f"Per image it takes {per_image.formula}·4 B = {follows} GiB."
    if fitting:
        reading, width, unit = fitting[0]
        message = (
            f"{stated.gigabytes} {unit} is {reading.formula}·{width} B: {reading.what}. {message}"
        )
    else:
        message = f"No reading of the formula gives {stated.gigabytes}. {message}"
    yield Finding(
        text_place(paper.key, stated.section, "Kronecker product"),
        f"{stated.gigabytes} GB",
        f"{follows} GiB",
        "memory",
        "high" if fitting else "medium",
        message,
    )


def _fits(stated: StatedKronecker, exact: Fraction) -> bool:
    printed, decimals = Fraction(stated.gigabytes), decimals_of(stated.gigabytes)
    return any(way.allows(exact, printed, decimals) for way in (ROUNDED, TRUNCATED))
