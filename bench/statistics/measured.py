"""What the store holds of each configuration: its runs at the epoch that a rule picked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, select
from sqlalchemy import Row as SqlRow
from sqlalchemy.orm import Session

from bench.metrics import measure
from bench.specification import Specification
from bench.statistics.intervals import Estimate, resampled_interval, t_interval
from bench.store.models import Attempt, Cell, Evaluation, MatrixCell, Selection
from registry.catalog import PROTOCOLS

#: Balanced accuracies are told in percent, their differences in percentage points.
PERCENT = 100.0

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Fold:
    """A trained cell: its key in the store, its split's fingerprint, and its confusion matrix."""

    cell: int
    split: str
    confusion: Counts


@dataclass(frozen=True, eq=False)
class Run:
    """One seed on one split; the folds of a cross-validation are one run."""

    split_seed: int
    seed: int
    folds: tuple[Fold, ...]

    @cached_property
    def figure(self) -> float:
        """Balanced accuracy of all folds pooled, in percent."""
        return balanced(np.sum([fold.confusion for fold in self.folds], axis=0))

    @property
    def splits(self) -> tuple[str, ...]:
        """Fingerprint of each fold's split."""
        return tuple(fold.split for fold in self.folds)


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
        """Balanced accuracy of each run, in percent."""
        return [run.figure for run in self.runs]

    def estimate(self) -> Estimate:
        """Mean over the runs, with an interval that knows whether their splits overlap."""
        by_split: dict[str, list[float]] = defaultdict(list)
        for run in self.runs:
            for fold in run.folds:
                by_split[fold.split].append(balanced(fold.confusion))
        return over_splits(self.figures, by_split, self.ratio)


def over_splits(
    figures: Sequence[float], by_split: Mapping[str, Sequence[float]], ratio: float
) -> Estimate:
    """Mean of the runs; over several splits with an interval of their means, around it.

    Parameters
    ----------
    figures : sequence of float
        Of each run, folds pooled.
    by_split : mapping of str to sequence of float
        Of each split, the figure of each seed on it.
    ratio : float
        Images tested on over images trained on.
    """
    plain = t_interval(figures)
    if len(by_split) < 2 or plain.mean is None:
        return plain
    splits = resampled_interval([float(np.mean(values)) for values in by_split.values()], ratio)
    if splits.half is None:
        return Estimate(plain.n, plain.mean, plain.sd, why=splits.why)
    return Estimate(
        plain.n,
        plain.mean,
        plain.sd,
        splits.se,
        splits.df,
        plain.mean - splits.half,
        plain.mean + splits.half,
        splits.method,
    )


def balanced(confusion: Counts) -> float:
    """Balanced accuracy in percent."""
    return float(measure(confusion).balanced_accuracy) * PERCENT


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
    if matrix is not None:
        members = select(MatrixCell.cell_key).where(MatrixCell.matrix == matrix)
        within = (*within, Cell.key.in_(members))
    rows = _cells(session, within)
    confusions = _confusions(session, rule, within)
    splits = _splits(session, within)
    found = []
    for _, group in groupby(rows, key=lambda row: row.configuration):
        cells = list(group)
        found.append(_configuration(cells, rule, confusions, splits))
    return tuple(sorted(found, key=_place))


def _place(one: Configuration) -> tuple[str, ...]:
    return one.dataset, one.backbone, one.protocol, one.attention, one.id


def _cells(session: Session, within: Sequence[ColumnElement[bool]]) -> Sequence[SqlRow[Any]]:
    query = (
        select(
            Cell.key,
            Cell.configuration,
            Cell.specification,
            Cell.dataset,
            Cell.data,
            Cell.protocol,
            Cell.backbone,
            Cell.attention,
            Cell.split_seed,
            Cell.seed,
            Cell.fold,
            Cell.images,
        )
        .where(*within)
        .order_by(Cell.configuration, Cell.split_seed, Cell.seed, Cell.fold)
    )
    return session.execute(query).all()


def _confusions(
    session: Session, rule: str, within: Sequence[ColumnElement[bool]]
) -> dict[int, Counts]:
    query = (
        select(Selection.cell_key, Evaluation.confusion)
        .join(
            Evaluation,
            (Evaluation.cell_key == Selection.cell_key) & (Evaluation.epoch == Selection.epoch),
        )
        .join(Cell, Cell.key == Selection.cell_key)
        .where(Selection.rule == rule, Evaluation.part == "test", Cell.state == "done", *within)
    )
    return {key: np.array(confusion) for key, confusion in session.execute(query)}


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
    cells: Sequence[SqlRow[Any]],
    rule: str,
    confusions: Mapping[int, Counts],
    splits: Mapping[int, str],
) -> Configuration:
    first = cells[0]
    specification = Specification.model_validate(first.specification)
    protocol = PROTOCOLS.get(specification.protocol.name)
    folds = protocol.folds(protocol.parse(specification.protocol.parameters))
    runs, missing = [], []
    for (split_seed, seed), group in groupby(cells, key=lambda cell: (cell.split_seed, cell.seed)):
        trained = tuple(
            Fold(cell.key, splits[cell.key], confusions[cell.key])
            for cell in group
            if cell.key in confusions
        )
        if len(trained) == folds:
            runs.append(Run(split_seed, seed, trained))
        else:
            missing.append((split_seed, seed))
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
        next((cell.images for cell in cells if cell.images), {}),
    )


def _each_once(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Where the split does not depend on its seed, the same training is not two runs."""
    kept: dict[tuple[Any, ...], Run] = {}
    for run in runs:
        kept.setdefault((run.splits, run.seed), run)
    return tuple(kept.values())
