"""Which test images a trained cell has right, and who and what is on them: from the store alone."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.metrics import confusion_matrix
from bench.statistics.measured import Counts, Fold, Run
from bench.store.models import Prediction, SplitRow


class NotStored(LookupError):
    """The store does not hold what this would take; the message says what."""


@dataclass(frozen=True, eq=False)
class Images:
    """The images of one part of a split, in its order.

    Attributes
    ----------
    names : tuple of str
        Unique names.
    labels : int64 array, (N,), or None
        True classes; None where the split was stored without.
    subjects, sequences : tuple of str, or None
        Who is on each, and from which recording; None where the dataset does not tell.
    """

    names: tuple[str, ...]
    labels: Counts | None = None
    subjects: tuple[str, ...] | None = None
    sequences: tuple[str, ...] | None = None

    @property
    def clusters(self) -> tuple[tuple[str, ...], str]:
        """What images depend through, and its name: subjects, else sequences, else images."""
        if self.subjects is not None:
            return self.subjects, "subjects"
        if self.sequences is not None:
            return self.sequences, "sequences"
        return self.names, "images"


@dataclass(frozen=True, eq=False)
class Answers:
    """What one run got right on each of its test images, folds joined.

    Attributes
    ----------
    images : Images
        Of the test part.
    labels : int64 array, (N,)
        True classes.
    right : bool array, (N,)
        Whether the largest logit is of the true class.
    """

    images: Images
    labels: Counts
    right: NDArray[np.bool_]


def images_of(session: Session, split: str, part: str) -> Images:
    """The images of one part of a stored split.

    A stored split is ``{part: [names]}``, and beside the parts may have ``labels``, ``subjects``
    and ``sequences``, each ``{part: [values]}`` in the same order.

    Raises
    ------
    NotStored
        There is no such split, or it has no such part.
    """
    packed = session.scalar(select(SplitRow.parts).where(SplitRow.fingerprint == split))
    if packed is None:
        raise NotStored(f"the split {split} is not in the store")
    document: Mapping[str, Any] = json.loads(zlib.decompress(packed))
    if part not in document:
        raise NotStored(f"the split {split} has no part '{part}'")
    labels = _told(document, "labels", part)
    subjects, sequences = _told(document, "subjects", part), _told(document, "sequences", part)
    return Images(
        tuple(document[part]),
        None if labels is None else np.array(labels, dtype=np.int64),
        None if subjects is None else tuple(subjects),
        None if sequences is None else tuple(sequences),
    )


def answers(session: Session, run: Run, rule: str) -> Answers:
    """What a run got right on each test image.

    Raises
    ------
    NotStored
        The logits or the true classes are not in the store, or the two do not give the confusion
        matrix that the run itself stated.
    """
    parts = [_fold_answers(session, fold, rule) for fold in run.folds]
    joined = Images(
        tuple(name for part in parts for name in part.images.names),
        subjects=_joined([part.images.subjects for part in parts]),
        sequences=_joined([part.images.sequences for part in parts]),
    )
    labels = np.concatenate([part.labels for part in parts])
    return Answers(joined, labels, np.concatenate([part.right for part in parts]))


def _fold_answers(session: Session, fold: Fold, rule: str) -> Answers:
    packed = session.scalar(
        select(Prediction.logits).where(
            Prediction.cell_key == fold.cell, Prediction.rule == rule, Prediction.part == "test"
        )
    )
    if packed is None:
        raise NotStored("the logits of a run are not in the store")
    images = images_of(session, fold.split, "test")
    if images.labels is None:
        raise NotStored("the store does not tell the true class of each test image")
    logits = np.frombuffer(zlib.decompress(packed), dtype="<f4").reshape(-1, len(fold.confusion))
    predicted = logits.argmax(axis=1)
    if len(predicted) != len(images.labels) or not np.array_equal(
        confusion_matrix(images.labels, predicted, len(fold.confusion)), fold.confusion
    ):
        raise NotStored("the logits of a run and its confusion matrix are not of the same images")
    return Answers(images, images.labels, predicted == images.labels)


def _told(document: Mapping[str, Any], what: str, part: str) -> Sequence[Any] | None:
    values: Sequence[Any] | None = (document.get(what) or {}).get(part)
    return values


def _joined(columns: Sequence[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    joined: list[str] = []
    for column in columns:
        if column is None:
            return None
        joined += column
    return tuple(joined)
