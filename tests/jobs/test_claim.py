"""Who may train a cell: by journals made by hand, and with real processes that die."""

import errno
import multiprocessing
import os
import platform
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from bench import journal
from bench.runs import Runs
from jobs import claim as claims
from jobs.claim import LEASE, Heartbeat, holder, state_of
from tests.bench.builders import claimed, ended, epoch, spec, started, write_journal

CELL = spec()
FORK = multiprocessing.get_context("fork")
ENDS = get_args(journal.State)
ELSEWHERE = "another machine|pid:[4026531836]|17|12345"


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def claim(runs: Runs, cell: str, before: int = 0, **words: str) -> int | None:
    """A claim by who asked before anything was tried, unless said otherwise."""
    return claims.claim(runs, cell, before, **words)


def claimed_by(who: str) -> journal.Claimed:
    return claimed().model_copy(update={"holder": who})


def age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def wait_until(happened: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


class TestState:
    def test_without_a_journal_it_waits(self, runs):
        assert state_of(runs, CELL.id) == "queued"

    @pytest.mark.parametrize("state", ENDS)
    def test_with_an_end_it_is_what_the_end_says(self, runs, state):
        write_journal(runs, CELL.id, 1, [claimed_by(ELSEWHERE), started(CELL), ended(state)])
        assert state_of(runs, CELL.id) == state

    def test_the_latest_attempt_counts(self, runs):
        write_journal(runs, CELL.id, 1, [claimed_by(ELSEWHERE), ended("failed")])
        write_journal(runs, CELL.id, 2, [claimed_by(ELSEWHERE), started(CELL), ended("done")])
        assert state_of(runs, CELL.id) == "done"
        write_journal(runs, CELL.id, 10, [claimed_by(holder())])
        assert state_of(runs, CELL.id) == "running"

    def test_an_end_that_is_torn_is_none(self, runs):
        path = write_journal(runs, CELL.id, 1, [claimed_by(ELSEWHERE), ended("done")])
        path.write_bytes(path.read_bytes()[:-1])
        assert state_of(runs, CELL.id) == "running"
        age(path, LEASE + 5)
        assert state_of(runs, CELL.id) == "lost"

    @pytest.mark.parametrize("damage", [b"{no JSON}\n", b"\0\0\n", b"[1]\n"])
    def test_an_end_that_is_damaged_is_none(self, runs, damage):
        path = write_journal(runs, CELL.id, 1, [claimed_by(ELSEWHERE), ended("done")])
        path.write_bytes(path.read_bytes() + damage)
        assert state_of(runs, CELL.id) == "running"
        age(path, LEASE + 5)
        assert state_of(runs, CELL.id) == "lost"


class TestClaim:
    def test_is_a_journal_that_says_whose_it_is(self, runs):
        assert claim(runs, CELL.id, 0, job="17_3", log="submissions/x/17_3_0_log.out") == 1
        (event,), _ = journal.read(runs.journal(CELL.id, 1))
        assert event.holder == holder()
        assert (event.job, event.log) == ("17_3", "submissions/x/17_3_0_log.out")
        assert holder().split("|")[0] == platform.node()
        assert holder().split("|")[2] == str(os.getpid())
        assert runs.journal(CELL.id, 1).stat().st_mode & 0o077 == 0

    def test_what_runs_is_not_claimed(self, runs):
        assert claim(runs, CELL.id) == 1
        assert state_of(runs, CELL.id) == "running"
        assert claim(runs, CELL.id) is None
        age(runs.journal(CELL.id, 1), 10 * LEASE)
        assert claim(runs, CELL.id) is None  # its process can be seen to live
        assert runs.attempts(CELL.id) == [1]

    def test_of_another_cell_goes_on(self, runs):
        assert claim(runs, CELL.id) == 1
        assert claim(runs, spec(seed=1).id) == 1

    def test_numbers_go_on_whatever_is_missing(self, runs):
        write_journal(runs, CELL.id, 7, [claimed_by(ELSEWHERE), ended("preempted")])
        assert claim(runs, CELL.id) == 8

    @pytest.mark.parametrize("state", ENDS)
    def test_what_was_interrupted_is_gone_on_with_whoever_asked_when(self, runs, state):
        write_journal(runs, CELL.id, 1, [claimed_by(ELSEWHERE), ended(state)])
        asked_before_it_began = claim(runs, CELL.id, before=0)
        assert asked_before_it_began == (2 if state in ("preempted", "pruned") else None)

    @pytest.mark.parametrize("state", ENDS)
    def test_what_ended_otherwise_is_tried_again_if_it_was_asked_for_since(self, runs, state):
        write_journal(runs, CELL.id, 1, [claimed_by(ELSEWHERE), ended(state)])
        asked_afterwards = claim(runs, CELL.id, before=1)
        assert asked_afterwards == (None if state == "done" else 2)

    def test_what_is_lost_is_gone_on_with(self, runs):
        age(write_journal(runs, CELL.id, 3, [claimed_by(ELSEWHERE)]), 2 * LEASE)
        assert claim(runs, CELL.id, before=0) == 4

    def test_that_could_not_be_written_is_none(self, runs, monkeypatch):
        def full(*_: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(journal.os, "write", full)
            with pytest.raises(OSError, match="No space left"):
                claim(runs, CELL.id)
        assert runs.attempts(CELL.id) == []
        assert claim(runs, CELL.id) == 1

    def test_attempts_are_counted(self, runs):
        write_journal(runs, CELL.id, 3, [claimed_by(ELSEWHERE)])
        assert claims.attempts_of([CELL, spec(seed=1)], runs) == {CELL.id: 3, spec(seed=1).id: 0}


def _claim_at_once(barrier: Any, runs: Runs, cell: str, results: Any) -> None:
    barrier.wait()
    results.put((os.getpid(), claim(runs, cell)))
    barrier.wait()  # nobody dies before everybody has tried


@pytest.mark.parametrize("before", ["queued", "preempted", "lost"])
def test_of_eight_processes_one_wins(runs, before):
    if before != "queued":
        events = [claimed_by(ELSEWHERE), *([ended("preempted")] if before == "preempted" else [])]
        age(write_journal(runs, CELL.id, 1, events), 2 * LEASE)
        assert state_of(runs, CELL.id) == before
    barrier, results = FORK.Barrier(8), FORK.Queue()
    crowd = [
        FORK.Process(target=_claim_at_once, args=(barrier, runs, CELL.id, results))
        for _ in range(8)
    ]
    for process in crowd:
        process.start()
    answers = dict(results.get(timeout=20) for _ in crowd)
    for process in crowd:
        process.join()
    number = 1 if before == "queued" else 2
    assert sorted(answers.values(), key=str) == [number, *[None] * 7]
    (winner,) = (pid for pid, answer in answers.items() if answer)
    (event,), _ = journal.read(runs.journal(CELL.id, number))
    assert event.holder.split("|")[2] == str(winner)


def _claim_and_sleep(runs: Runs, cell: str) -> None:
    claim(runs, cell)
    time.sleep(60)


def test_a_process_of_this_machine_that_was_killed_is_lost_at_once(runs):
    child = FORK.Process(target=_claim_and_sleep, args=(runs, CELL.id))
    child.start()
    path = runs.journal(CELL.id, 1)
    wait_until(lambda: path.exists() and path.stat().st_size)
    assert state_of(runs, CELL.id) == "running"
    assert claim(runs, CELL.id) is None
    os.kill(child.pid, signal.SIGKILL)
    wait_until(lambda: "\nState:\tZ" in Path(f"/proc/{child.pid}/status").read_text())
    assert state_of(runs, CELL.id) == "lost"  # dead, though nobody has buried it yet
    child.join()
    assert state_of(runs, CELL.id) == "lost"
    assert claim(runs, CELL.id) == 2
    assert state_of(runs, CELL.id) == "running"


def test_another_process_with_the_number_of_a_dead_one_is_not_it(runs):
    host, namespace, pid, began = holder().split("|")
    write_journal(runs, CELL.id, 1, [claimed_by(f"{host}|{namespace}|{pid}|{int(began) - 1}")])
    assert state_of(runs, CELL.id) == "lost"


class TestAnotherMachine:
    @pytest.mark.parametrize(
        "who",
        [
            ELSEWHERE,
            f"{platform.node()}|pid:[1]|{os.getpid()}|1",  # a container with its own numbers
            f"{platform.node()}||{os.getpid()}|1",  # a system that does not tell
            "written by an older version",
        ],
        ids=["elsewhere", "container", "silent", "older"],
    )
    def test_is_lost_only_after_its_lease(self, runs, who):
        path = write_journal(runs, CELL.id, 1, [claimed_by(who), started(CELL), epoch(1)])
        assert state_of(runs, CELL.id) == "running"
        age(path, LEASE - 10)
        assert state_of(runs, CELL.id) == "running"
        assert claim(runs, CELL.id) is None
        age(path, LEASE + 5)
        assert state_of(runs, CELL.id) == "lost"
        assert claim(runs, CELL.id) == 2

    def test_is_measured_by_the_clock_of_the_disk(self, runs, monkeypatch):
        path = write_journal(runs, CELL.id, 1, [claimed_by(ELSEWHERE)])
        age(path, 100.0)
        # a file server whose clock is 90 seconds behind
        monkeypatch.setattr(claims, "_clock", lambda _: time.time() - 90)
        assert state_of(runs, CELL.id) == "running"

    def test_the_clock_leaves_nothing_behind(self, runs):
        write_journal(runs, CELL.id, 1, [claimed_by(ELSEWHERE)])
        state_of(runs, CELL.id)
        assert [file.name for file in runs.cell(CELL.id).iterdir()] == ["attempt-0001.jsonl"]

    def test_that_has_claimed_and_not_yet_said_so_is_waited_for(self, runs):
        path = write_journal(runs, CELL.id, 1, [])
        assert state_of(runs, CELL.id) == "running"
        assert claim(runs, CELL.id) is None
        age(path, LEASE + 5)
        assert claim(runs, CELL.id) == 2


class TestHeartbeat:
    def test_keeps_the_lease(self, runs):
        path = write_journal(runs, CELL.id, 1, [claimed_by(ELSEWHERE)])
        with Heartbeat(path, interval=0.01):
            age(path, 2 * LEASE)
            wait_until(lambda: state_of(runs, CELL.id) == "running")
        age(path, 2 * LEASE)
        time.sleep(0.05)
        assert state_of(runs, CELL.id) == "lost"

    def test_outlives_a_disk_that_is_away(self, runs):
        path = write_journal(runs, CELL.id, 1, [claimed_by(ELSEWHERE)])
        away = path.with_suffix(".away")
        with Heartbeat(path, interval=0.01):
            path.rename(away)
            time.sleep(0.05)
            away.rename(path)
            age(path, 2 * LEASE)
            wait_until(lambda: state_of(runs, CELL.id) == "running")

    def test_is_much_shorter_than_the_lease(self):
        assert claims.HEARTBEAT * 5 <= LEASE
