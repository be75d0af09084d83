"""Exponents of known power laws."""

from contextlib import contextmanager

import numpy as np
import pytest

from bench.perf.growth import exponents, growth_rows
from bench.perf.plan import Plan
from tests.bench.perf.clock import FakeClock


@pytest.mark.parametrize("power", [0, 0.5, 1, 2])
def test_exponent_of_a_power_law(power):
    sizes = np.array([100, 300, 1000, 10_000])
    seconds = np.stack([3e-4 * sizes**power, 7.0 * sizes**power])
    assert exponents(sizes, seconds) == pytest.approx(np.full(2, power), abs=1e-12)


def test_a_constant_part_flattens_the_line():
    # log2 of 3, 4, 6: by hand, the slope over log2 of 1, 2, 4 is (log2 6 - log2 3) / 2 = 1/2
    found = exponents(np.array([1, 2, 4]), np.array([[3.0, 4.0, 6.0]]))
    assert found == pytest.approx([0.5])


def test_rows_of_a_workload(monkeypatch):
    clock = FakeClock(monkeypatch)
    open_now: list[int] = []

    @contextmanager
    def workload(cells: int):
        open_now.append(cells)
        seconds = [cells**2 / 1e4] * 3  # a warm-up and two rounds
        yield {"sorting": clock.takes(*seconds)}
        open_now.remove(cells)

    said: list[str] = []
    plan = Plan(cells=(20, 40, 100), rounds=2)
    largest, growth = growth_rows(plan, workload, said.append)
    assert (largest.what, largest.ratio) == ("sorting, 100 cells / 1 s", 1.0)
    assert growth.what.startswith("sorting, exponent of growth, 20 to 100 cells")
    assert growth.ratio == pytest.approx(2)
    assert open_now == []
    assert said
