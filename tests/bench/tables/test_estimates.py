"""Figures of runs and of their classes, against scikit-learn on the answers themselves."""

import json

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score, recall_score

from bench.metrics import confusion_matrix, measure
from bench.statistics.measured import PERCENT, Fold, Run
from bench.tables.estimates import score, score_of_class

METRICS = {
    "accuracy": accuracy_score,
    "balanced_accuracy": balanced_accuracy_score,
    "macro_f1": lambda true, said: f1_score(true, said, average="macro"),
}
Answers = tuple[np.ndarray, np.ndarray]


def answers(classes: int, images: int, seed: int) -> Answers:
    """Labels, of which each class has one, and answers."""
    rng = np.random.default_rng(seed)
    true = np.concatenate([np.arange(classes), rng.integers(classes, size=images - classes)])
    return true, rng.integers(classes, size=images)


def fold(true: np.ndarray, said: np.ndarray, classes: int) -> Fold:
    counts = confusion_matrix(true, said, classes)
    figures = (float(getattr(measure(counts), metric)) * PERCENT for metric in METRICS)
    return Fold(0, "split", *figures, json.dumps(counts.tolist()))


@pytest.mark.parametrize("classes", [3, 7])
@pytest.mark.parametrize("folds", [1, 3])
def test_figures_of_a_run_are_those_of_all_its_answers(folds: int, classes: int) -> None:
    data = [answers(classes, 60, seed=10 * classes + n) for n in range(folds)]
    run = Run.of(0, 0, tuple(fold(*pair, classes) for pair in data))
    true, said = (np.concatenate([pair[at] for pair in data]) for at in (0, 1))
    for metric, truth in METRICS.items():
        assert score(metric)(run) == pytest.approx(100 * truth(true, said))
        assert score(metric)(run.folds[0]) == pytest.approx(100 * truth(*data[0]))
    for label, recall in enumerate(recall_score(true, said, average=None)):
        assert score_of_class("recall", label)(run) == pytest.approx(100 * recall)


def test_what_is_undefined_is_nan() -> None:
    nothing = fold(np.array([], dtype=int), np.array([], dtype=int), 2)
    run = Run.of(0, 0, (nothing, nothing))
    assert np.isnan([run.accuracy, run.balanced_accuracy, run.macro_f1]).all()
    assert np.isnan(score_of_class("recall", 1)(run))
