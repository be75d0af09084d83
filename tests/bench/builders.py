"""Values that the tests of bench/ and jobs/ are made of; pure functions, nothing trained."""

import base64
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import JSON, make_url, select

from bench.cost.record import CostRecord, CostRow, Ratios
from bench.journal import Claimed, Ended, EpochEnded, Event, Journal, Part, Selected, Started
from bench.runs import Runs, write_once
from bench.specification import Chosen, Specification, choose, specify
from bench.store.database import Store
from bench.store.models import Base, Cell
from bench.store.submission import Submission, record_submission
from registry.samples import Samples
from registry.split import Split
from tests.postgres import server

FINGERPRINT = "0" * 32
START = datetime(2030, 1, 1, tzinfo=UTC)


def fake_fingerprint(dataset: Chosen) -> str:
    return FINGERPRINT


def spec(**settings: Any) -> Specification:
    """A cell of three epochs on data that nobody reads."""
    base = {
        "dataset": "faces",
        "protocol": "subject",
        "backbone": "resnet18",
        "attention": "none",
        "epochs": 3,
    }
    return specify(base | settings, fake_fingerprint)


def samples(images: NDArray[np.uint8], labels: Sequence[int] = ()) -> Samples:
    """Images (N, C, H, W) of nobody, in as many classes as there are labels."""
    chosen = np.array(labels or [0] * len(images), dtype=np.int64)
    classes = tuple(f"class{label}" for label in range(chosen.max() + 1))
    return Samples(images, chosen, classes, tuple(f"{n:03d}" for n in range(len(images))))


def split(data: Samples, train: Sequence[int], test: Sequence[int]) -> Split:
    return Split(data.names, np.array(train), np.array(test), monitored="test")


# --- journals ---


def claimed(seconds: int = 0) -> Claimed:
    return Claimed(time=START + timedelta(seconds=seconds), holder="machine|ns|1|2")


def split_of(cell: Specification) -> str:
    """Another one for each split seed."""
    return f"{5 + cell.split_seed:x}" * 32


def started(
    cell: Specification,
    resumed_after: int = 0,
    images: dict[str, int] | None = None,
    classes: int = 2,
    parameters: int = 1234,
) -> Started:
    return Started(
        time=START,
        specification=cell.model_dump(mode="json"),
        classes=tuple(f"class{label}" for label in range(classes)),
        split=split_of(cell),
        images=images or {"train": 3, "test": 1},
        parameters=parameters,
        resumed_after=resumed_after,
        environment={"host": "machine"},
    )


def epoch(number: int, confusion: Any = ((1, 0), (0, 1)), loss: float | None = 0.5) -> EpochEnded:
    """One epoch whose test part gave this confusion matrix; `lr` tells attempts apart."""
    train = np.zeros((len(confusion), len(confusion)), dtype=int)
    train[:2, 0] = 2, 1
    parts = {
        "train": Part(loss=1.0, confusion=tuple(map(tuple, train.tolist()))),
        "test": Part(loss=loss, confusion=tuple(map(tuple, confusion))),
    }
    return EpochEnded(
        time=START + timedelta(minutes=number),
        epoch=number,
        lr=0.1,
        seconds=1.5,
        images_per_second=20.0,
        peak_memory=10**10,
        parts=parts,
    )


def selected(rule: Any, number: int, value: float = 0.0) -> Selected:
    logits = np.full((1, 2), value, dtype="<f4").tobytes()
    text = base64.b64encode(zlib.compress(logits)).decode()
    return Selected(time=START, rule=rule, epoch=number, logits={"test": text})


def ended(state: Any = "done") -> Ended:
    return Ended(time=START + timedelta(hours=1), state=state, reason="so it was")


def full_run(
    cell: Specification, confusions: Iterable[Any], best: int | None = None
) -> list[Event]:
    """An attempt that went through: one confusion matrix of the test part an epoch."""
    epochs = [epoch(number, confusion) for number, confusion in enumerate(confusions, start=1)]
    last = len(epochs)
    picks = [selected("best", best or last), selected("last", last)]
    return [claimed(), started(cell), *epochs, *picks, ended()]


