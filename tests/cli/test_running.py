"""run, retry, status, logs and cancel as a person types them; bad input is one sentence."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys

import pytest

from bench.runs import Runs
from cli.main import main
from jobs import training
from jobs.claim import state_of
from jobs.matrix_file import load_matrix
from tests.bench.builders import fake_fingerprint
from tests.jobs.standings import ask, in_state

MATRIX = """
[base]
dataset = { name = "faces", subjects = 8, frames = 1 }
protocol = "subject"
backbone = "timm:test_efficientnet"
attention = "none"
size = 16
epochs = 2
batch_size = 16
lr = 1e-3

[sweep]
seed = [0, 1, 2]
"""
INLINE = ("--where", "inline", "--device", "cpu", "--deterministic")
#: What Python's audit hooks call the opening of an SQLite file.
OPENING = "sqlite3.connect"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a matrix in which nothing was run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trial.toml").write_text(MATRIX)
    return tmp_path


@pytest.fixture
def ferbench(folder, monkeypatch, capsys):
    """Type a command in this process; its code, what it printed and what it complained of."""

    def type_(*words):
        monkeypatch.setattr(sys, "argv", ["ferbench", *words])
        code = 0
        try:
            main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return type_


def start(folder, *words):
    return subprocess.Popen(
        [sys.executable, "-m", "cli.main", *words],
        cwd=folder,
        env=os.environ | {"COLUMNS": "160"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finish(process):
    output, complaint = process.communicate(timeout=240)
    return process.returncode, output, complaint


def rows(database):
    """What is known of epochs and attempts, without the hours at which it was told."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    query = (
        "select c.id, e.epoch, v.part, v.loss, v.confusion from evaluations v "
        "join epochs e on e.cell_key = v.cell_key and e.epoch = v.epoch "
        "join cells c on c.key = v.cell_key order by 1, 2, 3"
    )
    found = connection.execute(query).fetchall()
    connection.close()
    return found


def remove(folder):
    """Delete a database with what SQLite keeps beside it."""
    for path in folder.glob("results.db*"):
        path.unlink()


class TestRetry:
    """Which cells it takes up, by states that journals made by hand give them."""

    STATES = ("failed", "lost", "diverged", "preempted", "cancelled", "queued", "done")

    @pytest.fixture
    def cells(self, folder):
        """One cell in each state, under the matrix "trial"."""
        seeds = list(range(len(self.STATES)))
        matrix = load_matrix("trial.toml").with_settings({"seed": seeds})
        cells = matrix.specifications(fake_fingerprint)
        runs = Runs(folder / "results.runs")
        ask(runs, "trial", *cells)
        for cell, state in zip(cells, self.STATES, strict=True):
            in_state(runs, cell, state)
        return dict(zip(self.STATES, cells, strict=True))

    @pytest.fixture
    def tried(self, ferbench, monkeypatch):
        """Retry with some options; the identities of the cells that it would train."""
        taken = []

        def train(_prepared, cells, *_rest):
            taken[:] = [cell.id for cell in cells]

        monkeypatch.setattr("cli.running._train", train)

        def retry(*options):
            code, *_ = ferbench("retry", "trial", *options)
            assert code == 0
            return set(taken)

        return retry

    @pytest.mark.parametrize(
        ("options", "states"),
        [
            (["--failed"], {"failed"}),
            (["--lost"], {"lost"}),
            (["--diverged"], {"diverged"}),
            (["--failed", "--lost"], {"failed", "lost"}),
            ([], {"failed", "lost", "preempted"}),
        ],
    )
    def test_takes_what_was_named(self, cells, tried, options, states):
        assert tried(*options) == {cells[state].id for state in states}

    def test_with_nothing_to_do_says_so(self, folder, ferbench, cells):
        for cell in cells.values():
            for path in Runs(folder / "results.runs").cell(cell.id).glob("attempt-*"):
                path.unlink()
        code, printed, _ = ferbench("retry", "trial", "--failed")
        assert code == 0
        assert "No cell of trial is to be tried again." in printed

    def test_status_tells_all_of_them_apart(self, cells, ferbench):
        code, printed, _ = ferbench("status", "--format", "json")
        assert code == 0
        found = {row["id"]: row["state"] for row in json.loads(printed)}
        assert found == {cell.id: state for state, cell in cells.items()}


