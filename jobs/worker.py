"""What a job does: trains the cells of a list, one after the other, that nobody else has taken."""

from __future__ import annotations

import logging
import math
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import submitit

from bench.attempt import Attempt
from bench.execution import Execution
from bench.program import Code
from bench.runs import Runs
from bench.specification import Specification
from jobs.claim import LEASE, claim, state_of
from jobs.stopping import Stopping
from jobs.training import Ingester, carry_out

log = logging.getLogger(__name__)

#: Seconds between two looks at cells that others hold.
POLL = 1.0


@dataclass(frozen=True)
class Worker:
    """A job: pickled by submitit, called on whatever machine it runs on.

    Attributes
    ----------
    cells : tuple of Specification
        In the order in which they are tried; several workers may have the same list.
    before : mapping
        Attempts that each cell had when it was submitted; see `jobs.claim.claim`.
    runs, roots, execution
        See `bench.attempt.Attempt`.
    database : str or None
        Where to ingest after each event; None where the database must not be opened from here.
    stop_file : Path
        While it exists, nothing is trained; its text is the reason.
    code : Code or None
        What was submitted; None where the worker runs at once.
    """

    cells: tuple[Specification, ...]
    before: Mapping[str, int]
    runs: Runs
    roots: Mapping[str, Path]
    execution: Execution
    database: str | None
    stop_file: Path
    code: Code | None = field(default=None, compare=False)

    def __call__(self) -> bool:
        """Train until no cell is left to take, or until a stop is asked for.

        Returns
        -------
        bool
            Whether every cell of the list was tried or left to others.
        """
        logging.basicConfig(format="%(asctime)s %(message)s")
        logging.getLogger("jobs").setLevel(logging.INFO)
        take_one_gpu()
        job, job_log = whereabouts(self.runs)
        ingest = Ingester(self.database, self.runs)
        stopping = Stopping(self.stop_file)
        with stopping.listening():
            for cell in self._in_turn(stopping):
                number = claim(self.runs, cell.id, self.before[cell.id], job, job_log)
                if number is None:
                    log.info("cell %s: left to others, or over", cell.id)
                else:
                    self._train(cell, number, stopping, ingest)
            return stopping.asked() is None

    def checkpoint(self) -> submitit.helpers.DelayedSubmission:
        """What submitit runs when the job is requeued: the same; what was done is on the disk."""
        return submitit.helpers.DelayedSubmission(self)

    def _in_turn(self, stopping: Stopping) -> Iterator[Specification]:
        """Each cell once; then, in a job that SLURM restarted, those that others held.

        Who holds them may be this job's own first life: killed with its node, when its claims run
        out with their lease; or alive beyond a node's dead daemon, when they are left to it.
        """
        for cell in self.cells:
            if stopping.asked():
                return
            yield cell
        deadline = time.monotonic() + patience()
        held = self._held()
        while held and time.monotonic() < deadline and not stopping.asked():
            time.sleep(POLL)
            for cell in [cell for cell in held if state_of(self.runs, cell.id) != "running"]:
                held.remove(cell)
                yield cell

    def _held(self) -> list[Specification]:
        return [cell for cell in self.cells if state_of(self.runs, cell.id) == "running"]

    def _train(
        self, cell: Specification, number: int, stopping: Stopping, ingest: Ingester
    ) -> None:
        cancellation = self.runs.cancellation(cell.id, number)
        attempt = Attempt(
            specification=cell,
            number=number,
            runs=self.runs,
            roots=self.roots,
            execution=self.execution,
            stop_asked=lambda: stopping.asked(cancellation),
            after_event=lambda _event: ingest(cell.id, number),
            submitted=self.code,
        )
        carry_out(attempt)


def patience() -> float:
    """Seconds to wait for cells that others hold."""
    if _processes() > 1 and os.environ["SLURM_PROCID"] == "0":
        return math.inf  # only a job's first process can requeue it, for its siblings too
    restarted = int(os.environ.get("SLURM_RESTART_COUNT", "0")) > 0
    return LEASE + POLL if restarted else 0.0


def take_one_gpu() -> None:
    """In a job of several processes, leave each its own GPU; before CUDA is first used."""
    if _processes() > 1:
        gpus = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")
        os.environ["CUDA_VISIBLE_DEVICES"] = gpus[int(os.environ["SLURM_LOCALID"]) % len(gpus)]


def _processes() -> int:
    return int(os.environ.get("SLURM_NTASKS", "1"))


def whereabouts(runs: Runs) -> tuple[str, str]:
    """Number and log of the job that this process is, both empty outside one."""
    try:
        environment = submitit.JobEnvironment()
    except RuntimeError:
        return "", ""
    return environment.job_id, os.path.relpath(environment.paths.stdout, runs.root)
