"""Paired tests against brute force, SciPy, published examples, and simulated error rates."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from bench.statistics.intervals import t_interval
from bench.statistics.paired import (
    cluster_sums,
    cohens_dz,
    discordant,
    exact_mcnemar,
    odds_ratio,
    paired_t,
    sign_flip,
)


def by_hand(differences) -> float:
    """Share of all flips whose sum is at least as far from zero."""
    sums = [
        sum(s * d for s, d in zip(signs, differences, strict=True))
        for signs in product((1, -1), repeat=len(differences))
    ]
    seen = abs(sum(differences))
    return float(np.mean([abs(one) >= seen - 1e-9 for one in sums]))


def table(only_first: int, only_second: int, both: int = 30, neither: int = 10):
    first = [True] * (only_first + both) + [False] * (only_second + neither)
    second = [False] * only_first + [True] * (both + only_second) + [False] * neither
    return np.array(first), np.array(second)


class TestSignFlip:
    @pytest.mark.parametrize("seed", range(6))
    def test_agrees_with_every_flip_counted(self, seed):
        differences = np.random.default_rng(seed).normal(0.6, 1, 6 + seed).round(1 + seed % 2)
        differences = differences[differences != 0]
        outcome = sign_flip(list(differences))
        assert outcome.p == pytest.approx(by_hand(differences))

    def test_fishers_example(self):
        """Darwin's maize, 15 pairs: 1,726 of 32,768 flips (Fisher 1935, §21)."""
        darwin = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
        outcome = sign_flip(darwin)
        assert outcome.n == 15
        assert outcome.p == pytest.approx(1726 / 32768)

    def test_five_pairs_have_no_p_whatever_they_are(self):
        outcome = sign_flip([3.0, 4, 5, 6, 7])
        assert (outcome.p, outcome.smallest, outcome.n) == (None, 0.0625, 5)
        assert "0.0625" in outcome.why
        assert sign_flip([3.0, 4, 5, 6, 7, 8]).p == pytest.approx(2 / 64)

    def test_pairs_that_are_equal_say_nothing(self):
        outcome = sign_flip([0.0, 1e-13, 1, 2, 3, 4, 5])
        assert (outcome.n, outcome.p) == (5, None)
        assert sign_flip([]).smallest == 1

    def test_false_alarms_at_most_five_in_a_hundred(self):
        rng = np.random.default_rng(7)
        p = [sign_flip(list(rng.standard_t(2, 8))).p for _ in range(600)]
        assert np.mean(np.array(p) <= 0.05) < 0.05 + 3 * (0.05 * 0.95 / 600) ** 0.5

    def test_many_pairs_are_drawn_and_come_near_the_normal(self):
        differences = np.random.default_rng(8).normal(0.15, 1, 300)
        z = differences.sum() / np.sqrt((differences**2).sum())
        assert sign_flip(list(differences)).p == pytest.approx(2 * stats.norm.sf(abs(z)), abs=0.01)


class TestClusters:
    def test_sums(self):
        sums = cluster_sums(np.array([1.0, 2, 3, 4]), ["b", "a", "b", "a"])
        assert sums.tolist() == [6, 4]

    @pytest.mark.slow
    def test_flipping_people_holds_its_level_where_flipping_images_does_not(self):
        """Two equal models whose errors are shared within a person: 12 people, 10 images each."""
        rng = np.random.default_rng(9)
        people = np.repeat([str(i) for i in range(12)], 10)
        wrong_by_people, wrong_by_images = [], []
        for _ in range(300):
            differences = np.repeat(rng.choice([-1.0, 1], 12), 10)
            by_people = sign_flip(list(cluster_sums(differences, people))).p
            by_images = 2 * stats.norm.sf(abs(differences.sum()) / np.sqrt(120))
            wrong_by_people.append(by_people is not None and by_people <= 0.05)
            wrong_by_images.append(by_images <= 0.05)
        assert np.mean(wrong_by_people) < 0.05 + 3 * (0.05 * 0.95 / 300) ** 0.5
        assert np.mean(wrong_by_images) > 0.3


class TestMcNemar:
    @pytest.mark.parametrize(("b", "c"), [(6, 0), (10, 3), (7, 7), (25, 9), (1, 12)])
    def test_is_the_sign_test_of_the_discordant(self, b, c):
        outcome = exact_mcnemar(*table(b, c))
        assert outcome.p == pytest.approx(stats.binomtest(b, b + c, 0.5).pvalue)
        assert outcome.n == b + c

    def test_is_the_sign_flip_of_single_images(self):
        first, second = table(9, 2)
        flipped = sign_flip(list(first.astype(float) - second))
        assert exact_mcnemar(first, second).p == pytest.approx(flipped.p)

    def test_five_discordant_images_have_no_p(self):
        outcome = exact_mcnemar(*table(5, 0))
        assert (outcome.p, outcome.smallest) == (None, 0.0625)

    def test_effect(self):
        assert discordant(*table(9, 2)) == (9, 2)
        assert odds_ratio(9, 2) == 4.5
        assert odds_ratio(9, 0) is None


class TestPairedT:
    def test_agrees_with_scipy(self):
        rng = np.random.default_rng(10)
        first, second = rng.normal(70, 2, 6), rng.normal(69, 2, 6)
        wanted = stats.ttest_rel(first, second).pvalue
        assert paired_t(list(first - second)).p == pytest.approx(wanted)

    def test_resplits_are_corrected(self):
        # mean 2, s² = 4, J = 4, 1 : 3: t = 2 / √((1/4 + 1/3) 4) = 1.3093, 3 degrees of freedom
        differences = [2 + d * (12 / 8) ** 0.5 for d in (-2, 0, 0, 2)]
        outcome = paired_t(differences, 1 / 3)
        assert outcome.p == pytest.approx(2 * stats.t.sf(1.3093, 3), abs=1e-4)
        assert outcome.name == "corrected resampled t"

    @pytest.mark.parametrize("differences", [[], [2.0], [2.0, 2.0, 2.0]])
    def test_is_undefined_without_spread(self, differences):
        outcome = paired_t(differences)
        assert outcome.p is None
        assert outcome.why

    def test_effect_size(self):
        assert cohens_dz([1.0, 2, 3]) == pytest.approx(2)
        assert cohens_dz([2.0]) is None
        assert cohens_dz([2.0, 2.0]) is None


def test_gains_that_are_equal_but_for_rounding_are_equal():
    # 75 to 81.25 %, 77.5 to 83.75 and 2.5 to 8.75, each as what rounding leaves of it
    gains = [6.25, 6.25 + 1.4e-14, 6.25 - 7e-15]
    assert paired_t(gains).p is None
    assert t_interval(gains).low is None
