"""Workers that are asked to stop: what a signal means, and the same bits after the next run."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from bench.execution import Execution
from bench.runs import Runs
from jobs.claim import state_of
from jobs.local import LocalPlan, Outcome, run_local
from tests.jobs.workers import (
    EXECUTION,
    again,
    ended_at_last,
    events_of,
    finish,
    results_of,
    send,
    small,
    start,
    wait_until,
    worker_of,
)

#: Some seconds of training: whoever asks looks a few times a second only.
CELL = small(epochs=40)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    worker = worker_of(tmp_path_factory.mktemp("undisturbed"), CELL, checkpoint_every=3600.0)
    worker()
    return results_of(worker.runs, CELL)


def resumed_after(runs: Runs) -> list[int]:
    """Of each attempt that has started."""
    return [e.resumed_after for e in events_of(runs, CELL) if e.event == "started"]


def run(runs: Runs, number: signal.Signals | None = None) -> Outcome:
    """`ferbench run --where local`; its worker gets a signal after its first epoch."""
    sent = []

    def tick() -> None:
        if number and not sent and results_of(runs, CELL)[0]:
            process = int(events_of(runs, CELL)[0].holder.split("|")[2])
            os.kill(process, number)
            sent.append(process)

    settings = EXECUTION | {"checkpoint_every": 3600.0}
    return run_local([CELL], runs, {}, LocalPlan(1, (), Execution(**settings)), None, tick)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGUSR2, signal.SIGTERM], ids=["USR2", "TERM"])
def test_a_worker_of_this_machine_is_preempted(tmp_path, undisturbed, number):
    runs = Runs(tmp_path / "runs")
    run(runs, number)
    if state_of(runs, CELL.id) != "done":  # SIGUSR2 may have started it again
        assert state_of(runs, CELL.id) == "preempted"
        assert runs.checkpoint(CELL.id, 1).exists()
        run(runs)
    first = [event for event in events_of(runs, CELL) if event.event == "ended"]
    assert [event.state for event in first] == ["preempted", "done"]
    assert resumed_after(runs)[1] > 0
    assert results_of(runs, CELL) == undisturbed


def test_ctrl_c_in_this_process_saves_the_state(tmp_path: Path, undisturbed):
    """`ferbench run --where inline`."""
    worker = worker_of(tmp_path, CELL, checkpoint_every=3600.0)
    with ended_at_last(start(worker, tmp_path)) as process:
        wait_until(lambda: results_of(worker.runs, CELL)[0])
        send(process, signal.SIGINT)
        process.join(60)
        assert process.exitcode == 0
    assert state_of(worker.runs, CELL.id) == "cancelled"
    assert worker.runs.checkpoint(CELL.id, 1).exists()
    finish(again(worker), tmp_path)
    assert resumed_after(worker.runs)[1] > 0
    assert results_of(worker.runs, CELL) == undisturbed
