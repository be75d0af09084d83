"""A results database of many runs, made row by row without training: how large may it get?

``python -m tests.dashboard.big FILE.db`` makes the one that the dashboard is measured on: 10,000
runs of 100 epochs and 7 classes.
"""

import argparse
import json
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from bench.metrics import measure
from bench.specification import Specification
from bench.store.database import Store
from bench.store.models import Attempt, Cell, Matrix, MatrixCell, Prediction, Selection, SplitRow
from bench.store.statements import COPY_RESULTS
from bench.store.submission import _cell_row
from tests.bench.builders import spec

CLASSES = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
SUPPORT = 28
#: So many different confusion matrices, the later the better.
TEMPLATES = 200
NOW = datetime(2030, 1, 1, tzinfo=UTC)
SPLIT = "5" * 32
BACKBONES = ("resnet18", "mobilenet_v2")
DATASETS = ("faces", *({"name": "faces", "subjects": n} for n in (40, 60, 80)), "ckplus")


def attentions(count: int) -> list[Any]:
    """The plain backbone, and as many radii of the paper's module as it takes."""
    radii = np.linspace(0.1, 0.9, count - 1).round(3)
    return ["none", *({"name": "hfc", "radius": float(radius)} for radius in radii)]


def configurations(count: int) -> list[Specification]:
    """So many configurations, spread over datasets and backbones."""
    each = max(2, -(-count // (len(BACKBONES) * len(DATASETS))))
    made = [
        spec(dataset=dataset, backbone=backbone, attention=attention, epochs=100)
        for dataset in DATASETS
        for backbone in BACKBONES
        for attention in attentions(each)
    ]
    return made[:count]


def fill(store: Store, runs: int = 10_000, epochs: int = 100, seeds: int = 20) -> None:
    """Fill an empty store with runs that are all done."""
    with store.write() as session:
        _cells(session, runs, epochs, seeds)
        _templates(session)
        _epochs(session, epochs)
        session.execute(COPY_RESULTS)
        session.execute(text("ANALYZE"))


def _cells(session: Session, runs: int, epochs: int, seeds: int) -> None:
    specifications = [
        one.model_copy(update={"seed": seed, "recipe": one.recipe.model_copy()})
        for one in configurations(-(-runs // seeds))
        for seed in range(seeds)
    ][:runs]
    images = {"train": 4 * SUPPORT * len(CLASSES), "test": SUPPORT * len(CLASSES)}
    known = {"classes": list(CLASSES), "images": images, "parameters": 11_000_000}
    rows = [
        _cell_row(one) | known | {"key": key, "state": "done", "epochs_done": epochs}
        for key, one in enumerate(specifications, start=1)
    ]
    keys = [row["key"] for row in rows]
    names = [f"p{n // 4}/{n}" for n in range(images["test"])]
    labels = [n % len(CLASSES) for n in range(images["test"])]
    document = {"train": [], "test": names, "labels": {"test": labels}}
    packed = zlib.compress(json.dumps(document).encode())
    session.execute(insert(SplitRow), [{"fingerprint": SPLIT, "parts": packed}])
    for some in _chunks(rows):
        session.execute(insert(Cell), some)
        session.execute(insert(Attempt), [_attempt(row["key"]) for row in some])
    session.execute(insert(Matrix), [{"name": "big", "title": "Many runs", "reported": None}])
    session.execute(insert(MatrixCell), [{"matrix": "big", "cell_key": key} for key in keys])
    picks = [{"cell_key": k, "rule": r, "epoch": epochs} for k in keys for r in ("best", "last")]
    session.execute(insert(Selection), picks)
    logits = np.random.default_rng(0).normal(size=(len(names), len(CLASSES))).astype("<f4")
    bytes_ = zlib.compress(logits.tobytes())
    answers = [{**pick, "part": "test", "logits": bytes_} for pick in picks]
    for answer in answers:
        answer.pop("epoch")
    for some in _chunks(answers):
        session.execute(insert(Prediction), some)


def _attempt(key: int) -> dict[str, Any]:
    environment = {"host": "machine", "python": "3.13", "packages": {"torch": "2"}, "key": key}
    return {
        "cell_key": key,
        "number": 1,
        "state": "done",
        "holder": "machine|ns|1|2",
        "claimed_at": NOW,
        "started_at": NOW,
        "ended_at": NOW,
        "resumed_after": 0,
        "split": SPLIT,
        "environment": environment,
        "offset": 100_000,
    }


def _templates(session: Session) -> None:
    """Confusion matrices with all that follows from them, for SQL to spread over the runs."""
    session.execute(
        text("CREATE TEMP TABLE made (n INTEGER PRIMARY KEY, loss, accuracy, balanced, f1, counts)")
    )
    session.execute(text("CREATE TEMP TABLE made_class (n, label, support, recall, precision, f1)"))
    random = np.random.default_rng(1)
    for number in range(TEMPLATES):
        right = 0.2 + 0.7 * number / TEMPLATES
        chances = np.full((7, 7), (1 - right) / 6)
        np.fill_diagonal(chances, right)
        counts = np.array([random.multinomial(SUPPORT, row) for row in chances])
        found = measure(counts)
        session.execute(
            text("INSERT INTO made VALUES (:n, :loss, :a, :b, :f, :c)"),
            {
                "n": number,
                "loss": 2 * (1 - right),
                "a": float(found.accuracy),
                "b": float(found.balanced_accuracy),
                "f": float(found.macro_f1),
                "c": json.dumps(counts.tolist()),
            },
        )
        session.execute(
            text("INSERT INTO made_class VALUES (:n, :label, :s, :r, :p, :f)"),
            [
                {
                    "n": number,
                    "label": label,
                    "s": int(found.support[label]),
                    "r": float(found.recall[label]),
                    "p": float(np.nan_to_num(found.precision[label])),
                    "f": float(np.nan_to_num(found.f1[label])),
                }
                for label in range(len(CLASSES))
            ],
        )


def _epochs(session: Session, epochs: int) -> None:
    session.execute(text("CREATE TEMP TABLE step (epoch INTEGER PRIMARY KEY)"))
    session.execute(
        text("INSERT INTO step VALUES (:epoch)"), [{"epoch": n + 1} for n in range(epochs)]
    )
    session.execute(
        text(
            "INSERT INTO epochs (cell_key, epoch, attempt, ended_at, lr, seconds, "
            "images_per_second, peak_memory) SELECT key, step.epoch, 1, "
            "'2030-01-01 00:00:00.000000', 0.1, 1.5, 100, 1000000 "
            "FROM cells CROSS JOIN step ORDER BY 1, 2"
        )
    )
    which = f"(step.epoch * {TEMPLATES} / {epochs + 1} * 7 / 8 + key * 13 % 24)"
    parts = "(SELECT 'test' AS part UNION ALL SELECT 'train')"
    joined = f"FROM cells CROSS JOIN step CROSS JOIN {parts} AS parts JOIN"
    session.execute(
        text(
            "INSERT INTO evaluations SELECT key, step.epoch, part, loss, accuracy, balanced, f1, "
            f"counts {joined} made ON made.n = {which} ORDER BY 1, 2, 3"
        )
    )
    session.execute(text("CREATE INDEX temp.by_n ON made_class (n, label)"))
    session.execute(
        text(
            "INSERT INTO class_metrics SELECT key, step.epoch, part, label, support, recall, "
            f"precision, f1 {joined} made_class ON made_class.n = {which} ORDER BY 1, 2, 3, 4"
        )
    )


def _chunks(rows: Sequence[Any], size: int = 2000) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--epochs", type=int, default=100)
    asked = parser.parse_args()
    store = Store(str(asked.file))
    store.upgrade()
    fill(store, asked.runs, asked.epochs)
    store.close()


if __name__ == "__main__":
    main()
