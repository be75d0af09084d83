"""Whether a printed percentage is k out of n for a whole k: the test known as GRIM.

Brown, Heathers: The GRIM test: A simple technique detects numerous anomalies in the reporting of
results in psychology. Social Psychological and Personality Science 8(4), 2017.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Printing:
    """How a number in percent became text, as an interval around what is printed.

    Attributes
    ----------
    name : str
        ``"rounded"`` or ``"truncated"``.
    below, above : Fraction
        How far the exact value may lie below and above what is printed, in units of the last
        decimal.
    closed : bool
        Whether the upper end is in the interval: a tie may be rounded up or to even, so that both
        ends are; what is cut off is less than a whole unit.
    """

    name: str
    below: Fraction
    above: Fraction
    closed: bool

    def allows(self, exact: Fraction, printed: Fraction, decimals: int) -> bool:
        """Whether that exact value can be printed so."""
        return self.allows_some(exact, exact, printed, decimals)

    def allows_some(
        self, least: Fraction, most: Fraction, printed: Fraction, decimals: int
    ) -> bool:
        """Whether some value between these two can be printed so."""
        unit = Fraction(1, 10**decimals)
        low, high = printed - self.below * unit, printed + self.above * unit
        return low <= most and (least <= high if self.closed else least < high)

    def counts(self, printed: Fraction, decimals: int, n: int) -> range:
        """Every whole k for which k out of n is printed so; mostly one, or none."""
        unit = Fraction(1, 10**decimals)
        least = ceil((printed - self.below * unit) * n / 100)
        most = (printed + self.above * unit) * n / 100
        last = floor(most) if self.closed else ceil(most) - 1
        return range(max(least, 0), min(last, n) + 1)

    def explains(self, printed: Fraction, decimals: int, n: NDArray[np.int64]) -> NDArray[np.bool_]:
        """For each support n, whether some k out of it is printed so."""
        whole, parts = 200 * 10**decimals, int(2 * printed * 10**decimals)
        least = -(-(parts - int(2 * self.below)) * n // whole)
        most = (parts + int(2 * self.above)) * n
        last = most // whole if self.closed else -(-most // whole) - 1
        return np.asarray(np.minimum(last, n) >= np.maximum(least, 0))


ROUNDED = Printing("rounded", Fraction(1, 2), Fraction(1, 2), closed=True)
TRUNCATED = Printing("truncated", Fraction(0), Fraction(1), closed=False)


def in_text(value: Fraction, decimals: int, *, zeros: bool) -> str:
    """A number rounded to so many decimals, half up; without zeros at the end where not wanted."""
    unit = 10**decimals
    whole = floor(abs(value) * unit + Fraction(1, 2))
    text = f"{whole // unit}.{whole % unit:0{decimals}d}" if decimals else str(whole)
    if decimals and not zeros:
        text = text.rstrip("0").removesuffix(".")
    return f"-{text}" if value < 0 and whole else text


def neighbours(
    printed: str, counts: Iterable[int], n: int, decimals: int, *, zeros: bool
) -> list[tuple[int, str]]:
    """Each of these k out of n with its text, those that a slip makes of each other first.

    Of several, and of all the others, the nearest value comes first.
    """
    value = Fraction(printed)
    texts = {k: in_text(Fraction(100 * k, n), decimals, zeros=zeros) for k in counts}
    return sorted(
        texts.items(),
        key=lambda one: (not is_slip(printed, one[1]), abs(Fraction(one[1]) - value), one[0]),
    )


def one_digit_changes(text: str) -> list[str]:
    """Every other number that one changed digit makes of it, without zeros in front."""
    changed = [
        f"{text[:i]}{digit}{text[i + 1 :]}"
        for i, sign in enumerate(text)
        if sign.isdigit()
        for digit in "0123456789"
        if digit != sign
    ]
    return [one for one in changed if not one.startswith("0") or one[1:2] in ("", ".")]


def is_slip(one: str, other: str) -> bool:
    """Whether one sign changed, or two neighbouring ones exchanged, make one of the other."""
    if len(one) != len(other):
        return False
    places = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(places) == 2 and places[1] == places[0] + 1:
        return one[places[0]] == other[places[1]] and one[places[1]] == other[places[0]]
    return len(places) == 1
