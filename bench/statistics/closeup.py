"""Two configurations close up: run by run, class by class, image by image."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.statistics.comparison import paired
from bench.statistics.images import Answers, NotStored, answers
from bench.statistics.intervals import Estimate
from bench.statistics.measured import Configuration
from bench.statistics.settings import Scope, named
from bench.store.models import Cell
from bench.tables.estimates import difference, score_of_class
from registry.errors import RequestError


@dataclass(frozen=True)
class RunPair:
    """Balanced accuracies in percent of two runs that share seed and split."""

    split_seed: int
    seed: int
    first: float
    second: float

    @property
    def gain(self) -> float:
        """First minus second, in percentage points."""
        return self.first - self.second


@dataclass(frozen=True)
class Disputed:
    """An image of which one of two is right more often, over the pairs of runs."""

    name: str
    true: str
    first: int
    second: int
    pairs: int


@dataclass(frozen=True)
class Closeup:
    """Two configurations on the runs that they share.

    Attributes
    ----------
    classes : tuple of (str, Estimate)
        Gain in recall of each class, in percentage points.
    table : tuple of int, or None
        Images that both, only the first, only the second, and neither has right, over all pairs;
        None where the store does not tell the images apart, and ``why`` says what it lacks.
    disputed : tuple of Disputed
        The images that they disagree on, the most one-sided first.
    """

    pairs: tuple[RunPair, ...]
    classes: tuple[tuple[str, Estimate], ...]
    table: tuple[int, int, int, int] | None = None
    disputed: tuple[Disputed, ...] = ()
    why: str = ""


def closeup(
    session: Session,
    first: str,
    second: str,
    rule: str,
    dataset: str,
    protocol: str | None = None,
    matrix: str | None = None,
) -> Closeup:
    """Set two configurations side by side, by identity or attention.

    Raises
    ------
    RequestError
        There is no such configuration, or several.
    """
    found = Scope(rule, matrix, dataset, None, protocol).configurations(session)
    one, other = (_only(found, name) for name in (first, second))
    pairs = paired(one, other)
    names = _classes(session, one)
    runs = tuple(
        RunPair(a.split_seed, a.seed, a.balanced_accuracy, b.balanced_accuracy) for a, b in pairs
    )
    gains = tuple(
        (name, difference(pairs, score_of_class("recall", label), one.ratio))
        for label, name in enumerate(names)
    )
    try:
        answered = [(answers(session, a, rule), answers(session, b, rule)) for a, b in pairs]
    except NotStored as missing:
        return Closeup(runs, gains, why=str(missing))
    return Closeup(runs, gains, _table(answered), _disputed(answered, names))


def _only(found: Sequence[Configuration], name: str) -> Configuration:
    chosen = named(found, name)
    if len(chosen) > 1:
        raise RequestError(f"'{name}' was run in several settings; choose a backbone or protocol")
    return chosen[0]


def _classes(session: Session, one: Configuration) -> tuple[str, ...]:
    query = select(Cell.classes).where(Cell.configuration == one.id, Cell.parameters.is_not(None))
    return tuple(session.scalar(query.limit(1)) or ())


def _table(answered: Sequence[tuple[Answers, Answers]]) -> tuple[int, int, int, int]:
    counts = np.zeros(4, dtype=np.int64)
    for a, b in answered:
        counts += np.bincount(2 * ~a.right + ~b.right, minlength=4)
    both, first, second, neither = (int(count) for count in counts)
    return both, first, second, neither


def _disputed(
    answered: Sequence[tuple[Answers, Answers]], names: Sequence[str]
) -> tuple[Disputed, ...]:
    tally: dict[str, list[int]] = {}
    for a, b in answered:
        for name, label, mine, theirs in zip(
            a.images.names, a.labels, a.right, b.right, strict=True
        ):
            counts = tally.setdefault(name, [int(label), 0, 0, 0])
            for place, more in enumerate((mine, theirs, True), start=1):
                counts[place] += int(more)
    disputed = [
        Disputed(name, names[label], first, second, pairs)
        for name, (label, first, second, pairs) in tally.items()
        if first != second
    ]
    return tuple(sorted(disputed, key=lambda one: (-abs(one.first - one.second), one.name)))
