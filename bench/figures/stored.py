"""What figures show of the results store: curves, matrices, logits, accuracies."""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.cells import CellReport, Picked, cell_report, find_cell
from bench.data import Roots, load_cell
from bench.figures.curves import Curve
from bench.figures.difficulty import Learning
from bench.specification import Specification
from bench.statistics.images import NotStored, images_of
from bench.store.models import Attempt, Cell, Evaluation, MatrixCell, Prediction
from registry.errors import RequestError

PERCENT = 100.0


def curve(report: CellReport, label: str) -> Curve:
    """The learning curve of a cell.

    Raises
    ------
    RequestError
        It has no epoch yet.
    """
    if not report.epochs:
        raise RequestError(f"cell {report.state.id} has no epoch yet: it is {report.state.state}")
    parts = list(report.epochs[0].loss)
    best = next((picked.epoch for picked in report.picked if picked.rule == "best"), None)
    return Curve(
        label,
        np.array([epoch.epoch for epoch in report.epochs]),
        {part: _numbers([e.loss[part] for e in report.epochs]) for part in parts},
        {
            part: PERCENT * _numbers([e.balanced_accuracy[part] for e in report.epochs])
            for part in parts
        },
        best,
    )


def reports(session: Session, starts: Sequence[str]) -> list[CellReport]:
    """The cells whose identities begin so."""
    return [cell_report(session, find_cell(session, start)) for start in starts]


def picked(report: CellReport, rule: str) -> Picked:
    """The test part at the epoch that a rule picked.

    Raises
    ------
    RequestError
        The cell has not ended, or ended without one.
    """
    for one in report.picked:
        if one.rule == rule:
            return one
    state = report.state
    raise RequestError(f"cell {state.id} has no {rule} epoch: it is {state.state}")


def answers(
    session: Session, report: CellReport, rule: str, part: str, roots: Roots
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Logits (N, classes) and true classes (N,) of one part, at the epoch that a rule picked.

    The true classes are the store's; where it does not hold them, the dataset's.

    Raises
    ------
    RequestError
        There are no such logits, or the dataset is not there either.
    """
    key = select(Cell.key).where(Cell.id == report.state.id).scalar_subquery()
    rows = session.execute(
        select(Prediction.part, Prediction.logits).where(
            Prediction.cell_key == key, Prediction.rule == rule
        )
    )
    packed: dict[str, bytes] = {row.part: row.logits for row in rows}
    if part not in packed:
        kept = ", ".join(packed) or "none"
        raise RequestError(
            f"cell {report.state.id} has no logits of part '{part}' at its {rule} epoch; of: {kept}"
        )
    logits = np.frombuffer(zlib.decompress(packed[part]), dtype="<f4")
    return logits.reshape(-1, len(report.classes)), _labels(session, report, part, roots)


def _labels(session: Session, report: CellReport, part: str, roots: Roots) -> NDArray[np.int64]:
    key = select(Cell.key).where(Cell.id == report.state.id).scalar_subquery()
    split = session.scalar(
        select(Attempt.split)
        .where(Attempt.cell_key == key, Attempt.split.is_not(None))
        .order_by(Attempt.number.desc())
    )
    try:
        stored = images_of(session, str(split), part).labels
    except NotStored:
        stored = None
    if stored is not None:
        return stored
    samples, parts = load_cell(Specification.model_validate(report.specification), roots)
    return samples.labels[parts.parts[part]]


def learned(
    session: Session,
    datasets: Sequence[str],
    backbone: str,
    attention: str,
    matrix: str | None = None,
) -> list[Learning]:
    """Accuracy over images by epoch of every finished run of one model, on each dataset.

    Raises
    ------
    RequestError
        A dataset has no such run (all that is missing is named), or runs of several
        configurations.
    """
    found = {name: _finished(session, name, backbone, attention, matrix) for name in datasets}
    if missing := [name for name, rows in found.items() if not rows]:
        raise RequestError(
            f"missing are finished cells of {backbone} with attention '{attention}' on "
            f"{' and on '.join(missing)}: run a matrix with these first"
        )
    for name, rows in found.items():
        examples = {row.configuration: row.id for row in rows}
        if len(examples) > 1:
            raise RequestError(
                f"several configurations of {backbone} on {name} are in the store, for example "
                f"the cells {', '.join(sorted(examples.values()))}: choose the matrix of one"
            )
    return [
        _learned(session, rows[0].dataset, len(rows[0].classes), [row.key for row in rows])
        for rows in found.values()
    ]


def _finished(
    session: Session, dataset: str, backbone: str, attention: str, matrix: str | None
) -> Sequence[Any]:
    query = select(Cell.key, Cell.dataset, Cell.configuration, Cell.classes, Cell.id).where(
        Cell.backbone == backbone,
        Cell.attention == attention,
        Cell.state == "done",
        (Cell.dataset == dataset) | Cell.dataset.startswith(f"{dataset}(", autoescape=True),
    )
    if matrix is not None:
        query = query.join(MatrixCell).where(MatrixCell.matrix == matrix)
    return session.execute(query).all()


def _learned(session: Session, label: str, classes: int, keys: Sequence[int]) -> Learning:
    """Accuracy over images of these cells, at the epochs that all of them have."""
    runs: dict[int, dict[tuple[str, int], float]] = {key: {} for key in keys}
    for one in session.scalars(select(Evaluation).where(Evaluation.cell_key.in_(keys))):
        accuracy = np.nan if one.accuracy is None else one.accuracy
        runs[one.cell_key][one.part, one.epoch] = PERCENT * accuracy
    shared = set.intersection(*({epoch for _, epoch in run} for run in runs.values()))
    epochs = np.array(sorted(shared), dtype=np.int64)
    parts = {part: _of_part(runs, part, epochs) for part in ("train", "test")}
    return Learning(label, classes, epochs, parts)


def _of_part(
    runs: Mapping[int, Mapping[tuple[str, int], float]], part: str, epochs: NDArray[np.int64]
) -> NDArray[np.float64]:
    return np.array([[run[part, int(epoch)] for epoch in epochs] for run in runs.values()])


def _numbers(values: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
