"""``status``, ``logs`` and ``cancel`` as a person types them, on journals made by hand."""

import json
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.runs import Runs
from cli.main import main
from jobs.submission import Job
from tests.bench.builders import epoch, spec, started, write_journal
from tests.jobs.standings import DEAD, Queue, ask, begun, end, in_state, submit, task

CELLS = tuple(spec(seed=seed) for seed in range(3))
CELL, OTHER, THIRD = CELLS
SECRET = "the key to everything"


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    """What was run here: three cells were asked for as "trial", of which none has begun."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    runs = Runs(tmp_path / "results.runs")
    ask(runs, "trial", *CELLS)
    return runs


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Queue:
    return Queue(monkeypatch)


@pytest.fixture
def ferbench(
    runs: Runs, queue: Queue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Type a command in this process; its code, what it printed and what it complained of."""

    def type_(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["ferbench", *words])
        code = 0
        try:
            main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return type_


def rows(ferbench: Any, *words: str) -> dict[str, dict[str, Any]]:
    code, printed, complaint = ferbench("status", "--format", "json", *words)
    assert (code, complaint) == (0, "")
    return {row["id"]: row for row in json.loads(printed)}


class TestStatus:
    def test_counts_each_state(self, ferbench, runs):
        in_state(runs, CELL, "done")
        in_state(runs, OTHER, "lost")
        assert "1 done, 1 lost, 1 queued" in ferbench("status")[1]

    def test_shows_the_cells_of_a_matrix_alone(self, ferbench, runs):
        ask(runs, "another", CELL)
        assert set(rows(ferbench, "--matrix", "another")) == {CELL.id}
        code, _, complaint = ferbench("status", "--matrix", "anothr")
        assert (code, "did you mean 'another'?" in complaint) == (2, True)

    def test_why_a_cell_failed_is_the_end_of_its_traceback(self, ferbench, runs):
        traceback = "Traceback:\n  somewhere\nValueError: [so] it was\n"
        failed = end("failed", "ValueError: [so] it was", traceback)
        write_journal(runs, CELL.id, 1, [*begun(CELL), failed])
        printed = ferbench("status")[1]
        assert "  somewhere\nValueError: [so] it was\n" in printed
        assert rows(ferbench)[CELL.id]["reason"] == "ValueError: [so] it was"

    def test_a_job_that_waits_says_for_what_and_nothing_is_to_be_typed(self, ferbench, runs, queue):
        name = submit(runs, Job(id="7_0", cells=tuple(cell.id for cell in CELLS)))
        queue.tasks = {"7_0": task("7_0", name, "PENDING", "Resources")}
        printed = ferbench("status")[1]
        assert "7_0 pending (Resources)" in printed
        assert "ferbench run" not in printed

    @pytest.fixture
    def stranded(self, runs: Runs) -> None:
        """The jobs of two cells are gone; the third is in training."""
        submit(runs, Job(id="7_0", cells=(CELL.id,)), Job(id="7_1", cells=(OTHER.id, THIRD.id)))
        in_state(runs, THIRD, "running")

    def test_cells_whose_job_is_gone_are_told_with_what_to_type(self, ferbench, stranded):
        printed = ferbench("status")[1]
        assert printed.count("no job is left for it") == 2
        assert "ferbench run trial.toml" in printed.splitlines()[-1]

    def test_scripts_are_told_as_well(self, ferbench, stranded):
        found = rows(ferbench)
        told = {cell.seed: (found[cell.id]["job"], found[cell.id]["reason"]) for cell in CELLS}
        gone = "no job is left for it"
        assert told == {0: ("7_0 is over", gone), 1: ("7_1 is over", gone), 2: ("", "")}

    def test_a_shipped_matrix_is_run_by_its_name(self, ferbench, runs, stranded):
        ask(runs, "table1", CELL)
        lines = ferbench("status")[1].splitlines()
        typed = [line.rpartition(": ")[2] for line in lines if ": ferbench run" in line]
        assert sorted(typed) == ["ferbench run table1", "ferbench run trial.toml"]

    def test_where_slurm_does_not_answer_nothing_is_said(self, ferbench, queue, stranded):
        queue.tasks = None
        assert "no job is left" not in ferbench("status")[1]

    def test_a_database_that_another_program_holds_is_one_sentence(
        self, ferbench, runs, monkeypatch
    ):
        monkeypatch.setattr("bench.store.connections.BUSY_TIMEOUT", 0.05)
        assert ferbench("status")[0] == 0
        in_state(runs, CELL, "done")
        held = sqlite3.connect("results.db", isolation_level=None)
        held.execute("begin immediate")
        code, printed, complaint = ferbench("status")
        held.rollback()
        held.close()
        assert code == 0
        assert "locked" in complaint
        assert "Traceback" not in complaint
        assert "1 done, 2 queued" in printed, "by the journals"
        assert rows(ferbench)[CELL.id]["epochs_done"] == 1