class TestTrouble:
    """A database stops no run; later, the rows are those of an undisturbed one."""

    @pytest.fixture
    def run(self, ferbench):
        def train(*words):
            code, printed, complaint = ferbench("run", "trial.toml", *INLINE, *words)
            assert code == 0, printed + complaint
            assert "3 of 3 cells done" in printed
            assert "Traceback" not in printed + complaint
            return complaint

        return train

    @pytest.fixture
    def undisturbed(self, run, folder):
        """The rows of a quiet run, which leaves nothing behind."""
        assert run() == ""
        found = rows(folder / "results.db")
        shutil.rmtree(folder / "results.runs")
        remove(folder)
        return found

    def test_no_database_at_all(self, run, ferbench, folder, undisturbed):
        database = folder / "results.db"
        database.write_bytes(b"this is no database" * 1000)
        assert "The journals keep everything" in run()
        assert database.read_bytes() == b"this is no database" * 1000
        database.unlink()
        assert ferbench("db", "ingest")[0] == 0
        assert rows(database) == undisturbed

    def test_held_by_another_program(self, run, ferbench, folder, undisturbed, monkeypatch):
        monkeypatch.setattr("bench.store.connections.BUSY_TIMEOUT", 0.05)
        assert ferbench("db", "init")[0] == 0
        holder = sqlite3.connect(folder / "results.db", isolation_level=None)
        holder.execute("begin immediate")
        complaint = run()
        holder.rollback()
        holder.close()
        assert "database is locked" in complaint
        assert "The journals keep everything" in complaint
        assert rows(folder / "results.db") == []
        assert ferbench("db", "ingest")[0] == 0
        assert rows(folder / "results.db") == undisturbed

    def test_deleted_in_mid_run(self, run, folder, undisturbed, monkeypatch):
        database = folder / "results.db"
        trained = training.carry_out

        def delete_after_the_first(attempt):
            state = trained(attempt)
            if attempt.specification.seed == 0:
                assert database.exists()
                remove(folder)
            return state

        monkeypatch.setattr("jobs.worker.carry_out", delete_after_the_first)
        run()
        assert rows(database) == undisturbed

    def test_a_server_that_is_down(self, run, ferbench, folder, undisturbed):
        complaint = run("--db", "postgresql+psycopg://ferbench@127.0.0.1:1/ferbench")
        assert "The journals keep everything" in complaint
        assert ferbench("db", "merge", "ferbench.runs")[0] == 0
        assert rows(folder / "results.db") == undisturbed

    def test_on_a_shared_disk_no_worker_opens_it(self, run, folder, undisturbed, monkeypatch):
        monkeypatch.setattr("jobs.training.is_shared", lambda path: True)
        opened = []
        # The interpreter itself tells of each SQLite connection, whoever makes it.
        sys.addaudithook(lambda event, _: opened.append(event) if event == OPENING else None)
        trained = training.carry_out

        def count(attempt):
            before = opened.count(OPENING)
            state = trained(attempt)
            assert opened.count(OPENING) == before
            return state

        monkeypatch.setattr("jobs.worker.carry_out", count)
        run()
        assert rows(folder / "results.db") == undisturbed


@pytest.mark.slow
def test_two_people_who_run_the_same_at_the_same_moment_train_each_cell_once(folder):
    people = [
        start(folder, "run", "trial.toml", "--device", "cpu", "--slots", "1") for _ in range(2)
    ]
    ends = [finish(person) for person in people]
    for _, _, complaint in ends:
        assert "Traceback" not in complaint
    assert "3 of 3 cells done" in "".join(output for _, output, _ in ends)
    runs = Runs(folder / "results.runs")
    cells = [path.name for path in runs.root.glob("cells/*/*")]
    assert len(cells) == 3
    for cell in cells:
        assert (state_of(runs, cell), runs.attempts(cell)) == ("done", [1])


class TestBadInput:
    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ("run tabel1", "did you mean 'table1'"),
            ("run there/trial.toml", "cannot read there/trial.toml"),
            ("run trial.toml --set epoch=3", "did you mean 'epochs'"),
            ("run trial.toml --set epochs=0", "epochs"),
            ("run trial.toml --set seed=x", "seed"),
            ("run trial.toml --set epochs", "KEY=VALUE"),
            ("run trial.toml --where slrum", "'local', 'slurm' or 'inline'"),
            ("run trial.toml --profile mycluster", "no profile 'mycluster'"),
            ("run trial.toml --gpus 2", "--gpus says nothing with --where local"),
            ("run trial.toml --where inline --slots 2", "--slots"),
            ("run trial.toml --where slurm", "there is no SLURM here"),
            ("run trial.toml --root faecs=.", "did you mean 'faces'"),
            ("run trial.toml --root faces=nowhere", "does not exist"),
            ("run trial.toml --device gpu", "device"),
            ("run trial.toml --db mysql://x/y", "mysql"),
            ("retry trial", "no matrix 'trial' was run here"),
            ("cancel 12345678", "no matrix '12345678' was run here"),
            ("logs 12345678", "no cell of `ferbench status` begins so"),
            ("status", "no results database"),
        ],
    )
    def test_is_one_sentence_and_writes_nothing(self, ferbench, folder, monkeypatch, words, said):
        monkeypatch.setenv("PATH", str(folder))  # no SLURM, wherever this is tested
        code, printed, complaint = ferbench(*words.split())
        assert code == 2
        assert printed == ""
        assert said in " ".join(complaint.split())
        assert "Traceback" not in complaint
        assert [path.name for path in folder.iterdir()] == ["trial.toml"]

    def test_a_log_of_what_was_not_begun(self, ferbench, folder):
        cells = load_matrix("trial.toml").specifications(fake_fingerprint)
        ask(Runs(folder / "results.runs"), "trial", *cells)
        code, _, complaint = ferbench("logs", cells[0].id)
        assert (code, "has not been begun" in complaint) == (2, True)

    def test_the_log_of_a_matrix(self, ferbench, folder):
        cells = load_matrix("trial.toml").specifications(fake_fingerprint)
        ask(Runs(folder / "results.runs"), "trial", *cells)
        code, _, complaint = ferbench("logs", "trial")
        assert (code, "name one of its cells" in complaint) == (2, True)
