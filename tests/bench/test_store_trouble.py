"""A database that is locked, full, read-only, down or deleted: later, the rows are the same."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from bench.journal import Event, Journal, pack_logits
from bench.runs import Runs
from bench.store.database import Store, StoreError
from bench.store.ingest import ingest, ingest_journal
from bench.store.watch import take_in, watch
from registry.errors import RequestError
from tests.bench.builders import RIGHT, WRONG, close, dump, full_run, new_store, spec, submit
from tests.bench.builders import write_journal as whole_journal
from tests.postgres import Server, new_server

CELL, OTHER = spec(seed=1), spec(seed=2)
EVENTS = full_run(CELL, [WRONG, RIGHT, RIGHT])
LOGITS = pack_logits(np.random.default_rng(0).normal(size=(5000, 2)).astype(np.float32))
EVENTS[5] = EVENTS[5].model_copy(update={"logits": {"test": LOGITS}})
#: Lines of the journal after which the trouble begins, and after which it is over.
BEGINS, ENDS = 3, 6


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    folder = tmp_path_factory.mktemp("undisturbed")
    store, runs = new_store(folder), Runs(folder / "runs")
    submit(store, runs, CELL, OTHER)
    whole_journal(runs, OTHER.id, 1, full_run(OTHER, [RIGHT]))
    whole_journal(runs, CELL.id, 1, EVENTS)
    ingest(store, runs)
    rows = dump(store)
    close(store)
    return rows


class Training:
    """A worker that states its events whatever becomes of the database."""

    def __init__(self, store: Store, runs: Runs) -> None:
        self.store, self.runs = store, runs
        submit(store, runs, CELL, OTHER)
        whole_journal(runs, OTHER.id, 1, full_run(OTHER, [RIGHT]))
        self.path = whole_journal(runs, CELL.id, 1, [])
        self.journal = Journal(self.path)

    def state(self, events: list[Event]) -> list[str]:
        """Write them, each followed by an ingest; what was said where that failed."""
        said = []
        for event in events:
            self.journal.write(event)
            try:
                ingest_journal(self.store, self.runs, CELL.id, 1, self.path)
            except StoreError as error:
                said.append(str(error))
        return said

    def through(self, begin: Callable[[], object], end: Callable[[], object]) -> list[str]:
        """Go through a time of trouble, and on."""
        assert self.state(EVENTS[:BEGINS]) == []
        begin()
        said = self.state(EVENTS[BEGINS:ENDS])
        end()
        assert self.state(EVENTS[ENDS:]) == []
        ingest(self.store, self.runs)
        return said


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.store.connections.BUSY_TIMEOUT", 0.05)
    monkeypatch.setattr("bench.store.connections.CONNECT_TIMEOUT", 2)


@pytest.fixture
def in_file(tmp_path: Path, runs: Runs, quick: None) -> Iterator[Training]:
    store = new_store(tmp_path)
    yield Training(store, runs)
    close(store)


class TestFile:
    def test_locked(self, in_file, undisturbed):
        lock = sqlite3.connect(in_file.store.path, isolation_level=None)
        said = in_file.through(
            lambda: lock.execute("BEGIN EXCLUSIVE"), lambda: lock.execute("ROLLBACK")
        )
        lock.close()
        assert len(said) == ENDS - BEGINS
        assert all("database is locked" in text for text in said)
        assert dump(in_file.store) == undisturbed

    def test_full(self, in_file, undisturbed):
        def limit(pages: str) -> None:
            with in_file.store.writing.connect() as connection:
                raw = connection.connection.driver_connection
                (now,) = raw.execute("PRAGMA page_count").fetchone()
                raw.execute(f"PRAGMA max_page_count = {pages or now}")

        said = in_file.through(lambda: limit(""), lambda: limit("1000000"))
        assert said  # what is small may yet find room in a page
        assert all("database or disk is full" in text for text in said)
        assert dump(in_file.store) == undisturbed

    def test_read_only(self, in_file, undisturbed):
        def set_read_only(value: str) -> None:
            with in_file.store.writing.connect() as connection:
                raw = connection.connection.driver_connection
                raw.execute(f"PRAGMA query_only = {value}")

        said = in_file.through(lambda: set_read_only("ON"), lambda: set_read_only("OFF"))
        assert len(said) == ENDS - BEGINS
        assert all("readonly" in text for text in said)
        assert dump(in_file.store) == undisturbed

    def test_deleted_and_made_anew(self, in_file, undisturbed):
        """By the same process, which has it open all the while."""
        path = in_file.store.path

        def delete() -> None:
            for suffix in ("", "-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)

        said = in_file.through(delete, lambda: take_in(in_file.store, in_file.runs))
        assert len(said) == ENDS - BEGINS
        assert all("unable to open database file" in text for text in said)
        assert dump(in_file.store) == undisturbed

    def test_deleted_and_not_made_anew_by_a_worker(self, in_file):
        path = in_file.store.path
        in_file.state(EVENTS[:BEGINS])
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        in_file.state(EVENTS[BEGINS:])
        assert not path.exists()

    def test_moved_away_and_another_put_in_its_place(self, in_file, tmp_path, undisturbed):
        path = in_file.store.path

        def exchange() -> None:
            for suffix in ("", "-wal", "-shm"):
                part = path.with_name(path.name + suffix)
                if part.exists():
                    part.rename(path.with_name("away.db" + suffix))
            close(new_store(tmp_path))

        assert in_file.through(exchange, lambda: None) == []
        assert dump(in_file.store) == undisturbed


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    server = new_server()
    yield server
    server.remove()


@pytest.fixture
def on_server(own_server: Server, runs: Runs, quick: None) -> Iterator[Training]:
    store = Store(own_server.new_database())
    store.upgrade()
    yield Training(store, runs)
    store.close()


class TestServer:
    def test_down_and_up_again(self, on_server, own_server, undisturbed):
        said = on_server.through(own_server.stop, own_server.start)
        assert len(said) == ENDS - BEGINS
        assert all("Connection refused" in text for text in said)
        assert dump(on_server.store) == undisturbed

    def test_restarted(self, on_server, own_server, undisturbed):
        def restart() -> None:
            own_server.stop()
            own_server.start()

        assert on_server.through(restart, lambda: None) == []
        assert dump(on_server.store) == undisturbed

    def test_a_connection_cut_in_mid_transaction(self, on_server, own_server, undisturbed):
        on_server.state(EVENTS[:BEGINS])

        def cut_while_writing() -> None:
            with on_server.store.write() as session:
                pid = session.scalar(sa.text("SELECT pg_backend_pid()"))
                session.execute(sa.text("DELETE FROM epochs"))
                own_server.execute(f"SELECT pg_terminate_backend({pid}, 5000)")
                session.execute(sa.text("DELETE FROM attempts"))

        with pytest.raises(StoreError, match=r"terminating connection|closed the connection"):
            cut_while_writing()
        assert on_server.state(EVENTS[BEGINS:]) == []
        ingest(on_server.store, on_server.runs)
        assert dump(on_server.store) == undisturbed

    def test_read_only(self, on_server, own_server, undisturbed):
        name = sa.make_url(on_server.store.url).database
        setting = f"ALTER DATABASE {name} SET default_transaction_read_only"

        def set_read_only(value: str) -> None:
            on_server.store.close()  # a setting is that of new connections
            own_server.execute(f"{setting} = {value}")
            on_server.store.close()

        said = on_server.through(lambda: set_read_only("on"), lambda: set_read_only("off"))
        assert len(said) == ENDS - BEGINS
        assert all("read-only transaction" in text for text in said)
        assert dump(on_server.store) == undisturbed

    def test_locked_by_somebody_who_goes_away(self, on_server, own_server, undisturbed):
        """Nobody's lock lasts longer than the one who holds it."""
        other = Store(on_server.store.url)
        connection = other.writing.connect()

        def lock() -> None:
            connection.execute(sa.text("LOCK TABLE cells IN EXCLUSIVE MODE"))
            with on_server.store.write() as session:
                session.execute(sa.text("SET LOCAL lock_timeout = 50"))
                with pytest.raises(sa.exc.OperationalError, match="lock timeout"):
                    session.execute(sa.text("UPDATE cells SET state = state"))
                session.rollback()
            connection.close()

        assert on_server.through(lock, lambda: None) == []
        other.close()
        assert dump(on_server.store) == undisturbed


class TestWatching:
    def test_one_that_is_away_is_waited_for(self, in_file):
        path, away = in_file.store.path, in_file.store.path.with_name("away.db")
        looks = watch(in_file.store, in_file.runs)
        assert next(looks).journals == 1  # the other cell's; this one has said nothing yet
        in_file.state(EVENTS[:BEGINS])
        assert next(looks).journals == 0
        in_file.store.close()
        path.rename(away)
        in_file.state(EVENTS[BEGINS:])
        look = next(looks)
        assert look.journals == 0
        assert "unable to open database file" in look.away
        assert next(looks).away == look.away
        assert not path.exists()
        away.rename(path)
        look = next(looks)
        assert (look.journals, look.away) == (1, "")

    def test_one_that_cannot_be_made_is_said_at_once(self, tmp_path, runs):
        (tmp_path / "file").touch()
        looks = watch(Store(str(tmp_path / "file" / "results.db")), runs)
        with pytest.raises(RequestError, match="file"):
            next(looks)
