"""The verdict's rule at its edges, and how often it is wrong."""

import numpy as np
import pytest

from bench.statistics.verdict import (
    NOT_COMPARABLE,
    NOT_REPRODUCED,
    REPRODUCED,
    UNTOLD,
    verdict,
    verdict_on_gain,
)

# mean 90, s = 1: t(4) = 2.776, the mean to ± 1.241, one more run to ± 3.041
FIVE = [90 + d * 0.4**0.5 for d in (-2, -1, 0, 1, 2)]


def test_of_different_things_nothing_is_said():
    found = verdict(90, FIVE, unlike=("other data: 981 images, not 213",))
    assert found.word == NOT_COMPARABLE
    assert "981" in found.why


@pytest.mark.parametrize(("values", "n"), [([], 0), ([90.0], 1)])
def test_one_run_tells_nothing(values, n):
    found = verdict(90, values)
    assert (found.word, found.n) == (UNTOLD, n)
    assert "n needed: 2 or more" in str(found)


def test_beyond_what_one_more_run_would_give():
    assert verdict(93.0, FIVE).word != NOT_REPRODUCED
    found = verdict(93.1, FIVE)
    assert found.word == NOT_REPRODUCED
    assert found.reach == pytest.approx(3.041, abs=1e-3)
    assert found.gap == pytest.approx(-3.1)


def test_near_but_the_mean_is_not_known_well():
    found = verdict(90.5, FIVE)
    # t(6) / √7 = 0.925 ≤ 1 < t(5) / √6 = 1.049
    assert (found.word, found.needed) == (UNTOLD, "7")
    assert str(found) == "can't be told with these runs (n needed: 7)"


def test_near_and_known_well():
    assert verdict(90.5, [89.5, 90.0, 90.2, 90.4, 90.1]).word == REPRODUCED


def test_less_than_a_point_is_no_difference_however_sharp_the_runs():
    sharp = [90.0, 90.01, 90.02]
    assert verdict(90.9, sharp).word == REPRODUCED
    assert verdict(91.1, sharp).word == NOT_REPRODUCED


def test_runs_on_one_drawn_split_say_little_of_other_test_images():
    sharp = [90.0, 90.01, 90.02]
    found = verdict(92.0, sharp, other_split=1.0)
    assert (found.word, found.needed) == (UNTOLD, "runs on other splits")
    assert verdict(93.0, sharp, other_split=1.0).word == NOT_REPRODUCED  # 1.96 √2 = 2.77
    # 1.96 · 0.5 = 0.98 points: near enough, and known well enough
    assert verdict(90.5, sharp, other_split=0.5).word == REPRODUCED
    assert verdict(90.5, sharp, other_split=0.52).word == UNTOLD


def test_what_is_merely_not_refused_is_not_reproduced():
    """Runs that spread by 3 points: one run 4 points off is no surprise, and no agreement."""
    many = [90 + 3 * d for d in (-1, 1) for _ in range(50)]
    found = verdict(94.0, many)
    assert (found.word, found.needed) == (UNTOLD, "no number is enough")
    assert "by chance" in found.why


class TestGain:
    def test_a_gain_of_ours_that_is_none_reproduces_none(self):
        found = verdict_on_gain(0.87, [0.3, -0.3, 0.2, -0.2, 0.1])
        assert found.word == UNTOLD
        assert "does not show one" in found.why

    def test_nor_does_one_of_the_other_sign(self):
        assert verdict(0.5, [-0.2, -0.21, -0.19]).word == REPRODUCED  # as figures they are near
        assert verdict_on_gain(0.5, [-0.2, -0.21, -0.19]).word == UNTOLD

    @pytest.mark.parametrize("sign", [1, -1])
    def test_one_that_lies_on_the_claimed_side_does(self, sign):
        ours = [sign * gain for gain in (0.6, 0.7, 0.8, 0.7, 0.65)]
        assert verdict_on_gain(sign * 0.87, ours).word == REPRODUCED

    def test_runs_that_would_show_it_are_counted(self):
        # mean 0.3, s = 0.5: t(12)/√13 = 0.6043 · 0.5 = 0.302, t(13)/√14 = 0.5774 · 0.5 = 0.289
        values = 0.3 + 0.5 * np.array([-1, 1, -1, 1, 0])
        assert verdict_on_gain(0.87, list(values)).needed == "14"


@pytest.mark.slow
@pytest.mark.parametrize("spread", [0.3, 1.0, 3.0])
@pytest.mark.parametrize("runs", [2, 5, 20])
def test_a_false_gain_is_called_reproduced_in_5_of_100_at_most(spread, runs):
    """Ours is none; what is claimed is five points."""
    rng = np.random.default_rng(0)
    accepted = [
        verdict_on_gain(5.0, list(rng.normal(0, spread, runs))).word == REPRODUCED
        for _ in range(500)
    ]
    assert np.mean(accepted) <= 0.05


@pytest.mark.slow
def test_a_true_figure_is_refused_in_5_of_100_at_most():
    rng = np.random.default_rng(0)
    refused = [
        verdict(rng.normal(80, 3), list(rng.normal(80, 3, 5))).word == NOT_REPRODUCED
        for _ in range(500)
    ]
    assert np.mean(refused) == pytest.approx(0.05, abs=0.03)
