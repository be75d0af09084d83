"""Every figure that is derived from a confusion matrix, in one place."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Metrics:
    """Figures of one confusion matrix, or of a stack of them.

    Attributes
    ----------
    support : int64 array, (..., classes)
        Images of each class.
    recall, precision, f1 : float64 array, (..., classes)
        As fractions; NaN where undefined: recall without images of the class, precision without
        predictions of it, F1 without either.
    accuracy : float64 array, (...)
        Fraction of images that are right.
    balanced_accuracy : float64 array, (...)
        Unweighted mean recall of the classes that have images (the paper's "Average").
    macro_f1 : float64 array, (...)
        Unweighted mean F1 of the classes that have images.
    """

    support: NDArray[np.int64]
    recall: Floats
    precision: Floats
    f1: Floats
    accuracy: Floats
    balanced_accuracy: Floats
    macro_f1: Floats


def measure(confusion: NDArray[np.int64]) -> Metrics:
    """Metrics of confusion matrices.

    Parameters
    ----------
    confusion : int array, (..., classes, classes)
        Counts; rows are true classes, columns predicted ones.
    """
    right = np.diagonal(confusion, axis1=-2, axis2=-1)
    support = confusion.sum(axis=-1)
    predicted = confusion.sum(axis=-2)
    recall = _ratio(right, support)
    f1 = _ratio(2 * right, support + predicted)
    present = support > 0
    return Metrics(
        support=support,
        recall=recall,
        precision=_ratio(right, predicted),
        f1=f1,
        accuracy=_ratio(right.sum(axis=-1), support.sum(axis=-1)),
        balanced_accuracy=_mean_where(present, recall),
        macro_f1=_mean_where(present, f1),
    )


def confusion_matrix(
    true: NDArray[np.int64], predicted: NDArray[np.int64], classes: int
) -> NDArray[np.int64]:
    """Counts of (true, predicted) pairs, classes × classes."""
    pairs = np.bincount(true * classes + predicted, minlength=classes * classes)
    return pairs.reshape(classes, classes).astype(np.int64)


def _ratio(numerator: NDArray[np.int64], denominator: NDArray[np.int64]) -> Floats:
    undefined = np.full(np.shape(numerator), np.nan)
    ratio: Floats = np.divide(numerator, denominator, out=undefined, where=denominator > 0)
    return ratio


def _mean_where(present: NDArray[np.bool_], values: Floats) -> Floats:
    total = np.where(present, values, 0.0).sum(axis=-1)
    count = present.sum(axis=-1)
    undefined = np.full(np.shape(total), np.nan)
    mean: Floats = np.divide(total, count, out=undefined, where=count > 0)
    return mean
