"""Everything that a plan asks for, one row after the other."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from bench.execution import Execution
from bench.perf.attention import attention_rows
from bench.perf.decomposition import decomposition_rows
from bench.perf.engine import engine_rows
from bench.perf.growth import Workload, growth_rows
from bench.perf.logged import logging_rows
from bench.perf.many_runs import leaderboard_of
from bench.perf.packing import packing_rows
from bench.perf.plan import Part, Plan
from bench.perf.row import Row
from bench.perf.steps import Say


def measure_speed(
    plan: Plan, execution: Execution, workloads: Sequence[Workload], say: Say
) -> Iterator[Row]:
    """Measure on this machine; each row as soon as it is known.

    Parameters
    ----------
    workloads : sequence of Workload
        What grows with the number of cells, beside the leaderboard.
    say : callable
        Told what is being measured.

    Raises
    ------
    RequestError
        The device is not there.
    """
    device = execution.torch_device
    execution.apply()
    growing: tuple[Workload, ...] = (*workloads, partial(leaderboard_of, epochs=plan.epochs))
    parts: dict[Part, Callable[[], Iterator[Row]]] = {
        "attention": lambda: attention_rows(plan, device, say),
        "decomposition": lambda: decomposition_rows(plan, device, say),
        "engine": lambda: engine_rows(plan, execution, say),
        "packing": lambda: packing_rows(plan, execution, say),
        "logging": lambda: logging_rows(plan, execution, say),
        "growth": lambda: (row for one in growing for row in growth_rows(plan, one, say)),
    }
    for part in plan.parts:
        yield from parts[part]()
