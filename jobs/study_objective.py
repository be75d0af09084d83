"""What a trial is worth: its cells, trained or found, and pruned on the way."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from optuna import Trial

from bench import journal
from bench.attempt import Attempt, Stop
from bench.data import fingerprint_in
from bench.execution import Execution
from bench.journal import Event
from bench.program import Code
from bench.runs import Runs
from bench.specification import Specification
from bench.store.submission import Submission
from bench.study.curve import Curve, balanced_accuracy, curve_of
from bench.study.latency import latency
from jobs.claim import claim, state_of
from jobs.matrix import Settings
from jobs.matrix_run import ask_for
from jobs.stopping import Stopping
from jobs.study import Study
from jobs.study_report import Report, report_for
from jobs.training import Ingester, carry_out
from jobs.worker import whereabouts
from registry.errors import RequestError

log = logging.getLogger(__name__)

#: Seconds between two looks at a cell that another process trains.
POLL = 0.5


@dataclass(frozen=True)
class Told:
    """How a trial ended.

    Attributes
    ----------
    values : tuple of float
        One for each objective; empty unless it is complete.
    cells : tuple of str
        Identities of its cells.
    scores : tuple of float
        The first objective by cell, as far as they are trained.
    """

    state: Literal["complete", "pruned", "failed"]
    values: tuple[float, ...] = ()
    reason: str = ""
    cells: tuple[str, ...] = ()
    scores: tuple[float, ...] = ()


class Objective(Protocol):
    """What is tuned; tests put a function with a known optimum in place of training."""

    def __call__(self, trial: Trial, settings: Settings, stopping: Stopping) -> Told | None:
        """How the trial with these settings ended; None where it was stopped to go on later."""
        ...


class _Ended(Exception):
    """The trial is over before all of its cells are."""

    def __init__(self, state: Literal["pruned", "failed"], reason: str) -> None:
        super().__init__(reason)
        self.state = state


class _Stopped(Exception):
    """The worker is to stop; the trial goes on later."""


@dataclass(frozen=True)
class Training:
    """Trains the cells of a trial, or takes over what was or is being trained elsewhere.

    Attributes
    ----------
    study : Study
        Whose trials they are.
    runs, roots, execution
        See `bench.attempt.Attempt`.
    database : str or None
        Where to ingest after each event; None where the database must not be opened from here.
    code : Code or None
        What was submitted; None where the worker runs at once.
    """

    study: Study
    runs: Runs
    roots: Mapping[str, Path]
    execution: Execution
    database: str | None
    code: Code | None = field(default=None, compare=False)

    def __call__(self, trial: Trial, settings: Settings, stopping: Stopping) -> Told | None:
        """Carry out the trial; see `Objective`."""
        try:
            cells = self._cells(settings)
        except RequestError as error:
            return Told("failed", reason=str(error))
        ids = tuple(cell.id for cell in cells)
        scores: list[float] = []
        try:
            self._score_all(cells, scores, trial, stopping)
            return Told("complete", self._values(cells, scores), "", ids, tuple(scores))
        except _Ended as end:
            return Told(end.state, (), str(end), ids, tuple(scores))
        except _Stopped:
            return None

    def _cells(self, settings: Settings) -> tuple[Specification, ...]:
        """The cells of the trial, which from now on are asked for."""
        matrix = self.study.trial(settings)
        cells = matrix.specifications(fingerprint_in(self.roots))
        ask_for(
            Submission(name=matrix.name, title=matrix.title, reported=None, specifications=cells),
            self.runs,
        )
        return cells

    def _score_all(
        self,
        cells: Sequence[Specification],
        scores: list[float],
        trial: Trial,
        stopping: Stopping,
    ) -> None:
        report = report_for(self.study, trial, len(cells), cells[0].recipe.epochs)
        ingest = Ingester(self.database, self.runs)
        for cell in cells:
            scores.append(self._score(cell, report, stopping, ingest))
            report.end_cell(scores[-1])
            if report.verdict:
                raise _Ended("pruned", report.verdict)

    def _score(
        self, cell: Specification, report: Report, stopping: Stopping, ingest: Ingester
    ) -> float:
        """Of one cell: it is trained unless its result is known, and not while others train it."""
        before = max(self.runs.attempts(cell.id), default=0)
        while not stopping.asked():
            state = state_of(self.runs, cell.id)
            if state == "running":
                time.sleep(POLL)
                continue
            curve = curve_of(self.runs, cell)
            if state in ("done", "diverged"):
                return self._known(cell, state, curve, report)
            for epoch, value in sorted(curve.epochs.items()):
                report.epoch(epoch, value)
            if report.verdict:
                raise _Ended("pruned", report.verdict)
            number = claim(self.runs, cell.id, before, *whereabouts(self.runs))
            if number is not None:
                self._train(cell, number, report, stopping, ingest)
            elif state_of(self.runs, cell.id) == "cancelled":
                break
            elif state_of(self.runs, cell.id) == "failed":
                raise _Ended("failed", f"cell {cell.id} failed; see `ferbench show {cell.id}`")
        raise _Stopped

    def _known(self, cell: Specification, state: str, curve: Curve, report: Report) -> float:
        """What a cell that is over scored: nothing is pruned for what is known already."""
        if state == "diverged":
            # Pruned tells the sampler that it is bad there; with several objectives nothing can.
            end: Literal["pruned", "failed"] = "pruned" if self._one_objective else "failed"
            raise _Ended(end, f"cell {cell.id} diverged: its loss was no longer a number")
        if curve.best is None:
            raise _Ended("failed", f"cell {cell.id} has no score on the {cell.monitored} part")
        for epoch, value in sorted(curve.epochs.items()):
            report.epoch(epoch, value, ask=False)
        return curve.best

    def _train(
        self,
        cell: Specification,
        number: int,
        report: Report,
        stopping: Stopping,
        ingest: Ingester,
    ) -> None:
        cancellation = self.runs.cancellation(cell.id, number)

        def stop_asked() -> tuple[Stop, str] | None:
            pruned: tuple[Stop, str] = ("pruned", report.verdict)
            return pruned if report.verdict else stopping.asked(cancellation)

        def after_event(event: Event) -> None:
            ingest(cell.id, number)
            if isinstance(event, journal.EpochEnded):
                _tell(report, event, cell)

        attempt = Attempt(
            specification=cell,
            number=number,
            runs=self.runs,
            roots=self.roots,
            execution=self.execution,
            stop_asked=stop_asked,
            after_event=after_event,
            submitted=self.code,
        )
        carry_out(attempt)

    def _values(self, cells: Sequence[Specification], scores: list[float]) -> tuple[float, ...]:
        found: dict[str, Callable[[], float]] = {
            "balanced_accuracy": lambda: sum(scores) / len(scores),
            "parameters": lambda: float(curve_of(self.runs, cells[0]).parameters or 0),
            "latency": lambda: latency(cells[0], self.roots, self.execution),
        }
        return tuple(found[objective]() for objective in self.study.objectives)

    @property
    def _one_objective(self) -> bool:
        return len(self.study.objectives) == 1


def _tell(report: Report, event: journal.EpochEnded, cell: Specification) -> None:
    """Report an epoch; a storage that does not answer stops no training."""
    last = event.epoch == cell.recipe.epochs
    try:
        report.epoch(event.epoch, balanced_accuracy(event, cell), ask=not last)
    except Exception as error:  # noqa: BLE001  (whatever fails: the journal has the epoch, and the end of the trial tells)
        log.warning("epoch %d of cell %s was not reported: %s", event.epoch, cell.id, error)
