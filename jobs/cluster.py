"""Cells on a SLURM cluster: submitted, and followed to their end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from bench.execution import Execution
from bench.home import Home
from bench.program import code
from bench.runs import Runs
from bench.specification import Specification
from jobs import slurm
from jobs.claim import INTERRUPTED, attempts_of, state_of
from jobs.placement import Placement
from jobs.submission import Job, Manifest, new_folder, write_manifest
from jobs.waiting import waiting
from jobs.worker import Worker

#: Seconds between two looks at the journals, and between two questions to SLURM.
LOOK = 2.0
ASK = 6.0

#: Ends after which a cell may be tried again if somebody asks for it.
ENDED = frozenset({"failed", "diverged", "cancelled"})


def submit_cells(
    cells: Sequence[Specification],
    matrix: str,
    home: Home,
    placement: Placement,
    execution: Execution,
) -> Manifest:
    """Submit cells as one array of jobs; returns at once.

    The jobs write journals only, unless the database is a server: they run on other machines, which
    must not open an SQLite file of this one.
    """
    folder = new_folder(home.runs)
    before = attempts_of(cells, home.runs)
    length = placement.cells_per_job
    lists = [tuple(cells[i : i + length]) for i in range(0, len(cells), length)]
    workers = [
        Worker(
            cells=some,
            before={cell.id: before[cell.id] for cell in some},
            runs=home.runs,
            roots=home.roots,
            execution=on_a_node(execution, placement),
            database=home.store.url if home.store.path is None else None,
            stop_file=folder / "stop",
            code=code(),
        )
        for some in lists
    ]
    numbers = slurm.submit_array(workers, folder, placement)
    jobs = [
        Job(id=number, cells=tuple(worker.before), before=worker.before)
        for number, worker in zip(numbers, workers, strict=True)
    ]
    return write_manifest(folder, matrix, jobs)


def follow(cells: Sequence[str], runs: Runs, tick: Callable[[], None]) -> None:
    """Wait until cells are over, by their journals, or no job is left for them, by SLURM's word.

    Parameters
    ----------
    tick : callable
        Called every few seconds; shows progress.
    """
    asked = time.monotonic()
    # What had failed before is tried again: the end of that attempt is not what is waited for.
    old = {c: runs.attempts(c) for c in cells if state_of(runs, c) in ENDED}

    def is_left(cell: str) -> bool:
        going_on = state_of(runs, cell) in INTERRUPTED | {"running"}
        return going_on or runs.attempts(cell) == old.get(cell)

    while left := [cell for cell in cells if is_left(cell)]:
        time.sleep(LOOK)
        tick()
        if time.monotonic() - asked > ASK:
            asked = time.monotonic()
            in_queue = waiting(runs)
            # Where SLURM does not answer, the journals go on telling.
            if in_queue is not None and not in_queue.keys() & left:
                return


def on_a_node(execution: Execution, placement: Placement) -> Execution:
    """The same settings for a machine that is not this one."""
    asked_gpu = placement.gpus > 0 and execution.device == "auto"
    return execution.model_copy(
        update={
            "device": "cuda" if asked_gpu else execution.device,
            "threads": execution.threads or placement.cpus,
        }
    )
