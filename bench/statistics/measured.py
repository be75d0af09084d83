"""What the store holds of each configuration: its runs at the epoch that a rule picked."""

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Text, cast, select
from sqlalchemy.orm import Session

from bench.metrics import measure
from bench.specification import Specification, folds_of
from bench.statistics.intervals import Estimate, resampled_interval, t_interval
from bench.store.models import Attempt, Cell, MatrixCell, Selection

#: Figures of runs are told in percent, their differences in percentage points.
PERCENT = 100.0
#: Keys that one statement names; databases take some ten thousand.
_AT_ONCE = 500

Counts = NDArray[np.int64]


class Fold(NamedTuple):
    """A trained cell on its test part.

    Attributes
    ----------
    cell : int
        Its key in the store.
    split : str
        Its split's fingerprint.
    accuracy, balanced_accuracy, macro_f1 : float
        In percent; NaN where undefined.
    counts : str
        The confusion matrix as JSON.
    """

    cell: int
    split: str
    accuracy: float
    balanced_accuracy: float
    macro_f1: float
    counts: str

    @property
    def confusion(self) -> Counts:
        """Rows are true classes; read when it is asked for, which of ten thousand few are."""
        return _read(self.counts)


class Run(NamedTuple):
    """One seed on one split; the folds of a cross-validation are one run.

    ``accuracy``, ``balanced_accuracy`` and ``macro_f1`` are of all folds pooled, in percent.
    """

    split_seed: int
    seed: int
    folds: tuple[Fold, ...]
    accuracy: float
    balanced_accuracy: float
    macro_f1: float

    @classmethod
    def of(cls, split_seed: int, seed: int, folds: tuple[Fold, ...]) -> "Run":
        """The run that these folds are."""
        if len(folds) == 1:
            one = folds[0]
            figures = (one.accuracy, one.balanced_accuracy, one.macro_f1)
            return cls(split_seed, seed, folds, *figures)
        found = measure(_sum(folds))
        pooled = (found.accuracy, found.balanced_accuracy, found.macro_f1)
        return cls(split_seed, seed, folds, *(float(figure) * PERCENT for figure in pooled))

    @property
    def splits(self) -> tuple[str, ...]:
        """Fingerprint of each fold's split."""
        return tuple(fold.split for fold in self.folds)

    @property
    def confusion(self) -> Counts:
        """Of all folds pooled."""
        return self.folds[0].confusion if len(self.folds) == 1 else _sum(self.folds)


#: Percent of a run, folds pooled, or of one of its folds; NaN where undefined.
Score = Callable[[Run | Fold], float]
BALANCED: Score = attrgetter("balanced_accuracy")


@dataclass(frozen=True, eq=False)
class Configuration:
    """A leaderboard's row, with each of its runs.

    Attributes
    ----------
    specification : Specification
        Of one of its cells; seed, split seed and fold say nothing.
    rule : str
        ``best`` or ``last``.
    runs : tuple of Run
        By split seed and seed; done, with every fold. Two that share split and seed are one.
    missing : tuple of (int, int)
        Split seed and seed of what was asked for and has no result.
    parts : mapping of str to int
        Images of each part, where a run has stated it.
    parameters : int or None
        Trainable ones of the whole model, where a run has stated it.
    """

    id: str
    dataset: str
    data: str
    protocol: str
    backbone: str
    attention: str
    specification: Specification
    rule: str
    runs: tuple[Run, ...]
    missing: tuple[tuple[int, int], ...]
    parts: Mapping[str, int]
    parameters: int | None

    @property
    def optimistic(self) -> bool:
        """Whether the test part picked the epoch."""
        return self.specification.monitored == "test" and self.rule == "best"

    @property
    def ratio(self) -> float:
        """Images tested on over images trained on."""
        return self.parts["test"] / self.parts["train"] if self.parts else 0.0

    @property
    def figures(self) -> list[float]:
        """Balanced accuracy of each run where it is defined, in percent."""
        return defined(map(BALANCED, self.runs))

    def estimate(self, of: Score = BALANCED) -> Estimate:
        """Mean over the runs, with an interval that knows whether their splits overlap."""
        folds = group_by_split((fold.split, of(fold)) for run in self.runs for fold in run.folds)
        return over_splits(defined(map(of, self.runs)), folds, self.ratio)


