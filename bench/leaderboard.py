"""Measured beside reported: one row for each configuration and selection rule."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np
from sqlalchemy import Row as SqlRow
from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.comparability import differences, find_reported
from bench.metrics import measure
from bench.specification import Specification
from bench.store.models import Cell, Evaluation, Matrix, MatrixCell, Selection
from registry.catalog import PROTOCOLS

#: Balanced accuracies are shown in percent, as the paper prints them.
PERCENT = 100.0


@dataclass(frozen=True)
class Standing:
    """A configuration's place on the leaderboard.

    Attributes
    ----------
    dataset, backbone, attention, protocol : str
        Names with the parameters that differ from the defaults.
    selection : str
        ``best`` (epoch with the highest balanced accuracy on the monitored part) or ``last``.
    optimistic : bool
        The test part picked the epoch.
    n : int
        Runs, over seeds and split seeds; folds are pooled into one run.
    missing : int
        Runs that were asked for and have no result: not finished, failed, diverged.
    mean, std : float or None
        Balanced accuracy on the test part in percent, over the n runs; std from two on.
    parameters : int or None
        Of the whole model.
    reported : float or None
        What the paper prints for this backbone and attention, in percent.
    reported_as : str
        Where it prints that: ``kim_jo.table1, ckplus``.
    unlike : tuple of str
        Why the two cannot be compared; empty where they can.
    gap : float or None
        Mean minus reported, only where comparable.
    """

    dataset: str
    backbone: str
    attention: str
    protocol: str
    selection: str
    optimistic: bool
    n: int
    missing: int
    mean: float | None
    std: float | None
    parameters: int | None
    reported: float | None = None
    reported_as: str = ""
    unlike: tuple[str, ...] = ()
    gap: float | None = None

    @property
    def comparable(self) -> bool:
        """Whether there is a reported figure of the same thing."""
        return self.reported is not None and not self.unlike


def leaderboard(
    session: Session, matrix: str | None = None, protocol: str | None = None
) -> list[Standing]:
    """Every configuration that has cells, best first within dataset, backbone and protocol.

    Parameters
    ----------
    session : Session
        Of a results database.
    matrix : str, optional
        Only the cells of this matrix.
    protocol : str, optional
        Only this protocol.
    """
    tables = _named_tables(session)
    standings = []
    for _, group in groupby(_cells(session, matrix, protocol), key=lambda row: row.configuration):
        rows = list(group)
        specification = Specification.model_validate(rows[0].specification)
        for rule in ("best", "last"):
            standing = _standing(session, rows, specification, rule)
            named = tables.get(rows[0].configuration, [])
            images = next((row.images for row in rows if row.images), None)
            standings.append(_beside_reported(standing, specification, images, named))
    return sorted(standings, key=_order)


def _cells(session: Session, matrix: str | None, protocol: str | None) -> Iterable[SqlRow[Any]]:
    query = select(
        Cell.key,
        Cell.configuration,
        Cell.specification,
        Cell.dataset,
        Cell.backbone,
        Cell.attention,
        Cell.protocol,
        Cell.seed,
        Cell.split_seed,
        Cell.fold,
        Cell.state,
        Cell.parameters,
        Cell.images,
    ).order_by(Cell.configuration, Cell.split_seed, Cell.seed, Cell.fold)
    if matrix is not None:
        query = query.join(MatrixCell).where(MatrixCell.matrix == matrix)
    if protocol is not None:
        query = query.where(
            (Cell.protocol == protocol) | Cell.protocol.startswith(f"{protocol}(", autoescape=True)
        )
    return session.execute(query)


def _standing(
    session: Session, cells: list[SqlRow[Any]], specification: Specification, rule: str
) -> Standing:
    protocol = PROTOCOLS.get(specification.protocol.name)
    folds = protocol.folds(protocol.parse(specification.protocol.parameters))
    confusions = _confusions(session, [cell.key for cell in cells if cell.state == "done"], rule)
    figures = []
    missing = 0
    for _, group in groupby(cells, key=lambda cell: (cell.split_seed, cell.seed)):
        found = [confusions[cell.key] for cell in group if cell.key in confusions]
        if len(found) == folds:
            pooled = np.sum(found, axis=0)
            figures.append(float(measure(pooled).balanced_accuracy) * PERCENT)
        else:
            missing += 1
    known = [cell.parameters for cell in cells if cell.parameters is not None]
    return Standing(
        dataset=cells[0].dataset,
        backbone=cells[0].backbone,
        attention=cells[0].attention,
        protocol=cells[0].protocol,
        selection=rule,
        optimistic=specification.monitored == "test" and rule == "best",
        n=len(figures),
        missing=missing,
        mean=float(np.mean(figures)) if figures else None,
        std=float(np.std(figures, ddof=1)) if len(figures) > 1 else None,
        parameters=known[0] if known else None,
    )


def _confusions(session: Session, keys: list[int], rule: str) -> dict[int, Any]:
    query = (
        select(Selection.cell_key, Evaluation.confusion)
        .join(
            Evaluation,
            (Evaluation.cell_key == Selection.cell_key) & (Evaluation.epoch == Selection.epoch),
        )
        .where(Selection.rule == rule, Evaluation.part == "test", Selection.cell_key.in_(keys))
    )
    return {key: np.array(confusion) for key, confusion in session.execute(query)}


def _named_tables(session: Session) -> dict[str, list[str]]:
    """The reported tables that matrices name for their configurations."""
    query = (
        select(Cell.configuration, Matrix.reported)
        .join(MatrixCell, MatrixCell.cell_key == Cell.key)
        .join(Matrix, Matrix.name == MatrixCell.matrix)
        .where(Matrix.reported.is_not(None))
        .distinct()
        .order_by(Matrix.reported)
    )
    tables: dict[str, list[str]] = {}
    for configuration, name in session.execute(query):
        tables.setdefault(configuration, []).append(str(name))
    return tables


def _beside_reported(
    standing: Standing,
    specification: Specification,
    images: dict[str, int] | None,
    named: list[str],
) -> Standing:
    found = find_reported(specification, named)
    if found is None:
        return standing
    table, row = found
    unlike = tuple(differences(specification, images, table, row))
    if row.dataset == specification.dataset.name and standing.selection != table.selection:
        unlike = (*unlike, f"other epoch: {standing.selection}, not {table.selection}")
    gap = None
    if standing.mean is not None and not unlike:
        gap = standing.mean - row.average_percent
    return replace(
        standing,
        reported=row.average_percent,
        reported_as=f"{table.source}/{table.name}, {row.dataset}",
        unlike=unlike,
        gap=gap,
    )


def _order(standing: Standing) -> tuple[Any, ...]:
    mean = -standing.mean if standing.mean is not None else float("inf")
    return (
        standing.dataset,
        standing.backbone,
        standing.protocol,
        standing.selection,
        mean,
        standing.attention,
    )
