"""Runs an hour: what is divided by what, and real processes that train at once."""

import pytest
import torch

from bench.execution import Execution
from bench.perf import packing
from bench.perf.decomposition import decomposition_rows
from bench.perf.packing import packing_rows
from bench.perf.plan import Load, Plan

PLAN = Plan(size=32, rounds=2, images=28, loads=(Load(backbone="mobilenet_v2", batch=8),))


def test_three_hours_for_four_runs_are_four_thirds_of_the_pace(monkeypatch):
    """One run takes an hour, two at once take one and a half, four take three."""
    hours = {"1": [1.0, 1.0], "2": [1.5, 1.5], "4": [3.0, 3.0]}
    monkeypatch.setattr(
        packing,
        "time_in_turn",
        lambda *_, **__: {n: torch.tensor(h).numpy() for n, h in hours.items()},
    )
    rows = list(packing_rows(PLAN, Execution(device="cpu", threads=1), lambda _text: None))
    where = "one after the other, mobilenet_v2 b8 48 fp32"
    assert {row.what: row.ratio for row in rows} == {
        f"runs/hour, 2 at once / {where}": pytest.approx(4 / 3),
        f"runs/hour, 4 at once / {where}": pytest.approx(4 / 3),
    }


@pytest.mark.slow
def test_real_ones():
    rows = list(packing_rows(PLAN, Execution(device="cpu", threads=1), lambda _text: None))
    assert [row.n for row in rows] == [2, 2]
    assert all(0 < row.low <= row.ratio <= row.high for row in rows)


def test_a_machine_without_a_gpu_is_told_that_it_has_no_decomposition():
    said: list[str] = []
    assert list(decomposition_rows(PLAN, torch.device("cpu"), said.append)) == []
    assert "on a GPU only" in said[0]
