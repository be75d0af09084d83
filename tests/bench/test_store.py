"""The results database: its tables, who may write when, and what is said when it is not one."""

import multiprocessing
import sqlite3
import stat
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bench.home import find_home
from bench.store.database import Store, StoreError, as_url, head
from bench.store.models import Matrix, Selection
from registry.errors import RequestError
from tests.bench.builders import close, new_store


@pytest.fixture
def in_file(tmp_path: Path):
    """A store whose matters are SQLite's own."""
    store = new_store(tmp_path)
    yield store
    close(store)


def pragma(engine: sa.Engine, name: str) -> object:
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


class TestConnections:
    def test_settings(self, in_file):
        for engine in (in_file.writing, in_file.reading):
            assert pragma(engine, "foreign_keys") == 1
            assert pragma(engine, "synchronous") == 1
            assert pragma(engine, "journal_mode") == "wal"
        assert pragma(in_file.writing, "query_only") == 0
        assert pragma(in_file.reading, "query_only") == 1

    @pytest.mark.parametrize("name", ["a b", "50%", "who?", "a#b", "Büro", "x=1&y=2"])
    def test_any_name_of_a_folder_will_do(self, tmp_path, name):
        store = Store(str(tmp_path / name / "results.db"))
        store.upgrade()
        with store.write() as session:
            session.add(Matrix(name="m", title=""))
        with store.read() as session:
            assert session.scalars(sa.select(Matrix.name)).all() == ["m"]
        close(store)
        assert {path.name for path in (tmp_path / name).iterdir()} == {"results.db"}

    def test_no_wal_on_a_shared_disk(self, tmp_path, monkeypatch):
        monkeypatch.setattr("bench.store.connections.is_shared", lambda _: True)
        store = Store(str(tmp_path / "results.db"))
        store.upgrade()
        assert pragma(store.writing, "journal_mode") == "delete"

    def test_a_reader_cannot_write(self, store):
        with pytest.raises(StoreError, match=r"read-?only"), store.read() as session:
            session.add(Matrix(name="m", title=""))

    def test_a_row_without_its_parent_is_refused(self, store):
        with pytest.raises(IntegrityError, match=r"(?i)foreign key"), store.write() as session:
            session.add(Selection(cell_key=5, rule="best", epoch=1))

    def test_a_transaction_that_fails_leaves_nothing(self, store):
        def fail_halfway() -> None:
            with store.write() as session:
                session.add(Matrix(name="m", title=""))
                session.flush()
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail_halfway()
        with store.read() as session:
            assert session.scalars(sa.select(Matrix)).all() == []

    def test_a_reader_waits_for_no_writer_and_sees_one_state(self, store):
        with store.write() as writer:
            writer.add(Matrix(name="first", title=""))
        with store.read() as reader:
            names = sa.select(Matrix.name)
            assert reader.scalars(names).all() == ["first"]
            with store.write() as writer:
                writer.add(Matrix(name="second", title=""))
            assert reader.scalars(names).all() == ["first"]
        with store.read() as reader:
            assert reader.scalars(names).all() == ["first", "second"]


WRITERS, TRANSACTIONS = 8, 50


def _count_up(url: str, writer: int) -> None:
    """Read, then write what follows from it: two of these at once would lose one."""
    store = Store(url)
    for number in range(TRANSACTIONS):
        with store.write() as session:
            row = session.get_one(Matrix, "counter", with_for_update=True)
            row.title = str(int(row.title) + 1)
            session.add(Matrix(name=f"{writer}-{number}", title=""))


