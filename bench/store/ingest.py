"""Takes journals into the database; doing it again changes nothing, in any order."""

from __future__ import annotations

import base64
import json
import logging
import math
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import singledispatch
from itertools import groupby
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from bench import journal
from bench.cost import record
from bench.runs import Runs
from bench.specification import Specification
from bench.store import statements
from bench.store.costs import known_costs, record_costs
from bench.store.database import Store, StoreError
from bench.store.epochs import take_epochs
from bench.store.models import (
    Attempt,
    Cell,
    ClassMetric,
    Epoch,
    Evaluation,
    Prediction,
    Selection,
    SplitRow,
)
from bench.store.submission import Submission, record_cells, record_submission
from bench.store.upsert import insert_new, upsert
from registry.errors import RequestError

log = logging.getLogger(__name__)


def ingest(store: Store, runs: Runs, tick: Callable[[int, int], None] = lambda *_: None) -> int:
    """Take in all that the runs folder holds and the database does not.

    What cannot be taken in is left out and named in the log; all the rest is taken.

    Parameters
    ----------
    tick : callable
        Told after each journal how many were looked at, and of how many.

    Returns
    -------
    int
        Journals from which something was taken.

    Raises
    ------
    RequestError
        The database cannot be read or written; doing it again goes on where this stopped.
    """
    for path in sorted((runs.root / "matrices").glob("*/*.json"), key=_age):
        with _left_out_if_damaged(path):
            record_submission(store, Submission.model_validate_json(path.read_bytes()))
    _ingest_costs(store, runs)
    known = _offsets(store)
    grown = [
        (cell, attempt, path)
        for cell, attempt, path in runs.journals()
        if path.stat().st_size > known.get((cell, attempt), 0)
    ]
    left = []
    for number, which in enumerate(grown, start=1):
        if not _ingest_or_leave_out(store, runs, *which):
            left.append(which)
        tick(number, len(grown))
    # An attempt that ended before its start does not say whose it is; another one has by now.
    again = sum(_ingest_or_leave_out(store, runs, *which) for which in left)
    _copy_what_older_workers_left(store)
    return len(grown) - len(left) + again


def _ingest_costs(store: Store, runs: Runs) -> None:
    known = known_costs(store)
    for path in runs.costs():
        if path.stem not in known:
            with _left_out_if_damaged(path):
                record_costs(store, path.stem, record.read(path))


def _copy_what_older_workers_left(store: Store) -> None:
    with store.read() as session:
        cells = statements.cells_without_copies(session.connection())
    for cell in cells:
        with store.transaction() as connection:
            # (as an ingest does: nobody may take in more of it meanwhile)
            if (key := statements.lock_cell(connection, cell)) is not None:
                statements.refresh_cell(connection, key)


def _ingest_or_leave_out(store: Store, runs: Runs, cell: str, attempt: int, path: Path) -> bool:
    with _left_out_if_damaged(path):
        return ingest_journal(store, runs, cell, attempt, path)
    return False


@contextmanager
def _left_out_if_damaged(path: Path) -> Iterator[None]:
    try:
        yield
    except StoreError:
        raise
    except (RequestError, ValueError, OverflowError, OSError, IntegrityError, DataError) as error:
        log.warning("%s is left out: %s", path, error)


def _age(path: Path) -> tuple[int, str]:
    return path.stat().st_mtime_ns, str(path)


@dataclass(frozen=True)
class _Row:
    """An attempt whose events are taken in.

    Attributes
    ----------
    cell_key, number : int
        Its key.
    resumed_after : int or None
        The epoch after which a later attempt has taken over.
    stated : dict
        What its events say of itself, by column.
    """

    cell_key: int
    number: int
    resumed_after: int | None
    stated: dict[str, Any]


def ingest_journal(store: Store, runs: Runs, cell: str, attempt: int, path: Path) -> bool:
    """Take in what one journal has gained, in one transaction; whether there was anything."""
    with store.transaction() as connection:
        key = statements.lock_cell(connection, cell) or _enter_cell(connection, cell, path)
        if key is None:  # claimed, and nothing more said yet: who it is comes with the start
            return False
        offset, resumed_after = statements.taken_in(connection, key, attempt)
        events, end = journal.read(path, offset or 0)
        if not events:
            return False
        if offset is None:
            statements.enter_attempt(connection, key, attempt, events[0].time)
        row = _Row(key, attempt, resumed_after, {"offset": end})
        for _, alike in groupby(events, type):
            _take_alike(list(alike), connection, row, runs)
        statements.amend_attempt(connection, key, attempt, row.stated)
        statements.refresh_cell(connection, key)
    return True


