"""Holm against the step-down rule worked by hand."""

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from bench.statistics.family import holm, out_of_reach
from bench.statistics.paired import Outcome


def asked(*p: float | None) -> list[Outcome]:
    return [Outcome("a test", 10, value) for value in p]


def test_holms_steps():
    # sorted 0.005 · 4, 0.01 · 3, 0.03 · 2, 0.04 · 1 and never less than the one before
    assert holm(asked(0.01, 0.04, 0.03, 0.005)) == pytest.approx((0.03, 0.06, 0.06, 0.02))


@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_holm_is_that_of_statsmodels(count):
    drawn = np.random.default_rng(count).uniform(0, 0.2, count).round(2)  # with equal ones
    assert holm(asked(*drawn)) == pytest.approx(multipletests(drawn, method="holm")[1])


def test_a_test_without_p_was_asked_for_all_the_same():
    assert holm(asked(0.02, None)) == (pytest.approx(0.04), None)


def test_an_empty_family():
    assert holm([]) == ()


def test_says_where_none_could_pass():
    six = [Outcome("sign-flip", 6, 2 / 64, 2 / 64)] * 4
    assert "0.0125" in out_of_reach(six)
    assert out_of_reach(six[:1]) == ""
    assert out_of_reach([*six, Outcome("sign-flip", 9, 0.5, 2 / 512)]) == ""
    assert out_of_reach(asked(0.5, 0.5)) == ""
