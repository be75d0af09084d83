"""What the store knows of cells: their states in short, and one of them in full."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.store.models import (
    Attempt,
    Cell,
    ClassMetric,
    Epoch,
    Evaluation,
    Matrix,
    MatrixCell,
    Selection,
)
from registry.errors import RequestError, nearest

#: Characters of an identity that a person has to type at least.
SHORTEST = 4


@dataclass(frozen=True)
class CellState:
    """A cell in one line."""

    id: str
    dataset: str
    backbone: str
    attention: str
    protocol: str
    seed: int
    split_seed: int
    fold: int
    state: str
    epochs_done: int
    epochs: int
    reason: str


def cell_states(
    session: Session, matrix: str | None = None, ids: Sequence[str] | None = None
) -> list[CellState]:
    """Every cell with its state as the store has it, in the order in which they were asked for.

    Parameters
    ----------
    matrix : str, optional
        Only the cells of this matrix.
    ids : sequence of str, optional
        Only these cells.
    """
    latest = (
        select(Attempt.reason)
        .where(Attempt.cell_key == Cell.key)
        .order_by(Attempt.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    names = [field.name for field in fields(CellState) if field.name != "reason"]
    query = select(*(getattr(Cell, name) for name in names), latest.label("reason")).order_by(
        Cell.key
    )
    if matrix is not None:
        query = query.join(MatrixCell).where(MatrixCell.matrix == matrix)
    if ids is not None:
        query = query.where(Cell.id.in_(ids))
    return [
        CellState(**{**row, "reason": row["reason"] or ""})
        for row in session.execute(query).mappings()
    ]


@dataclass(frozen=True)
class EpochRow:
    """One epoch of a cell: balanced accuracies as fractions, losses in nats, by part."""

    epoch: int
    attempt: int
    lr: float
    seconds: float
    images_per_second: float
    peak_memory: int
    loss: dict[str, float | None]
    balanced_accuracy: dict[str, float | None]


@dataclass(frozen=True)
class AttemptRow:
    """One attempt at a cell."""

    number: int
    state: str
    started_at: datetime | None
    ended_at: datetime | None
    resumed_after: int | None
    reason: str
    traceback: str
    environment: dict[str, Any] | None


@dataclass(frozen=True)
class ClassRow:
    """One class on the test part at a picked epoch; fractions, None where undefined."""

    name: str
    support: int
    recall: float | None
    precision: float | None
    f1: float | None


@dataclass(frozen=True)
class Picked:
    """The epoch that a selection rule picked, on the test part."""

    rule: str
    epoch: int
    accuracy: float | None
    balanced_accuracy: float | None
    macro_f1: float | None
    classes: tuple[ClassRow, ...]
    confusion: list[list[int]]


@dataclass(frozen=True)
class CellReport:
    """All that is known of one cell."""

    state: CellState
    configuration: str
    specification: dict[str, Any]
    classes: list[str]
    images: dict[str, int]
    parameters: int | None
    attempts: tuple[AttemptRow, ...]
    epochs: tuple[EpochRow, ...]
    picked: tuple[Picked, ...]


def known_matrix(session: Session, name: str | None) -> str | None:
    """The name, if it is None or that of a matrix that was run.

    Raises
    ------
    RequestError
        No matrix of that name was run.
    """
    names = list(session.scalars(select(Matrix.name)))
    if name is not None and name not in names:
        raise RequestError(f"no matrix '{name}' was run here{nearest(name, names)}")
    return name


def find_cell(session: Session, start: str) -> str:
    """The identity that begins so.

    Raises
    ------
    RequestError
        None does, or several.
    """
    if len(start) < SHORTEST:
        raise RequestError(f"'{start}' is too short: give {SHORTEST} characters of a cell's id")
    query = select(Cell.id).where(Cell.id.startswith(start, autoescape=True)).limit(5)
    found = list(session.scalars(query))
    if not found:
        raise RequestError(f"there is no cell '{start}'; `ferbench status` lists them")
    if len(found) > 1:
        raise RequestError(f"several cells begin with '{start}': {', '.join(found)}")
    return found[0]


def cell_report(session: Session, cell: str) -> CellReport:
    """Everything about the cell of that identity.

    Raises
    ------
    RequestError
        There is none, or none any more.
    """
    row = session.scalars(select(Cell).where(Cell.id == cell)).one_or_none()
    if row is None:
        raise RequestError(f"there is no cell '{cell}' (any more); `ferbench status` lists them")
    picks = select(Selection).where(Selection.cell_key == row.key).order_by(Selection.rule)
    classes = row.classes or []
    return CellReport(
        state=cell_states(session, ids=[cell])[0],
        configuration=row.configuration,
        specification=row.specification,
        classes=classes,
        images=row.images or {},
        parameters=row.parameters,
        attempts=_attempts(session, row.key),
        epochs=_epochs(session, row.key),
        picked=tuple(_picked(session, pick, classes) for pick in session.scalars(picks)),
    )


def _attempts(session: Session, key: int) -> tuple[AttemptRow, ...]:
    columns = [getattr(Attempt, field.name) for field in fields(AttemptRow)]
    query = select(*columns).where(Attempt.cell_key == key).order_by(Attempt.number)
    return tuple(AttemptRow(*row) for row in session.execute(query))


def _epochs(session: Session, key: int) -> tuple[EpochRow, ...]:
    evaluations: dict[int, list[Evaluation]] = {}
    for evaluation in session.scalars(select(Evaluation).where(Evaluation.cell_key == key)):
        evaluations.setdefault(evaluation.epoch, []).append(evaluation)
    query = select(Epoch).where(Epoch.cell_key == key).order_by(Epoch.epoch)
    return tuple(
        EpochRow(
            epoch=row.epoch,
            attempt=row.attempt,
            lr=row.lr,
            seconds=row.seconds,
            images_per_second=row.images_per_second,
            peak_memory=row.peak_memory,
            loss={e.part: e.loss for e in evaluations[row.epoch]},
            balanced_accuracy={e.part: e.balanced_accuracy for e in evaluations[row.epoch]},
        )
        for row in session.scalars(query)
    )


def _picked(session: Session, pick: Selection, classes: list[str]) -> Picked:
    test = session.get_one(Evaluation, (pick.cell_key, pick.epoch, "test"))
    query = (
        select(ClassMetric)
        .where(
            ClassMetric.cell_key == pick.cell_key,
            ClassMetric.epoch == pick.epoch,
            ClassMetric.part == "test",
        )
        .order_by(ClassMetric.label)
    )
    return Picked(
        rule=pick.rule,
        epoch=pick.epoch,
        accuracy=test.accuracy,
        balanced_accuracy=test.balanced_accuracy,
        macro_f1=test.macro_f1,
        classes=tuple(
            ClassRow(classes[row.label], row.support, row.recall, row.precision, row.f1)
            for row in session.scalars(query)
        ),
        confusion=test.confusion,
    )
