"""Cells in states that journals made by hand give them, and a SLURM that says what a test says."""

from collections.abc import Mapping, Sequence
from typing import Any

from bench.cells import CellState
from bench.journal import Claimed, Ended, Event
from bench.runs import Runs
from bench.specification import Specification
from bench.store.submission import Submission
from jobs import slurm
from jobs.claim import holder
from jobs.matrix_run import ask_for
from jobs.slurm import Task
from jobs.submission import Job, new_folder, write_manifest
from tests.bench.builders import epoch, started, write_journal

#: A process that has ended: nobody works on what it claimed.
DEAD = "|".join([*holder().split("|")[:2], "999999999", "1"])


def begun(cell: Specification, *, by: str = "", job: str = "", log: str = "") -> list[Event]:
    """An attempt that has stated its first epoch; by this process, unless said otherwise."""
    return [Claimed(holder=by or holder(), job=job, log=log), started(cell), epoch(1)]


def end(state: Any, reason: str = "", traceback: str = "") -> Ended:
    return Ended(state=state, reason=reason, traceback=traceback)


def in_state(runs: Runs, cell: Specification, state: str) -> None:
    """Give a cell one attempt, or none, so that it is in this state."""
    if state == "queued":
        return
    events = begun(cell, by=DEAD if state == "lost" else "")
    if state not in ("running", "lost"):
        events.append(end(state, f"it was made {state}"))
    write_journal(runs, cell.id, 1, events)


def ask(runs: Runs, name: str, *cells: Specification) -> Submission:
    """Ask for cells under the name of a matrix."""
    submission = Submission(name=name, title="", reported="", specifications=cells)
    ask_for(submission, runs)
    return submission


def submit(runs: Runs, *jobs: Job) -> str:
    """A submission of these jobs; its name, which they bear in the queue."""
    folder = new_folder(runs)
    write_manifest(folder, "trial", jobs)
    return folder.name


def task(number: str, name: str, state: str = "RUNNING", reason: str = "None") -> Task:
    return Task(number, name, state, "c1" if state == "RUNNING" else "", reason)


class Queue:
    """In SLURM's place: what it says of jobs (None: no answer), and which it was told to end."""

    def __init__(self, monkeypatch: Any, *tasks: Task) -> None:
        self.tasks: Mapping[str, Task] | None = {task.id: task for task in tasks}
        self.ended: list[str] = []
        monkeypatch.setattr(slurm, "queue", lambda: self.tasks)
        monkeypatch.setattr(slurm, "end", self._end)

    def _end(self, jobs: Sequence[str]) -> None:
        self.ended += jobs


def as_stored(cell: Specification) -> CellState:
    """What a database says of a cell when it has not heard of any attempt."""
    return CellState(
        id=cell.id,
        dataset="faces",
        backbone="resnet18",
        attention="none",
        protocol="subject",
        seed=cell.seed,
        split_seed=0,
        fold=0,
        state="queued",
        epochs_done=0,
        epochs=cell.recipe.epochs,
        reason="",
    )
