"""The verdict's rule at its edges, and how often it is wrong."""

import numpy as np
import pytest

from bench.statistics.verdict import (
    NOT_COMPARABLE,
    NOT_REPRODUCED,
    REPRODUCED,
    UNTOLD,
    verdict,
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
    assert "n needed: ?" in str(found)


def test_beyond_what_one_more_run_would_give():
    assert verdict(93.0, FIVE).word != NOT_REPRODUCED
    found = verdict(93.1, FIVE)
    assert found.word == NOT_REPRODUCED
    assert found.reach == pytest.approx(3.041, abs=1e-3)
    assert found.gap == pytest.approx(-3.1)


def test_near_but_the_mean_is_not_known_well():
    found = verdict(90.5, FIVE)
    # t(6) / √7 = 0.925 ≤ 1 < t(5) / √6 = 1.049
    assert (found.word, found.needed) == (UNTOLD, 7)
    assert str(found) == "can't be told with these runs (n needed: 7)"


def test_near_and_known_well():
    assert verdict(90.5, [89.5, 90.0, 90.2, 90.4, 90.1]).word == REPRODUCED


def test_less_than_a_point_is_no_difference_however_sharp_the_runs():
    sharp = [90.0, 90.01, 90.02]
    assert verdict(90.9, sharp).word == REPRODUCED
    assert verdict(91.1, sharp).word == NOT_REPRODUCED


def test_runs_on_one_drawn_split_allow_for_another_draw():
    sharp = [90.0, 90.01, 90.02]
    assert verdict(92.0, sharp, other_split=1.0).word == REPRODUCED
    assert verdict(93.0, sharp, other_split=1.0).word == NOT_REPRODUCED  # 1.96 √2 = 2.77


@pytest.mark.slow
def test_a_true_figure_is_refused_in_5_of_100_at_most():
    rng = np.random.default_rng(0)
    refused = [
        verdict(rng.normal(80, 3), list(rng.normal(80, 3, 5))).word == NOT_REPRODUCED
        for _ in range(500)
    ]
    assert np.mean(refused) == pytest.approx(0.05, abs=0.03)
