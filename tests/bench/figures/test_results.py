"""Curves, confusion, calibration, cost and difficulty: the arrays that are drawn."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix

from bench.figures.calibration import Reliability, draw_calibration, reliability
from bench.figures.confusion import draw_confusion, row_shares
from bench.figures.cost import Point, draw_cost
from bench.figures.curves import Curve, draw_curves
from bench.figures.difficulty import Learning, draw_difficulty


@pytest.fixture
def answers():
    random = np.random.default_rng(0)
    logits = random.normal(size=(300, 5)).astype(np.float32) * 2
    chances = np.exp(logits / 1.5)
    chances /= chances.sum(axis=1, keepdims=True)
    labels = np.array([random.choice(5, p=row) for row in chances])
    return logits, labels


@pytest.mark.parametrize("bins", [5, 15])
def test_bins_are_scikit_learns(answers, bins):
    found = reliability(*answers, bins)
    share, sureness = calibration_curve(found.right, found.confidence, n_bins=bins)
    held = found.counts > 0
    np.testing.assert_allclose(found.accuracy[held], share)
    np.testing.assert_allclose(found.sureness[held], sureness)
    assert np.isnan(found.accuracy[~held]).all()
    weights = found.counts[held] / 300
    assert found.error == pytest.approx((weights * np.abs(share - sureness)).sum())


def test_what_is_drawn_is_what_was_found(answers):
    found = reliability(*answers)
    figure = draw_calibration(found)
    upper, lower = figure.axes
    (points,) = upper.containers
    held = found.counts > 0
    np.testing.assert_allclose(points[0].get_xdata(), found.sureness[held])
    np.testing.assert_allclose(points[0].get_ydata(), found.accuracy[held])
    assert [bar.get_height() for bar in lower.patches] == found.counts.tolist()
    assert f"{100 * found.error:.1f} %" in figure.get_suptitle()


def test_error_by_hand():
    """Two images at 0.9, one right: |0.5 − 0.9|; two at 0.6, both right: |1 − 0.6|."""
    found = Reliability(
        np.array([0.9, 0.9, 0.6, 0.6]), np.array([True, False, True, True]), bins=10
    )
    assert found.error == pytest.approx(0.4)
    assert found.counts.tolist() == [0, 0, 0, 0, 0, 2, 0, 0, 2, 0]


def test_a_calibrated_models_error_lies_among_the_draws():
    random = np.random.default_rng(2)
    errors = []
    for _ in range(40):
        confidence = random.uniform(0.3, 1, 200)
        found = Reliability(confidence, random.random(200) < confidence, bins=10)
        mean, most = found.error_by_chance()
        assert 0 < mean < most
        errors.append(found.error <= most)
    assert 34 <= sum(errors) <= 40


def test_one_image_is_enough():
    draw_calibration(Reliability(np.array([1.0]), np.array([True]), bins=3))


def test_shares_are_scikit_learns():
    random = np.random.default_rng(0)
    true, predicted = random.integers(0, 4, (2, 100))
    counts = confusion_matrix(true, predicted)
    expected = confusion_matrix(true, predicted, normalize="true")
    np.testing.assert_allclose(row_shares(counts), expected)
    figure = draw_confusion(counts, ["a", "b", "c", "d"])
    np.testing.assert_allclose(np.asarray(figure.axes[0].images[0].get_array()), expected)
    texts = {text.get_text() for text in figure.axes[0].texts}
    assert f"{100 * expected[1, 2]:.0f} %\n{counts[1, 2]}" in texts


def test_a_class_without_images_has_no_share():
    shares = row_shares(np.array([[3, 1], [0, 0]]))
    assert np.isnan(shares[1]).all()
    draw_confusion(np.array([[3, 1], [0, 0]]), ["a", "b"])


def test_many_classes_have_colours_alone():
    figure = draw_confusion(np.eye(100, dtype=np.int64), [f"c{i}" for i in range(100)])
    assert not figure.axes[0].texts
    assert "100 classes" in figure.get_supxlabel()


def curve(label: str, best: int | None = 2) -> Curve:
    epochs = np.arange(1, 4)
    parts = {part: np.array([3.0, 2.0, np.nan]) for part in ("train", "test")}
    return Curve(label, epochs, parts, {p: 10 * v for p, v in parts.items()}, best)


def test_curves_are_the_numbers_and_the_ring_the_picked_epoch():
    figure = draw_curves([curve("one")])
    upper, lower = figure.axes
    assert [line.get_ydata().tolist()[:2] for line in upper.lines] == [[3, 2], [3, 2]]
    ring = lower.lines[-1]
    assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (2, 20)


def test_nothing_is_told_by_colour_alone():
    figure = draw_curves([curve("one"), curve("two", None)])
    looks = {(line.get_linestyle(), line.get_marker()) for line in figure.axes[0].lines}
    assert len(looks) == len(figure.axes[0].lines) == 4


def test_cost_puts_each_model_at_its_price():
    points = [
        Point("resnet18", "none", 50.0, 2.0, 5, 11.2, 3.5, 20.0, 22.0),
        Point("resnet18", "hfc", 51.0, None, 1, 11.2, 3.6, 30.0, 31.0),
        Point("mobilenet_v2", "hfc", 45.0, 1.0, 5, 2.2, 0.6, 9.0, 9.5),
    ]
    figure = draw_cost(points)
    for axes, price in zip(figure.axes, ("parameters", "flops", "latency"), strict=True):
        drawn = [container[0].get_xydata()[0].tolist() for container in axes.containers]
        assert drawn == [[getattr(point, price), point.accuracy] for point in points]
    looks = {(c[0].get_marker(), c[0].get_fillstyle()) for c in figure.axes[0].containers}
    assert len(looks) == 3


def test_difficulty_draws_means_and_chance():
    runs = {"train": np.array([[10.0, 20], [30, 40]]), "test": np.array([[5.0, 6], [7, 8]])}
    figure = draw_difficulty([Learning("cifar100", 100, np.array([1, 2]), runs)])
    lines = [line.get_ydata() for line in figure.axes[0].lines]
    np.testing.assert_allclose(lines[0], [20, 30])
    np.testing.assert_allclose(lines[1], [6, 7])
    assert lines[2][0] == 1.0
