"""The rows of a journal's epochs: what was stated of each, and what follows from its matrices."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection

from bench.journal import EpochEnded, Part
from bench.metrics import Metrics, measure
from bench.store.models import ClassMetric, Epoch, Evaluation
from bench.store.upsert import upsert

Key = dict[str, Any]


def take_epochs(
    connection: Connection, cell: int, attempt: int, events: Sequence[EpochEnded]
) -> None:
    """Enter epochs, all at once: a journal that is taken in at the end may have hundreds."""
    by_number = {event.epoch: event for event in events}  # (stated twice, the last counts)
    keys = {number: {"cell_key": cell, "epoch": number} for number in by_number}
    parts = [
        (keys[number] | {"part": name}, part)
        for number, event in by_number.items()
        for name, part in event.parts.items()
    ]
    upsert(
        connection,
        Epoch,
        [keys[number] | _stated(event, attempt) for number, event in by_number.items()],
    )
    if parts:
        found = measure(np.array([part.confusion for _, part in parts]))
        upsert(connection, Evaluation, _evaluations(parts, found))
        upsert(connection, ClassMetric, _by_class([key for key, _ in parts], found))


def _stated(event: EpochEnded, attempt: int) -> dict[str, Any]:
    return {
        "attempt": attempt,
        "ended_at": event.time,
        "lr": event.lr,
        "seconds": event.seconds,
        "images_per_second": event.images_per_second,
        "peak_memory": event.peak_memory,
    }


def _evaluations(parts: Sequence[tuple[Key, Part]], found: Metrics) -> list[dict[str, Any]]:
    figures = (found.accuracy, found.balanced_accuracy, found.macro_f1)
    return [
        key
        | {
            "loss": part.loss,
            "accuracy": _number(accuracy),
            "balanced_accuracy": _number(balanced),
            "macro_f1": _number(macro_f1),
            "confusion": part.confusion,
        }
        for (key, part), accuracy, balanced, macro_f1 in zip(parts, *_lists(figures), strict=True)
    ]


def _by_class(keys: Sequence[Key], found: Metrics) -> list[dict[str, Any]]:
    figures = _lists((found.support, found.recall, found.precision, found.f1))
    return [
        key
        | {
            "label": label,
            "support": support,
            "recall": _number(recall),
            "precision": _number(precision),
            "f1": _number(f1),
        }
        for key, *classes in zip(keys, *figures, strict=True)
        for label, (support, recall, precision, f1) in enumerate(zip(*classes, strict=True))
    ]


def _lists(arrays: Sequence[Any]) -> list[list[Any]]:
    """As Python's own numbers, which the drivers of databases know."""
    return [array.tolist() for array in arrays]


def _number(value: float) -> float | None:
    """A figure that is undefined is none."""
    return None if math.isnan(value) else value
