"""The bootstrap against the binomial, SciPy's own, and simulated coverage."""

import numpy as np
import pytest
from scipy import stats

from bench.metrics import measure
from bench.statistics.bootstrap import bootstrap

LABELS = np.repeat([0, 1, 2], [40, 60, 100])


def answers(rng: np.random.Generator, recalls=(0.5, 0.8, 0.9)) -> np.ndarray:
    return (rng.random(len(LABELS)) < np.array(recalls)[LABELS]).astype(float)


def test_value_is_the_balanced_accuracy():
    right = answers(np.random.default_rng(0))
    confusion = np.zeros((3, 3), dtype=np.int64)
    for label, is_right in zip(LABELS, right, strict=True):
        confusion[label, label if is_right else (label + 1) % 3] += 1
    assert bootstrap(right, LABELS).value == pytest.approx(measure(confusion).balanced_accuracy)


def test_standard_error_of_independent_images_is_that_of_binomials():
    right = answers(np.random.default_rng(1))
    recalls = np.array([right[label == LABELS].mean() for label in range(3)])
    wanted = np.sqrt((recalls * (1 - recalls) / [40, 60, 100]).sum()) / 3
    assert bootstrap(right, LABELS).se == pytest.approx(wanted, rel=0.06)


def test_agrees_with_scipy():
    right = answers(np.random.default_rng(2))
    wanted = stats.bootstrap(
        [right[label == LABELS] for label in range(3)],
        lambda *classes, axis: sum(one.mean(axis=axis) for one in classes) / 3,
        method="percentile",
        vectorized=True,
        rng=np.random.default_rng(0),
    ).confidence_interval
    found = bootstrap(right, LABELS)
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), abs=0.008)


def test_copies_of_an_image_in_one_cluster_add_nothing():
    right = answers(np.random.default_rng(3))
    alone = bootstrap(right, LABELS)
    names = [str(i) for i in range(len(LABELS))] * 3
    thrice = bootstrap(np.tile(right, 3), np.tile(LABELS, 3), names, "sequences")
    assert (thrice.value, thrice.se) == pytest.approx((alone.value, alone.se), rel=0.06)
    as_if_independent = bootstrap(np.tile(right, 3), np.tile(LABELS, 3))
    assert as_if_independent.se == pytest.approx(alone.se / 3**0.5, rel=0.06)
    assert (thrice.clusters, thrice.unit, thrice.label) == (200, "sequences", "one run")


@pytest.mark.slow
def test_covers_where_subjects_make_images_depend():
    """40 subjects with a skill each, all three classes; the truth is the mean skill."""
    rng = np.random.default_rng(4)
    subjects = np.repeat([f"s{i}" for i in range(40)], 6)
    labels = np.tile([0, 1, 2, 0, 1, 2], 40)
    covered, ignoring = [], []
    for _ in range(100):
        skill = np.repeat(rng.beta(2, 1, 40), 6)
        right = (rng.random(240) < skill).astype(float)
        with_subjects = bootstrap(right, labels, subjects, "subjects")
        without = bootstrap(right, labels)
        covered.append(with_subjects.low <= 2 / 3 <= with_subjects.high)
        ignoring.append(without.low <= 2 / 3 <= without.high)
    assert np.mean(covered) > 0.88
    assert np.mean(ignoring) < np.mean(covered)


@pytest.mark.slow
def test_covers_a_little_less_than_it_says_on_a_test_part_of_246():
    """As the docs say: classes with few images and few mistakes."""
    rng = np.random.default_rng(6)
    labels = np.repeat(np.arange(7), [34, 14, 44, 19, 52, 21, 62])
    recalls = np.array([0.76, 0.97, 0.95, 0.84, 0.98, 0.5, 0.98])
    covered = []
    for _ in range(200):
        found = bootstrap((rng.random(len(labels)) < recalls[labels]).astype(float), labels)
        covered.append(found.low <= recalls.mean() <= found.high)
    assert 0.88 < np.mean(covered) < 0.97


def test_without_spread_there_is_no_interval():
    found = bootstrap(np.ones(200), LABELS)
    assert (found.value, found.se, found.low, found.high) == (1, None, None, None)
    assert "no spread" in found.why


def test_the_same_images_give_the_same_interval():
    right = answers(np.random.default_rng(5))
    assert bootstrap(right, LABELS) == bootstrap(right, LABELS)


def test_a_class_without_images_is_left_out():
    labels = np.array([0, 0, 2, 2])
    assert bootstrap(np.array([1.0, 0, 1, 1]), labels).value == pytest.approx(0.75)
