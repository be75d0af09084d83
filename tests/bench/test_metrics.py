"""Metrics against scikit-learn, and by hand where it would guess."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import metrics as sk

from bench.metrics import confusion_matrix, measure

CLASSES = 4


@st.composite
def answers(draw):
    """True and predicted labels of up to 30 images; classes may be missing on either side."""
    count = draw(st.integers(1, 30))
    labels = hnp.arrays(np.int64, count, elements=st.integers(0, CLASSES - 1))
    return draw(labels), draw(labels)


@given(answers())
def test_confusion_matrix_is_that_of_scikit_learn(pair):
    true, predicted = pair
    expected = sk.confusion_matrix(true, predicted, labels=range(CLASSES))
    assert (confusion_matrix(true, predicted, CLASSES) == expected).all()


@given(answers())
def test_every_figure_is_that_of_scikit_learn(pair):
    true, predicted = pair
    found = measure(sk.confusion_matrix(true, predicted, labels=range(CLASSES)))
    precision, recall, f1, support = sk.precision_recall_fscore_support(
        true, predicted, labels=range(CLASSES), zero_division=np.nan
    )
    assert (found.support == support).all()
    np.testing.assert_allclose(found.recall, recall)
    np.testing.assert_allclose(found.precision, precision)
    np.testing.assert_allclose(found.f1, f1)
    assert found.accuracy == pytest.approx(sk.accuracy_score(true, predicted))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes that are predicted and do not occur
        balanced = sk.balanced_accuracy_score(true, predicted)
    assert found.balanced_accuracy == pytest.approx(balanced)
    present = np.unique(true)
    macro = sk.f1_score(true, predicted, labels=present, average="macro", zero_division=0)
    assert found.macro_f1 == pytest.approx(macro)


def test_undefined_is_nan_and_left_out_of_the_mean():
    # three classes: the second has no image, the third is never predicted
    found = measure(np.array([[3, 1, 0], [0, 0, 0], [2, 0, 0]]))
    np.testing.assert_array_equal(found.support, [4, 0, 2])
    np.testing.assert_allclose(found.recall, [3 / 4, np.nan, 0])
    np.testing.assert_allclose(found.precision, [3 / 5, 0, np.nan])
    np.testing.assert_allclose(found.f1, [6 / 9, 0, 0])
    assert found.balanced_accuracy == pytest.approx((3 / 4 + 0) / 2)
    assert found.macro_f1 == pytest.approx((6 / 9 + 0) / 2)
    assert found.accuracy == pytest.approx(3 / 6)


def test_a_class_that_is_neither_there_nor_predicted_has_no_f1():
    assert np.isnan(measure(np.array([[2, 0], [0, 0]])).f1[1])


def test_without_any_image_nothing_is_defined():
    found = measure(np.zeros((3, 3), dtype=np.int64))
    for values in (found.recall, found.precision, found.f1):
        assert np.isnan(values).all()
    for value in (found.accuracy, found.balanced_accuracy, found.macro_f1):
        assert np.isnan(value)


@given(hnp.arrays(np.int64, (3, 2, CLASSES, CLASSES), elements=st.integers(0, 5)))
def test_a_stack_is_measured_matrix_by_matrix(stack):
    found = measure(stack)
    for place in np.ndindex(3, 2):
        one = measure(stack[place])
        for name, value in vars(one).items():
            np.testing.assert_array_equal(getattr(found, name)[place], value)


@given(st.lists(answers(), min_size=2, max_size=4))
def test_pooled_folds_are_all_their_images_together(folds):
    pooled = sum(confusion_matrix(true, predicted, CLASSES) for true, predicted in folds)
    true = np.concatenate([fold[0] for fold in folds])
    recalls = sk.recall_score(
        true,
        np.concatenate([fold[1] for fold in folds]),
        labels=np.unique(true),
        average="macro",
        zero_division=0,
    )
    assert measure(pooled).balanced_accuracy == pytest.approx(recalls)
