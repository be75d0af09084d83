"""Every cell with its state: journals come first, then SLURM's queue, then the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.cells import CellState
from bench.runs import Runs
from jobs.slurm import Task
from jobs.submission import Job, newest_jobs
from jobs.text import last_lines
from jobs.waiting import waiting
from jobs.watch import LASTING, Progress, Watch

#: Lines of a log that say why a cell ended.
TAIL = 5
#: Why a cell waits that was submitted, when the queue has its job no more.
STRANDED = "no job is left for it"


@dataclass(frozen=True)
class Standing(CellState):
    """A cell in one line, as it stands this moment.

    Attributes
    ----------
    images_per_second, seconds_left : float or None
        While it runs.
    job : str
        Its number in SLURM's queue, while it waits or runs there, and what SLURM says of it; or
        that the job is over, if it never came to the cell.
    log : str
        Last lines of the log of what failed or was lost, or of such a job.
    """

    images_per_second: float | None = None
    seconds_left: float | None = None
    job: str = ""
    log: str = ""


class Overview:
    """Follows the cells of a runs folder."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._watch = Watch(runs, {})

    def look(self, cells: Sequence[CellState]) -> list[Standing]:
        """What the database says of cells, with what it cannot know yet."""
        unsettled = {cell.id: cell.epochs for cell in cells if cell.state not in LASTING}
        self._watch.follow(unsettled)
        progress = self._watch.look()
        in_queue = waiting(self._runs)
        # Where SLURM does not answer, nobody can say that a job is over.
        submitted = newest_jobs(self._runs) if in_queue is not None else {}
        return [
            self._standing(
                cell, progress[cell.id], (in_queue or {}).get(cell.id), submitted.get(cell.id)
            )
            if cell.id in progress
            else Standing(**vars(cell))
            for cell in cells
        ]

    def _standing(
        self,
        cell: CellState,
        now: Progress,
        task: Task | None,
        submitted: tuple[Job, Path] | None,
    ) -> Standing:
        known = vars(cell) | {"state": now.state, "reason": now.reason}
        if now.epoch > cell.epochs_done:
            known["epochs_done"] = now.epoch
        job, log = (_in_words(task) if task else ""), self._why(now)
        if now.state == "queued" and task is None and submitted is not None:
            # It died before it came to the cell: all that is known of it is what it printed.
            known["reason"] = STRANDED
            job = f"{submitted[0].id} is over"
            log = log_tail(printed(self._runs, submitted[1]), TAIL)
        return Standing(
            **known,
            images_per_second=now.images_per_second,
            seconds_left=now.seconds_left,
            job=job,
            log=log,
        )

    def _why(self, now: Progress) -> str:
        if now.state == "failed":
            return last_lines(now.traceback, TAIL)
        if now.state == "lost" and now.log:
            return log_tail(printed(self._runs, self._runs.root / now.log), TAIL)
        return ""


def printed(runs: Runs, stdout: Path) -> list[Path]:
    """Files that hold what a job printed: its output, then its error output.

    A journal names them, and it may come from elsewhere: none outside the runs folder is read.
    """
    root = runs.root.resolve()
    files = [path.resolve() for path in (stdout, stdout.with_suffix(".err"))]
    return [
        path
        for path in files
        if path.is_relative_to(root) and path.is_file() and path.stat().st_size
    ]


def log_tail(files: Sequence[Path], lines: int) -> str:
    """The last lines of the last file that says anything."""
    for path in reversed(files):
        text = path.read_text(encoding="utf-8", errors="replace")
        if text.strip():
            return last_lines(text, lines)
    return ""


def _in_words(task: Task) -> str:
    why = f" ({task.reason})" if task.reason not in ("", "None") else ""
    return f"{task.id} {task.state.lower()}{why}" + (f" on {task.node}" if task.node else "")
