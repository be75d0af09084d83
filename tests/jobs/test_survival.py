"""Runs that are killed, stopped or fail, with real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import journal
from bench.execution import Execution
from bench.runs import Runs
from bench.specification import Specification
from jobs.claim import attempts_of, claim, state_of
from jobs.worker import Worker
from tests.cells import tiny

#: A program that trains the cells of a pickled worker.
PROGRAM = "import pickle, sys; pickle.load(open(sys.argv[1], 'rb'))()"
CELL = {"epochs": 3, "augmentation": "flip_shift"}


def worker_of(folder: Path, *cells: Specification, **execution: object) -> Worker:
    settings = {"device": "cpu", "threads": 1, "deterministic": True, "checkpoint_every": 0.0}
    return Worker(
        cells=cells,
        before=attempts_of(cells, Runs(folder / "runs")),
        runs=Runs(folder / "runs"),
        roots={},
        execution=Execution(**settings | execution),
        database=None,
        stop_file=folder / "stop",
    )


def start(worker: Worker, folder: Path) -> subprocess.Popen[bytes]:
    import pickle

    folder.mkdir(exist_ok=True)
    path = folder / "worker.pkl"
    path.write_bytes(pickle.dumps(worker))
    with (folder / "log").open("ab") as log:
        return subprocess.Popen([sys.executable, "-c", PROGRAM, str(path)], stderr=log)


def events_of(runs: Runs, cell: Specification) -> list[journal.Event]:
    found = []
    for attempt in runs.attempts(cell.id):
        found += journal.read(runs.journal(cell.id, attempt))[0]
    return found


def results_of(runs: Runs, cell: Specification) -> tuple[dict, dict]:
    """What was measured: parts by epoch (a later attempt's comes after) and the picked logits."""
    epochs, picked = {}, {}
    for event in events_of(runs, cell):
        if isinstance(event, journal.EpochEnded):
            epochs[event.epoch] = (event.lr, event.parts)
        elif isinstance(event, journal.Selected):
            picked[event.rule] = (event.epoch, event.logits)
    return epochs, picked


def wait_until(happened: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> tuple[dict, dict]:
    folder = tmp_path_factory.mktemp("undisturbed")
    worker = worker_of(folder, tiny(**CELL), checkpoint_every=3600.0)
    assert start(worker, folder).wait() == 0
    assert state_of(worker.runs, tiny(**CELL).id) == "done"
    return results_of(worker.runs, tiny(**CELL))


@pytest.mark.slow
class TestKilled:
    @pytest.mark.parametrize("checkpoints", [1, 7])
    def test_a_run_killed_in_mid_epoch_ends_with_the_same_bits(
        self, tmp_path, undisturbed, checkpoints
    ):
        cell = tiny(**CELL)
        worker = worker_of(tmp_path, cell)
        process = start(worker, tmp_path)
        saved = worker.runs.checkpoint(cell.id, 1)
        times: set[int] = set()

        def saved_often_enough() -> bool:
            if saved.exists():
                times.add(saved.stat().st_mtime_ns)
            return len(times) >= checkpoints

        wait_until(saved_often_enough)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert state_of(worker.runs, cell.id) == "lost"

        assert start(worker, tmp_path).wait() == 0
        assert state_of(worker.runs, cell.id) == "done"
        assert worker.runs.attempts(cell.id) == [1, 2]
        assert results_of(worker.runs, cell) == undisturbed
        assert not list(worker.runs.cell(cell.id).glob("*.pt")), "checkpoints go when it is done"

    def test_killed_twice(self, tmp_path, undisturbed):
        cell = tiny(**CELL)
        worker = worker_of(tmp_path, cell)
        for attempt in (1, 2):
            process = start(worker, tmp_path)
            wait_until(worker.runs.checkpoint(cell.id, attempt).exists)
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert start(worker, tmp_path).wait() == 0
        assert worker.runs.attempts(cell.id) == [1, 2, 3]
        assert results_of(worker.runs, cell) == undisturbed

    def test_killed_before_any_checkpoint_it_begins_anew(self, tmp_path, undisturbed):
        cell = tiny(**CELL)
        worker = worker_of(tmp_path, cell, checkpoint_every=3600.0)
        process = start(worker, tmp_path)
        wait_until(lambda: len(results_of(worker.runs, cell)[0]) > 0)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert start(worker, tmp_path).wait() == 0
        assert results_of(worker.runs, cell) == undisturbed

    def test_a_run_that_is_asked_to_stop_saves_its_state_first(self, tmp_path, undisturbed):
        cell = tiny(**CELL)
        worker = worker_of(tmp_path, cell, checkpoint_every=3600.0)
        process = start(worker, tmp_path)
        wait_until(lambda: len(results_of(worker.runs, cell)[0]) > 0)
        worker.stop_file.write_text("stopped by the test", encoding="utf-8")
        assert process.wait() == 0
        assert state_of(worker.runs, cell.id) == "cancelled"
        assert worker.runs.checkpoint(cell.id, 1).exists()
        worker.stop_file.unlink()
        assert start(worker_of(tmp_path, cell), tmp_path).wait() == 0
        assert results_of(worker.runs, cell) == undisturbed


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

        from bench.attempt import Attempt, Superseded

        def another_takes_over(_event: object) -> None:
            if len(results_of(runs, cell)[0]) == 1:
                runs.journal(cell.id, 2).touch()

        attempt = Attempt(cell, number, runs, {}, worker.execution, after_event=another_takes_over)
        with pytest.raises(Superseded):
            attempt.run()
        assert len(results_of(runs, cell)[0]) == 1

    @pytest.mark.parametrize("keep", ["best", "last"])
    def test_weights_are_kept_where_asked_for(self, tmp_path, keep):
        from bench import checkpoint
        from bench.model import model_of

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
