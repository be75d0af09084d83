"""What a check finds, one damage at a time."""

import shutil

import pytest
import sqlalchemy as sa

from bench.runs import write_once
from bench.store.check import check
from bench.store.database import Store
from bench.store.rebuild import rebuild
from registry.errors import RequestError
from tests.bench.builders import RIGHT, close, epoch, new_store
from tests.bench.databases.freeze import CELLS, fill
from tests.bench.test_rebuild import spoil

BEGUN, CONTESTED = CELLS["begun"].id, CELLS["contested"].id


@pytest.fixture
def filled(store, runs) -> Store:
    fill(store, runs)
    return store


def test_nothing_is_wrong_with_what_was_just_taken_in(filled, runs):
    assert check(filled, runs) == []


def test_a_torn_last_line_is_not_wrong(filled, runs):
    with runs.journal(BEGUN, 1).open("a") as file:
        file.write('{"event": "epo')
    assert check(filled, runs) == []


def test_a_journal_that_is_not_taken_in(filled, runs):
    with runs.journal(BEGUN, 1).open("a") as file:
        file.write(epoch(2, RIGHT).model_dump_json() + "\n")
    (finding,) = check(filled, runs)
    assert finding.startswith(f"attempt 1 of cell {BEGUN} is taken in up to byte ")
    assert finding.endswith("try `ferbench db ingest`")


def test_a_journal_that_is_gone(filled, runs):
    runs.journal(CONTESTED, 3).unlink()
    findings = check(filled, runs)
    assert findings[0] == f"attempt 3 of cell {CONTESTED} has no journal in {runs.root}"
    assert findings[1].startswith(f"cell {CONTESTED} differs from what its journals give in ")


def test_a_journal_that_cannot_be_read(filled, runs):
    with runs.journal(BEGUN, 1).open("a") as file:
        file.write("{broken}\n")
    assert any(f"{runs.journal(BEGUN, 1)}, line 4" in line for line in check(filled, runs))


def test_a_submission_that_cannot_be_read(filled, runs):
    write_once(runs.matrix("some", "0" * 16), "{broken")
    (finding,) = check(filled, runs)
    assert str(runs.matrix("some", "0" * 16)) in finding
    assert "\n" not in finding


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE evaluations SET macro_f1 = 0.25 WHERE epoch = 3", "evaluations"),
        ("UPDATE epochs SET lr = lr * 1.001", "epochs"),
        ("DELETE FROM selections WHERE rule = 'best'", "selections"),
        ("DELETE FROM class_metrics WHERE label = 1 AND epoch = 2", "class_metrics"),
        ("UPDATE attempts SET traceback = 'other' WHERE state = 'failed'", "attempts"),
        ("UPDATE cells SET state = 'done'", "cells"),
        ("DELETE FROM matrix_cells WHERE matrix = 'paper'", "matrix_cells"),
        ("UPDATE matrices SET reported = NULL", "matrices"),
        ("UPDATE predictions SET logits = CAST('x' AS {bytes})", "predictions"),
        ("DELETE FROM splits", "splits"),
    ],
)
def test_a_row_that_is_not_what_the_journals_give(filled, runs, statement, table):
    with filled.write() as session:
        kind = "BLOB" if filled.path else "BYTEA"
        session.execute(sa.text(statement.format(bytes=kind)))
    findings = check(filled, runs)
    assert findings
    assert all(table in finding for finding in findings)
    assert all("`ferbench db rebuild`" in finding for finding in findings)
    rebuild(filled, runs)
    assert check(filled, runs) == []


def test_a_cell_that_no_journal_knows(filled, runs):
    shutil.rmtree(runs.root / "matrices")
    findings = check(filled, runs)
    assert any(f"only the database knows the cell {CELLS['queued'].id}" in f for f in findings)


class TestFiles:
    @pytest.fixture
    def in_file(self, tmp_path, runs):
        store = new_store(tmp_path)
        fill(store, runs)
        store.close()
        yield store
        close(store)

    def test_a_damaged_one(self, in_file, runs):
        spoil(in_file.path)
        *findings, remedy = check(in_file, runs)
        assert findings
        assert all("is damaged" in finding for finding in findings)
        assert "`ferbench db rebuild`" in remedy

    def test_a_row_without_its_parent(self, in_file, runs):
        with in_file.writing.connect() as connection:
            raw = connection.connection.driver_connection
            raw.execute("PRAGMA foreign_keys = OFF")
            raw.execute("INSERT INTO selections (cell_key, rule, epoch) VALUES (77, 'best', 1)")
        in_file.close()
        assert check(in_file, runs)[0] == "a row of selections has no parent in cells"

    def test_another_version(self, in_file, runs):
        with in_file.writing.begin() as connection:
            connection.exec_driver_sql("UPDATE ferbench_version SET version_num = '0001'")
        (finding,) = check(in_file, runs)
        assert "`ferbench db upgrade`" in finding

    def test_none(self, tmp_path, runs):
        with pytest.raises(RequestError, match="there is no results database"):
            check(Store(str(tmp_path / "none.db")), runs)
        assert not (tmp_path / "none.db").exists()
