"""SLURM: one array of jobs for a submission, and what its queue says of them.

Nothing here asks ``sacct``: many clusters have no accounting. What became of a cell stands in its
journal; the queue only tells what still waits or runs.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import submitit
from submitit.core.utils import FailedJobError, FailedSubmissionError

from jobs.placement import Placement
from jobs.text import last_line
from registry.errors import RequestError

#: How often a job may run out of time and queue up again.
MOST_TIMEOUTS = 10_000
#: Seconds between SLURM's warning and the end of a job.
WARNING_SECONDS = 90
#: Seconds that SLURM's commands get.
PATIENCE = 30
#: States in which a job is over; in all others it still waits or runs.
OVER = frozenset(
    {
        *("BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL"),
        *("OUT_OF_MEMORY", "PREEMPTED", "REVOKED", "TIMEOUT"),
    }
)


@dataclass(frozen=True)
class Task:
    """A job as the queue has it: ``state`` in SLURM's words, and why it waits or has ended."""

    id: str
    name: str
    state: str
    node: str
    reason: str

    @property
    def live(self) -> bool:
        """Whether it waits or runs."""
        return self.state not in OVER


def submit_array(
    workers: Sequence[Callable[[], bool]], folder: Path, placement: Placement
) -> list[str]:
    """Submit a job for each worker, as one array.

    Parameters
    ----------
    folder : Path
        A new one: submitit takes what lies in it for the results of jobs of these numbers.

    Returns
    -------
    list of str
        The number of each job.

    Raises
    ------
    RequestError
        There is no SLURM here, it refuses, or it takes no array of this length.
    """
    _check_length(len(workers))
    executor = submitit.SlurmExecutor(folder, max_num_timeout=MOST_TIMEOUTS)
    tasks = max(1, placement.gpus)
    parameters = {
        "job_name": folder.name,
        "time": placement.time,
        "ntasks_per_node": tasks,
        "signal_delay_s": min(WARNING_SECONDS, placement.time * 60 // 2),
        "array_parallelism": placement.parallel or len(workers),
        "additional_parameters": {
            key: value for key, value in placement.slurm.items() if value is not False
        },
        "partition": placement.partition,
        "gpus_per_node": placement.gpus or None,
        "cpus_per_task": placement.cpus,
        "mem": f"{round(placement.mem * 1024)}MB" if placement.mem else None,
    }
    executor.update_parameters(**{k: v for k, v in parameters.items() if v is not None})
    try:
        with executor.batch():
            jobs = [executor.submit(worker) for worker in workers]
    except (FailedJobError, FailedSubmissionError) as error:
        raise RequestError(f"SLURM refused the jobs: {last_line(str(error))}") from None
    return [job.job_id for job in jobs]


def queue() -> Mapping[str, Task] | None:
    """Every job that SLURM still knows of, by number; None where it cannot be asked."""
    text = _ask("squeue", "-h", "-a", "-r", "-t", "all", "-o", "%i|%j|%T|%N|%r")
    if text is None:
        return None
    fields = (line.split("|") for line in text.splitlines() if line.count("|") == 4)
    return {number: Task(number, *rest) for number, *rest in fields}


def end(jobs: Sequence[str]) -> None:
    """Take jobs out of the queue."""
    if jobs:
        _ask("scancel", *jobs)


def check_available() -> None:
    """Refuse where there is no SLURM.

    Raises
    ------
    RequestError
        Its commands are not here, or its controller does not answer.
    """
    if shutil.which("sbatch") is None or shutil.which("srun") is None:
        raise RequestError("there is no SLURM here (no sbatch, no srun); try --where local")
    if _ask("scontrol", "ping") is None:
        raise RequestError("SLURM's controller does not answer (scontrol ping); is it up?")


def _check_length(jobs: int) -> None:
    """SLURM limits the length of an array, and says so only in riddles."""
    text = _ask("scontrol", "show", "config") or ""
    limits = [line.split("=")[1] for line in text.splitlines() if line.startswith("MaxArraySize")]
    if limits and jobs > int(limits[0]):
        raise RequestError(
            f"{jobs} jobs are more than this cluster takes in an array ({limits[0].strip()}); "
            "give each more cells with --cells-per-job"
        )


def _ask(*command: str) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)  # noqa: S603  (a list, no shell)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
