"""Making the database anew: the same rows, and nothing lost without being told."""

import multiprocessing
import shutil
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from bench.runs import Runs
from bench.store.database import Store, head
from bench.store.ingest import ingest
from bench.store.integrity import damage
from bench.store.models import Cell
from bench.store.rebuild import rebuild
from registry.errors import RequestError
from tests.bench.builders import close, dump, new_store, spec, submit
from tests.bench.databases.freeze import CELLS, fill


@pytest.fixture
def filled(store, runs) -> Store:
    fill(store, runs)
    return store


def spoil(path: Path) -> None:
    """Overwrite the inner pages of a database."""
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (path.stat().st_size - 4096))


class TestSameRows:
    def test_of_one_that_is_whole(self, filled, runs):
        before = dump(filled)
        told = []
        rebuilt = rebuild(filled, runs, tick=lambda done, of: told.append((done, of)))
        assert (rebuilt.journals, rebuilt.aside) == (8, None)
        assert told == [(number, 8) for number in range(1, 9)]
        assert dump(filled) == before

    def test_of_one_whose_rows_were_spoilt(self, filled, runs):
        before = dump(filled)
        with filled.write() as session:
            session.execute(sa.text("UPDATE evaluations SET balanced_accuracy = 1"))
            session.execute(sa.text("DELETE FROM selections"))
            session.execute(sa.text('UPDATE attempts SET "offset" = 10000000'))
        rebuild(filled, runs)
        assert dump(filled) == before

    def test_where_there_is_none(self, filled, runs, backend, tmp_path):
        (tmp_path / "new").mkdir()
        fresh = Store(str(tmp_path / "new" / "fresh.db"))
        assert rebuild(fresh, runs).journals == 8
        assert dump(fresh) == dump(filled)
        fresh.close()

    def test_whoever_has_it_open_goes_on(self, filled, runs):
        other = Store(filled.url)
        with other.read() as session:
            session.scalars(sa.select(Cell)).all()
        cell = spec(seed=99)
        rebuild(filled, runs)
        submit(other, runs, cell)
        with filled.read() as session:
            assert cell.id in session.scalars(sa.select(Cell.id)).all()
        other.close()

    def test_while_others_ingest(self, filled, runs):
        before = dump(filled)
        filled.close()
        context = multiprocessing.get_context("fork")
        targets = (_rebuild, _ingest, _ingest)
        processes = [context.Process(target=do, args=(filled.url, runs)) for do in targets]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        assert [process.exitcode for process in processes] == [0, 0, 0]
        assert dump(filled) == before


def _rebuild(url: str, runs: Runs) -> None:
    for _ in range(3):
        rebuild(Store(url), runs)


def _ingest(url: str, runs: Runs) -> None:
    for _ in range(10):
        ingest(Store(url), runs)


class TestWhatOnlyTheDatabaseKnows:
    def test_is_not_given_up_unasked(self, filled, runs):
        before = dump(filled)
        shutil.rmtree(runs.cell(CELLS["contested"].id))
        shutil.rmtree(runs.root / "matrices" / "paper")
        with pytest.raises(RequestError) as error:
            rebuild(filled, runs)
        assert str(error.value).startswith(f"3 attempts and 1 matrices of {filled} are in no")
        assert dump(filled) == before

    def test_is_given_up_when_that_is_said(self, filled, runs):
        shutil.rmtree(runs.cell(CELLS["contested"].id))
        assert rebuild(filled, runs, even_if_lost=True).journals == 5
        assert len(dump(filled)["attempts"]) == 5


class TestFiles:
    """What can become of a file, and of no server."""

    @pytest.fixture
    def in_file(self, tmp_path, runs):
        store = new_store(tmp_path)
        fill(store, runs)
        store.close()
        yield store
        close(store)

    @pytest.mark.parametrize("how", ["spoilt", "foreign", "cut", "a table short"])
    def test_a_damaged_one_is_moved_aside(self, in_file, runs, how):
        path, before = in_file.path, dump(in_file)
        in_file.close()
        if how == "spoilt":
            spoil(path)
        elif how == "foreign":
            path.write_text("a,b,c\n" * 1000)
        elif how == "cut":
            path.write_bytes(path.read_bytes()[:20_000])
        else:
            with sqlite3.connect(path) as connection:
                connection.execute("DROP TABLE class_metrics")
            connection.close()
        bytes_before = path.read_bytes()
        path.with_name("results.db-wal").write_bytes(b"")
        assert damage(in_file)
        in_file.close()
        rebuilt = rebuild(in_file, runs)
        assert rebuilt.aside == path.with_name("results.db.damaged-1")
        assert rebuilt.aside.read_bytes() == bytes_before
        assert dump(in_file) == before
        in_file.close()
        spoil(path)
        assert rebuild(in_file, runs).aside == path.with_name("results.db.damaged-2")

    def test_one_that_is_whole_has_no_damage(self, in_file):
        assert damage(in_file) == []

    def test_of_a_newer_version_is_refused(self, in_file, runs):
        with in_file.writing.begin() as connection:
            connection.exec_driver_sql("UPDATE ferbench_version SET version_num = '9999'")
        with pytest.raises(RequestError, match="9999"):
            rebuild(in_file, runs)
        assert in_file.version() == "9999"

    def test_of_an_older_version_comes_up(self, tmp_path, runs):
        from tests.bench.databases.freeze import frozen

        fill(new_store(tmp_path, "other.db"), runs)
        path = tmp_path / "old.db"
        connection = sqlite3.connect(path)
        connection.executescript(frozen("0001", "sqlite").read_text(encoding="utf-8"))
        connection.close()
        store = Store(str(path))
        assert rebuild(store, runs).journals == 8
        assert store.version() == head()
        store.close()
