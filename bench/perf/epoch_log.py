"""What is done with an epoch's result: its line in the journal, and its rows in the database."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.engine import EpochResult
from bench.journal import Claimed, EpochEnded, Event, Journal, Part, Started
from bench.perf.faces import FacesCell
from bench.runs import Runs, make_folder, write_once
from bench.store.database import Store
from bench.store.ingest import ingest_journal

SPLIT = "0" * 32


class EpochLog:
    """The journal of one attempt beside a results database, both in a folder of their own."""

    def __init__(self, folder: Path, cell: FacesCell) -> None:
        self.cell = cell.specification.id
        self.runs = Runs(folder / "results.runs")
        self.store = Store(str(folder / "results.db"))
        self.store.upgrade()
        self.path = self.runs.journal(self.cell, 1)
        write_once(self.runs.split(SPLIT), json.dumps(cell.split.described(cell.samples)))
        make_folder(self.path.parent)
        self.path.touch()
        self.journal = Journal(self.path)
        self._write(Claimed(holder=""))
        self._write(
            Started(
                specification=cell.specification.model_dump(mode="json"),
                classes=cell.samples.classes,
                split=SPLIT,
                images={part: len(indices) for part, indices in cell.split.parts.items()},
                parameters=0,
                resumed_after=0,
                environment={},
            )
        )

    def write(self, result: EpochResult) -> None:
        """Log one epoch as an attempt and its worker do."""
        parts = {
            name: Part(loss=part.loss, confusion=tuple(map(tuple, part.confusion.tolist())))
            for name, part in result.parts.items()
        }
        self._write(
            EpochEnded(
                epoch=result.epoch,
                lr=result.lr,
                seconds=result.seconds,
                images_per_second=result.images_per_second,
                peak_memory=0,
                parts=parts,
            )
        )

    def _write(self, event: Event) -> None:
        self.journal.write(event)
        ingest_journal(self.store, self.runs, self.cell, 1, self.path)

    def close(self) -> None:
        """Let go of the files."""
        self.journal.close()
        self.store.close()


@contextmanager
def epoch_log(folder: Path, cell: FacesCell) -> Iterator[EpochLog]:
    """A log that is closed in the end."""
    log = EpochLog(folder, cell)
    try:
        yield log
    finally:
        log.close()
