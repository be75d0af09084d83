"""How far cells have come, and when there is nothing more to wait for."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bench import journal
from bench.runs import Runs
from jobs import cluster
from jobs.cluster import follow
from jobs.submission import Job
from jobs.watch import Watch
from tests.bench.builders import epoch, spec, started, write_journal
from tests.jobs.standings import DEAD, Queue, begun, end, in_state, submit, task

CELL, OTHER = spec(seed=1, epochs=10), spec(seed=2, epochs=10)


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")


def look(runs: Runs) -> Any:
    return Watch(runs, {CELL.id: 10}).look()[CELL.id]


def ended_ago(number: int, seconds: float, took: float = 30.0) -> journal.EpochEnded:
    then = journal.now() - timedelta(seconds=seconds)
    return epoch(number).model_copy(update={"time": then, "seconds": took})


class TestProgress:
    def test_of_what_has_not_begun(self, runs):
        seen = look(runs)
        assert (seen.state, seen.epoch, seen.epochs) == ("queued", 0, 10)
        assert seen.seconds_left is None

    def test_there_is_no_pace_before_the_first_epoch(self, runs):
        write_journal(runs, CELL.id, 1, begun(CELL)[:2])
        seen = look(runs)
        assert (seen.state, seen.epoch) == ("running", 0)
        assert (seen.images_per_second, seen.seconds_left) == (None, None)

    def test_six_epochs_of_half_a_minute_are_left_less_what_has_gone_by(self, runs):
        write_journal(runs, CELL.id, 1, [*begun(CELL)[:2], ended_ago(4, seconds=12)])
        assert look(runs).seconds_left == pytest.approx(6 * 30 - 12, abs=3)

    def test_one_that_is_slower_than_before_has_no_negative_time_left(self, runs):
        write_journal(runs, CELL.id, 1, [*begun(CELL)[:2], ended_ago(9, seconds=400)])
        assert look(runs).seconds_left == 0

    def test_what_is_lost_has_no_pace(self, runs):
        write_journal(runs, CELL.id, 1, [*begun(CELL, by=DEAD)[:2], ended_ago(4, seconds=1)])
        seen = look(runs)
        assert (seen.state, seen.epoch, seen.seconds_left) == ("lost", 4, None)

    def test_half_a_line_counts_once_it_is_whole(self, runs):
        watch = Watch(runs, {CELL.id: 10})
        path = write_journal(runs, CELL.id, 1, begun(CELL))
        line = epoch(2).model_dump_json() + "\n"
        for text, expected in ((line[:40], 1), (line[40:], 2)):
            with path.open("a") as file:
                file.write(text)
            assert watch.look()[CELL.id].epoch == expected

    def test_epochs_that_were_not_saved_are_undone_by_who_goes_on(self, runs):
        watch = Watch(runs, {CELL.id: 10})
        write_journal(runs, CELL.id, 1, [*begun(CELL, by=DEAD), *map(epoch, range(2, 8))])
        assert watch.look()[CELL.id].epoch == 7
        write_journal(runs, CELL.id, 2, [begun(CELL)[0], started(CELL, resumed_after=5)])
        assert watch.look()[CELL.id].epoch == 5

    def test_why_the_attempt_before_had_failed_is_told_no_more(self, runs):
        watch = Watch(runs, {CELL.id: 10})
        write_journal(runs, CELL.id, 1, [*begun(CELL), end("failed", "why", "Traceback")])
        assert watch.look()[CELL.id].reason == "why"
        write_journal(runs, CELL.id, 2, begun(CELL)[:1])
        seen = watch.look()[CELL.id]
        assert (seen.state, seen.reason, seen.traceback) == ("running", "", "")


class TestFollow:
    """A SLURM that says what the test says; each look at the journals is one step of time."""

    @pytest.fixture
    def queue(self, monkeypatch: pytest.MonkeyPatch) -> Queue:
        monkeypatch.setattr(cluster, "LOOK", 0.0)
        monkeypatch.setattr(cluster, "ASK", 0.0)
        return Queue(monkeypatch)

    @pytest.fixture
    def submitted(self, runs, queue) -> str:
        """The submission's name; its two jobs run."""
        jobs = (Job(id="7_0", cells=(CELL.id,)), Job(id="7_1", cells=(OTHER.id,)))
        name = submit(runs, *jobs)
        queue.tasks = {job.id: task(job.id, name) for job in jobs}
        return name

    @staticmethod
    def steps(runs: Runs, happens: dict[int, Any]) -> int:
        """How often was looked until it was over; what happens at each look, by its number."""
        looks = 0

        def tick() -> None:
            nonlocal looks
            looks += 1
            assert looks < 50, "it is waited for ever"
            happens.get(looks, lambda: None)()

        follow([CELL.id, OTHER.id], runs, tick)
        return looks

    def test_ends_with_the_last_cell(self, runs, queue, submitted):
        happens = {
            3: lambda: in_state(runs, CELL, "done"),
            5: lambda: in_state(runs, OTHER, "failed"),
        }
        assert self.steps(runs, happens) == 5

    def test_what_is_over_is_not_waited_for(self, runs, queue, submitted):
        in_state(runs, CELL, "done")
        in_state(runs, OTHER, "done")
        assert self.steps(runs, {}) == 0

    @pytest.mark.parametrize("state", ["queued", "lost", "preempted"])
    def test_a_job_that_died_without_a_word_is_not_waited_for(self, runs, queue, submitted, state):
        """What it leaves: nothing at all, a journal that nobody touches, or a saved state."""
        in_state(runs, CELL, "done")
        in_state(runs, OTHER, state)
        assert self.steps(runs, {4: queue.tasks.clear}) == 4

    def test_a_job_that_is_over_by_its_state_is_none(self, runs, queue, submitted):
        over = {number: task(number, submitted, "NODE_FAIL") for number in ("7_0", "7_1")}
        assert self.steps(runs, {2: lambda: queue.tasks.update(over)}) == 2

    def test_where_slurm_does_not_answer_the_journals_are_waited_for(self, runs, queue, submitted):
        def silent() -> None:
            queue.tasks = None

        def both_done() -> None:
            in_state(runs, CELL, "done")
            in_state(runs, OTHER, "done")

        assert self.steps(runs, {1: silent, 20: both_done}) == 20

    def test_a_retry_is_not_over_for_the_failure_before(self, runs, queue):
        in_state(runs, CELL, "failed")
        in_state(runs, OTHER, "done")
        name = submit(runs, Job(id="9_0", cells=(CELL.id,), before={CELL.id: 1}))
        queue.tasks = {"9_0": task("9_0", name)}
        again = [*begun(CELL), end("failed", "once more")]
        assert self.steps(runs, {6: lambda: write_journal(runs, CELL.id, 2, again)}) == 6
