"""Calling cells off, whatever state they are in; the queue is a stand-in, SLURM is elsewhere."""

from pathlib import Path

import pytest

from bench.runs import Runs
from jobs.cancel import REASON, cancel
from jobs.claim import claim, state_of
from jobs.submission import Job
from tests.bench.builders import spec
from tests.jobs.standings import Queue, in_state, submit, task

CELL, OTHER = spec(seed=1), spec(seed=2)


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Queue:
    return Queue(monkeypatch)


def test_one_that_runs_is_asked_to_stop(runs, queue):
    in_state(runs, CELL, "running")
    assert cancel([CELL.id], runs) == {"running": 1}
    assert runs.cancellation(CELL.id, 1).read_text() == REASON
    assert state_of(runs, CELL.id) == "running", "it says itself when it has stopped"


@pytest.mark.parametrize("state", ["queued", "preempted", "pruned", "lost"])
def test_one_that_would_be_gone_on_with_is_called_off(runs, queue, state):
    in_state(runs, CELL, state)
    before = len(runs.attempts(CELL.id))
    assert cancel([CELL.id], runs) == {"waiting": 1}
    assert state_of(runs, CELL.id) == "cancelled"
    # A job that was submitted before leaves it alone; one that is submitted now does not.
    assert claim(runs, CELL.id, before) is None
    assert claim(runs, CELL.id, before + 1) == before + 2


@pytest.mark.parametrize("state", ["done", "failed", "diverged", "cancelled"])
def test_one_that_is_over_stays_as_it_is(runs, queue, state):
    in_state(runs, CELL, state)
    assert cancel([CELL.id], runs) == {"over": 1}
    assert (state_of(runs, CELL.id), runs.attempts(CELL.id)) == (state, [1])


def test_a_failed_one_that_a_job_is_to_try_again_is_called_off(runs, queue):
    in_state(runs, CELL, "failed")
    name = submit(runs, Job(id="8_0", cells=(CELL.id,), before={CELL.id: 1}))
    queue.tasks = {"8_0": task("8_0", name, "PENDING")}
    assert cancel([CELL.id], runs) == {"waiting": 1}
    assert state_of(runs, CELL.id) == "cancelled"


def test_jobs_that_have_nothing_left_to_do_leave_the_queue(runs, queue):
    name = submit(
        runs,
        Job(id="8_0", cells=(CELL.id,)),
        Job(id="8_1", cells=(CELL.id, OTHER.id)),
        Job(id="8_2", cells=(CELL.id,)),
    )
    states = {"8_0": "PENDING", "8_1": "PENDING", "8_2": "RUNNING"}
    queue.tasks = {number: task(number, name, state) for number, state in states.items()}
    queue.tasks["9_0"] = task("9_0", "somebody else's", "PENDING")
    cancel([CELL.id], runs)
    # Not the one with another cell, nor the one that stops by itself, nor a stranger's.
    assert queue.ended == ["8_0"]
