"""Journals made from the rows of a database that has none: ingesting them gives the same rows."""

import base64
import hashlib
import json
import zlib
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.journal import Claimed, Ended, EpochEnded, Event, Part, Selected, Started
from bench.runs import Runs, make_folder, replacing, write_once
from bench.specification import Specification
from bench.store.costs import export_costs
from bench.store.database import Store
from bench.store.models import (
    Attempt,
    Cell,
    Epoch,
    Evaluation,
    Matrix,
    MatrixCell,
    Prediction,
    Selection,
    SplitRow,
)
from bench.store.submission import Submission


def without_journal(store: Store, runs: Runs) -> list[tuple[str, int]]:
    """Attempts (cell, number) of a database that have no journal in a runs folder."""
    query = select(Cell.id, Attempt.number).join(Attempt).order_by(Cell.key, Attempt.number)
    with store.read() as session:
        rows = session.execute(query).all()
    return [(cell, number) for cell, number in rows if not runs.journal(cell, number).exists()]


def without_submission(store: Store, runs: Runs) -> list[str]:
    """Matrices of a database of which a runs folder knows nothing."""
    with store.read() as session:
        names = session.scalars(select(Matrix.name).order_by(Matrix.name)).all()
    return [name for name in names if not any((runs.root / "matrices" / name).glob("*.json"))]


def export(
    store: Store,
    runs: Runs,
    attempts: Collection[tuple[str, int]],
    matrices: Iterable[str],
    costs: Iterable[str] = (),
) -> None:
    """Write journals of attempts, submissions of matrices, costs and all splits into a runs folder.

    What is gone from the rows is not in the journals either: epochs that a later attempt trained
    anew, and when an epoch was selected.
    """
    wanted: dict[str, set[int]] = {}
    for cell, number in attempts:
        wanted.setdefault(cell, set()).add(number)
    with store.read() as session:
        export_costs(session, runs, costs)
        for name in matrices:
            text = _submission(session, name).model_dump_json()
            fingerprint = hashlib.sha256(text.encode()).hexdigest()[:16]
            write_once(runs.matrix(name, fingerprint), text)
        for split in session.scalars(select(SplitRow)):
            parts = json.loads(zlib.decompress(split.parts))
            write_once(runs.split(split.fingerprint), json.dumps(parts))
        for identity, numbers in wanted.items():
            row = session.scalars(select(Cell).where(Cell.id == identity)).one()
            for number, events in _journals(session, row):
                if number in numbers:
                    _write(runs.journal(identity, number), events)


def _submission(session: Session, name: str) -> Submission:
    matrix = session.get_one(Matrix, name)
    query = select(Cell.specification).join(MatrixCell).where(MatrixCell.matrix == name)
    return Submission(
        name=name,
        title=matrix.title,
        reported=matrix.reported,
        specifications=tuple(
            Specification.model_validate(cell) for cell in session.scalars(query.order_by(Cell.key))
        ),
    )


def _journals(session: Session, cell: Cell) -> Iterator[tuple[int, Iterator[Event]]]:
    query = select(Attempt).where(Attempt.cell_key == cell.key).order_by(Attempt.number)
    attempts = session.scalars(query).all()
    # Selections are kept of the last attempt that started; the rows do not name it.
    selecting = max((a.number for a in attempts if a.started_at is not None), default=0)
    for attempt in attempts:
        yield attempt.number, _events(session, cell, attempt, attempt.number == selecting)


def _events(session: Session, cell: Cell, attempt: Attempt, selecting: bool) -> Iterator[Event]:
    yield Claimed(time=attempt.claimed_at, holder=attempt.holder, job=attempt.job, log=attempt.log)
    if attempt.started_at is not None:
        yield Started(
            time=attempt.started_at,
            specification=cell.specification,
            classes=tuple(cell.classes or ()),
            split=attempt.split or "",
            images=cell.images or {},
            parameters=cell.parameters or 0,
            resumed_after=attempt.resumed_after or 0,
            environment=attempt.environment or {},
        )
        last = attempt.started_at
        for event in _epochs(session, attempt):
            last = event.time
            yield event
        if selecting:
            for selected in _selections(session, cell.key):
                yield selected.model_copy(update={"time": last})
    if attempt.ended_at is not None:
        yield Ended.model_validate(
            {
                "time": attempt.ended_at,
                "state": attempt.state,
                "reason": attempt.reason,
                "traceback": attempt.traceback,
            }
        )


def _epochs(session: Session, attempt: Attempt) -> Iterator[EpochEnded]:
    query = (
        select(Epoch)
        .where(Epoch.cell_key == attempt.cell_key, Epoch.attempt == attempt.number)
        .order_by(Epoch.epoch)
    )
    for row in session.scalars(query):
        of_epoch = select(Evaluation).where(
            Evaluation.cell_key == row.cell_key, Evaluation.epoch == row.epoch
        )
        parts = {
            evaluation.part: Part.model_validate(
                {"loss": evaluation.loss, "confusion": evaluation.confusion}
            )
            for evaluation in session.scalars(of_epoch.order_by(Evaluation.part))
        }
        yield EpochEnded(
            time=row.ended_at,
            epoch=row.epoch,
            lr=row.lr,
            seconds=row.seconds,
            images_per_second=row.images_per_second,
            peak_memory=row.peak_memory,
            parts=parts,
        )


def _selections(session: Session, key: int) -> Iterator[Selected]:
    picks = select(Selection).where(Selection.cell_key == key).order_by(Selection.rule)
    for pick in session.scalars(picks):
        query = select(Prediction).where(Prediction.cell_key == key, Prediction.rule == pick.rule)
        logits = {
            row.part: base64.b64encode(row.logits).decode("ascii")
            for row in session.scalars(query.order_by(Prediction.part))
        }
        yield Selected.model_validate({"rule": pick.rule, "epoch": pick.epoch, "logits": logits})


def _write(path: Path, events: Iterable[Event]) -> None:
    make_folder(path.parent)
    with replacing(path) as temporary:
        temporary.write_text(
            "".join(event.model_dump_json() + "\n" for event in events), encoding="utf-8"
        )
