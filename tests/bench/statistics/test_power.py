"""Sample sizes against statsmodels, published tables, and simulation."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestPower

from bench.statistics.paired import exact_mcnemar
from bench.statistics.power import (
    disagreement,
    gain_seen,
    gain_seen_by_images,
    pairs_for_signs,
    power_of_runs,
    runs_needed,
    share_of_images_needed,
    smallest_gain,
)


class TestRuns:
    @pytest.mark.parametrize(("gain", "sd", "n"), [(1, 2, 10), (0.5, 2, 40), (3, 2, 5), (1, 1, 8)])
    def test_power_agrees_with_statsmodels(self, gain, sd, n):
        wanted = TTestPower().power(gain / sd, n, 0.05)
        assert power_of_runs(gain, sd, n) == pytest.approx(wanted, abs=1e-6)

    def test_cohens_table(self):
        # d = 0.5, 80 %, two-sided 5 %: 34 pairs; d = 0.2: 199; d = 0.8: 15 (Cohen 1988; G*Power)
        assert [runs_needed(d, 1) for d in (0.2, 0.5, 0.8)] == [199, 34, 15]

    def test_is_a_number_however_large_the_gain(self):
        needed = [runs_needed(gain, 1) for gain in np.linspace(0.2, 60, 300)]
        assert all(needed)
        assert needed == sorted(needed, reverse=True)

    def test_of_resplits_agrees_with_simulation(self):
        rng = np.random.default_rng(0)
        ratio, n, sd, gain = 1 / 3, 8, 1.0, 2.0
        # independent values with the variance of the mean that the formula has: s² (1/n + ratio)
        mean = rng.normal(gain, sd * np.sqrt(1 / n + ratio), 40_000)
        s = sd * np.sqrt(rng.chisquare(n - 1, 40_000) / (n - 1))
        rejected = np.abs(mean) / (s * np.sqrt(1 / n + ratio)) > stats.t.ppf(0.975, n - 1)
        assert power_of_runs(gain, sd, n, ratio) == pytest.approx(rejected.mean(), abs=0.008)

    def test_no_number_of_resplits_is_enough_for_a_small_gain(self):
        # more splits of the same images never get below n_test / n_train of the variance
        assert runs_needed(1.0, 1.0, 1 / 3) is None
        assert runs_needed(2.0, 1.0, 1 / 3) is not None

    def test_edges(self):
        assert runs_needed(0.0, 1.0) is None
        assert runs_needed(1.0, 0.0) == 2

    def test_gain_seen_is_what_so_many_runs_see(self):
        gain = gain_seen(2.0, 10)
        assert power_of_runs(gain, 2.0, 10) == pytest.approx(0.8, abs=1e-6)
        assert gain_seen(2.0, 1) is None


class TestImages:
    def test_six_pairs_are_the_fewest(self):
        assert pairs_for_signs() == 6
        right, wrong = np.ones(6, bool), np.zeros(6, bool)
        assert exact_mcnemar(right, wrong).p is not None
        assert exact_mcnemar(right[:5], wrong[:5]).p is None

    def test_smallest_gain_of_the_papers_jaffe_part(self):
        # seven classes, of which six have 8 images: six of them are 6 / (7 · 8)
        assert smallest_gain(np.array([8, 7, 8, 8, 8, 8, 8])) == pytest.approx(6 / 56)
        assert np.isnan(smallest_gain(np.array([2, 2])))

    def test_a_published_mcnemar_sample_size(self):
        # Connor's formula by hand: ψ = 0.3, δ = 0.1, 5 % two-sided, 80 %
        # (1.95996 √0.3 + 0.84162 √(0.3 - 0.01))² / 0.01 = 233.1
        first, second = np.array([0.5]), np.array([0.6])
        share = share_of_images_needed(first, second, np.array([100]), np.array([0.3]))
        assert share * 100 == pytest.approx(233.1, abs=0.1)

    def test_so_many_images_have_80_percent_power(self):
        """Simulated with the z test that the formula is of; the exact one has a little less."""
        rng = np.random.default_rng(1)
        first, second, supports = np.array([0.6, 0.8]), np.array([0.7, 0.86]), np.array([50, 90])
        differing = disagreement(first, second, nested=False)
        share = share_of_images_needed(first, second, supports, differing)
        counts = np.ceil(share * supports).astype(int)
        gains, variances = np.zeros(3000), np.zeros(3000)
        for before, after, n in zip(first, second, counts, strict=True):
            d = (rng.random((3000, n)) < after).astype(int) - (rng.random((3000, n)) < before)
            gains += d.mean(axis=1) / 2
            variances += (d**2).mean(axis=1) / (4 * n)
        assert np.mean(gains / np.sqrt(variances) > stats.norm.ppf(0.975)) == pytest.approx(
            0.8, abs=0.03
        )

    def test_nested_models_differ_least(self):
        first, second = np.array([0.6, 0.8]), np.array([0.7, 0.7])
        assert disagreement(first, second, nested=True) == pytest.approx([0.1, 0.1])
        assert disagreement(first, second, nested=False) == pytest.approx([0.46, 0.38])

    def test_no_gain_needs_no_number(self):
        same = np.array([0.5, 0.5])
        assert share_of_images_needed(same, same, np.array([10, 10]), same) is None

    def test_gain_seen_is_where_the_share_is_one(self):
        supports, recall = np.array([400, 900]), np.array([0.6, 0.8])
        gain = gain_seen_by_images(supports, disagreement(recall, recall, nested=False))
        better = recall + gain
        share = share_of_images_needed(
            recall, better, supports, disagreement(recall, better, nested=False)
        )
        assert share == pytest.approx(1, abs=0.12)  # to first order, as it says
