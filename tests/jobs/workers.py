"""Workers for tests: how one is made, started in a process of its own, and what it left behind."""

import dataclasses
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from bench import journal
from bench.execution import Execution
from bench.runs import Runs
from bench.specification import Specification
from jobs import claim as claims
from jobs import training
from jobs import worker as workers
from jobs.claim import attempts_of
from jobs.worker import Worker
from tests.cells import tiny

#: Processes are forked off one that has imported all and trained nothing: half a second each saved.
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["tests.jobs.warm"])

#: A network of 100,000 parameters on 16×16 pixels: trained and saved in a tenth of a second.
SMALL = {"backbone": "timm:test_efficientnet", "attention": "none", "size": 16}

EXECUTION = {"device": "cpu", "threads": 1, "deterministic": True, "checkpoint_every": 0.0}


def small(**settings: Any) -> Specification:
    """A cell to be killed again and again; augmentation draws random numbers in each epoch."""
    return tiny(**SMALL | {"augmentation": "flip_shift"} | settings)


def worker_of(folder: Path, *cells: Specification, **execution: Any) -> Worker:
    """A worker on these cells, as they are now, that saves its state after every batch."""
    runs = Runs(folder / "runs")
    return Worker(
        cells=cells,
        before=attempts_of(cells, runs),
        runs=runs,
        roots={},
        execution=Execution(**EXECUTION | execution),
        database=None,
        stop_file=folder / "stop",
    )


def again(worker: Worker, **changes: Any) -> Worker:
    """The same, asked for now."""
    before = attempts_of(worker.cells, worker.runs)
    return dataclasses.replace(worker, before=before, **changes)


class Elsewhere:
    """A worker as if on another machine, from which only the processes of that one can be seen."""

    def __init__(self, worker: Worker, machine: str, lease: float, heartbeat: float) -> None:
        self.worker = worker
        self.machine = machine
        self.lease = lease
        self.heartbeat = heartbeat

    def __call__(self) -> bool:
        *_, pid, began = claims.holder().split("|")
        mine = f"{self.machine}|namespace|{pid}|{began}"
        claims.holder = lambda: mine
        claims.LEASE = workers.LEASE = self.lease
        training.Heartbeat = partial(claims.Heartbeat, interval=self.heartbeat)
        return self.worker()


def start(work: Callable[[], Any], folder: Path) -> BaseProcess:
    """Begin to work in a process of its own, which prints into the file ``log``."""
    folder.mkdir(exist_ok=True)
    process = _SERVER.Process(target=_run, args=(work, folder / "log"))
    process.start()
    return process


def finish(work: Callable[[], Any], folder: Path) -> None:
    """Work to the end in a process of its own."""
    process = start(work, folder)
    process.join(120)
    assert process.exitcode == 0, (folder / "log").read_text()


@contextmanager
def ended_at_last(process: BaseProcess) -> Any:
    """Whatever happens, leave no process behind."""
    try:
        yield process
    finally:
        if process.is_alive():
            process.kill()
        process.join()


def kill(process: BaseProcess) -> None:
    """End a process with no warning."""
    process.kill()
    process.join()


def freeze(process: BaseProcess) -> bool:
    """Let a process stand still, with all its threads; whether there still was one."""
    if not process.is_alive():
        return False
    send(process, signal.SIGSTOP)
    wait_until(lambda: is_frozen(process) or not process.is_alive())
    return process.is_alive()


def is_frozen(process: BaseProcess) -> bool:
    """Whether a process stands still."""
    try:
        return "\nState:\tT" in Path(f"/proc/{process.pid}/status").read_text()
    except OSError:
        return False


def send(process: BaseProcess, number: signal.Signals) -> None:
    assert process.pid
    os.kill(process.pid, number)


def _run(work: Callable[[], Any], log: Path) -> None:
    with log.open("ab") as file:
        os.dup2(file.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())
    work()


def events_of(runs: Runs, cell: Specification) -> list[Any]:
    found = []
    for attempt in runs.attempts(cell.id):
        found += journal.read(runs.journal(cell.id, attempt))[0]
    return found


def results_of(
    runs: Runs, cell: Specification
) -> tuple[dict[int, tuple[float, dict[str, Any]]], dict[str, tuple[int, dict[str, str]]]]:
    """What was measured: parts by epoch (a later attempt's comes after) and the picked logits."""
    epochs, picked = {}, {}
    for event in events_of(runs, cell):
        if isinstance(event, journal.EpochEnded):
            epochs[event.epoch] = (event.lr, event.parts)
        elif isinstance(event, journal.Selected):
            picked[event.rule] = (event.epoch, event.logits)
    return epochs, picked


def wait_until(happened: Callable[[], Any], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)
