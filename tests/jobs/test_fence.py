"""Whoever was given up and lives on changes nothing: not the results, and not a row."""

import signal
import time

import pytest

from bench import journal
from bench.runs import Runs
from bench.specification import Specification
from bench.store.database import Store
from bench.store.ingest import ingest
from tests.bench.builders import dump, new_store
from tests.jobs.accidents import AtLine
from tests.jobs.kills import SHORT_LEASE, bury, elsewhere, measured
from tests.jobs.workers import (
    again,
    ended_at_last,
    events_of,
    finish,
    is_frozen,
    results_of,
    send,
    start,
    wait_until,
)


def told(runs: Runs, cell: Specification, attempt: int) -> list[str]:
    return [event.event for event in journal.read(runs.journal(cell.id, attempt))[0]]


def rows_of(store: Store, runs: Runs) -> dict[str, list[object]]:
    ingest(store, runs)
    return measured(store)


@pytest.mark.parametrize(
    "place",
    [
        "checkpoint save",
        "runs replacing",
        "journal Journal.write",
        "attempt Attempt._epoch_event",
        "attempt Attempt._write_selections",
    ],
)
def test_what_it_still_writes_reaches_no_table(known, tmp_path, place):
    """It stands still for longer than its lease, another one does its work, and it wakes up."""
    worker, cell = known.worker(tmp_path / "run"), known.cells[0]
    line = int(0.3 * known.lines[place])
    zombie = AtLine(elsewhere(worker, "node1"), place, line, signal.SIGSTOP)
    store = new_store(tmp_path)
    with ended_at_last(start(zombie, tmp_path)) as first:
        wait_until(lambda: is_frozen(first))
        said = told(worker.runs, cell, 1)
        assert "ended" not in said
        ingest(store, worker.runs)
        time.sleep(1.5 * SHORT_LEASE)
        finish(elsewhere(again(worker), "node2"), tmp_path)
        assert worker.runs.attempts(cell.id)[-1] == 2
        assert rows_of(store, worker.runs) == known.rows
        send(first, signal.SIGCONT)
        first.join(60)
        assert first.exitcode == 0
    later = told(worker.runs, cell, 1)
    assert len(later) <= len(said) + 1, "at most the line that it was writing"
    assert rows_of(store, worker.runs) == known.rows
    assert rows_of(Store(str(worker.database)), worker.runs) == known.rows
    rebuilt = new_store(tmp_path, "rebuilt.db")
    assert rows_of(rebuilt, worker.runs) == known.rows
    assert dump(rebuilt) == dump(store)
    files = {path.name for path in worker.runs.cell(cell.id).iterdir()}
    assert files == {"attempt-0001.jsonl", "attempt-0002.jsonl"}


def test_a_state_that_it_saves_too_late_is_gone_on_from_by_nobody(known, tmp_path):
    """It hangs in saving its first state; who follows begins anew and dies before it saves any."""
    worker, cell = known.worker(tmp_path / "run"), known.cells[0]
    lines = known.lines["checkpoint save"] // len(known.cells) // 3  # in an epoch of 3 batches
    hanging = AtLine(
        elsewhere(worker, "node1"), "checkpoint save", lines + lines // 3 - 2, signal.SIGSTOP
    )
    with ended_at_last(start(hanging, tmp_path)) as first:
        wait_until(lambda: is_frozen(first))
        assert told(worker.runs, cell, 1) == ["claimed", "started", "epoch"]
        assert list(worker.runs.cell(cell.id).glob(".checkpoint-*"))
        worker.runs.checkpoint(cell.id, 1).unlink()
        time.sleep(1.5 * SHORT_LEASE)
        batch = "attempt Attempt._between_batches"
        dying = AtLine(elsewhere(again(worker), "node2"), batch, 0, signal.SIGKILL)
        with ended_at_last(start(dying, tmp_path)) as second:
            second.join(60)
        assert told(worker.runs, cell, 2) == ["claimed", "started"]
        send(first, signal.SIGCONT)
        first.join(60)
    bury(worker)
    finish(again(worker), tmp_path)
    begun_after = [e.resumed_after for e in events_of(worker.runs, cell) if e.event == "started"]
    assert begun_after == [0, 0, 0]
    assert results_of(worker.runs, cell) == known.results[0]
    assert rows_of(new_store(tmp_path), worker.runs) == known.rows
