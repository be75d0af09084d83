"""A store of many finished runs, made by row, for what is read from it to be timed.

Every run has as many epochs as it would have, with a test part of seven classes: 10,000 runs of 100
epochs are 7 million rows of classes.
"""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sqlalchemy import insert, text, update
from sqlalchemy.orm import Session

from bench.journal import now
from bench.leaderboard import leaderboard
from bench.metrics import measure
from bench.perf.plan import SEEDS
from bench.perf.steps import Task
from bench.specification import Specification, specify
from bench.store.database import Store
from bench.store.models import Attempt, Cell, Selection, SplitRow
from bench.store.statements import COPY_RESULTS
from bench.store.submission import Submission, record_submission

BACKBONES = ("resnet18", "mobilenet_v2")
CLASSES = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
#: Test images of each class, and confusion matrices that the epochs share.
SUPPORT, TEMPLATES = 28, 100
SPLIT = "0" * 32

FILL = (
    """INSERT INTO epochs (cell_key, epoch, attempt, ended_at, lr, seconds, images_per_second,
       peak_memory) SELECT key, step.epoch, 1, '2030-01-01 00:00:00.000000', 0.1, 1.5, 100, 1000000
       FROM cells CROSS JOIN step ORDER BY 1, 2""",
    """INSERT INTO evaluations (cell_key, epoch, part, loss, accuracy, balanced_accuracy, macro_f1,
       confusion) SELECT key, step.epoch, 'test', 1.0, accuracy, balanced, f1, counts
       FROM cells CROSS JOIN step JOIN made ON made.n = (key * 13 + step.epoch) % :templates
       ORDER BY 1, 2""",
    """INSERT INTO class_metrics (cell_key, epoch, part, label, support, recall, precision, f1)
       SELECT key, step.epoch, 'test', label, support, recall, precision, f1
       FROM cells CROSS JOIN step
       JOIN made_class ON made_class.n = (key * 13 + step.epoch) % :templates ORDER BY 1, 2, 4""",
)


@contextmanager
def leaderboard_of(runs: int, epochs: int) -> Iterator[Mapping[str, Task]]:
    """A task that reads the leaderboard of a store with so many runs, a multiple of `SEEDS`."""
    with TemporaryDirectory(prefix="ferbench-perf-") as folder:
        store = Store(str(Path(folder) / "results.db"))
        store.upgrade()
        fill(store, runs, epochs)

        def run() -> None:
            with store.read() as session:
                leaderboard(session)

        yield {"leaderboard": run}
        store.close()


def fill(store: Store, runs: int, epochs: int) -> None:
    """Fill an empty store with runs that are all done, `SEEDS` of each model."""
    submission = Submission(
        name="many", title="Many runs", reported=None, specifications=_specifications(runs)
    )
    record_submission(store, submission)
    with store.write() as session:
        images = {"train": 4 * SUPPORT * len(CLASSES), "test": SUPPORT * len(CLASSES)}
        known = {"classes": list(CLASSES), "images": images, "parameters": 11_000_000}
        session.execute(update(Cell).values(state="done", epochs_done=epochs, **known))
        _ends(session, epochs)
        _templates(session)
        session.execute(text("CREATE TEMP TABLE step (epoch INTEGER PRIMARY KEY)"))
        steps = [{"epoch": number} for number in range(1, epochs + 1)]
        session.execute(text("INSERT INTO step VALUES (:epoch)"), steps)
        for statement in FILL:
            values = {"templates": TEMPLATES} if ":templates" in statement else {}
            session.execute(text(statement), values)
        session.execute(COPY_RESULTS)
        session.execute(text("ANALYZE"))


def _specifications(runs: int) -> tuple[Specification, ...]:
    models = runs // SEEDS
    radii = np.linspace(0.1, 0.9, -(-models // len(BACKBONES))).round(6).tolist()
    pairs = [(backbone, radius) for radius in radii for backbone in BACKBONES][:models]
    return tuple(
        specify(
            {
                "dataset": "faces",
                "protocol": "subject",
                "backbone": backbone,
                "attention": {"name": "hfc", "radius": radius},
                "seed": seed,
            },
            lambda _dataset: "0" * 32,
        )
        for backbone, radius in pairs
        for seed in range(SEEDS)
    )


def _ends(session: Session, epochs: int) -> None:
    keys = list(session.scalars(text("SELECT key FROM cells")))
    parts = json.dumps({"train": [], "test": [f"{n}" for n in range(SUPPORT * len(CLASSES))]})
    packed = zlib.compress(parts.encode())
    session.execute(insert(SplitRow), [{"fingerprint": SPLIT, "parts": packed}])
    attempt = {"number": 1, "state": "done", "holder": "", "claimed_at": now(), "offset": 0}
    attempt |= {"resumed_after": 0, "split": SPLIT, "started_at": now(), "ended_at": now()}
    for some in _chunks(keys):
        session.execute(insert(Attempt), [{"cell_key": key, **attempt} for key in some])
        picks = [
            {"cell_key": k, "rule": r, "epoch": epochs} for k in some for r in ("best", "last")
        ]
        session.execute(insert(Selection), picks)


def _templates(session: Session) -> None:
    """Confusion matrices with all that follows from them, for SQL to spread over the epochs."""
    session.execute(
        text("CREATE TEMP TABLE made (n INTEGER PRIMARY KEY, accuracy, balanced, f1, counts)")
    )
    session.execute(
        text(
            "CREATE TEMP TABLE made_class (n, label, support, recall, precision, f1, "
            "PRIMARY KEY (n, label))"
        )
    )
    random = np.random.default_rng(0)
    for number in range(TEMPLATES):
        right = 0.5 + 0.4 * number / TEMPLATES
        chances = np.full((len(CLASSES),) * 2, (1 - right) / (len(CLASSES) - 1))
        np.fill_diagonal(chances, right)
        counts = np.array([random.multinomial(SUPPORT, row) for row in chances])
        found = measure(counts)
        whole = (float(x) for x in (found.accuracy, found.balanced_accuracy, found.macro_f1))
        session.execute(
            text("INSERT INTO made VALUES (:n, :a, :b, :f, :c)"),
            {"n": number, **dict(zip("abf", whole, strict=True)), "c": json.dumps(counts.tolist())},
        )
        by_class = np.nan_to_num(np.stack([found.support, found.recall, found.precision, found.f1]))
        session.execute(
            text("INSERT INTO made_class VALUES (:n, :label, :s, :r, :p, :f)"),
            [
                {"n": number, "label": label, **dict(zip("srpf", map(float, each), strict=True))}
                for label, each in enumerate(by_class.T)
            ],
        )


def _chunks(keys: Sequence[int], size: int = 2000) -> Iterator[Sequence[int]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
