"""Scores of many confusion matrices at once, against scikit-learn on the answers themselves."""

import json
import warnings

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

from bench.metrics import confusion_matrix
from bench.statistics.measured import Fold, Run
from bench.tables.estimates import scores


def answers(classes: int, images: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels, of which each class has one, and answers."""
    rng = np.random.default_rng(seed)
    true = np.concatenate([np.arange(classes), rng.integers(classes, size=images - classes)])
    return true, rng.integers(classes, size=images)


def fold(true: np.ndarray, said: np.ndarray, classes: int) -> Fold:
    counts = json.dumps(confusion_matrix(true, said, classes).tolist())
    return Fold(0, "split", 0.0, counts)


@pytest.mark.parametrize(
    ("metric", "truth"),
    [
        ("accuracy", accuracy_score),
        ("balanced_accuracy", balanced_accuracy_score),
        ("macro_f1", lambda true, said: f1_score(true, said, average="macro")),
    ],
)
def test_scores_of_folds_and_of_runs(metric, truth):
    data = {(k, n): answers(k, 60, seed=10 * k + n) for k in (3, 7) for n in range(3)}
    folds = {key: fold(*pair, key[0]) for key, pair in data.items()}
    runs = [Run(0, 0, tuple(folds[k, n] for n in range(3)), 0.0) for k in (3, 7)]
    of = scores(metric, runs)
    for key, (true, said) in data.items():
        assert of(folds[key].confusion) == pytest.approx(100 * truth(true, said))
    for k, run in zip((3, 7), runs, strict=True):
        true, said = (np.concatenate([data[k, n][at] for n in range(3)]) for at in (0, 1))
        assert of(run.confusion) == pytest.approx(100 * truth(true, said))


def test_what_is_undefined_is_nan():
    nothing = fold(np.array([], dtype=int), np.array([], dtype=int), 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        of = scores("balanced_accuracy", [Run(0, 0, (nothing,), 0.0)])
    assert np.isnan(of(nothing.confusion))
