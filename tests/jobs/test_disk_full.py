"""A disk that is full in mid-epoch: a clear end, and the same bits once there is room."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

from bench import checkpoint, journal
from bench.runs import Runs
from bench.store.ingest import ingest
from jobs.claim import state_of
from jobs.worker import Worker
from tests.bench.builders import dump, new_store
from tests.jobs.disks import Disk, SmallFiles, SmallFileSystem
from tests.jobs.workers import again, events_of, finish, results_of, worker_of


@dataclass(frozen=True)
class Crowded:
    """Work on a disk that fills up after the first epoch; then, when there is room, work again.

    What is on the disk after each of the two is copied to ``full`` and ``emptied`` in `kept`.
    """

    worker: Worker
    disk: Disk
    folder: Path
    kept: Path

    def __call__(self) -> None:
        try:
            self.disk.mount(self.folder)
        except OSError as error:
            (self.kept / "refused").write_text(str(error), encoding="utf-8")
            return
        write = journal.Journal.write

        def write_and_fill(this: journal.Journal, event: journal.Event) -> None:
            write(this, event)
            if event.event == "epoch":
                self.disk.fill()

        with patch.object(journal.Journal, "write", write_and_fill):
            self.worker()
        self.disk.empty()
        shutil.copytree(self.worker.runs.root, self.kept / "full")
        again(self.worker)()
        shutil.copytree(self.worker.runs.root, self.kept / "emptied")


@pytest.mark.parametrize(
    ("disk", "words"),
    [
        (SmallFileSystem(), "No space left on device"),
        (SmallFiles(), "File too large"),
    ],
    ids=["disk", "quota"],
)
def test_full_in_mid_epoch(known, tmp_path, disk, words):
    cell, folder = known.cells[0], tmp_path / "disk"
    folder.mkdir()
    finish(Crowded(worker_of(folder, cell), disk, folder, tmp_path), tmp_path)
    if (refused := tmp_path / "refused").exists():
        pytest.skip(f"no small file system can be had here: {refused.read_text()}")

    full = Runs(tmp_path / "full")
    assert state_of(full, cell.id) == "failed"
    ended = events_of(full, cell)[-1]
    assert words in ended.reason
    assert words in ended.traceback
    assert [event.event for event in events_of(full, cell)[:-1]] == ["claimed", "started", "epoch"]
    saved = checkpoint.load(full.checkpoint(cell.id, 1), cell.id)
    assert (saved["progress"]["epoch"], saved["progress"]["step"]) == (1, 3)

    emptied = Runs(tmp_path / "emptied")
    assert state_of(emptied, cell.id) == "done"
    assert emptied.attempts(cell.id) == [1, 2]
    assert results_of(emptied, cell) == known.results[0]
    first, second = new_store(tmp_path, "first.db"), new_store(tmp_path, "second.db")
    for runs in (full, emptied):
        ingest(first, runs)
    ingest(second, emptied)
    assert dump(first) == dump(second)
