"""``ferbench db`` as a person types it."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.home import find_home
from bench.runs import Runs
from bench.store.database import Store, head
from bench.store.ingest import ingest
from cli.main import main
from tests.bench.builders import BACKENDS, RIGHT, close, dump, epoch, new_store
from tests.bench.databases.freeze import CELLS, fill, frozen

BEGUN = CELLS["begun"].id


@pytest.fixture(params=BACKENDS)
def store(request, tmp_path, monkeypatch):
    """An empty database, which every command below means."""
    monkeypatch.chdir(tmp_path)
    store = new_store(tmp_path, backend=request.param)
    monkeypatch.setenv("FERBENCH_DB", store.url)
    yield store
    close(store)


@pytest.fixture
def runs(store) -> Runs:
    return find_home().runs


@pytest.fixture
def filled(store, runs) -> Store:
    fill(store, runs)
    return store


@pytest.fixture
def db(monkeypatch, capsys):
    """Runs ``ferbench db …`` in this process; exit code, what it printed, what it complained of."""

    def command(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["ferbench", "db", *words])
        try:
            main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        else:
            code = 0
        out, err = capsys.readouterr()
        return code, out, err

    return command


@pytest.fixture
def facts(db):
    """The same, of what is printed as JSON."""

    def command(*words: str, code: int = 0) -> dict:
        found, out, err = db(*words, "--format", "json")
        assert found == code, err
        return json.loads(out)

    return command


def test_path(store, runs, db, facts):
    assert facts("path") == {"database": str(store), "runs": str(runs.root)}
    code, out, _ = db("path")
    assert code == 0
    assert out.splitlines() == [f"database  {store}", f"runs      {runs.root}"]


class TestInit:
    def test_makes_one_where_there_is_none(self, tmp_path, db):
        path = tmp_path / "new" / "results.db"
        assert db("init", "--db", str(path)) == (0, f"Made {path}.\n", "")
        assert Store(str(path)).version() == head()

    def test_leaves_one_that_is_there_as_it_is(self, filled, db, facts):
        before = dump(filled)
        code, out, _ = db("init")
        assert code == 0
        assert out == f"{filled} is there already, of version {head()}.\n"
        assert facts("init")["made"] is False
        assert dump(filled) == before

    def test_no_upgrade_unasked(self, tmp_path, db):
        path = old(tmp_path)
        assert "of version 0001" in db("init", "--db", str(path))[1]
        assert Store(str(path)).version() == "0001"


def old(folder: Path) -> Path:
    path = folder / "old.db"
    connection = sqlite3.connect(path)
    connection.executescript(frozen("0001", "sqlite").read_text(encoding="utf-8"))
    connection.close()
    return path


class TestUpgrade:
    def test_says_from_where_to_where(self, tmp_path, db):
        path = old(tmp_path)
        command = ("upgrade", "--db", str(path))
        assert db(*command)[1] == f"{path} went from version 0001 to {head()}.\n"
        assert db(*command)[1] == f"{path} is of this version, {head()}.\n"

    def test_of_none(self, tmp_path, db):
        path = tmp_path / "none.db"
        code, _, err = db("upgrade", "--db", str(path))
        assert code == 2
        assert "`ferbench db init` makes one" in err
        assert not path.exists()


class TestIngest:
    def test_says_how_many_had_grown(self, filled, runs, db, facts):
        with runs.journal(BEGUN, 1).open("a") as file:
            file.write(epoch(2, RIGHT).model_dump_json() + "\n")
        assert db("ingest")[:2] == (0, "1 journal had grown.\n")
        assert facts("ingest") == {"journals": 0, "away": ""}

    def test_makes_a_database_that_was_deleted(self, tmp_path, db):
        store = new_store(tmp_path, "mine.db")
        fill(store, Runs(tmp_path / "mine.runs"))
        before = dump(store)
        store.close()
        store.path.unlink()
        assert db("ingest", "--db", str(store.path))[1] == "8 journals had grown.\n"
        assert dump(store) == before
        close(store)

    @pytest.mark.slow
    def test_watching(self, filled, runs):
        """In a process of its own, for it goes on until Ctrl-C."""
        words = [sys.executable, "-m", "cli.main", "db", "ingest", "--watch"]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "0 journals had grown.\n"
        with runs.journal(BEGUN, 1).open("a") as file:
            file.write(epoch(2, RIGHT).model_dump_json() + "\n")
        start = time.monotonic()
        assert process.stdout.readline() == "1 journal had grown.\n"
        assert time.monotonic() - start < 20
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (130, "", "")


class TestRebuild:
    def test_gives_the_same_rows(self, filled, db):
        before = dump(filled)
        code, out, _ = db("rebuild")
        assert (code, out) == (0, f"{filled} is made anew from 8 journals.\n")
        assert dump(filled) == before

    def test_refuses_to_lose_what_no_journal_knows(self, filled, runs, db, facts):
        runs.journal(BEGUN, 1).unlink()
        code, _, err = db("rebuild")
        assert code == 2
        assert err.startswith(f"ferbench: 1 attempts and 0 matrices of {filled} are in no journal")
        assert "--force" in err
        assert facts("rebuild", "--force") == {"journals": 7, "aside": None}

    def test_says_where_a_damaged_file_lies(self, tmp_path, db):
        path = tmp_path / "bad.db"
        path.write_text("a,b,c\n" * 1000)
        code, out, _ = db("rebuild", "--db", str(path))
        assert code == 0
        assert out.splitlines() == [
            f"The damaged file is now {path}.damaged-1.",
            f"{path} is made anew from 0 journals.",
        ]


class TestMerge:
    def test_a_folder(self, store, tmp_path, db, facts):
        other = new_store(tmp_path, "other.db")
        fill(other, Runs(tmp_path / "other.runs"))
        code, out, _ = db("merge", str(tmp_path / "other.runs"))
        assert code == 0
        assert out == "8 attempts came in, 0 had grown; 2 submissions of matrices.\n"
        assert dump(store) == dump(other)
        assert facts("merge", str(other.path))["attempts"] == 0
        close(other)

    def test_what_was_kept(self, filled, runs, tmp_path, db):
        mine = runs.journal(CELLS["right"].id, 1)
        theirs = Runs(tmp_path / "there").journal(CELLS["right"].id, 1)
        theirs.parent.mkdir(parents=True)
        theirs.write_text(mine.read_text().replace("machine|", "another|"))
        out = db("merge", str(tmp_path / "there"))[1]
        cell = CELLS["right"].id
        assert f"1 cell trained at both places and kept as here: {cell}" in out

    def test_itself(self, filled, db):
        code, _, err = db("merge", filled.url)
        assert code == 2
        assert "is what it would be merged into" in err


class TestCheck:
    def test_nothing_amiss(self, filled, db, facts):
        assert db("check")[:2] == (0, "✓ nothing amiss\n")
        assert facts("check") == {"database": str(filled), "findings": []}

    def test_findings_one_a_line(self, filled, runs, db, facts):
        for cell in (CELLS["begun"], CELLS["right"]):
            with runs.journal(cell.id, 1).open("a") as file:
                file.write(epoch(3, RIGHT).model_dump_json() + "\n")
        code, out, _ = db("check")
        assert code == 1
        assert len(out.splitlines()) == 2
        assert len(facts("check", code=1)["findings"]) == 2
        ingest(filled, runs)
        assert db("check")[0] == 0

    def test_none(self, tmp_path, db):
        code, _, err = db("check", "--db", str(tmp_path / "none.db"))
        assert code == 2
        assert "there is no results database" in err


def test_a_server_that_is_down_is_one_sentence(db, monkeypatch):
    monkeypatch.delenv("FERBENCH_DB", raising=False)
    url = "postgresql+psycopg://me:secret@127.0.0.1:1/name"
    for words in (["init"], ["upgrade"], ["ingest"], ["rebuild"], ["check"], ["merge", os.curdir]):
        code, out, err = db(*words, "--db", url)
        assert (code, out) == (2, "")
        assert len(err.splitlines()) == 1
        assert "secret" not in err
