"""Runs that are killed, stopped or fail, with real processes."""

import os
from typing import Any

import pytest

from bench import checkpoint
from bench.attempt import Attempt, Superseded
from bench.model import model_of
from jobs.claim import claim, state_of
from tests.cells import tiny
from tests.jobs.workers import (
    again,
    ended_at_last,
    events_of,
    finish,
    kill,
    results_of,
    small,
    start,
    wait_until,
    worker_of,
)

#: Half a second or more of training, so that it can be caught in the middle.
CELL = small(epochs=10)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> tuple[dict[int, Any], dict[str, Any]]:
    folder = tmp_path_factory.mktemp("undisturbed")
    worker = worker_of(folder, CELL, checkpoint_every=3600.0)
    finish(worker, folder)
    assert state_of(worker.runs, CELL.id) == "done"
    epochs, picked = results_of(worker.runs, CELL)
    assert list(epochs) == list(range(1, 11))
    assert sorted(picked) == ["best", "last"]
    return epochs, picked


class TestKilled:
    @pytest.mark.parametrize("checkpoints", [1, 7])
    def test_a_run_killed_in_mid_epoch_ends_with_the_same_bits(
        self, tmp_path, undisturbed, checkpoints
    ):
        worker = worker_of(tmp_path, CELL)
        saved = worker.runs.checkpoint(CELL.id, 1)
        times: set[int] = set()

        def saved_often_enough() -> bool:
            if saved.exists():
                times.add(saved.stat().st_mtime_ns)
            return len(times) >= checkpoints

        with ended_at_last(start(worker, tmp_path)) as process:
            wait_until(saved_often_enough)
            kill(process)
        assert state_of(worker.runs, CELL.id) == "lost"
        epoch = checkpoint.load(saved, CELL.id)["progress"]["epoch"]

        finish(again(worker), tmp_path)
        assert state_of(worker.runs, CELL.id) == "done"
        assert worker.runs.attempts(CELL.id) == [1, 2]
        begun = [event for event in events_of(worker.runs, CELL) if event.event == "started"]
        assert begun[-1].resumed_after == epoch - 1
        assert results_of(worker.runs, CELL) == undisturbed
        assert not list(worker.runs.cell(CELL.id).glob("*.pt")), "checkpoints go when it is done"

    def test_killed_twice(self, tmp_path, undisturbed):
        worker = worker_of(tmp_path, CELL)
        for attempt in (1, 2):
            with ended_at_last(start(again(worker), tmp_path)) as process:
                wait_until(worker.runs.checkpoint(CELL.id, attempt).exists)
                kill(process)
        finish(again(worker), tmp_path)
        assert worker.runs.attempts(CELL.id) == [1, 2, 3]
        assert results_of(worker.runs, CELL) == undisturbed

    def test_killed_before_any_checkpoint_it_begins_anew(self, tmp_path, undisturbed):
        worker = worker_of(tmp_path, CELL, checkpoint_every=3600.0)
        with ended_at_last(start(worker, tmp_path)) as process:
            wait_until(lambda: results_of(worker.runs, CELL)[0])
            kill(process)
        assert state_of(worker.runs, CELL.id) == "lost"
        finish(again(worker), tmp_path)
        begun = [event for event in events_of(worker.runs, CELL) if event.event == "started"]
        assert [event.resumed_after for event in begun] == [0, 0]
        assert results_of(worker.runs, CELL) == undisturbed

    def test_a_run_that_is_asked_to_stop_saves_its_state_first(self, tmp_path, undisturbed):
        worker = worker_of(tmp_path, CELL, checkpoint_every=3600.0)
        with ended_at_last(start(worker, tmp_path)) as process:
            wait_until(lambda: results_of(worker.runs, CELL)[0])
            worker.stop_file.write_text("stopped by the test", encoding="utf-8")
            process.join(60)
            assert process.exitcode == 0
        assert state_of(worker.runs, CELL.id) == "cancelled"
        assert events_of(worker.runs, CELL)[-1].reason == "stopped by the test"
        assert worker.runs.checkpoint(CELL.id, 1).exists()
        worker.stop_file.unlink()
        finish(again(worker), tmp_path)
        assert results_of(worker.runs, CELL) == undisturbed


class TestWorker:
    def test_a_cell_that_fails_takes_no_other_along_and_keeps_its_traceback(self, tmp_path):
        good = tiny(epochs=1)
        bad = good.model_copy(update={"data": "0" * 32})
        worker = worker_of(tmp_path, bad, good)
        worker()
        assert state_of(worker.runs, bad.id) == "failed"
        assert state_of(worker.runs, good.id) == "done"
        ended = events_of(worker.runs, bad)[-1]
        assert "has changed" in ended.reason
        assert "Traceback" in ended.traceback

    def test_a_loss_that_is_no_number_is_told_apart_and_keeps_what_there_was(self, tmp_path):
        cell = tiny(epochs=5, lr=1e30, optimizer="sgd")
        worker = worker_of(tmp_path, cell)
        worker()
        assert state_of(worker.runs, cell.id) == "diverged"
        last_epoch = [e for e in events_of(worker.runs, cell) if e.event == "epoch"][-1]
        assert None in [part.loss for part in last_epoch.parts.values()]

    def test_a_cell_that_another_process_has_is_left_to_it(self, tmp_path):
        cell = tiny(epochs=1)
        worker = worker_of(tmp_path, cell)
        assert claim(worker.runs, cell.id, 0) == 1  # by this very process, which lives
        worker()
        assert worker.runs.attempts(cell.id) == [1]
        assert claim(worker.runs, cell.id, 0) is None

    def test_a_worker_that_was_given_up_says_nothing_more(self, tmp_path):
        cell = tiny(epochs=3)
        worker = worker_of(tmp_path, cell)
        runs = worker.runs
        number = claim(runs, cell.id, 0)

        def another_takes_over(_event: object) -> None:
            if len(results_of(runs, cell)[0]) == 1:
                runs.journal(cell.id, 2).touch()

        attempt = Attempt(cell, number, runs, {}, worker.execution, after_event=another_takes_over)
        with pytest.raises(Superseded):
            attempt.run()
        assert len(results_of(runs, cell)[0]) == 1

    @pytest.mark.parametrize("keep", ["best", "last"])
    def test_weights_are_kept_where_asked_for(self, tmp_path, keep):
        cell = tiny(epochs=2)
        worker = worker_of(tmp_path, cell, keep=keep)
        worker()
        files = sorted(path.name for path in worker.runs.cell(cell.id).glob("*.pt"))
        assert files == [f"weights-{keep}.pt"]
        kept = checkpoint.load(worker.runs.weights(cell.id, keep), cell.id)
        picked = results_of(worker.runs, cell)[1][keep]
        assert kept["epoch"] == picked[0]
        model_of(cell, channels=1, classes=7).load_state_dict(kept["model"])

    def test_folders_are_for_the_user_alone(self, tmp_path):
        before = os.umask(0o022)
        try:
            worker = worker_of(tmp_path, tiny(epochs=1))
            worker()
        finally:
            os.umask(before)
        for path in (worker.runs.cell(tiny(epochs=1).id), worker.runs.root):
            assert path.stat().st_mode & 0o077 == 0
