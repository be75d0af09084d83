"""What a job does: trains the cells of a list, one after the other, that nobody else has taken."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.attempt import Attempt, Stop, Superseded
from bench.execution import Execution
from bench.runs import Runs
from bench.specification import Specification
from bench.store.database import Store
from bench.store.ingest import ingest_journal
from jobs.claim import Heartbeat, claim

log = logging.getLogger(__name__)

#: Seconds between two looks at whether a stop is asked for.
STOP_INTERVAL = 0.2


@dataclass(frozen=True)
class Worker:
    """A job: pickled by submitit, called on whatever machine it runs on.

    Attributes
    ----------
    cells : tuple of Specification
        In the order in which they are tried; several workers may have the same list.
    runs, roots, execution
        See `bench.attempt.Attempt`.
    database : str or None
        Where to ingest after each event; None where the database must not be opened from here.
    stop_file : Path
        While it exists, nothing is trained; its text is the reason.
    """

    cells: tuple[Specification, ...]
    runs: Runs
    roots: Mapping[str, Path]
    execution: Execution
    database: str | None
    stop_file: Path

    def __call__(self) -> None:
        """Train until no cell is left to take."""
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
        stop_asked = self._stop_asked()
        store = Store(self.database) if self.database else None
        for specification in self.cells:
            if self.stop_file.exists():
                return
            number = claim(self.runs, specification.id)
            if number is None:
                continue
            path = self.runs.journal(specification.id, number)
            attempt = Attempt(
                specification=specification,
                number=number,
                runs=self.runs,
                roots=self.roots,
                execution=self.execution,
                stop_asked=stop_asked,
                after_event=_ingester(store, self.runs, specification.id, number),
            )
            with Heartbeat(path):
                try:
                    state = attempt.run()
                except Superseded as reason:
                    log.warning("%s", reason)
                else:
                    log.info("cell %s, attempt %d: %s", specification.id, number, state)

    def _stop_asked(self) -> Callable[[], tuple[Stop, str] | None]:
        looked_at = 0.0
        answer: tuple[Stop, str] | None = None

        def ask() -> tuple[Stop, str] | None:
            nonlocal looked_at, answer
            if time.monotonic() - looked_at > STOP_INTERVAL:
                looked_at = time.monotonic()
                if self.stop_file.exists():
                    answer = ("cancelled", self.stop_file.read_text(encoding="utf-8").strip())
            return answer

        return ask


def _ingester(store: Store | None, runs: Runs, cell: str, attempt: int) -> Callable[[], None]:
    """Takes the attempt's journal into the database after each event, if it can.

    The journal is the truth: a database that is locked, full or gone stops no run.
    """
    path = runs.journal(cell, attempt)

    def after_event() -> None:
        if store is None:
            return
        try:
            ingest_journal(store, runs, cell, attempt, path)
        except Exception as error:  # noqa: BLE001  (whatever fails, ingesting later gives the same)
            log.warning("the database did not take cell %s in: %s", cell, error)

    return after_event
