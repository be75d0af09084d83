"""Freezes a database of this version, with data in it: ``python -m tests.bench.databases.freeze``.

Done once for each new migration, and committed: later versions are tested to bring it up to date.
"""

import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.cost.record import keep
from bench.journal import Event
from bench.runs import Runs, write_once
from bench.specification import Specification
from bench.store.database import Store, head
from bench.store.ingest import ingest
from bench.store.submission import Submission, record_submission
from tests.bench.builders import (
    RIGHT,
    WRONG,
    attempts_at,
    claimed,
    cost_record,
    ended,
    epoch,
    full_run,
    spec,
    started,
    write_journal,
)
from tests.postgres import Server, server

FOLDER = Path(__file__).parent
#: Two seeds of a configuration that is done, one that a zombie had, one that failed, one begun,
#: one that diverged, one that nobody has tried.
CELLS = {
    "right": spec(attention="hfc", seed=0),
    "wrong": spec(attention="hfc", seed=1),
    "contested": spec(seed=2),
    "failed": spec(seed=3),
    "begun": spec(seed=4),
    "diverged": spec(seed=5),
    "queued": spec(attention="hfc", seed=6),
}


def journals() -> Iterator[tuple[Specification, int, list[Event]]]:
    """Cell, attempt and events of every journal."""
    yield CELLS["right"], 1, full_run(CELLS["right"], [WRONG, RIGHT, RIGHT], best=2)
    yield CELLS["wrong"], 1, full_run(CELLS["wrong"], [RIGHT, WRONG, ((1, 0), (1, 0))], best=1)
    for number, events in enumerate(attempts_at(CELLS["contested"]), start=1):
        yield CELLS["contested"], number, events
    failure = ended("failed").model_copy(update={"traceback": "Traceback …\nValueError: 'x' < 0"})
    yield CELLS["failed"], 1, [claimed(), failure]
    yield CELLS["begun"], 1, [claimed(), started(CELLS["begun"]), epoch(1, ((0, 0), (0, 0)))]
    diverged = [claimed(), started(CELLS["diverged"]), epoch(1, WRONG, loss=None)]
    yield CELLS["diverged"], 1, [*diverged, ended("diverged")]


def fill(store: Store, runs: Runs) -> None:
    """Submit the cells in two matrices, of which one names a reported table, and train them."""
    cells = tuple(CELLS.values())
    for name, reported, some in (("all", None, cells), ("paper", "kim_jo/table1", cells[:3])):
        submission = Submission(
            name=name, title=f"The matrix “{name}”", reported=reported, specifications=some
        )
        write_once(runs.matrix(name, "0"), submission.model_dump_json())
        record_submission(store, submission)
    for cell, attempt, events in journals():
        write_journal(runs, cell.id, attempt, events)
    keep(runs, cost_record())
    ingest(store, runs)


def frozen(version: str, kind: str) -> Path:
    """The dump of a version, as SQL of ``sqlite`` or ``postgresql``."""
    return FOLDER / f"{version}.{kind}.sql"


def _freeze_sqlite(folder: Path) -> str:
    path = folder / "frozen.db"
    store = Store(str(path))
    store.upgrade()
    fill(store, Runs(folder / "runs"))
    store.close()
    connection = sqlite3.connect(path)
    text = "\n".join(connection.iterdump()) + "\n"
    connection.close()
    return text


def _freeze_postgresql(folder: Path, server: Server) -> str:
    url = server.new_database()
    store = Store(url)
    store.upgrade()
    fill(store, Runs(folder / "runs"))
    store.close()
    dump = [server.binaries / "pg_dump", "--inserts", "--no-owner"]
    done = subprocess.run(
        [*dump, url.replace("+psycopg", "")], check=True, capture_output=True, text=True
    )
    # Lines for psql, and remarks, are none of the database's business.
    lines = (line for line in done.stdout.splitlines() if not line.startswith(("\\", "--")))
    return "\n".join(line for line in lines if line) + "\n"


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        frozen(head(), "sqlite").write_text(_freeze_sqlite(Path(folder)), encoding="utf-8")
        text = _freeze_postgresql(Path(folder) / "server", server())
        frozen(head(), "postgresql").write_text(text, encoding="utf-8")
