"""Numbers as they are read."""

from collections.abc import Iterable, Sequence

from bench.statistics.intervals import Estimate
from bench.statistics.paired import Outcome

MISSING = "missing"
NONE = "–"


def number(value: float | None, form: str = ".2f", none: str = NONE) -> str:
    """A number, or what stands where there is none."""
    return none if value is None else f"{value:{form}}"


def interval(estimate: Estimate, sign: str = "") -> str:
    """The 95 % interval, or why there is none."""
    if estimate.low is None or estimate.high is None:
        return estimate.why
    return f"{estimate.low:{sign}.2f} to {estimate.high:{sign}.2f}"


def told(test: Outcome) -> str:
    """A test and its p, or why it has none."""
    return f"{test.name}: {test.why}" if test.p is None else f"{test.name}: p = {test.p:.3g}"


def counted(count: int, one: str, many: str = "") -> str:
    """``1 run``, ``2 runs``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(numbers: Sequence[int]) -> str:
    """``0–4, 7``."""
    parts: list[list[int]] = []
    for value in numbers:
        if parts and value == parts[-1][-1] + 1:
            parts[-1].append(value)
        else:
            parts.append([value])
    return ", ".join(f"{p[0]}–{p[-1]}" if len(p) > 1 else str(p[0]) for p in parts) or NONE


def scale(values: Iterable[float | None]) -> tuple[float, float]:
    """The least and the greatest of those that are there."""
    known = [value for value in values if value is not None]
    return (min(known), max(known)) if known else (0.0, 0.0)
