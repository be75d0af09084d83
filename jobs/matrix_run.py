"""A matrix from its file to its results on this machine."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import torch

from bench.data import fingerprint_in, load_samples
from bench.execution import Execution
from bench.home import Home
from bench.model import model_key, model_of
from bench.runs import write_once
from bench.specification import Specification
from bench.store.ingest import ingest
from bench.store.submission import Submission, record_submission
from jobs.claim import state_of
from jobs.local import LocalPlan, plan, run_local
from jobs.matrix import Matrix

#: States in which a cell has said its last word: training it again would say the same.
FINISHED = frozenset({"done", "diverged"})


@dataclass(frozen=True)
class Prepared:
    """A matrix whose cells are known, with the state of each."""

    matrix: Matrix
    cells: tuple[Specification, ...]
    states: tuple[str, ...]

    @property
    def open(self) -> tuple[Specification, ...]:
        """Cells that have no result yet."""
        return tuple(
            cell
            for cell, state in zip(self.cells, self.states, strict=True)
            if state not in FINISHED
        )

    def count(self, *states: str) -> int:
        """How many cells are in one of these states."""
        return sum(state in states for state in self.states)


def prepare(matrix: Matrix, home: Home) -> Prepared:
    """Expand a matrix and look up what became of its cells; writes nothing."""
    cells = matrix.specifications(fingerprint_in(home.roots))
    _check_models(cells, home)
    return Prepared(matrix, cells, tuple(state_of(home.runs, cell.id) for cell in cells))


def _check_models(cells: tuple[Specification, ...], home: Home) -> None:
    """Build each different network once, without weights: a misfit is told before training."""
    checked = set()
    for cell in cells:
        if (key := model_key(cell)) not in checked:
            checked.add(key)
            samples = load_samples(cell.dataset, home.roots)
            with torch.device("meta"):
                model_of(cell, samples.images.shape[1], len(samples.classes))


def submit(prepared: Prepared, home: Home) -> None:
    """Enter the matrix into the runs folder, and with all that is there into the database."""
    matrix = prepared.matrix
    submission = Submission(
        name=matrix.name,
        title=matrix.title,
        reported=matrix.reported,
        specifications=prepared.cells,
    )
    home.store.upgrade()
    text = submission.model_dump_json()
    fingerprint = hashlib.sha256(text.encode()).hexdigest()[:16]
    write_once(home.runs.matrix(matrix.name, fingerprint), text)
    record_submission(home.store, submission)
    ingest(home.store, home.runs)


def run_here(
    prepared: Prepared,
    home: Home,
    local: LocalPlan,
    tick: Callable[[], None],
) -> tuple[Prepared, bool]:
    """Train the cells that have no result; afterwards every journal is in the database.

    Returns
    -------
    prepared : Prepared
        With the states as they are now.
    completed : bool
        False when it was stopped before each cell was tried.
    """
    completed = run_local(prepared.open, home.runs, home.roots, local, home.store.url, tick)
    ingest(home.store, home.runs)
    states = tuple(state_of(home.runs, cell.id) for cell in prepared.cells)
    return Prepared(prepared.matrix, prepared.cells, states), completed


def plan_here(prepared: Prepared, slots: int | None, execution: Execution) -> LocalPlan:
    """How the open cells of a matrix would be shared out on this machine."""
    return plan(len(prepared.open), slots, execution)