def defined(values: Iterable[float]) -> list[float]:
    """Those that are not NaN."""
    return [value for value in values if not math.isnan(value)]


def group_by_split(values: Iterable[tuple[str, float]]) -> dict[str, list[float]]:
    """Of each split, the values that are not NaN."""
    found: dict[str, list[float]] = defaultdict(list)
    for split, value in values:
        if not math.isnan(value):
            found[split].append(value)
    return found


def over_splits(
    figures: Sequence[float], splits: Mapping[str, Sequence[float]], ratio: float
) -> Estimate:
    """Mean of the runs; over several splits with an interval of their means, around it.

    Parameters
    ----------
    figures : sequence of float
        Of each run, folds pooled.
    splits : mapping of str to sequence of float
        Of each split, the figure of each seed on it.
    ratio : float
        Images tested on over images trained on.
    """
    plain = t_interval(figures)
    if len(splits) < 2 or plain.mean is None:
        return plain
    between = resampled_interval([float(np.mean(each)) for each in splits.values()], ratio)
    if between.half is None:
        return Estimate(plain.n, plain.mean, plain.sd, why=between.why)
    return Estimate(
        plain.n,
        plain.mean,
        plain.sd,
        between.se,
        between.df,
        plain.mean - between.half,
        plain.mean + between.half,
        between.method,
    )


@lru_cache(maxsize=1 << 10)
def _read(counts: str) -> Counts:
    found: Counts = np.array(json.loads(counts), dtype=np.int64)
    found.setflags(write=False)  # (everybody gets the same)
    return found


def _sum(folds: Sequence[Fold]) -> Counts:
    total: Counts = np.sum([fold.confusion for fold in folds], axis=0)
    return total


def configurations(
    session: Session,
    rule: str,
    matrix: str | None = None,
    within: Sequence[ColumnElement[bool]] = (),
) -> tuple[Configuration, ...]:
    """Every configuration that has cells, by dataset, backbone, protocol and attention.

    Parameters
    ----------
    session : Session
        Of a results database.
    rule : str
        ``best`` or ``last``.
    matrix : str, optional
        Only the cells of this matrix.
    within : sequence of ColumnElement
        Conditions on a `Cell`: the database sifts, for it may hold ten thousand.
    """
    return configurations_by_rule(session, (rule,), matrix, within)[rule]


def configurations_by_rule(
    session: Session,
    rules: Sequence[str],
    matrix: str | None = None,
    within: Sequence[ColumnElement[bool]] = (),
) -> dict[str, tuple[Configuration, ...]]:
    """The same for several rules, which share most of what has to be read."""
    if matrix is not None:
        members = select(MatrixCell.cell_key).where(MatrixCell.matrix == matrix)
        within = (*within, Cell.key.in_(members))
    cells = [list(group) for _, group in groupby(_cells(session, within), _configuration_of)]
    specifications = tuple(_specifications(session, [group[0].key for group in cells]))
    tested = _tested(session, rules, within)
    return {
        rule: tuple(
            sorted(
                (
                    _configuration(group, specification, rule, found)
                    for group, specification in zip(cells, specifications, strict=True)
                ),
                key=_place,
            )
        )
        for rule, found in tested.items()
    }


def _place(one: Configuration) -> tuple[str, ...]:
    return one.dataset, one.backbone, one.protocol, one.attention, one.id


