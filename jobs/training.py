"""Carrying out a claimed attempt: with a heartbeat, and into the database where it can be."""

from __future__ import annotations

import logging
import time

from bench.attempt import Attempt, Superseded
from bench.filesystem import is_shared
from bench.journal import State
from bench.runs import Runs
from bench.store.database import Store
from bench.store.ingest import ingest_journal
from jobs.claim import Heartbeat

log = logging.getLogger(__name__)

#: Seconds for which a database that failed is left alone; and how many times as long as it was
#: waited for, so that one that is locked for ever takes a twentieth of the time at most.
PAUSE = 30.0
PAUSE_FACTOR = 20


def carry_out(attempt: Attempt) -> State | None:
    """Train; one cell that fails takes no other with it.

    Returns
    -------
    State or None
        How the attempt ended; None where it could not say so, or another one has taken over.
    """
    which = f"cell {attempt.specification.id}, attempt {attempt.number}"
    log.info("%s: begun", which)
    with Heartbeat(attempt.runs.journal(attempt.specification.id, attempt.number)):
        try:
            state = attempt.run()
        except Superseded as reason:
            log.warning("%s", reason)
        except OSError as error:
            log.error("%s: its end was not written: %s", which, error)
        else:
            log.info("%s: %s", which, state)
            return state
    return None


class Ingester:
    """Takes an attempt's journal into the database after each event, if it can.

    The journal is the truth: a database that is locked, full or gone stops no run. One that is a
    file on a shared disk, where locks cannot be trusted, is not opened at all.
    """

    def __init__(self, database: str | None, runs: Runs) -> None:
        store = Store(database) if database else None
        self._store = None if store and store.path and is_shared(store.path) else store
        self._runs = runs
        self._paused_until = 0.0

    def __call__(self, cell: str, attempt: int) -> None:
        """Take in what the attempt has said since."""
        begun = time.monotonic()
        if self._store is None or begun < self._paused_until:
            return
        try:
            path = self._runs.journal(cell, attempt)
            ingest_journal(self._store, self._runs, cell, attempt, path)
        except Exception as error:  # noqa: BLE001  (whatever fails, ingesting later gives the same)
            log.warning("the database did not take cell %s in: %s", cell, error)
            now = time.monotonic()
            self._paused_until = now + max(PAUSE, PAUSE_FACTOR * (now - begun))
