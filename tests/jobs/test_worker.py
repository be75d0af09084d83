"""What a job does about cells that others hold, and about the machine that it is on."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.journal import Claimed
from bench.runs import Runs
from jobs import claim as claims
from jobs import worker as workers
from jobs.claim import state_of
from jobs.worker import patience, take_one_gpu, whereabouts
from tests.bench.builders import spec, started, write_journal
from tests.jobs.standings import end
from tests.jobs.workers import worker_of

HELD, FREE = spec(seed=1), spec(seed=2)
#: A process that cannot be looked at: only its lease tells whether it lives.
ELSEWHERE = "another machine|pid:[4026531836]|17|12345"
LEASE = 0.6


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Attempts that the worker made, in their order; nothing is trained."""
    made = []

    def carry_out(attempt: Any) -> None:
        made.append((attempt.specification.id, attempt.number))
        say(attempt.runs, attempt.specification, attempt.number, "done")

    monkeypatch.setattr(workers, "carry_out", carry_out)
    monkeypatch.setattr(workers, "POLL", 0.02)
    for module in (workers, claims):
        monkeypatch.setattr(module, "LEASE", LEASE)
    return made


@pytest.fixture
def restarted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in a job that SLURM has started a second time."""
    monkeypatch.setenv("SLURM_RESTART_COUNT", "1")


def say(runs: Runs, cell: Any, attempt: int, state: str) -> None:
    with runs.journal(cell.id, attempt).open("a") as file:
        file.write(end(state).model_dump_json() + "\n")


@pytest.fixture
def worker(tmp_path: Path) -> Any:
    """On two cells, the first of which was begun by another machine."""
    worker = worker_of(tmp_path, HELD, FREE)
    write_journal(worker.runs, HELD.id, 1, [Claimed(holder=ELSEWHERE), started(HELD)])
    return worker


@contextmanager
def touched(path: Path) -> Iterator[threading.Event]:
    """Somebody lives and touches a journal."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(LEASE / 10):
            os.utime(path)

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        yield over
    finally:
        over.set()
        thread.join()


def test_the_first_time_what_others_hold_is_left_to_them(worker, trained):
    assert worker()
    assert trained == [(FREE.id, 1)]
    assert worker.runs.attempts(HELD.id) == [1]


def test_the_second_time_the_lease_of_the_first_is_waited_for(worker, trained, restarted):
    begun = time.monotonic()
    assert worker()
    assert trained == [(FREE.id, 1), (HELD.id, 2)], "first what is free"
    assert LEASE / 2 < time.monotonic() - begun < LEASE + 1


def test_who_lives_on_is_not_waited_for_for_ever(worker, trained, restarted):
    with touched(worker.runs.journal(HELD.id, 1)):
        assert worker()
    assert trained == [(FREE.id, 1)]
    assert worker.runs.attempts(HELD.id) == [1]


def test_who_ends_meanwhile_is_not_followed(worker, trained, restarted):
    with touched(worker.runs.journal(HELD.id, 1)) as over:
        timer = threading.Timer(0.1, lambda: say(worker.runs, HELD, 1, "done"))
        timer.start()
        assert worker()
        assert not over.is_set()
    assert trained == [(FREE.id, 1)]
    assert state_of(worker.runs, HELD.id) == "done"


def test_whoever_waits_can_be_stopped(worker, trained, restarted, monkeypatch):
    monkeypatch.setattr(workers, "LEASE", 3600.0)
    monkeypatch.setattr(claims, "LEASE", 3600.0)
    timer = threading.Timer(0.1, lambda: worker.stop_file.write_text("enough"))
    timer.start()
    assert not worker(), "it says that it did not come to its end"
    assert trained == [(FREE.id, 1)]


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({}, 0),
        ({"SLURM_RESTART_COUNT": "0"}, 0),
        ({"SLURM_RESTART_COUNT": "2"}, claims.LEASE + workers.POLL),
        ({"SLURM_NTASKS": "1", "SLURM_PROCID": "0"}, 0),
        ({"SLURM_NTASKS": "2", "SLURM_PROCID": "0"}, float("inf")),
        ({"SLURM_NTASKS": "2", "SLURM_PROCID": "1"}, 0),
        (
            {"SLURM_NTASKS": "2", "SLURM_PROCID": "1", "SLURM_RESTART_COUNT": "1"},
            claims.LEASE + workers.POLL,
        ),
    ],
)
def test_patience(monkeypatch, environment, seconds):
    for name in ("SLURM_RESTART_COUNT", "SLURM_NTASKS", "SLURM_PROCID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert patience() == seconds


@pytest.mark.parametrize(
    ("tasks", "local", "visible", "left"),
    [("2", "0", "4,7", "4"), ("2", "1", "4,7", "7"), ("1", "0", "4,7", "4,7"), ("2", "1", "", "")],
)
def test_each_process_of_a_job_has_a_gpu_of_its_own(monkeypatch, tasks, local, visible, left):
    monkeypatch.setenv("SLURM_NTASKS", tasks)
    monkeypatch.setenv("SLURM_LOCALID", local)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    take_one_gpu()
    assert os.environ["CUDA_VISIBLE_DEVICES"] == left


def test_outside_a_job_there_is_no_log(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith(("SLURM_", "SUBMITIT_"))]:
        monkeypatch.delenv(name)
    assert whereabouts(Runs(tmp_path)) == ("", "")
