"""Ratios by hand, and intervals against the theory of the median."""

import numpy as np
import pytest

from bench.cost.latency import time_in_turn
from bench.perf.row import Row, row_of
from tests.bench.perf.clock import FakeClock


def test_a_ratio_is_the_median_over_the_rounds_of_what_was_timed_in_turn(monkeypatch):
    clock = FakeClock(monkeypatch)
    tasks = {
        "plain": clock.takes(99, 2, 8, 3),  # the first of each is the warm-up
        "fast": clock.takes(99, 1, 2, 1),
    }
    times = time_in_turn(tasks, rounds=3, warm_up=1)
    assert times["plain"].tolist() == [2, 8, 3]
    row = row_of("images/s, fast / plain", times["plain"] / times["fast"])  # 2, 4, 3
    assert (row.ratio, row.low, row.high, row.n) == (3, 2, 4, 3)


def test_what_slows_both_down_leaves_the_ratio(monkeypatch):
    clock = FakeClock(monkeypatch)
    tasks = {"a": clock.takes(1, 10, 5), "b": clock.takes(2, 20, 10)}
    times = time_in_turn(tasks, rounds=3, warm_up=0)
    assert row_of("a / b", times["a"] / times["b"]) == Row("a / b", 0.5, 0.5, 0.5, 3)


def test_the_interval_is_as_wide_as_theory_has_it():
    # the median of n normal values has a standard error of sqrt(pi / 2 n)
    values = np.random.default_rng(5).normal(10, 1, size=400)
    row = row_of("", values)
    assert row.ratio == np.median(values)
    assert row.high - row.low == pytest.approx(2 * 1.96 * np.sqrt(np.pi / 800), rel=0.25)
    assert row.low < row.ratio < row.high
