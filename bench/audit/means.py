"""Whether a printed mean follows from its own row, and which single cell would mend it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor
from typing import Literal

from bench.audit.granularity import ROUNDED, Printing, neighbours
from bench.audit.reading import Figure, Row
from bench.audit.supports import percent

Kind = Literal["macro", "micro"]

#: What each metric's mean over classes is, by the name that a table may state.
KINDS: dict[str, Kind] = {
    "balanced_accuracy": "macro",
    "macro": "macro",
    "accuracy": "micro",
    "micro": "micro",
}


@dataclass(frozen=True)
class Counted:
    """A row whose supports are known.

    Attributes
    ----------
    row : Row
    supports : dict of str to int
        Images of each class, times the runs.
    counts : dict of str to range
        Every whole k that is printed as the cell is; empty for a misprint.
    printing : Printing
        How the cells were cut to their decimals; their mean may be rounded all the same.
    """

    row: Row
    supports: Mapping[str, int]
    counts: Mapping[str, range]
    printing: Printing

    @property
    def misprinted(self) -> list[str]:
        """Classes whose cell is no k out of n."""
        return [name for name, counts in self.counts.items() if not counts]

    def weights(self, kind: Kind) -> dict[str, Fraction]:
        """What each class counts in the mean: all the same (macro), or by its images (micro)."""
        if kind == "macro":
            return dict.fromkeys(self.supports, Fraction(1, len(self.supports)))
        total = sum(self.supports.values())
        return {name: Fraction(n, total) for name, n in self.supports.items()}

    def mean(self, kind: Kind) -> tuple[Fraction, Fraction]:
        """The least and the greatest mean of k/n; the same where each k is known."""
        weights = self.weights(kind)
        ends = [(counts.start, counts.stop - 1) for counts in self.counts.values()]
        low, high = (
            sum(
                (
                    weights[name] * percent(k, n)
                    for (name, n), k in zip(self.supports.items(), ks, strict=True)
                ),
                Fraction(),
            )
            for ks in zip(*ends, strict=True)
        )
        return low, high

    def mean_as_printed(self, kind: Kind) -> Fraction:
        """The mean of the cells as they are printed."""
        weights = self.weights(kind)
        return sum((weights[name] * f.value for name, f in self.row.cells.items()), Fraction())

    def follows(self, kind: Kind) -> bool:
        """Whether the printed mean follows, from k/n or from the printed cells."""
        return self._can_print(*self.mean(kind)) or self.follows_as_printed(kind)

    def follows_as_printed(self, kind: Kind) -> bool:
        """Whether the printed mean is that of the cells as they are printed, sound or not."""
        printed = self.mean_as_printed(kind)
        return self._can_print(printed, printed)

    def _can_print(self, least: Fraction, most: Fraction) -> bool:
        average = self.row.average
        return any(
            way.allows_some(least, most, average.value, average.decimals)
            for way in (ROUNDED, self.printing)
        )

    def with_cell(self, name: str, k: int, text: str) -> "Counted":
        """The same row with k images of a class right, printed so."""
        counts = {**self.counts, name: range(k, k + 1)}
        return replace(self, row=self.row.with_cell(name, text), counts=counts)

    def neighbours(self, name: str, counts: Iterable[int]) -> list[tuple[int, str]]:
        """Each of these k of a class with its text, what a slip makes of the printed cell first."""
        figure = self.row.cells[name]
        n = self.supports[name]
        return neighbours(figure.text, counts, n, figure.decimals, zeros=self.row.zeros)

    def likeliest(self, name: str) -> list[tuple[int, str]]:
        """What a misprinted cell may be: every k of its class, the likeliest first."""
        return self.neighbours(name, range(self.supports[name] + 1))

    def around(self, name: str) -> list[tuple[int, str]]:
        """The k of a class on either side of the printed cell."""
        n = self.supports[name]
        below = min(floor(self.row.cells[name].value * n / 100), n - 1)
        return sorted(self.neighbours(name, (below, below + 1)))

    def mends(self, name: str, kind: Kind) -> list[tuple[int, str]]:
        """Every k of a class, with its text, that the printed mean follows from."""
        weight = self.weights(kind)[name]
        n = self.supports[name]
        rest = self.with_cell(name, 0, "0").mean(kind)
        # The printed cells' mean lies within a unit of that of k/n: only such k can do.
        slack = Fraction(2, 10**self.row.decimals)
        value = self.row.average.value
        first = ceil((value - rest[1] - slack) / weight * n / 100)
        last = floor((value - rest[0] + slack) / weight * n / 100)
        return [
            (k, text)
            for k, text in self.neighbours(name, range(max(first, 0), min(last, n) + 1))
            if self.with_cell(name, k, text).follows(kind)
        ]


def choose_kind(rows: Sequence[Counted], stated: str) -> Kind:
    """The mean that most rows' averages are; where it can't be told, the stated one."""
    first: Kind = KINDS.get(stated, "macro")
    other: Kind = "micro" if first == "macro" else "macro"
    whole = [row for row in rows if not row.misprinted]
    fits = {kind: sum(row.follows(kind) for row in whole) for kind in (first, other)}
    return other if fits[other] > fits[first] else first


def macro_can_follow(row: Row) -> bool:
    """Whether the mean of the classes can be what is printed, whatever the cells' supports.

    Each cell lies within half a unit of what is printed, and so does the mean.
    """
    printed, slack = macro_as_printed(row)
    return abs(row.average.value - printed) <= slack + _half(row.average)


def macro_as_printed(row: Row) -> tuple[Fraction, Fraction]:
    """Unweighted mean of the printed cells, and how far rounding may have moved it."""
    share = Fraction(1, len(row.cells))
    return (
        share * sum((figure.value for figure in row.cells.values()), Fraction()),
        share * sum((_half(figure) for figure in row.cells.values()), Fraction()),
    )


def any_mean_can_follow(row: Row) -> bool:
    """Whether some weights of the classes give what is printed."""
    values = [figure.value for figure in row.cells.values()]
    slack = 2 * _half(row.average)
    return min(values) - slack <= row.average.value <= max(values) + slack


def _half(figure: Figure) -> Fraction:
    return Fraction(1, 2 * 10**figure.decimals)
