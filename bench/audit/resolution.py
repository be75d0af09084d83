"""How small a difference a test part can show at all: one image, and the standard error."""

from fractions import Fraction
from math import sqrt

from bench.audit.checked import Checked


def one_image(supports: dict[str, int]) -> dict[str, Fraction]:
    """By how many points one image of each class moves the unweighted mean of the classes."""
    return {name: Fraction(100, len(supports) * n) for name, n in supports.items()}


def standard_error(one: Checked, other: Checked) -> float | None:
    """Of the difference of two rows' balanced accuracies, in points; None where not countable.

    Each class is a binomial sample, and the two rows' errors are taken as independent. A class
    that is all right or all wrong adds nothing, so this is rather too small.
    """
    variance = 0.0
    for row in (one, other):
        if row.counted is None or row.counted.misprinted:
            return None
        for name, n in row.counted.supports.items():
            counts = row.counted.counts[name]
            share = (counts.start + counts.stop - 1) / 2 / n
            variance += share * (1 - share) / n / len(row.counted.supports) ** 2
    return 100 * sqrt(variance)


def too_small(difference: Fraction, supports: dict[str, int], heads: dict[str, str]) -> str:
    """Why a difference is less than one image makes; empty where it is not."""
    steps = one_image(supports)
    largest, smallest = (pick(steps, key=lambda name: steps[name]) for pick in (max, min))
    size = abs(difference)
    if size < steps[smallest]:
        return (
            f"{_points(size)} is less than any single image makes: "
            f"{_points(steps[smallest])} ({heads[smallest]}) or more"
        )
    if size < steps[largest]:
        return (
            f"{_points(size)} is less than one {heads[largest]} image ({_points(steps[largest])})"
        )
    return ""


def _points(value: Fraction) -> str:
    return f"{float(value):.2f}" if value >= Fraction(1, 5) else f"{float(value):.3g}"
