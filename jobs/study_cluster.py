"""The workers of a study on a SLURM cluster."""

from __future__ import annotations

import time
from collections.abc import Callable

from bench.execution import Execution
from bench.home import Home
from bench.program import code
from bench.runs import Runs
from jobs import slurm
from jobs.cluster import ASK, LOOK, on_a_node
from jobs.placement import Placement
from jobs.study import Study
from jobs.study_run import Prepared, trials_of, unfinished, worker_for
from jobs.submission import Job, Manifest, manifests, new_folder, write_manifest
from jobs.waiting import live_jobs


def submit_workers(
    prepared: Prepared, home: Home, placement: Placement, execution: Execution, count: int
) -> Manifest:
    """Submit so many workers as one array of jobs; returns at once."""
    folder = new_folder(home.runs)
    database = home.store.url if home.store.path is None else None
    worker = worker_for(prepared, home, on_a_node(execution, placement), folder, database, code())
    numbers = slurm.submit_array([worker] * count, folder, placement)
    jobs = [Job(id=number, cells=()) for number in numbers]
    return write_manifest(folder, prepared.study.matrix, jobs)


def live_workers(study: Study, runs: Runs) -> list[slurm.Task] | None:
    """Jobs of the study that wait or run; None where SLURM is silent."""
    submitted = [manifest for manifest in manifests(runs) if manifest.matrix == study.matrix]
    tasks = slurm.queue() if submitted else {}
    if tasks is None:
        return None
    return [task for manifest in submitted for _, task in live_jobs(manifest, tasks)]


def follow_study(prepared: Prepared, home: Home, tick: Callable[[], None]) -> None:
    """Wait until the study is over, or no job is left for it, by SLURM's word."""
    asked = time.monotonic()
    while unfinished(trials_of(prepared)):
        time.sleep(LOOK)
        tick()
        if time.monotonic() - asked > ASK:
            asked = time.monotonic()
            if live_workers(prepared.study, home.runs) == []:
                return