def test_many_writing_processes_lose_nothing(store):
    with store.write() as session:
        session.add(Matrix(name="counter", title="0"))
    store.close()  # connections must not be shared with the processes that are forked
    context = multiprocessing.get_context("fork")
    writers = [
        context.Process(target=_count_up, args=(store.url, writer)) for writer in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    with store.read() as session:
        assert session.get_one(Matrix, "counter").title == str(WRITERS * TRANSACTIONS)
        total = session.scalar(sa.select(sa.func.count()).select_from(Matrix))
        assert total == WRITERS * TRANSACTIONS + 1


def said(store: Store, action: str) -> str:
    do = store.upgrade if action == "upgrade" else store.read().__enter__
    with pytest.raises(RequestError) as error:
        do()
    return str(error.value)


class TestWhatIsSaid:
    def test_missing(self, tmp_path):
        path = tmp_path / "results.db"
        assert said(Store(str(path)), "read") == (
            f"there is no results database at {path} yet; `ferbench run quick` makes one"
        )
        assert not path.exists()

    def test_missing_with_the_driver_in_the_url(self, tmp_path):
        path = tmp_path / "results.db"
        assert "there is no results database" in said(Store(f"sqlite+pysqlite:///{path}"), "read")
        assert not path.exists()

    def test_never_migrated(self, tmp_path):
        sqlite3.connect(tmp_path / "results.db").close()
        (tmp_path / "results.db").touch()
        message = said(Store(str(tmp_path / "results.db")), "read")
        assert message.endswith("has no tables yet; `ferbench db init` makes them")

    def test_somebody_elses(self, tmp_path):
        connection = sqlite3.connect(tmp_path / "results.db")
        connection.execute("CREATE TABLE theirs (a)")
        connection.close()
        message = said(Store(str(tmp_path / "results.db")), "read")
        assert "has other tables than ferbench's: if it is the right one all the same" in message

    def test_older(self, store):
        assert store.version() == head()
        with store.writing.begin() as connection:
            connection.exec_driver_sql("UPDATE ferbench_version SET version_num = '0000'")
        message = said(store, "read")
        assert f"(0000, not {head()})" in message
        assert "`ferbench db upgrade` brings an older one up to date" in message

    def test_newer(self, store):
        with store.writing.begin() as connection:
            connection.exec_driver_sql("UPDATE ferbench_version SET version_num = '9999'")
        assert "9999" in said(store, "read")
        assert "9999" in said(store, "upgrade")

    @pytest.mark.parametrize("action", ["read", "upgrade"])
    def test_not_a_database(self, tmp_path, action):
        path = tmp_path / "results.db"
        path.write_text("a,b,c\n" * 1000)
        assert "file is not a database" in said(Store(str(path)), action)
        assert path.read_text() == "a,b,c\n" * 1000

    @pytest.mark.parametrize("action", ["read", "upgrade"])
    def test_a_folder(self, tmp_path, action):
        assert str(tmp_path) in said(Store(str(tmp_path)), action)

    @pytest.mark.parametrize("action", ["read", "upgrade"])
    def test_a_name_that_no_disk_has(self, tmp_path, action):
        path = tmp_path / ("x" * 300)
        assert str(path) in said(Store(str(path)), action)

    def test_a_folder_that_cannot_be_made(self, tmp_path):
        (tmp_path / "file").touch()
        path = tmp_path / "file" / "results.db"
        assert str(path) in said(Store(str(path)), "upgrade")

    @pytest.mark.parametrize(
        ("url", "message"),
        [
            ("sqlite://", "names no file; try sqlite:///results.db"),
            ("://", "is no database URL"),
            ("nosuchdb://host/name", "is no database URL"),
            ("mysql+nosuchdriver://host/name", "is no database URL"),
            ("oracle://me:secret@host/name", "is no database URL that ferbench knows"),
            ("sqlite+aiosqlite:///results.db", "is no database URL that ferbench knows"),
        ],
    )
    def test_a_url_that_cannot_be(self, url, message):
        with pytest.raises(RequestError) as error:
            Store(url)
        assert message in str(error.value)
        assert "secret" not in str(error.value)

    def test_psycopg_is_an_extra(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "psycopg", None)
        with pytest.raises(RequestError) as error:
            Store("postgresql://me:secret@host/name")
        assert str(error.value) == (
            "'postgresql://me:***@host/name' needs the package 'psycopg'; "
            "pip install 'ferbench[postgres]'"
        )

    def test_a_driver_that_is_not_installed_is_named_and_the_password_is_not(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "psycopg2", None)
        with pytest.raises(RequestError) as error:
            Store("postgresql+psycopg2://me:secret@host/name")
        assert "needs the package 'psycopg2'" in str(error.value)
        assert "secret" not in str(error.value)

    def test_a_password_is_never_shown(self):
        store = Store("sqlite:///x.db")
        assert str(store) == "x.db"
        store.url = "postgresql://me:secret@host/name"
        assert "secret" not in str(store)


class TestPlaces:
    def test_a_path_becomes_a_url(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert as_url("results.db") == f"sqlite:///{tmp_path}/results.db"
        assert as_url("~/x.db") == f"sqlite:///{Path.home()}/x.db"

    def test_journals_lie_beside_the_database(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert find_home("there/results.db").runs.root == tmp_path / "there" / "results.runs"

    def test_nothing_is_made_by_looking(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        find_home()
        assert list(tmp_path.iterdir()) == []

    def test_the_database_need_not_be_writable_to_be_read(self, in_file):
        store = in_file
        with store.write() as session:
            session.add(Matrix(name="m", title=""))
        close(store)
        store.path.chmod(stat.S_IRUSR)
        with store.read() as session:
            assert session.scalars(sa.select(Matrix.name)).all() == ["m"]
