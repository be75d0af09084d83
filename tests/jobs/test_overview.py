"""The state of each cell: by its journals first, and by SLURM's queue for those without one."""

from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

from bench import journal
from bench.runs import Runs
from jobs.overview import TAIL, Overview, Standing
from jobs.submission import Job
from jobs.watch import Watch
from tests.bench.builders import epoch, spec, started, write_journal
from tests.jobs.standings import DEAD, Queue, as_stored, begun, end, in_state, submit, task

CELL, OTHER = spec(seed=1), spec(seed=2)


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Queue:
    return Queue(monkeypatch)


def look(runs: Runs) -> Standing:
    [standing] = Overview(runs).look([as_stored(CELL)])
    return standing


@pytest.mark.parametrize("state", ["queued", "running", "lost", *get_args(journal.State)])
def test_each_state_is_told_apart(runs, queue, state):
    in_state(runs, CELL, state)
    assert look(runs).state == state


def test_what_ended_says_why(runs, queue):
    write_journal(runs, CELL.id, 1, [*begun(CELL), end("preempted", "the time is up")])
    assert look(runs).reason == "the time is up"


def test_a_failure_shows_the_last_lines_of_its_traceback(runs, queue):
    traceback = "\n".join(f"line {n}" for n in range(20)) + "\nValueError: so it was\n"
    write_journal(runs, CELL.id, 1, [*begun(CELL), end("failed", "ValueError", traceback)])
    lines = look(runs).log.splitlines()
    assert lines[-1] == "ValueError: so it was"
    assert lines[0] == f"line {20 - TAIL + 1}"
    assert len(lines) == TAIL


def test_a_loss_shows_what_its_job_printed_last(runs, queue):
    write_journal(runs, CELL.id, 1, begun(CELL, by=DEAD, log="submissions/x/7_0_log.out"))
    folder = runs.root / "submissions" / "x"
    folder.mkdir(parents=True)
    (folder / "7_0_log.out").write_text("epoch 1\n")
    assert look(runs).log == "epoch 1"
    (folder / "7_0_log.err").write_text("Killed\n")
    assert look(runs).log == "Killed"


def test_one_that_runs_has_a_pace_and_the_time_that_is_left(runs, queue):
    ten = spec(epochs=10)
    first = epoch(1).model_copy(update={"time": journal.now(), "seconds": 60.0})
    second = first.model_copy(update={"epoch": 2, "time": journal.now() - timedelta(seconds=20)})
    write_journal(runs, ten.id, 1, [*begun(ten)[:2], first, second])
    [seen] = Overview(runs).look([as_stored(ten)])
    assert (seen.epochs_done, seen.epochs, seen.images_per_second) == (2, 10, 20.0)
    # Eight epochs of a minute, of which twenty seconds have gone by.
    assert seen.seconds_left == pytest.approx(8 * 60 - 20, abs=5)


def test_one_that_goes_on_counts_the_epochs_it_took_over(runs, queue):
    write_journal(runs, CELL.id, 1, [*begun(CELL), epoch(2), end("preempted")])
    write_journal(runs, CELL.id, 2, [begun(CELL)[0], started(CELL, resumed_after=2)])
    seen = look(runs)
    assert (seen.state, seen.epochs_done) == ("running", 2)


def test_a_damaged_journal_hides_no_other_cell(runs, queue):
    in_state(runs, OTHER, "done")
    write_journal(runs, CELL.id, 1, begun(CELL))
    path = runs.journal(CELL.id, 1)
    path.write_text(path.read_text() + "no event\n" + end("done").model_dump_json() + "\n")
    seen = Overview(runs).look([as_stored(CELL), as_stored(OTHER)])
    assert [cell.state for cell in seen] == ["done", "done"]


class TestInSlurm:
    def test_one_that_waits_says_for_what(self, runs, queue):
        name = submit(runs, Job(id="7_0", cells=(CELL.id,)))
        queue.tasks = {"7_0": task("7_0", name, "PENDING", "Priority")}
        seen = look(runs)
        assert (seen.state, seen.job, seen.reason) == ("queued", "7_0 pending (Priority)", "")

    def test_one_whose_job_is_gone_has_none_left(self, runs, queue):
        name = submit(runs, Job(id="7_0", cells=(CELL.id,)))
        log = runs.root / "submissions" / name / "7_0_0_log.err"
        log.write_text("slurmstepd: no such node\n")
        seen = look(runs)
        assert (seen.state, seen.job) == ("queued", "7_0 is over")
        assert seen.reason == "no job is left for it"
        assert seen.log == "slurmstepd: no such node"

    def test_the_job_of_another_cluster_with_the_same_number_is_not_it(self, runs, queue):
        submit(runs, Job(id="7_0", cells=(CELL.id,)))
        queue.tasks = {"7_0": task("7_0", "somebody else's", "PENDING", "Priority")}
        assert look(runs).reason == "no job is left for it"

    def test_without_an_answer_nobody_says_that_a_job_is_over(self, runs, queue):
        submit(runs, Job(id="7_0", cells=(CELL.id,)))
        queue.tasks = None
        seen = look(runs)
        assert (seen.state, seen.job, seen.reason) == ("queued", "", "")

    def test_a_cell_that_was_never_submitted_waits_for_no_job(self, runs, queue):
        submit(runs, Job(id="7_0", cells=(OTHER.id,)))
        seen = look(runs)
        assert (seen.job, seen.reason) == ("", "")


def test_each_look_reads_only_what_is_new(runs, monkeypatch):
    watch = Watch(runs, {CELL.id: CELL.recipe.epochs})
    path = write_journal(runs, CELL.id, 1, begun(CELL))
    assert watch.look()[CELL.id].epoch == 1
    offsets = []
    read = journal.read

    def noted(path: Path, offset: int = 0) -> tuple[list[journal.Event], int]:
        offsets.append(offset)
        return read(path, offset)

    monkeypatch.setattr(journal, "read", noted)
    size = path.stat().st_size
    with path.open("a") as file:
        file.write(epoch(2).model_dump_json() + "\n")
    assert watch.look()[CELL.id].epoch == 2
    assert offsets == [size]
