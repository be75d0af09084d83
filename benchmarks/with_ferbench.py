"""The comparison's work done by ferbench: its journal, its metrics, its database."""

import json
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, select, text

from bench.journal import Claimed, Ended, EpochEnded, Event, Journal, Part, Started
from bench.runs import Runs, make_folder, write_once
from bench.specification import Specification, repeat, specify
from bench.store.database import Store
from bench.store.ingest import ingest_journal
from bench.store.models import Cell, Evaluation
from bench.store.submission import record_cells
from benchmarks.epochs import CLASSES, SUPPORT, Epoch

SPLIT = "0" * 32
TABLES = {
    "epochs": "attempt, ended_at, lr, seconds, images_per_second, peak_memory",
    "evaluations": "part, loss, accuracy, balanced_accuracy, macro_f1, confusion",
    "class_metrics": "part, label, support, recall, precision, f1",
}


class Ferbench:
    """A runs folder with the results database beside it."""

    def __init__(self, folder: Path) -> None:
        self.runs = Runs(folder / "results.runs")
        self.store = Store(str(folder / "results.db"))
        self.store.upgrade()
        write_once(self.runs.split(SPLIT), json.dumps({"train": [], "test": []}))
        names = {"dataset": "faces", "protocol": "paper", "backbone": "resnet18"}
        self.first = specify(names | {"attention": "hfc"}, lambda _dataset: "0" * 32)

    def log(self, seed: int, epochs: tuple[Epoch, ...], live: bool) -> None:
        """Flush each event to the journal; take each in at once, or the journal in the end."""
        cell = repeat(self.first, {"seed": seed})
        path = self.runs.journal(cell.id, 1)
        make_folder(path.parent)
        path.touch()
        journal = Journal(path)
        for event in _events(cell, epochs):
            journal.write(event)
            if live:
                ingest_journal(self.store, self.runs, cell.id, 1, path)
        journal.close()
        if not live:
            ingest_journal(self.store, self.runs, cell.id, 1, path)

    def spread(self, seed: int, runs: int, epochs: int) -> None:
        """See `benchmarks.epochs.Side`."""
        cells = [repeat(self.first, {"seed": seed + ahead}) for ahead in range(runs)]
        with self.store.write() as session:
            keys = record_cells(session, cells)
            for ahead, cell in enumerate(cells[1:], start=1):
                for table, columns in TABLES.items():
                    session.execute(
                        text(
                            f"INSERT INTO {table} (cell_key, epoch, {columns}) "  # noqa: S608  (names of ours)
                            f"SELECT :copy, (epoch - 1 + :ahead) % :epochs + 1, {columns} "
                            f"FROM {table} WHERE cell_key = :first"
                        ),
                        {
                            "copy": keys[cell.id],
                            "first": keys[cells[0].id],
                            "ahead": ahead,
                            "epochs": epochs,
                        },
                    )

    def best(self) -> dict[int, int]:
        """From the epochs themselves, as if no run had stated which one it picked."""
        order = (Evaluation.balanced_accuracy.desc(), Evaluation.epoch)
        place = func.row_number().over(partition_by=Evaluation.cell_key, order_by=order)
        placed = (
            select(Evaluation.cell_key, Evaluation.epoch, place.label("place"))
            .where(Evaluation.part == "test")
            .subquery()
        )
        query = (
            select(Cell.seed, placed.c.epoch)
            .join(placed, placed.c.cell_key == Cell.key)
            .where(placed.c.place == 1)
        )
        with self.store.read() as session:
            return {row.seed: row.epoch for row in session.execute(query)}


def _events(cell: Specification, epochs: tuple[Epoch, ...]) -> Iterator[Event]:
    yield Claimed(holder="")
    yield Started(
        specification=cell.model_dump(mode="json"),
        classes=CLASSES,
        split=SPLIT,
        images={"train": 0, "test": SUPPORT * len(CLASSES)},
        parameters=0,
        resumed_after=0,
        environment={},
    )
    for epoch in epochs:
        rows = tuple(tuple(row) for row in epoch.confusion.tolist())
        yield EpochEnded(
            epoch=epoch.number,
            lr=epoch.lr,
            seconds=epoch.seconds,
            images_per_second=epoch.images_per_second,
            peak_memory=epoch.peak_memory,
            parts={"test": Part(loss=epoch.loss, confusion=rows)},
        )
    yield Ended(state="done")
