"""Runs cells on this machine: a few workers at once, each a job of submitit's local executor."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import submitit
import torch

from bench.execution import Execution
from bench.runs import Runs, make_folder
from bench.specification import Specification
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


def run_local(
    cells: Sequence[Specification],
    runs: Runs,
    roots: Mapping[str, Path],
    local: LocalPlan,
    database: str | None,
    tick: Callable[[], None],
) -> bool:
    """Train cells until each was tried once, or until Ctrl-C.

    Parameters
    ----------
    cells : sequence of Specification
        Those that another process takes meanwhile are left to it.
    tick : callable
        Called a few times a second; shows progress.

    Returns
    -------
    bool
        False when it was stopped: every worker has then saved its state.
    """
    folder = make_folder(
        runs.root / "submissions" / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{os.getpid()}"
    )
    stop_file = folder / "stop"
    tried = {cell.id: len(runs.attempts(cell.id)) for cell in cells}

    def start(slot: int) -> submitit.Job[None] | None:
        left = tuple(cell for cell in cells if len(runs.attempts(cell.id)) == tried[cell.id])
        if not left:
            return None
        worker = Worker(left, runs, roots, local.execution, database, stop_file)
        return _submit(worker, folder, local.gpus[slot : slot + 1])

    jobs: dict[int, submitit.Job[None]] = {}
    with _termination_as_interrupt():
        try:
            for slot in range(local.slots):
                if (job := start(slot)) is not None:
                    jobs[slot] = job
            while jobs:
                time.sleep(POLL)
                tick()
                for slot, job in list(jobs.items()):
                    if job.done():
                        del jobs[slot]
                        # A worker that died took one cell with it; the others are not its fault.
                        if not _finished(job) and (again := start(slot)) is not None:
                            jobs[slot] = again
        except KeyboardInterrupt:
            stop_file.write_text("stopped by the user", encoding="utf-8")
            _wait(list(jobs.values()), tick)
            return False
    return True


def _submit(worker: Worker, folder: Path, gpus: tuple[int, ...]) -> submitit.Job[None]:
    executor = submitit.LocalExecutor(folder)
    executor.update_parameters(
        timeout_min=TIMEOUT_MIN, gpus_per_node=len(gpus), visible_gpus=gpus, tasks_per_node=1
    )
    # Ctrl-C reaches every process of the terminal. The workers inherit this mask, so that it is
    # this process that asks them to stop, and they save their state first.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        job: submitit.Job[None] = executor.submit(worker)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    return job


def _finished(job: submitit.Job[None]) -> bool:
    """Whether the worker came to its end by itself."""
    return job.paths.result_pickle.exists() and job.exception() is None


def _wait(jobs: list[submitit.Job[None]], tick: Callable[[], None]) -> None:
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
