"""How many test images each class has: as stated, or as the printed percentages tell.

A support n explains a printed percentage where some k out of n is printed so. Where a paper states
no supports, those are taken that explain the most figures among all that add up to the size of the
test part and are near each class's share of it; that is a knapsack, solved exactly.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from bench.audit.granularity import ROUNDED, TRUNCATED, Printing
from bench.audit.reading import Figure
from registry.expected import Expected
from registry.reported import StatedDataset

#: A random share of a class lies this many standard deviations around its mean, or closer.
SPREAD = 4.0
#: Supports that explain less than this of the figures, and not all but one, are not believed.
BELIEVED = 0.8
#: Above this, nearly every number in percent is k/n, and there is nothing to learn.
LARGEST = 10_000

Columns = Mapping[str, tuple[Figure, ...]]
Ranges = Mapping[str, tuple[int, int]]
#: Supports of each class, each with how many of its figures it explains.
Candidates = Mapping[str, list[tuple[int, int]]]
_NEVER = -(10**6)


@dataclass(frozen=True)
class Supports:
    """Test images of each class.

    Attributes
    ----------
    tied : dict of str to tuple of int
        By canonical class name; more than one where the figures do not decide.
    stated : bool
        The paper states them.
    total : int or None
        Their sum.
    printing : Printing
        How the percentages were cut to their decimals.
    runs : int
        Over how many runs each percentage is a mean; k is then out of n times so many.
    unexplained : int
        Printed percentages that are no k out of n with them, whichever of the tied ones are taken.
    mended : str or None
        The class whose stated support is not the one here.
    """

    tied: dict[str, tuple[int, ...]]
    stated: bool
    total: int | None
    printing: Printing = ROUNDED
    runs: int = 1
    unexplained: int = 0
    mended: str | None = None

    @property
    def exact(self) -> dict[str, int] | None:
        """The supports, where there is only one for each class."""
        if any(len(choices) != 1 for choices in self.tied.values()):
            return None
        return {name: choices[0] for name, choices in self.tied.items()}


def find_supports(
    columns: Columns,
    stated: StatedDataset | None,
    known: Iterable[Expected],
    runs: int = 1,
) -> Supports | None:
    """The supports that a dataset's figures were counted with; None where nothing tells.

    Parameters
    ----------
    columns : mapping of str to tuple of Figure
        All printed percentages of each class.
    stated : StatedDataset or None
        What the paper says of the dataset.
    known : iterable of Expected
        Sizes of the dataset's releases with just these classes.
    runs : int
        Over how many runs the percentages are means.
    """
    if stated is not None and stated.supports is not None:
        return _as_stated(columns, stated.supports, stated.test, runs)
    figures = sum(map(len, columns.values()))
    for printing in (ROUNDED, TRUNCATED):
        guess = _Guess(columns, printing, runs)
        best = max(_fitted(guess, stated, tuple(known)), key=lambda found: found[0], default=None)
        if best is not None and best[0] >= min(BELIEVED * figures, figures - 1):
            return replace(best[1], unexplained=figures - best[0])
    return None


def _as_stated(
    columns: Columns, supports: Mapping[str, int], total: int | None, runs: int
) -> Supports:
    counts = {name: supports[name] for name in columns}
    rounded, cut = (_explained(columns, counts, p, runs) for p in (ROUNDED, TRUNCATED))
    figures = sum(map(len, columns.values()))
    printing = TRUNCATED if cut >= rounded + 2 and cut >= 0.9 * figures else ROUNDED
    mended = None
    if total is not None and sum(counts.values()) != total:
        mended = _mend(columns, counts, total, printing, runs)
    if mended is not None and total is not None:
        counts[mended] += total - sum(counts.values())
    tied: dict[str, tuple[int, ...]] = {name: (n,) for name, n in counts.items()}
    return Supports(tied, True, sum(counts.values()), printing, runs, mended=mended)


def _mend(
    columns: Columns, counts: dict[str, int], total: int, printing: Printing, runs: int
) -> str | None:
    """The class whose support, made such that all add up, explains more of its figures."""
    missing = total - sum(counts.values())
    gains = {
        name: _explained({name: columns[name]}, {name: n + missing}, printing, runs)
        - _explained({name: columns[name]}, {name: n}, printing, runs)
        for name, n in counts.items()
        if n + missing > 0
    }
    best = max(gains, key=lambda name: gains[name], default=None)
    return best if best is not None and gains[best] > 0 else None


def _explained(columns: Columns, counts: Mapping[str, int], printing: Printing, runs: int) -> int:
    return sum(
        bool(printing.counts(figure.value, figure.decimals, counts[name] * runs))
        for name, figures in columns.items()
        for figure in figures
    )


def _fitted(
    guess: "_Guess", stated: StatedDataset | None, known: tuple[Expected, ...]
) -> Iterator[tuple[int, Supports]]:
    """Supports with the number of figures that they explain, the likelier ones first."""
    total = None if stated is None else stated.test
    figures = sum(map(len, guess.columns.values()))
    if total is not None:
        for expected in known:
            found = guess.solve_near(expected, total)
            if found is not None:
                yield found
                if found[0] == figures:
                    return
        # Figures that can all be counted out of the stated total are not called misprints.
        free = guess.candidates(guess.up_to(min(total, LARGEST), known))
        found = guess.solve(guess.complete(free), total)
        if found is None and not known and total <= LARGEST:
            found = guess.solve(free, total)
        if found is not None:
            yield found
    for expected in known:
        for size in _totals(expected):
            found = guess.solve_near(expected, size)
            if found is not None:
                yield found


def _totals(expected: Expected) -> list[int]:
    """Sizes of the published parts to test on, alone and together."""
    parts = [size for name, size in (expected.parts or {}).items() if name != "train"]
    return list(dict.fromkeys([*parts, sum(parts)])) if parts else []


@dataclass(frozen=True)
class _Guess:
    columns: Columns
    printing: Printing
    runs: int

    def up_to(self, total: int, known: tuple[Expected, ...]) -> Ranges:
        """Any support at all, but for the sizes of the classes where they are known."""
        largest = {
            name: max((expected.counts[name] for expected in known), default=total)
            for name in self.columns
        }
        return {name: (1, min(total, size)) for name, size in largest.items()}

    def near_shares(self, expected: Expected, total: int) -> Ranges:
        """What a random test part of that size holds of each class, give or take `SPREAD`."""
        share = total / expected.images
        ranges = {}
        for name in self.columns:
            size = expected.counts[name]
            reach = SPREAD * sqrt(size * share * (1 - share)) + 1
            ranges[name] = (
                max(1, ceil(size * share - reach)),
                min(size, int(size * share + reach)),
            )
        return ranges

    def solve_near(self, expected: Expected, total: int) -> tuple[int, Supports] | None:
        """As `solve`, near the shares; None where the test part would be all there is."""
        if total >= expected.images:
            return None
        return self.solve(self.candidates(self.near_shares(expected, total)), total)

    def solve(self, candidates: Candidates, total: int) -> tuple[int, Supports] | None:
        """The most figures that supports with this sum explain, and all supports that do.

        Returns
        -------
        (int, Supports) or None
            None where no candidates add up.
        """
        scores = list(candidates.values())
        ahead = _running(scores, total)
        best = int(ahead[-1][total])
        if best < 0:
            return None
        behind = _running(scores[::-1], total)[::-1]
        tied = {}
        for i, (name, score) in enumerate(candidates.items()):
            before, after = ahead[i], behind[i + 1][::-1]
            tied[name] = tuple(
                n
                for n, explained in score
                if n <= total
                and int((before[: total + 1 - n] + after[n:]).max()) + explained == best
            )
        return best, Supports(tied, False, total, self.printing, self.runs)

    def candidates(self, ranges: Ranges) -> Candidates:
        """The supports in each range, each with how many figures of its class it explains."""
        found = {}
        for name, (low, high) in ranges.items():
            n = np.arange(low, high + 1, dtype=np.int64)
            scores = np.zeros(len(n), dtype=np.int64)
            for figure in self.columns[name]:
                scores += self.printing.explains(figure.value, figure.decimals, n * self.runs)
            found[name] = list(zip(n.tolist(), scores.tolist(), strict=True))
        return found

    def complete(self, candidates: Candidates) -> Candidates:
        """Of these, the supports that explain every figure of their class."""
        return {
            name: [one for one in scored if one[1] == len(self.columns[name])]
            for name, scored in candidates.items()
        }


def _running(scores: list[list[tuple[int, int]]], total: int) -> list[NDArray[np.int64]]:
    """After each column, the most that supports of the columns so far explain, by their sum."""
    best = np.full(total + 1, _NEVER, dtype=np.int64)
    best[0] = 0
    running = [best]
    for score in scores:
        longer = np.full(total + 1, _NEVER, dtype=np.int64)
        for n, explained in score:
            if n <= total:
                np.maximum(longer[n:], best[: total + 1 - n] + explained, out=longer[n:])
        best = longer
        running.append(best)
    return running


def percent(k: int, n: int) -> Fraction:
    """How many percent k of n are."""
    return Fraction(100 * k, n)
