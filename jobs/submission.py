"""What was handed to an executor: a folder for each submission, with the cells of each job."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import Field, ValidationError

from bench.journal import now
from bench.program import changes, code
from bench.runs import Runs, make_folder, replacing
from bench.specification import Frozen

MANIFEST = "submission.json"


class Job(Frozen):
    """One job: the executor's number for it, and the cells that it was to train.

    ``before`` is how many attempts each of them had by then: only a later one is the job's own.
    """

    id: str
    cells: tuple[str, ...]
    before: Mapping[str, int] = Field(default_factory=dict)


class Manifest(Frozen):
    """What a submission consists of.

    Attributes
    ----------
    name : str
        Of the submission; its jobs bear it in SLURM's queue.
    code : dict
        See `bench.program.Code`; what was changed since the commit lies beside this file.
    """

    name: str
    matrix: str
    time: datetime = Field(default_factory=now)
    host: str = Field(default_factory=platform.node)
    code: dict[str, str | bool]
    jobs: tuple[Job, ...]


def new_folder(runs: Runs) -> Path:
    """A folder that no other submission has: job numbers may begin at 1 again.

    What was changed in the code since its commit is kept in it.
    """
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{os.getpid()}"
    folder = make_folder(runs.root / "submissions" / stamp)
    if patch := changes():
        (folder / "changes.patch").write_bytes(patch)
    return folder


def write_manifest(folder: Path, matrix: str, jobs: Sequence[Job]) -> Manifest:
    """State what the jobs of a submission are for."""
    manifest = Manifest(
        name=folder.name,
        matrix=matrix,
        code={"commit": code().commit, "dirty": code().dirty, "source": code().source},
        jobs=tuple(jobs),
    )
    with replacing(folder / MANIFEST) as temporary:
        temporary.write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
    return manifest


def manifests(runs: Runs) -> Iterator[Manifest]:
    """Every submission that has jobs in a scheduler, oldest first."""
    for path in sorted((runs.root / "submissions").glob(f"*/{MANIFEST}")):
        try:
            yield Manifest.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):  # damaged: it can only say what is known otherwise
            continue


def newest_jobs(runs: Runs) -> dict[str, tuple[Job, Path]]:
    """The job that was last submitted for each cell, and the file that takes what it prints."""
    return {
        cell: (job, runs.root / "submissions" / manifest.name / f"{job.id}_0_log.out")
        for manifest in manifests(runs)
        for job in manifest.jobs
        for cell in job.cells
    }
