"""Runs cells on this machine: a few workers at once, each a job of submitit's local executor."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import submitit
import torch
from submitit.core.utils import pickle_load

from bench.execution import Execution
from bench.runs import Runs
from bench.specification import Specification
from jobs.claim import attempts_of
from jobs.submission import new_folder
from jobs.text import last_line
from jobs.worker import Worker

#: Seconds between two looks at the workers.
POLL = 0.25
#: Seconds that workers get to save their state when they are asked to stop.
GRACE = 60.0
#: submitit ends a local job after this; a matrix may take days.
TIMEOUT_MIN = 60 * 24 * 365
MOST_DEFAULT_SLOTS = 8


@dataclass(frozen=True)
class LocalPlan:
    """How a list of cells is shared out on this machine.

    Attributes
    ----------
    slots : int
        Workers at once.
    gpus : tuple of int
        One for each slot; empty on the CPU.
    execution : Execution
        With the threads that each slot gets.
    """

    slots: int
    gpus: tuple[int, ...]
    execution: Execution


def plan(cells: int, slots: int | None, execution: Execution) -> LocalPlan:
    """One slot a GPU; without one, one a core (at most eight), the cores shared out evenly."""
    on_gpu = execution.torch_device.type == "cuda"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    places = torch.cuda.device_count() if on_gpu else min(cores or 1, MOST_DEFAULT_SLOTS)
    count = max(1, min(cells, slots or places))
    threads = execution.threads or max(1, (cores or 1) // count)
    gpus = tuple(i % torch.cuda.device_count() for i in range(count)) if on_gpu else ()
    return LocalPlan(count, gpus, execution.model_copy(update={"threads": threads}))


@dataclass(frozen=True)
class Outcome:
    """How a local run ended.

    Attributes
    ----------
    completed : bool
        False when it was stopped: every worker has then saved its state.
    problems : tuple of str
        Why workers ended before their time.
    """

    completed: bool
    problems: tuple[str, ...] = ()


def run_local(
    cells: Sequence[Specification],
    runs: Runs,
    roots: Mapping[str, Path],
    local: LocalPlan,
    database: str | None,
    tick: Callable[[], None],
) -> Outcome:
    """Train cells until each was tried once, or until Ctrl-C.

    Parameters
    ----------
    cells : sequence of Specification
        Those that another process takes meanwhile are left to it.
    tick : callable
        Called a few times a second; shows progress.
    """
    folder = new_folder(runs)
    before = attempts_of(cells, runs)

    def worker_for_the_rest() -> Work:
        now = attempts_of(cells, runs)
        left = tuple(cell for cell in cells if now[cell.id] == before[cell.id])
        worker = Worker(left, before, runs, roots, local.execution, database, folder / "stop")
        return Work(worker, len(left))

    return run_workers(worker_for_the_rest, folder, local, tick)


@dataclass(frozen=True)
class Work:
    """A worker, and how much there is to do: a number that each step brings down."""

    worker: Callable[[], bool]
    left: int


def run_workers(
    next_worker: Callable[[], Work], folder: Path, local: LocalPlan, tick: Callable[[], None]
) -> Outcome:
    """Fill the slots of this machine with workers, until all have ended, or until Ctrl-C.

    Parameters
    ----------
    next_worker : callable
        What a free slot is to do now.
    folder : Path
        For logs and pickles; the workers stop when a file ``stop`` is in it.
    tick : callable
        Called a few times a second; shows progress.
    """

    def start(slot: int, last: int) -> _Slot | None:
        work = next_worker()
        # A worker that got nothing done before it died would die again.
        if work.left in (0, last):
            return None
        return _Slot(_submit(work.worker, folder, local.gpus[slot : slot + 1]), work.left)

    problems: list[str] = []
    slots: dict[int, _Slot] = {}
    with _termination_as_interrupt():
        try:
            for slot in range(local.slots):
                if (started := start(slot, -1)) is not None:
                    slots[slot] = started
            while slots:
                time.sleep(POLL)
                tick()
                for slot, current in list(slots.items()):
                    if current.job.done():
                        del slots[slot]
                        problem = _problem(current.job)
                        problems += [problem] if problem else []
                        # A worker that died took one piece with it; the others are not its fault.
                        if problem and (again := start(slot, current.left)) is not None:
                            slots[slot] = again
        except KeyboardInterrupt:
            (folder / "stop").write_text("stopped by the user", encoding="utf-8")
            _wait([current.job for current in slots.values()], tick)
            return Outcome(completed=False)
    return Outcome(completed=True, problems=tuple(problems))


@dataclass(frozen=True)
class _Slot:
    """A worker, and how much there was to do when it was started."""

    job: submitit.Job[bool]
    left: int


def _submit(worker: Callable[[], bool], folder: Path, gpus: tuple[int, ...]) -> submitit.Job[bool]:
    executor = submitit.LocalExecutor(folder)
    executor.update_parameters(
        timeout_min=TIMEOUT_MIN, gpus_per_node=len(gpus), visible_gpus=gpus, tasks_per_node=1
    )
    # Ctrl-C reaches every process of the terminal. The workers inherit this mask, so that it is
    # this process that asks them to stop, and they save their state first.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        job: submitit.Job[bool] = executor.submit(worker)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    return job


def _problem(job: submitit.Job[bool]) -> str:
    """Why the worker did not come to its end by itself; empty where it did."""
    if not job.paths.result_pickle.exists():
        return f"a worker died without a word; see {job.paths.stderr}"
    outcome, result = pickle_load(job.paths.result_pickle)  # a traceback, where it is an error
    return "" if outcome == "success" else f"{last_line(result)}; see {job.paths.stderr}"


def _wait(jobs: list[submitit.Job[bool]], tick: Callable[[], None]) -> None:
    deadline = time.monotonic() + GRACE
    try:
        while time.monotonic() < deadline and not all(job.done() for job in jobs):
            time.sleep(POLL)
            tick()
    finally:
        for job in jobs:
            if not job.done():
                job.cancel()


@contextmanager
def _termination_as_interrupt() -> Iterator[None]:
    """Let SIGTERM end a run as Ctrl-C does."""

    def interrupt(_number: int, _frame: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
