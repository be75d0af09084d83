"""The work that is compared: what one epoch after another states, from made-up answers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

CLASSES = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
#: Images of each class in the test part.
SUPPORT = 100


@dataclass(frozen=True)
class Epoch:
    """What is known when an epoch is over.

    Attributes
    ----------
    number : int
        Counted from 1.
    lr, seconds, images_per_second, loss : float
        As an engine gives them.
    peak_memory : int
        Bytes.
    confusion : int64 array, (7, 7)
        Rows are true classes.
    """

    number: int
    lr: float
    seconds: float
    images_per_second: float
    peak_memory: int
    loss: float
    confusion: NDArray[np.int64]


class Side(Protocol):
    """One of the two that are compared."""

    def __init__(self, folder: Path) -> None:
        """Begin with an empty database in this folder."""

    def log(self, seed: int, epochs: tuple[Epoch, ...], live: bool) -> None:
        """Log a run: each epoch to be seen at once, or all of them when the run is over."""

    def spread(self, seed: int, runs: int, epochs: int) -> None:
        """Copy a logged run in SQL until there are so many; copy k is k epochs ahead, in a ring."""

    def best(self) -> dict[int, int]:
        """The epoch with the highest balanced accuracy on the test part, by run."""


def training(epochs: int) -> tuple[Epoch, ...]:
    """A training that is best after two thirds of its epochs, and in no other epoch as good."""
    return tuple(_epoch(number, best_of(epochs)) for number in range(1, epochs + 1))


def best_of(epochs: int) -> int:
    """The best epoch of a training of so many."""
    return -(-2 * epochs // 3)


def _epoch(number: int, best: int) -> Epoch:
    wrong = 2 * abs(number - best) - (number < best)  # the nearer, the fewer, and never the same
    wrong = max(wrong, 0)
    return Epoch(
        number=number,
        lr=1e-4 * 0.3 ** (number // 40),
        seconds=10 + 0.01 * number,
        images_per_second=20 - 0.01 * number,
        peak_memory=10**9 + number,
        loss=0.1 + 0.01 * wrong,
        confusion=_confusion(wrong),
    )


def _confusion(wrong: int) -> NDArray[np.int64]:
    """So many wrong answers, shared out among the classes; each is taken for the next class."""
    classes = len(CLASSES)
    counts = np.zeros((classes, classes), dtype=np.int64)
    for label in range(classes):
        misses = wrong // classes + (label < wrong % classes)
        counts[label, label] = SUPPORT - misses
        counts[label, (label + 1) % classes] = misses
    return counts