def _enter_cell(connection: Connection, identity: str, path: Path) -> int | None:
    """Enter the cell that a journal states to be of, unless somebody has just done so."""
    events, _ = journal.read(path)
    for event in events:
        if isinstance(event, journal.Started):
            cell = Specification.model_validate(event.specification)
            if cell.id != identity:
                raise RequestError(f"{path} is of cell {cell.id}, not of {identity}")
            with Session(connection) as session:
                record_cells(session, [cell])
            return statements.lock_cell(connection, identity)
    return None


def _take_alike(
    events: Sequence[journal.Event], connection: Connection, row: _Row, runs: Runs
) -> None:
    """Take in events of one kind that follow each other."""
    last = math.inf if row.resumed_after is None else row.resumed_after
    epochs = [event for event in events if isinstance(event, journal.EpochEnded)]
    take_epochs(connection, row.cell_key, row.number, [one for one in epochs if one.epoch <= last])
    for event in events:
        if not isinstance(event, journal.EpochEnded):
            _take(event, connection, row, runs)


@singledispatch
def _take(event: BaseModel, connection: Connection, row: _Row, runs: Runs) -> None:
    raise TypeError(f"no place for {type(event).__name__}")


@_take.register
def _(event: journal.Claimed, connection: Connection, row: _Row, runs: Runs) -> None:
    row.stated.update(claimed_at=event.time, holder=event.holder, job=event.job, log=event.log)


@_take.register
def _(event: journal.Started, connection: Connection, row: _Row, runs: Runs) -> None:
    row.stated.update(
        started_at=event.time,
        resumed_after=event.resumed_after,
        split=event.split,
        environment=event.environment,
    )
    _take_split(connection, runs, event.split)
    if not _later_one_started(connection, row):
        connection.execute(
            update(Cell)
            .where(Cell.key == row.cell_key)
            .values(classes=list(event.classes), images=event.images, parameters=event.parameters)
        )
        connection.execute(delete(Prediction).where(Prediction.cell_key == row.cell_key))
        connection.execute(delete(Selection).where(Selection.cell_key == row.cell_key))
    # What an earlier attempt trained beyond the point of resuming is not part of this training.
    superseded = select(Epoch.epoch).where(
        Epoch.cell_key == row.cell_key,
        Epoch.attempt < row.number,
        Epoch.epoch > event.resumed_after,
    )
    epochs = list(connection.scalars(superseded))
    for table in (Epoch, Evaluation, ClassMetric):
        connection.execute(
            delete(table).where(table.cell_key == row.cell_key, table.epoch.in_(epochs))
        )


@_take.register
def _(event: journal.Selected, connection: Connection, row: _Row, runs: Runs) -> None:
    if _later_one_started(connection, row):
        return
    key = {"cell_key": row.cell_key, "rule": event.rule}
    upsert(connection, Selection, [key | {"epoch": event.epoch}])
    upsert(
        connection,
        Prediction,
        [
            key | {"part": part, "logits": base64.b64decode(text)}
            for part, text in event.logits.items()
        ],
    )


@_take.register
def _(event: journal.Ended, connection: Connection, row: _Row, runs: Runs) -> None:
    row.stated.update(
        state=event.state, ended_at=event.time, reason=event.reason, traceback=event.traceback
    )


def _later_one_started(connection: Connection, row: _Row) -> bool:
    # One that is only claimed has taken nothing over yet, whichever journal comes in first.
    later = select(Attempt.number).where(
        Attempt.cell_key == row.cell_key,
        Attempt.number > row.number,
        Attempt.started_at.is_not(None),
    )
    return connection.scalar(later.limit(1)) is not None


def _take_split(connection: Connection, runs: Runs, fingerprint: str) -> None:
    known = select(SplitRow.fingerprint).where(SplitRow.fingerprint == fingerprint)
    if connection.scalar(known) is None:
        parts = json.loads(runs.split(fingerprint).read_text(encoding="utf-8"))
        packed = zlib.compress(json.dumps(parts).encode())
        insert_new(connection, SplitRow, [{"fingerprint": fingerprint, "parts": packed}])


def _offsets(store: Store) -> dict[tuple[str, int], int]:
    rows = select(Cell.id, Attempt.number, Attempt.offset).join(Cell, Cell.key == Attempt.cell_key)
    with store.read() as session:
        return {(cell, number): offset for cell, number, offset in session.execute(rows)}
