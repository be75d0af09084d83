"""Workers of this machine: how it is shared out, and what becomes of the others when one dies."""

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bench.execution import Execution
from jobs.local import LocalPlan, Work, plan, run_workers

CPU = Execution(device="cpu")


class TestPlan:
    @pytest.fixture(autouse=True)
    def six_cores(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(6)), raising=False)

    @pytest.mark.parametrize(
        ("cells", "slots", "count", "threads"),
        [(10, None, 6, 1), (2, None, 2, 3), (10, 3, 3, 2), (10, 4, 4, 1), (1, 8, 1, 6)],
    )
    def test_cores_are_shared_out(self, cells, slots, count, threads):
        local = plan(cells, slots, CPU)
        assert (local.slots, local.execution.threads, local.gpus) == (count, threads, ())

    def test_threads_that_were_asked_for_stay(self):
        assert plan(10, None, CPU.model_copy(update={"threads": 5})).execution.threads == 5

    @pytest.mark.parametrize(("slots", "gpus"), [(None, (0, 1)), (1, (0,)), (5, (0, 1, 0, 1, 0))])
    def test_each_slot_has_a_gpu(self, monkeypatch, slots, gpus):
        monkeypatch.setattr("torch.cuda.is_available", lambda: True)
        monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
        assert plan(10, slots, Execution(device="cuda")).gpus == gpus


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Any]:
    """Give slots pieces of work, each from the count of pieces that are left."""

    def given(pieces: list[Callable[[], Any]], slots: int = 1, tick: Any = lambda: None) -> Any:
        left = list(pieces)

        def next_worker() -> Work:
            count = len(left)
            return Work(left.pop(0) if left else bool, count)

        return run_workers(next_worker, tmp_path, LocalPlan(slots, (), CPU), tick)

    return given


def test_a_worker_that_comes_to_its_end_is_not_followed(run, tmp_path):
    outcome = run([partial((tmp_path / "one").touch), partial((tmp_path / "two").touch)])
    assert (outcome.completed, outcome.problems) == (True, ())
    assert (tmp_path / "one").exists()
    assert not (tmp_path / "two").exists()


def test_a_worker_that_is_killed_is_followed_by_the_next(run, tmp_path):
    outcome = run([partial(os._exit, 9), partial((tmp_path / "two").touch)])
    assert (tmp_path / "two").exists()
    [problem] = outcome.problems
    assert "a worker died without a word; see " in problem
    assert Path(problem.rpartition(" ")[2]).is_file()


def test_an_error_is_told_by_its_last_line(run):
    outcome = run([partial(int, "nine")])
    [problem] = outcome.problems
    assert "ValueError: invalid literal for int() with base 10: 'nine'" in problem


def test_workers_that_get_nothing_done_are_not_started_for_ever(tmp_path):
    started = []

    def next_worker() -> Work:
        started.append(1)
        return Work(partial(os._exit, 9), 3)

    outcome = run_workers(next_worker, tmp_path, LocalPlan(1, (), CPU), lambda: None)
    assert len(started) == 2, "the second was asked for, and had as much left to do as the first"
    assert len(outcome.problems) == 1


def test_ctrl_c_lets_workers_save_their_state(run, tmp_path):
    """They are asked by the file ``stop``, and waited for."""
    program = (
        f"import os, time\nopen({str(tmp_path / 'begun')!r}, 'w')\n"
        f"while not os.path.exists({str(tmp_path / 'stop')!r}): time.sleep(0.02)\n"
        f"time.sleep(0.5); open({str(tmp_path / 'saved')!r}, 'w')"
    )
    pressed = []

    def tick() -> None:
        if (tmp_path / "begun").exists() and not pressed:
            pressed.append(time.monotonic())
            raise KeyboardInterrupt

    outcome = run([partial(exec, program, {})], tick=tick)
    assert not outcome.completed
    assert (tmp_path / "saved").exists()
    assert (tmp_path / "stop").read_text() == "stopped by the user"