def write_journal(runs: Runs, cell: str, attempt: int, events: Iterable[Event]) -> Path:
    path = runs.journal(cell, attempt)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    journal = Journal(path)
    events = list(events)
    for event in events:
        journal.write(event)
    journal.close()
    splits = {event.split for event in events if isinstance(event, Started)}
    for split in splits or {"5" * 32}:
        write_once(runs.split(split), '{"train": ["a", "b", "c"], "test": ["d"]}')
    return path


# --- costs ---


def cost_row(attention: str = "none", latency: float = 2.5, size: int = 224) -> CostRow:
    """A model of resnet18 that nobody has measured."""
    return CostRow(
        model="resnet18" if attention == "none" else f"resnet18/{attention}",
        backbone=choose("backbone", "resnet18"),
        attention=choose("attention", attention),
        size=size,
        batch=32,
        device="cpu",
        parameters=11_000_000,
        flops=3_500_000_000,
        flops_by_operation={"convolution": 3_400_000_000, "matrix product": 100_000_000},
        latency_ms_p50=latency,
        latency_ms_p95=1.5 * latency,
        throughput=123.456,
        peak_memory=10**10,
        to_vanilla=Ratios(latency=latency / 2.5),
    )


def cost_record(*rows: CostRow, seconds: int = 0) -> CostRecord:
    """One measurement, so many seconds after the start."""
    return CostRecord(
        measured_at=START + timedelta(seconds=seconds, microseconds=7),
        settings={"size": 224, "batch": 32, "channels": 1, "classes": 7, "rounds": 50},
        environment={"host": "machine", "cpu": "a CPU", "device_name": "", "threads": 1},
        rows=rows or (cost_row(), cost_row("hfc", 3.0)),
    )


# --- stores ---


BACKENDS = ("sqlite", "postgresql")


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        store = Store(str(path))
        store.upgrade()
        store.close()
        return path.read_bytes()


@cache
def _template() -> str:
    url = server().new_database()
    store = Store(url)
    store.upgrade()
    store.close()
    return str(make_url(url).database)


def new_store(folder: Path, name: str = "results.db", backend: str = "sqlite") -> Store:
    """A store without rows; a copy, for migrating takes long."""
    if backend == "postgresql":
        return Store(server().new_database(_template()))
    (folder / name).write_bytes(_empty())
    return Store(str(folder / name))


def close(store: Store) -> None:
    """Let go of it; a server's database is dropped, for there would be hundreds."""
    store.close()
    if store.path is None:
        server().execute(f"DROP DATABASE IF EXISTS {make_url(store.url).database} WITH (FORCE)")


def dump(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, cells named by their identity: keys are nobody's business."""
    tables = {}
    with store.read() as session:
        names = dict(tuple(row) for row in session.execute(select(Cell.key, Cell.id)))
        for table in Base.metadata.sorted_tables:
            columns = [column.name for column in table.columns if column.name != "key"]
            rows = session.execute(select(*(table.c[name] for name in columns)))
            tables[table.name] = sorted(
                tuple(
                    repr(names[value] if name == "cell_key" else value)
                    for name, value in zip(columns, row, strict=True)
                )
                for row in rows
            )
    return tables


WRONG, RIGHT = ((0, 1), (1, 0)), ((1, 0), (0, 1))


def submit(store: Store, runs: Runs, *cells: Specification, name: str = "matrix") -> None:
    submission = Submission(name=name, title="A title", reported=None, specifications=cells)
    write_once(runs.matrix(name, "0"), submission.model_dump_json())
    record_submission(store, submission)


def attempts_at(cell: Specification) -> list[list[Event]]:
    """Three attempts, the first of which is taken for lost twice and lives on to the end."""
    first = [claimed(), started(cell, parameters=1), *(epoch(n, WRONG) for n in (1, 2, 3, 4))]
    first += [selected("best", 1, 1.0), selected("last", 4, 1.0), ended()]
    second = [claimed(10), started(cell, 2, parameters=2), epoch(3, RIGHT), epoch(4, RIGHT)]
    third = [claimed(20), started(cell, 3, parameters=3), epoch(4, ((2, 0), (0, 2)))]
    third += [selected("best", 3, 3.0), selected("last", 4, 3.0), ended()]
    return [first, second, third]


def rows(store: Store, *columns: Any) -> list[Any]:
    # PostgreSQL has no order among JSON values.
    order = [column for column in columns if not isinstance(column.type, JSON)]
    with store.read() as session:
        return [tuple(row) for row in session.execute(select(*columns).order_by(*order))]
