"""What waits in SLURM's queue, and for which cells."""

from __future__ import annotations

from collections.abc import Mapping

from bench.runs import Runs
from jobs import slurm
from jobs.claim import INTERRUPTED, state_of
from jobs.submission import Job, Manifest, manifests


def waiting(runs: Runs) -> dict[str, slurm.Task] | None:
    """The job in SLURM's queue that each cell waits for or runs in; None where SLURM is silent."""
    submitted = list(manifests(runs))
    tasks = slurm.queue() if submitted else {}
    if tasks is None:
        return None
    return {
        cell: task
        for manifest in submitted
        for job, task in live_jobs(manifest, tasks)
        for cell in left_to(job, runs)
    }


def left_to(job: Job, runs: Runs) -> list[str]:
    """Cells of a job that are in training, or that it will train when it comes to them.

    A cell that had ended before the job was submitted is left to it until the job tries it again.
    """

    def is_left(cell: str) -> bool:
        state = state_of(runs, cell)
        old = max(runs.attempts(cell), default=0) <= job.before.get(cell, 0)
        return state in INTERRUPTED | {"running"} or (old and state != "done")

    return [cell for cell in job.cells if is_left(cell)]


def live_jobs(manifest: Manifest, tasks: Mapping[str, slurm.Task]) -> list[tuple[Job, slurm.Task]]:
    """Jobs of a submission that wait or run; another cluster may have one of the same number."""
    found = ((job, tasks.get(job.id)) for job in manifest.jobs)
    return [(job, task) for job, task in found if task and task.live and task.name == manifest.name]
