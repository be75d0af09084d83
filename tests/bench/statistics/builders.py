"""A store filled from journals whose logits, splits and confusion matrices are all made up."""

import json
import zlib
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.journal import Selected
from bench.metrics import confusion_matrix
from bench.runs import Runs, write_once
from bench.specification import Specification
from bench.store.ingest import ingest
from bench.store.submission import Submission, record_submission
from tests.bench.builders import START, claimed, ended, epoch, new_store, started, write_journal

CLASSES = 2


def split(people: int = 8, frames: int = 2, **without: Any) -> dict[str, Any]:
    """A stored split: in each part so many people, who show both classes in some frames."""

    def part(first: int) -> list[tuple[str, int, int]]:
        return [
            (f"p{first + person}", label, frame)
            for person in range(people)
            for label in range(CLASSES)
            for frame in range(frames)
        ]

    parts = {"train": part(100), "test": part(0)}
    document = {
        **{name: [f"{who}/{what}/{n}" for who, what, n in rows] for name, rows in parts.items()},
        "labels": {name: [what for _, what, _ in rows] for name, rows in parts.items()},
        "subjects": {name: [who for who, _, _ in rows] for name, rows in parts.items()},
        "sequences": {
            name: [f"{who}/{what}" for who, what, _ in rows] for name, rows in parts.items()
        },
    }
    return {key: value for key, value in document.items() if key not in without.get("without", ())}


def wrong_at(document: dict[str, Any], places: Sequence[int]) -> np.ndarray:
    """Predictions on the test part that are right but in these places."""
    predicted = np.array(document["labels"]["test"])
    predicted[list(places)] = 1 - predicted[list(places)]
    return predicted


class Bench:
    """A store, and the journals that it is filled from."""

    def __init__(self, folder: Path) -> None:
        self.store = new_store(folder)
        self.runs = Runs(folder / "results.runs")

    def submit(self, name: str, *cells: Specification, reported: str | None = None) -> None:
        submission = Submission(name=name, title="", reported=reported, specifications=cells)
        record_submission(self.store, submission)

    def run(
        self,
        cell: Specification,
        stored: dict[str, Any],
        best: np.ndarray,
        last: np.ndarray | None = None,
        fingerprint: str = "a" * 32,
        labels: Sequence[int] | None = None,
    ) -> None:
        """An attempt of two epochs that went through, with these predictions on the test part."""
        true = np.array(stored["labels"]["test"] if labels is None else labels)
        picked = {"best": best, "last": best if last is None else last}
        confusions = [confusion_matrix(true, p, CLASSES).tolist() for p in picked.values()]
        start = started(cell, images={p: len(stored[p]) for p in ("train", "test")})
        events = [claimed(), start.model_copy(update={"split": fingerprint})]
        events += [epoch(n, confusion) for n, confusion in enumerate(confusions, start=1)]
        events += [
            Selected(time=START, rule=rule, epoch=n, logits={"test": logits(predicted)})
            for n, (rule, predicted) in enumerate(picked.items(), start=1)
        ]
        write_once(self.runs.split(fingerprint), json.dumps(stored))
        write_journal(self.runs, cell.id, 1, [*events, ended()])

    def session(self):
        ingest(self.store, self.runs)
        return self.store.read()


def logits(predicted: np.ndarray) -> str:
    values = np.eye(CLASSES, dtype="<f4")[predicted]
    return b64encode(zlib.compress(values.tobytes())).decode()