class TestLogs:
    @pytest.fixture
    def job(self, runs: Runs) -> Path:
        """The output of a job that has trained a cell, and failed."""
        folder = runs.root / "submissions" / "x"
        folder.mkdir(parents=True)
        claimed, *rest = begun(CELL, job="7_0", log="submissions/x/7_0_0_log.out")
        failed = end("failed", "short", "Traceback: the long story")
        write_journal(runs, CELL.id, 1, [claimed, *rest, failed])
        return folder / "7_0_0_log.out"

    def test_are_what_the_job_printed_and_the_traceback(self, ferbench, job):
        job.write_text("epoch 1 [of 3]\n")
        job.with_suffix(".err").write_text("a warning\n")
        code, printed, _ = ferbench("logs", CELL.id[:8])
        assert code == 0
        words = ("epoch 1 [of 3]", "a warning", "attempt 1: failed", "Traceback: the long story")
        places = [printed.index(word) for word in words]
        assert places == sorted(places)

    def test_of_an_earlier_attempt(self, ferbench, runs, job):
        write_journal(runs, CELL.id, 2, [*begun(CELL), end("done")])
        assert "the long story" not in ferbench("logs", CELL.id)[1]
        assert "the long story" in ferbench("logs", CELL.id, "--attempt", "1")[1]
        code, _, complaint = ferbench("logs", CELL.id, "--attempt", "3")
        assert (code, "has no attempt 3; it has [1, 2]" in complaint) == (2, True)

    def test_that_are_gone_hide_nothing(self, ferbench, job):
        code, printed, _ = ferbench("logs", CELL.id)
        assert (code, "the long story" in printed) == (0, True)

    @pytest.mark.parametrize("how", ["climbs", "absolute", "link"])
    def test_a_journal_from_elsewhere_cannot_name_a_file_outside(
        self, ferbench, runs, tmp_path, how
    ):
        secret = tmp_path / "secret.out"
        secret.write_text(SECRET)
        secret.with_suffix(".err").write_text(SECRET)
        (runs.root / "link").symlink_to(tmp_path)
        log = {"climbs": "../secret.out", "absolute": str(secret), "link": "link/secret.out"}[how]
        write_journal(runs, CELL.id, 1, begun(CELL, by=DEAD, log=log))
        shown = rows(ferbench)[CELL.id]
        assert (shown["state"], shown["log"]) == ("lost", "")
        for words in (("logs", CELL.id), ("status",)):
            code, printed, complaint = ferbench(*words)
            assert code == 0
            assert SECRET not in printed + complaint


class TestCancel:
    def test_says_what_became_of_each(self, ferbench, runs):
        in_state(runs, CELL, "running")
        in_state(runs, OTHER, "done")
        code, printed, _ = ferbench("cancel", "trial")
        assert code == 0
        said = " ".join(printed.split())
        assert said.startswith("1 called off before they began, 1 in training asked to stop")
        assert said.endswith("1 were over already.")
        states = {row["seed"]: row["state"] for row in rows(ferbench).values()}
        assert states == {0: "running", 1: "done", 2: "cancelled"}

    def test_a_matrix_that_is_done_stays_so(self, ferbench, runs):
        for cell in CELLS:
            in_state(runs, cell, "done")
        before = sorted(runs.root.rglob("*"))
        code, printed, _ = ferbench("cancel", "trial")
        assert (code, "3 were over already" in " ".join(printed.split())) == (0, True)
        assert sorted(runs.root.rglob("*")) == before

    def test_one_cell_by_the_beginning_of_its_id(self, ferbench, runs):
        assert ferbench("cancel", OTHER.id[:6])[0] == 0
        assert {row["seed"]: row["state"] for row in rows(ferbench).values()} == {
            0: "queued",
            1: "cancelled",
            2: "queued",
        }

    @pytest.mark.parametrize("target", ["tria", "trail", "0000000000000000", "../trial"])
    def test_what_is_not_there(self, ferbench, runs, target):
        code, printed, complaint = ferbench("cancel", target)
        assert (code, printed) == (2, "")
        assert len(complaint.strip().splitlines()) == 1
        assert "no cell of `ferbench status` begins so" in complaint


def test_an_epoch_shows_its_pace(ferbench, runs):
    first = epoch(1).model_copy(update={"images_per_second": 123.4, "seconds": 3600.0})
    now = started(CELL).time.now(tz=started(CELL).time.tzinfo)
    first = first.model_copy(update={"time": now})
    write_journal(runs, CELL.id, 1, [*begun(CELL)[:2], first])
    assert "123 images/s" in ferbench("status")[1]
