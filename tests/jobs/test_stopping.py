"""What makes a worker stop, in which state, and what happens afterwards."""

import os
import signal
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from jobs import stopping
from jobs.stopping import Stopping


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopping, "INTERVAL", 0.0)


@pytest.fixture
def stop_file(tmp_path: Path) -> Path:
    return tmp_path / "stop"


@contextmanager
def handled(number: signal.Signals, handler: Callable[..., Any]) -> Iterator[None]:
    """As in a job of submitit, which has handlers of its own."""
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)


@pytest.fixture
def requeued() -> Iterator[list[int]]:
    """Grows with each call of the handler that answers the warning."""
    calls: list[int] = []
    with handled(signal.SIGUSR2, lambda *_: calls.append(1)):
        yield calls


def slurm_says(monkeypatch: pytest.MonkeyPatch, folder: Path, answer: str) -> None:
    """Be in a job of SLURM, whose ``scontrol`` gives this answer."""
    program = folder / "scontrol"
    program.write_text(f"#!/bin/sh\n[ \"$4\" = 17 ] && echo '{answer}'\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("SLURM_JOB_ID", "17")
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def test_nothing_asks_for_it(stop_file):
    with (listener := Stopping(stop_file)).listening():
        assert listener.asked() is None


class TestSignals:
    @pytest.mark.parametrize(
        ("number", "state"),
        [
            (signal.SIGUSR2, "preempted"),
            (signal.SIGTERM, "preempted"),
            (signal.SIGINT, "cancelled"),
        ],
    )
    def test_are_noted_not_obeyed(self, stop_file, number, state):
        before = signal.getsignal(number)
        with (listener := Stopping(stop_file)).listening():
            signal.raise_signal(number)
            assert listener.asked()[0] == state
        assert signal.getsignal(number) is before

    def test_the_handler_that_was_there_answers_the_warning_when_all_is_saved(self, stop_file):
        order = []
        with handled(signal.SIGUSR2, lambda *_: order.append("requeued")):
            with (listener := Stopping(stop_file)).listening():
                signal.raise_signal(signal.SIGUSR2)
                order.append(f"saved, {listener.asked()[0]}")
            assert order == ["saved, preempted", "requeued"]
            signal.raise_signal(signal.SIGUSR2)  # and is in its place again
        assert order == ["saved, preempted", "requeued", "requeued"]

    def test_the_end_of_the_grace_does_not_undo_the_warning(self, stop_file, requeued):
        with (listener := Stopping(stop_file)).listening():
            signal.raise_signal(signal.SIGUSR2)
            signal.raise_signal(signal.SIGTERM)
            assert listener.asked()[0] == "preempted"
        assert requeued == [1]

    def test_termination_alone_requeues_nothing(self, stop_file):
        called = []
        with (
            handled(signal.SIGUSR2, lambda *_: called.append(1)),
            handled(signal.SIGTERM, lambda *_: called.append(1)),
            Stopping(stop_file).listening(),
        ):
            signal.raise_signal(signal.SIGTERM)
        assert called == []

    def test_ctrl_c_twice_waits_for_no_batch(self, stop_file):
        with (listener := Stopping(stop_file)).listening():
            signal.raise_signal(signal.SIGINT)
            assert listener.asked()[0] == "cancelled"
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)

    def test_an_error_is_not_covered_by_requeueing(self, stop_file, requeued):
        def breaks() -> None:
            with Stopping(stop_file).listening():
                signal.raise_signal(signal.SIGUSR2)
                raise ArithmeticError

        with pytest.raises(ArithmeticError):
            breaks()
        assert requeued == []

    def test_outside_the_main_thread_only_files_are_listened_to(self, stop_file):
        answers = []
        before = signal.getsignal(signal.SIGUSR2)

        def listen() -> None:
            with (listener := Stopping(stop_file)).listening():
                answers.append(signal.getsignal(signal.SIGUSR2))
                stop_file.write_text("enough")
                answers.append(listener.asked())

        thread = threading.Thread(target=listen)
        thread.start()
        thread.join()
        assert answers == [before, ("cancelled", "enough")]


class TestSlurm:
    def test_scancel_is_told_from_pre_emption(self, stop_file, tmp_path, monkeypatch, requeued):
        slurm_says(monkeypatch, tmp_path, "JobId=17 JobState=CANCELLED Reason=None")
        with (listener := Stopping(stop_file)).listening():
            signal.raise_signal(signal.SIGUSR2)
            signal.raise_signal(signal.SIGTERM)
            state, reason = listener.asked()
        assert (state, reason) == ("cancelled", "the job was cancelled with scancel")
        assert requeued == [], "what a person has called off does not come back"

    def test_scancel_of_a_job_that_is_being_ended(self, stop_file, tmp_path, monkeypatch):
        # What SLURM 22.05 says of the last job of an array, whose number is the array's too.
        ending = "JobId=17 ArrayTaskId=1 JobState=COMPLETING Reason=None Restarts=0"
        slurm_says(monkeypatch, tmp_path, f"{ending}\nJobId=16 JobState=RUNNING Reason=None")
        with (listener := Stopping(stop_file)).listening():
            signal.raise_signal(signal.SIGTERM)
            assert listener.asked()[0] == "cancelled"

    @pytest.mark.parametrize(
        "answer",
        [
            "JobId=17 JobState=COMPLETING Reason=None Restarts=1",  # scontrol requeue
            "JobId=17 JobState=COMPLETING Reason=TimeLimit Restarts=0",
            "JobId=17 JobState=RUNNING Reason=None\nJobId=16 JobState=CANCELLED Reason=None",
            "",
        ],
    )
    def test_any_other_end_is_pre_emption(self, stop_file, tmp_path, monkeypatch, answer):
        slurm_says(monkeypatch, tmp_path, answer)
        with (listener := Stopping(stop_file)).listening():
            signal.raise_signal(signal.SIGTERM)
            assert listener.asked()[0] == "preempted"

    def test_a_machine_without_its_commands(self, stop_file, monkeypatch):
        monkeypatch.setenv("SLURM_JOB_ID", "17")
        monkeypatch.setenv("PATH", "/nowhere")
        with (listener := Stopping(stop_file)).listening():
            signal.raise_signal(signal.SIGTERM)
            assert listener.asked()[0] == "preempted"


class TestFiles:
    def test_one_says_why(self, stop_file, quick):
        listener = Stopping(stop_file)
        assert listener.asked() is None
        stop_file.write_text("the room is on fire\n")
        assert listener.asked() == ("cancelled", "the room is on fire")

    def test_one_for_an_attempt_stops_no_other(self, stop_file, tmp_path):
        mine, other = tmp_path / "cancel-0001", tmp_path / "cancel-0002"
        mine.write_text("not this one")
        listener = Stopping(stop_file)
        assert listener.asked(mine) == ("cancelled", "not this one")
        # at once, though a file is only looked for now and again
        assert listener.asked(other) is None
        assert listener.asked() is None
        assert listener.asked(mine) == ("cancelled", "not this one")

    def test_is_looked_for_now_and_again_only(self, stop_file, monkeypatch):
        clock = iter([10.0, 10.0, 10.1, 10.3, 10.3]).__next__
        monkeypatch.setattr(stopping.time, "monotonic", clock)
        listener = Stopping(stop_file)
        assert listener.asked() is None
        stop_file.write_text("now")
        assert listener.asked() is None
        assert listener.asked() == ("cancelled", "now")
