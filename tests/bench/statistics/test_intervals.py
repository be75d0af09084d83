"""Intervals against SciPy called differently, published examples, and simulated coverage."""

import numpy as np
import pytest
from scipy import stats

from bench.statistics.intervals import (
    Estimate,
    difference,
    prediction_half_width,
    resampled_interval,
    t_interval,
)


class TestT:
    def test_a_worked_example(self):
        # 1 … 5: mean 3, s² = 2.5, t(4, 0.975) = 2.776 (any t table), half = 2.776 √(2.5 / 5)
        estimate = t_interval([1, 2, 3, 4, 5])
        assert (estimate.mean, estimate.n, estimate.df) == (3, 5, 4)
        assert estimate.sd == pytest.approx(2.5**0.5)
        assert estimate.half == pytest.approx(2.776 * 0.5**0.5, abs=1e-3)

    def test_agrees_with_the_one_sample_test(self):
        values = np.random.default_rng(0).normal(70, 3, 7)
        wanted = stats.ttest_1samp(values, 0).confidence_interval(0.95)
        estimate = t_interval(list(values))
        assert (estimate.low, estimate.high) == pytest.approx((wanted.low, wanted.high))

    def test_covers_95_of_100(self):
        draws = np.random.default_rng(1).normal(0, 1, (4000, 4))
        covered = [e.low <= 0 <= e.high for e in map(t_interval, draws.tolist())]
        assert np.mean(covered) == pytest.approx(0.95, abs=0.011)  # three standard errors

    def test_what_has_no_spread_says_so_and_has_no_interval(self):
        assert t_interval([]) == Estimate(0, why="no result")
        one = t_interval([70.0])
        assert (one.mean, one.sd, one.half) == (70, None, None)
        assert one.why
        equal = t_interval([70.0, 70.0, 70.0])
        assert (equal.mean, equal.low, equal.high) == (70, None, None)
        assert "equal" in equal.why


class TestResampled:
    def test_a_worked_example(self):
        # J = 4 splits 3 : 1, s² = 4: variance of the mean (1/4 + 1/3) · 4 = 7/3, t(3) = 3.182
        values = [70 + d * (12 / 8) ** 0.5 for d in (-2, 0, 0, 2)]
        assert np.var(values, ddof=1) == pytest.approx(4)
        estimate = resampled_interval(values, 1 / 3)
        assert estimate.se == pytest.approx((7 / 3) ** 0.5)
        assert estimate.half == pytest.approx(3.182 * (7 / 3) ** 0.5, abs=1e-3)

    def test_where_splits_depend_it_covers_and_the_plain_interval_does_not(self):
        # Figures of J splits that share a part, with the correlation n_test / (n_test + n_train)
        # that Nadeau & Bengio assume, about a true value of 0.
        rng = np.random.default_rng(2)
        ratio, count = 1 / 3, 10
        shared = ratio / (1 + ratio)
        draws = np.sqrt(shared) * rng.normal(size=(4000, 1)) + np.sqrt(1 - shared) * rng.normal(
            size=(4000, count)
        )
        corrected = [resampled_interval(row, ratio) for row in draws.tolist()]
        plain = [t_interval(row) for row in draws.tolist()]
        assert np.mean([e.low <= 0 <= e.high for e in corrected]) == pytest.approx(0.95, abs=0.011)
        assert np.mean([e.low <= 0 <= e.high for e in plain]) < 0.75


class TestDifference:
    def test_agrees_with_welchs_test(self):
        rng = np.random.default_rng(3)
        first, second = rng.normal(70, 1, 5), rng.normal(60, 4, 8)
        found = stats.ttest_ind(first, second, equal_var=False)
        wanted = found.confidence_interval(0.95)
        estimate = difference(t_interval(list(first)), t_interval(list(second)))
        assert estimate.mean == pytest.approx(first.mean() - second.mean())
        assert (estimate.low, estimate.high) == pytest.approx((wanted.low, wanted.high))
        assert estimate.df == pytest.approx(found.df)

    def test_is_undefined_where_a_side_is(self):
        assert difference(t_interval([]), t_interval([1.0, 2.0])).mean is None
        half = difference(t_interval([5.0]), t_interval([1.0, 2.0]))
        assert (half.mean, half.low) == (3.5, None)


class TestPrediction:
    def test_holds_one_more_in_95_of_100(self):
        rng = np.random.default_rng(4)
        draws, more = rng.normal(0, 1, (4000, 5)), rng.normal(0, 1, 4000)
        inside = [
            abs(one - np.mean(row)) <= prediction_half_width(row)
            for row, one in zip(draws.tolist(), more, strict=True)
        ]
        assert np.mean(inside) == pytest.approx(0.95, abs=0.011)

    def test_holds_one_more_split_that_depends_on_the_others_as_they_do_among_them(self):
        rng = np.random.default_rng(5)
        draws = rng.normal(0, 2, (4000, 1)) + rng.normal(0, 1, (4000, 6))
        inside = [
            abs(row[-1] - np.mean(row[:-1])) <= prediction_half_width(row[:-1])
            for row in draws.tolist()
        ]
        assert np.mean(inside) == pytest.approx(0.95, abs=0.011)

    def test_needs_two(self):
        assert prediction_half_width([70.0]) is None
