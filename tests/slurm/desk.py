"""A folder in which a person types ``ferbench``, and what a test finds there afterwards."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select

from bench import journal
from bench.runs import Runs
from bench.store.database import Store
from bench.store.models import Attempt, Cell, Epoch, Evaluation, Prediction, Selection
from jobs.asked import matrix_asked_for
from jobs.claim import state_of
from jobs.submission import Job, manifests
from tests.slurm.crawl import CRAWL
from tests.slurm.forked import ROOT, Forked

#: Longer than ten minutes: in a shorter job, submitit takes each warning for a time-out.
ON_SLURM = ("--where", "slurm", "--cpus", "1", "--time", "60")
MATRIX = """
[base]
dataset = { name = "faces", subjects = 10, frames = 1 }
protocol = "subject"
backbone = "mobilenet_v2"
attention = "crawls"
size = 32
epochs = 4
batch_size = 8
lr = 1e-3
augmentation = "flip_shift"

[sweep]
seed = [0, 1]
"""
#: A package that brings the tests' attentions.
METADATA = "Metadata-Version: 2.1\nName: hers\nVersion: 1.0\n"
ENTRY_POINTS = "[ferbench.attention]\nhers = tests.slurm.attentions\n"


class Desk:
    """One person's folder with a matrix, ``trial.toml``, of two cells that differ in their seed.

    Parameters
    ----------
    source : Path
        The copy of ferbench that she has.
    """

    def __init__(self, folder: Path, source: Path = ROOT) -> None:
        self.folder = folder
        self.runs = Runs(folder / "results.runs")
        self.crawl = folder / "crawl"
        self.library = folder / "library"
        self.source = source
        info = self.library / "hers-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(METADATA)
        (info / "entry_points.txt").write_text(ENTRY_POINTS)
        (folder / "trial.toml").write_text(MATRIX)

    def sitecustomize(self, program: str) -> None:
        """Have every Python that a job starts from here on begin with a program."""
        (self.library / "sitecustomize.py").write_text(program)

    def start(self, *arguments: str) -> "Forked | subprocess.Popen[str]":
        """Type a command, and do not wait for it."""
        variables = os.environ | {
            "PYTHONPATH": os.pathsep.join(map(str, (self.library, self.source, ROOT))),
            CRAWL: str(self.crawl),
            "COLUMNS": "200",
        }
        if self.source == ROOT:
            return Forked(arguments, self.folder, variables)
        return subprocess.Popen(
            [sys.executable, "-m", "cli.main", *arguments],
            cwd=self.folder,
            env=variables,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def ferbench(self, *arguments: str, code: int = 0) -> str:
        """Type a command; what it prints, once it has ended with this code."""
        process = self.start(*arguments)
        output, complaint = process.communicate(timeout=240)
        assert process.returncode == code, output + complaint
        return output

    def run(self, *arguments: str, code: int = 0) -> str:
        """Train on SLURM what has no result; an option that is given twice is what it was last."""
        fixed = ("run", "trial.toml", *ON_SLURM, "--device", "cpu", "--deterministic")
        return self.ferbench(*fixed, *arguments, code=code)

    def submit(self, *arguments: str) -> list[str]:
        """Like `run`; the numbers of the new jobs."""
        before = {job.id for job in self.jobs()}
        self.run(*arguments)
        return [job.id for job in self.jobs() if job.id not in before]

    def jobs(self) -> list[Job]:
        """Every job that was submitted."""
        return [job for manifest in manifests(self.runs) for job in manifest.jobs]

    def log(self, job: str) -> str:
        """What all processes of a job have printed, in all its lives."""
        logs = sorted(self.runs.root.glob(f"submissions/*/{job}_?_log.*"))
        return "".join(path.read_text() for path in logs)

    def crawls(self, job: str) -> bool:
        """Whether a job is in the second epoch of a cell, with a checkpoint if it writes any."""
        return "crawls" in self.log(job)

    def status(self) -> dict[str, dict[str, Any]]:
        """What ``ferbench status`` says of each cell."""
        return {row["id"]: row for row in json.loads(self.ferbench("status", "--format", "json"))}

    def state(self, cell: str) -> str:
        """By the journals, without a command."""
        return state_of(self.runs, cell)

    def events(self, cell: str) -> list[list[Any]]:
        """What each attempt of a cell has stated so far."""
        numbers = self.runs.attempts(cell)
        return [journal.read(self.runs.journal(cell, number))[0] for number in numbers]

    def epochs(self, cell: str) -> list[list[int]]:
        """Epochs that each attempt has stated."""
        return [
            [event.epoch for event in events if isinstance(event, journal.EpochEnded)]
            for events in self.events(cell)
        ]

    def pid(self, cell: str, attempt: int = 1) -> int:
        """The process that made an attempt."""
        claimed = self.events(cell)[attempt - 1][0]
        return int(claimed.holder.split("|")[2])

    def rows(self, cell: str) -> Mapping[str, Any]:
        """All that the store has measured of a cell by its journals, and how attempts ended."""
        self.ferbench("db", "ingest")  # in her process, which knows her attentions
        store = Store(str(self.folder / "results.db"))
        with store.read() as session:
            key = session.scalars(select(Cell.key).where(Cell.id == cell)).one()

            def table(model: Any, *columns: Any) -> list[tuple[Any, ...]]:
                query = select(*columns).where(model.cell_key == key)
                return sorted(tuple(row) for row in session.execute(query))

            found = {
                "epochs": table(Epoch, Epoch.epoch, Epoch.lr),
                "evaluations": [
                    (epoch, part, loss, json.dumps(confusion))
                    for epoch, part, loss, confusion in table(
                        Evaluation,
                        *(Evaluation.epoch, Evaluation.part, Evaluation.loss, Evaluation.confusion),
                    )
                ],
                "selections": table(Selection, Selection.rule, Selection.epoch),
                "predictions": table(
                    Prediction, Prediction.rule, Prediction.part, Prediction.logits
                ),
                "done": [state for _, state in table(Attempt, Attempt.number, Attempt.state)].count(
                    "done"
                ),
            }
        store.close()
        return found


@cache
def undisturbed() -> Mapping[str, Mapping[str, Any]]:
    """The rows of the two cells, by their identity in the order of their seeds, without SLURM."""
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        desk.ferbench(
            *("run", "trial.toml", "--where", "inline", "--device", "cpu", "--deterministic")
        )
        cells = matrix_asked_for(desk.runs, "trial").specifications
        return {cell.id: desk.rows(cell.id) for cell in cells}


def cell_of(seed: int) -> str:
    """Identity of the cell with a seed."""
    return list(undisturbed())[seed]
