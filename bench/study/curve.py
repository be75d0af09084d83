"""What the journals of a cell say about the part that it is tuned on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bench import journal
from bench.metrics import measure
from bench.runs import Runs
from bench.specification import Specification


@dataclass(frozen=True)
class Curve:
    """Balanced accuracy on the monitored part, a fraction.

    Attributes
    ----------
    epochs : dict
        By epoch, counted from 1; where a later attempt repeated an epoch, it is the later one's.
    best : float or None
        Of the epoch that the rule ``best`` picked; None until training has ended.
    parameters : int or None
        Trainable ones of the model.
    """

    epochs: dict[int, float]
    best: float | None = None
    parameters: int | None = None


def curve_of(runs: Runs, cell: Specification) -> Curve:
    """Read the journals of a cell.

    Raises
    ------
    JournalError
        One is damaged.
    """
    epochs: dict[int, float] = {}
    picked, parameters = None, None
    for attempt in runs.attempts(cell.id):
        for event in journal.read(runs.journal(cell.id, attempt))[0]:
            match event:
                case journal.Started():
                    parameters = event.parameters
                case journal.EpochEnded():
                    epochs[event.epoch] = balanced_accuracy(event, cell)
                case journal.Selected(rule="best"):
                    picked = event.epoch
    return Curve(epochs, None if picked is None else epochs[picked], parameters)


def balanced_accuracy(event: journal.EpochEnded, cell: Specification) -> float:
    """Of an epoch, on the part that the cell monitors; 0 where the part has no images."""
    confusion = np.array(event.parts[cell.monitored].confusion, dtype=np.int64)
    value = float(measure(confusion).balanced_accuracy)
    return 0.0 if math.isnan(value) else value
