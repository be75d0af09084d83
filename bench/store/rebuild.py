"""Makes the database anew from the journals."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete

from bench.runs import Runs
from bench.store.costs import without_record
from bench.store.database import Store
from bench.store.export import without_journal, without_submission
from bench.store.ingest import ingest
from bench.store.integrity import damage
from bench.store.models import Base, Cell, Matrix
from bench.store.upsert import lock
from registry.errors import RequestError


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild did: journals taken in, and where a damaged file lies now."""

    journals: int
    aside: Path | None


def rebuild(
    store: Store,
    runs: Runs,
    even_if_lost: bool = False,
    tick: Callable[[int, int], None] = lambda *_: None,
) -> Rebuilt:
    """Fill a database with what the journals state, and with nothing else.

    One that can be read is emptied and refilled, so that who has it open goes on; a file that is
    damaged, or no database, is moved aside.

    Parameters
    ----------
    even_if_lost : bool
        Give up attempts, matrices and costs that only the database knows.

    Raises
    ------
    RequestError
        The database knows what no journal does, is of a newer version, or cannot be written.
    """
    aside = _move_aside_if_damaged(store)
    store.upgrade()
    if not even_if_lost:
        _refuse_to_lose(store, runs)
    with store.write() as session:
        lock(session.connection(), Matrix, Cell)
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(delete(table))
    return Rebuilt(ingest(store, runs, tick), aside)


def _move_aside_if_damaged(store: Store) -> Path | None:
    path = store.path
    if path is not None and not path.is_file():
        return None
    found = damage(store)
    if found and path is None:
        raise RequestError(f"the results database {store} cannot be rebuilt: {found[0]}")
    store.close()
    return _move_aside(path) if found and path else None


def _move_aside(path: Path) -> Path:
    names = (path.with_name(f"{path.name}.damaged-{number}") for number in itertools.count(1))
    aside = next(name for name in names if not name.exists())
    # Its log first: one beside a new file of the old name would be taken for that one's.
    for suffix in ("-wal", "-shm", ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside


def _refuse_to_lose(store: Store, runs: Runs) -> None:
    attempts, matrices = without_journal(store, runs), without_submission(store, runs)
    costs = without_record(store, runs)
    if attempts or matrices or costs:
        measured = f" and {len(costs)} measurements of cost" if costs else ""
        lost = f"{len(attempts)} attempts and {len(matrices)} matrices{measured} of {store}"
        raise RequestError(
            f"{lost} are in no journal in {runs.root}, and a rebuild would lose them: "
            f"keep them by `ferbench db merge {store} --db NEW.db`, or give them up by --force"
        )
