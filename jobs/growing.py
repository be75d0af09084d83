"""Matrices of any size, for their expansion, look-up and dry run to be timed."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench.data import fingerprint_in
from bench.home import Home
from bench.journal import Claimed, Ended, EpochEnded, Event, Journal, Part, Selected, pack_logits
from bench.runs import Runs, make_folder
from bench.store.database import Store
from bench.store.submission import Submission
from jobs.estimate import Estimate, estimate
from jobs.matrix import Matrix
from jobs.matrix_run import look_up, prepare

#: Models of the matrix, 2 backbones × 10 radii; each has as many seeds as it takes.
MODELS = 20
#: Of the journals' confusion matrices and logits.
CLASSES, TESTED = 7, 196


def matrix_of(cells: int) -> Matrix:
    """A matrix of so many cells, a multiple of 20."""
    return Matrix(
        name="growing",
        base={"dataset": "faces", "protocol": "subject", "attention": "hfc"},
        sweep={
            "backbone": ["resnet18", "mobilenet_v2"],
            "attention.radius": [round(0.05 * step, 2) for step in range(1, MODELS // 2 + 1)],
            "seed": list(range(cells // MODELS)),
        },
    )


@contextmanager
def matrix_workload(cells: int, epochs: int) -> Iterator[Mapping[str, Callable[[], object]]]:
    """Tasks that expand a matrix, and look up in a runs folder that all its cells are done."""
    matrix = matrix_of(cells)
    specifications = matrix.specifications(_fingerprint)
    submission = Submission(name="", title="", reported=None, specifications=specifications)
    with TemporaryDirectory(prefix="ferbench-perf-") as folder:
        runs = Runs(Path(folder))
        _fill(runs, [cell.id for cell in specifications], epochs)
        yield {
            "matrix expansion": lambda: matrix.specifications(_fingerprint),
            "look-up of what is done": lambda: look_up(submission, runs),
        }


@contextmanager
def dry_run_workload(cells: int, epochs: int) -> Iterator[Mapping[str, Callable[[], object]]]:
    """A task that does what a dry run does for a matrix of whose cells every other is done.

    It expands the matrix, tries its models, looks up its cells and estimates what is left; all but
    the table. The images have been drawn before.
    """
    matrix = matrix_of(cells)
    with TemporaryDirectory(prefix="ferbench-perf-") as folder:
        home = Home(Store(str(Path(folder) / "results.db")), Runs(Path(folder) / "runs"), roots={})
        specifications = matrix.specifications(fingerprint_in(home.roots))
        _fill(home.runs, [cell.id for cell in specifications[::2]], epochs)

        def run() -> Estimate:
            return estimate(prepare(matrix, home).open, home.roots)

        yield {"dry run": run}


def _fingerprint(_dataset: object) -> str:
    return "0" * 32


def _fill(runs: Runs, cells: Sequence[str], epochs: int) -> None:
    """Give each cell the same journal: one file by many names, for only its reading is timed."""
    first, *others = [runs.journal(cell, 1) for cell in cells]
    for path in (first, *others):
        make_folder(path.parent)
    first.touch()
    journal = Journal(first)
    for event in _events(epochs):
        journal.write(event)
    journal.close()
    for path in others:
        os.link(first, path)


def _events(epochs: int) -> Iterator[Event]:
    part = Part(loss=1.0, confusion=((TESTED // CLASSES**2,) * CLASSES,) * CLASSES)
    yield Claimed(holder="")
    for number in range(1, epochs + 1):
        yield EpochEnded(
            epoch=number,
            lr=1e-4,
            seconds=1,
            images_per_second=1,
            peak_memory=0,
            parts={"train": part, "test": part},
        )
    logits = np.random.default_rng(0).normal(size=(TESTED, CLASSES)).astype(np.float32)
    packed = {"test": pack_logits(logits)}
    yield Selected(rule="best", epoch=epochs, logits=packed)
    yield Selected(rule="last", epoch=epochs, logits=packed)
    yield Ended(state="done")
