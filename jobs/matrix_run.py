"""A matrix from its file to its results: what is open, and who trains it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from bench.data import fingerprint_in
from bench.execution import Execution
from bench.home import Home
from bench.model import check_models
from bench.runs import Runs, check_own, write_once
from bench.specification import Specification
from bench.store.submission import Submission
from jobs.claim import attempts_of, state_of
from jobs.local import LocalPlan, Outcome, run_local
from jobs.matrix import Matrix
from jobs.submission import new_folder
from jobs.worker import Worker

#: States in which a cell has said its last word: training it again would say the same.
FINISHED = frozenset({"done", "diverged"})


@dataclass(frozen=True)
class Prepared:
    """A matrix whose cells are known, with the state of each."""

    submission: Submission
    states: tuple[str, ...]

    @property
    def cells(self) -> tuple[Specification, ...]:
        """All cells, with or without a result."""
        return self.submission.specifications

    @property
    def open(self) -> tuple[Specification, ...]:
        """Cells that have no result yet."""
        return tuple(c for c, s in zip(self.cells, self.states, strict=True) if s not in FINISHED)

    def in_state(self, *states: str) -> tuple[Specification, ...]:
        """Cells in one of these states."""
        return tuple(c for c, s in zip(self.cells, self.states, strict=True) if s in states)

    def count(self, *states: str) -> int:
        """How many cells are in one of these states."""
        return len(self.in_state(*states))


def prepare(matrix: Matrix, home: Home) -> Prepared:
    """Expand a matrix and look up what became of its cells; writes nothing."""
    cells = matrix.specifications(fingerprint_in(home.roots))
    check_models(cells, home.roots)
    return look_up(
        Submission(
            name=matrix.name, title=matrix.title, reported=matrix.reported, specifications=cells
        ),
        home.runs,
    )


def look_up(submission: Submission, runs: Runs) -> Prepared:
    """A matrix with the states that its cells have now."""
    states = tuple(state_of(runs, cell.id) for cell in submission.specifications)
    return Prepared(submission, states)


def enter(submission: Submission, home: Home) -> None:
    """State in the runs folder what is asked for: from there it gets into any database."""
    check_own(home.runs.root)
    ask_for(submission, home.runs)


def ask_for(submission: Submission, runs: Runs) -> None:
    """The same from a worker, whose runs folder was looked at before it began."""
    text = submission.model_dump_json()
    fingerprint = hashlib.sha256(text.encode()).hexdigest()[:16]
    write_once(runs.matrix(submission.name, fingerprint), text)


def run_here(
    cells: tuple[Specification, ...], home: Home, local: LocalPlan, tick: Callable[[], None]
) -> Outcome:
    """Train cells on this machine, and wait for them."""
    return run_local(cells, home.runs, home.roots, local, home.store.url, tick)


def run_inline(cells: tuple[Specification, ...], home: Home, execution: Execution) -> Outcome:
    """Train cells in this process, one after the other."""
    stop_file = new_folder(home.runs) / "stop"
    before = attempts_of(cells, home.runs)
    worker = Worker(cells, before, home.runs, home.roots, execution, home.store.url, stop_file)
    return Outcome(completed=worker())
