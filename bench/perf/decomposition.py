"""The GPU's own singular value decomposition beside the one that training uses there."""

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor

from bench.cost.latency import time_in_turn
from bench.perf.plan import Plan
from bench.perf.row import Row, row_of
from bench.perf.steps import Say, Task, finish

#: The maps of ResNet18's positions: so many times smaller than the image, each side.
SMALLER = (2, 4, 8, 16)


def decomposition_rows(plan: Plan, device: torch.device, say: Say) -> Iterator[Row]:
    """Decompositions a second, and their errors against double precision; none without a GPU."""
    if device.type != "cuda":
        say("decomposition: on a GPU only, so there are no rows of it")
        return
    from registry.jacobi import svd  # (a machine without a GPU may have no Triton)

    count = 2 * plan.loads[0].batch  # the squeezed map and its high-pass part
    for side in (plan.size // smaller for smaller in SMALLER):
        where = f"{count} × {side} × {side} fp32"
        say(f"singular values and vectors, {where}")
        maps = torch.randn(count, side, side, generator=torch.Generator().manual_seed(0))
        maps = maps.to(device)
        ways = {"jacobi": svd, "torch": torch.linalg.svd}
        tasks = {name: _task(partial(way, maps), device) for name, way in ways.items()}
        times = time_in_turn(tasks, plan.rounds, warm_up=1)
        yield row_of(f"svd/s, jacobi / torch, {where}", times["torch"] / times["jacobi"])
        errors = {name: _error(way(maps)[1], maps) for name, way in ways.items()}
        ratio = errors["jacobi"] / errors["torch"]
        yield Row(f"largest error of a value, jacobi / torch, {where}", ratio, ratio, ratio, 1)


def _task(decompose: Task, device: torch.device) -> Task:
    def run() -> None:
        decompose()
        finish(device)

    return run


def _error(values: Tensor, maps: Tensor) -> float:
    exact = torch.linalg.svdvals(maps.double())
    return float((values - exact).abs().max())
