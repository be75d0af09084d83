"""The images that a trained cell got most wrong, and how sure it was."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax
from sqlalchemy.orm import Session

from bench.cells import CellReport
from bench.data import Roots, load_cell
from bench.figures import stored
from bench.specification import Specification


@dataclass(frozen=True, eq=False)
class Mistake:
    """One image of the test part.

    Attributes
    ----------
    name : str
        In the dataset.
    pixels : uint8 array, (H, W) or (H, W, 3)
        The image.
    true, predicted : str
        Classes.
    sure, of_true : float
        Probabilities of the predicted and of the true class.
    """

    name: str
    pixels: NDArray[np.uint8]
    true: str
    predicted: str
    sure: float
    of_true: float


def mistakes(
    session: Session, report: CellReport, rule: str, roots: Roots, most: int = 12
) -> tuple[Mistake, ...]:
    """Those whose predicted class is farthest above the true one, the worst first.

    Raises
    ------
    RequestError
        The logits are not in the store, or the dataset is not at hand.
    """
    logits, labels = stored.answers(session, report, rule, "test", roots)
    samples, split = load_cell(Specification.model_validate(report.specification), roots)
    chances = softmax(logits.astype(np.float64), axis=1)
    rows = np.arange(len(labels))
    predicted = chances.argmax(axis=1)
    gaps = chances[rows, predicted] - chances[rows, labels]
    wrong = np.flatnonzero(predicted != labels)
    places = split.parts["test"]
    return tuple(
        Mistake(
            samples.names[places[row]],
            picture(samples.images[places[row]]),
            report.classes[labels[row]],
            report.classes[predicted[row]],
            float(chances[row, predicted[row]]),
            float(chances[row, labels[row]]),
        )
        for row in wrong[np.argsort(-gaps[wrong], kind="stable")][:most]
    )


def picture(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """An image (C, H, W) as it is shown: (H, W) of one channel, else (H, W, 3)."""
    return pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0)