def _cells(session: Session, within: Sequence[ColumnElement[bool]]) -> Sequence[Any]:
    query = (
        select(
            Cell.key,
            Cell.configuration,
            Cell.dataset,
            Cell.data,
            Cell.protocol,
            Cell.backbone,
            Cell.attention,
            Cell.split_seed,
            Cell.seed,
            Cell.fold,
            _text(Cell.images).label("images"),
            Cell.parameters,
        )
        .where(*within)
        .order_by(Cell.configuration, Cell.split_seed, Cell.seed, Cell.fold)
    )
    return session.execute(query).all()


def _configuration_of(cell: Any) -> str:
    return str(cell.configuration)


def _specifications(session: Session, cells: Sequence[int]) -> Iterator[Specification]:
    """Those of the cells with these keys, in that order."""
    for start in range(0, len(cells), _AT_ONCE):
        some = cells[start : start + _AT_ONCE]
        query = select(Cell.key, _text(Cell.specification)).where(Cell.key.in_(some))
        found = dict(session.execute(query).all())
        yield from (Specification.model_validate_json(found[key]) for key in some)


def _tested(
    session: Session, rules: Sequence[str], within: Sequence[ColumnElement[bool]]
) -> dict[str, dict[int, Fold]]:
    """What each done cell reached, by rule and by the cell's key."""
    splits = _splits(session, within)
    query = (
        select(
            Selection.rule,
            Selection.cell_key,
            Selection.accuracy,
            Selection.balanced_accuracy,
            Selection.macro_f1,
            _text(Selection.confusion),
        )
        .join(Cell, Cell.key == Selection.cell_key)
        .where(
            Selection.rule.in_(rules),
            Selection.confusion.is_not(None),
            Cell.state == "done",
            *within,
        )
    )
    found: dict[str, dict[int, Fold]] = {rule: {} for rule in rules}
    for rule, key, accuracy, balanced, f1, counts in session.execute(query):
        figures = _percent(accuracy), _percent(balanced), _percent(f1)
        found[rule][key] = Fold(key, splits[key], *figures, counts)
    return found


def _percent(fraction: float | None) -> float:
    return math.nan if fraction is None else fraction * PERCENT


def _text(column: Any) -> ColumnElement[str]:
    """JSON as it is stored: SQLAlchemy would read all of it, and little of it is looked at."""
    return cast(column, Text)


def _splits(session: Session, within: Sequence[ColumnElement[bool]]) -> dict[int, str]:
    """The split of each cell, as its latest attempt that started had it."""
    query = (
        select(Attempt.cell_key, Attempt.split)
        .join(Cell, Cell.key == Attempt.cell_key)
        .where(Attempt.split.is_not(None), *within)
        .order_by(Attempt.cell_key, Attempt.number)
    )
    return {key: str(split) for key, split in session.execute(query)}


def _configuration(
    cells: Sequence[Any],
    specification: Specification,
    rule: str,
    tested: Mapping[int, Fold],
) -> Configuration:
    first = cells[0]
    folds = folds_of(specification)
    runs, missing = [], []
    for (split_seed, seed), group in groupby(cells, key=lambda cell: (cell.split_seed, cell.seed)):
        trained = tuple(tested[cell.key] for cell in group if cell.key in tested)
        if len(trained) == folds:
            runs.append(Run.of(split_seed, seed, trained))
        else:
            missing.append((split_seed, seed))
    images = (json.loads(cell.images) for cell in cells if cell.images)
    parameters = (cell.parameters for cell in cells if cell.parameters is not None)
    return Configuration(
        first.configuration,
        first.dataset,
        first.data,
        first.protocol,
        first.backbone,
        first.attention,
        specification,
        rule,
        _each_once(runs),
        tuple(missing),
        next((stated for stated in images if stated), {}),
        next(parameters, None),
    )


def _each_once(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Where the split does not depend on its seed, the same training is not two runs."""
    kept: dict[tuple[Any, ...], Run] = {}
    for run in runs:
        kept.setdefault((run.splits, run.seed), run)
    return tuple(kept.values())
