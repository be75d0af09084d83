"""Taking journals into a database while a cell is trained, without waiting for it."""

import sqlite3
from pathlib import Path

import pytest

from bench.runs import Runs
from jobs import training
from jobs.training import PAUSE, Ingester
from tests.bench.builders import full_run, new_store, spec, write_journal

CELL = spec()
RIGHT = ((1, 0), (0, 1))


class Clock:
    """Stands still, but for what a test says; and counts how often the database was tried."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, costs: float, fails: bool) -> None:
        self.now, self.costs, self.tried = 1000.0, costs, 0
        self.fails = fails
        monkeypatch.setattr(training.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(training, "ingest_journal", self._ingest)

    def _ingest(self, *_: object) -> None:
        self.tried += 1
        self.now += self.costs
        if self.fails:
            raise sqlite3.OperationalError("database is locked")


@pytest.fixture
def ingester(tmp_path: Path) -> Ingester:
    return Ingester(str(tmp_path / "results.db"), Runs(tmp_path / "runs"))


def test_each_event_is_taken_in_at_once(ingester, monkeypatch):
    clock = Clock(monkeypatch, costs=0.0, fails=False)
    for _ in range(5):
        ingester(CELL.id, 1)
    assert clock.tried == 5


def test_a_database_that_fails_is_left_alone_for_a_while(ingester, monkeypatch):
    clock = Clock(monkeypatch, costs=0.0, fails=True)
    for seconds, tried in [(0, 1), (PAUSE - 1, 1), (2, 2), (PAUSE + 1, 3)]:
        clock.now += seconds
        ingester(CELL.id, 1)
        assert clock.tried == tried


def test_one_that_is_locked_for_ever_takes_a_twentieth_of_the_time(ingester, monkeypatch):
    clock = Clock(monkeypatch, costs=60.0, fails=True)
    for _ in range(24 * 360):  # a day, with an epoch in ten seconds
        clock.now += 10
        ingester(CELL.id, 1)
    assert 60 * clock.tried / (clock.now - 1000) < 1 / 20


@pytest.mark.parametrize("database", [None, "shared"])
def test_without_one_or_on_a_shared_disk_nothing_is_opened(tmp_path, monkeypatch, database):
    """Neither on purpose nor by the way: SQLite is out of reach here."""
    store, runs = new_store(tmp_path), Runs(tmp_path / "runs")
    write_journal(runs, CELL.id, 1, full_run(CELL, [RIGHT] * 3))
    monkeypatch.setattr(training, "is_shared", lambda path: path == tmp_path / "results.db")
    opened: list[object] = []
    monkeypatch.setattr(sqlite3, "connect", lambda *names, **_: opened.append(names))
    monkeypatch.setattr(sqlite3.dbapi2, "connect", sqlite3.connect)
    before = (tmp_path / "results.db").stat()
    Ingester(store.url if database else None, runs)(CELL.id, 1)
    after = (tmp_path / "results.db").stat()
    assert opened == []
    assert (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results.db", "runs"]


def test_on_a_local_disk_it_is(tmp_path):
    """The counterpart: what the test above would see."""
    store, runs = new_store(tmp_path), Runs(tmp_path / "runs")
    write_journal(runs, CELL.id, 1, full_run(CELL, [RIGHT] * 3))
    Ingester(store.url, runs)(CELL.id, 1)
    connection = sqlite3.connect(tmp_path / "results.db")
    assert connection.execute("select state, epochs_done from cells").fetchall() == [("done", 3)]
    connection.close()
