"""How time grows with the number of cells: the exponent k of seconds ~ cellsᵏ."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack

import numpy as np
from numpy.typing import NDArray

from bench.cost.latency import time_in_turn
from bench.perf.plan import Plan
from bench.perf.row import Row, row_of
from bench.perf.steps import Say, Task

#: Makes what so many cells need, and gives the tasks by name; clears up when it is left.
Workload = Callable[[int], AbstractContextManager[Mapping[str, Task]]]


def growth_rows(plan: Plan, workload: Workload, say: Say) -> Iterator[Row]:
    """Exponent and largest size of each task of a workload."""
    first, last = plan.cells[0], plan.cells[-1]
    with ExitStack() as stack:
        tasks: dict[str, dict[str, Task]] = {}
        for cells in plan.cells:
            say(f"growth: making {cells:,} cells")
            for name, task in stack.enter_context(workload(cells)).items():
                tasks.setdefault(name, {})[str(cells)] = task
        for name, by_size in tasks.items():
            say(f"growth: {name}")
            times = time_in_turn(by_size, plan.rounds, warm_up=1)
            seconds = np.stack(list(times.values()), axis=1)
            yield row_of(f"{name}, {last:,} cells / 1 s", seconds[:, -1])
            yield row_of(
                f"{name}, exponent of growth, {first:,} to {last:,} cells (1 is linear)",
                exponents(np.array(plan.cells), seconds),
            )


def exponents(sizes: NDArray[np.int64], seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slope of log seconds over log size by least squares, for each round.

    Parameters
    ----------
    sizes : int array, (S,)
        Two or more different ones.
    seconds : float64 array, (rounds, S)

    Returns
    -------
    float64 array, (rounds,)
    """
    slopes: NDArray[np.float64] = np.polyfit(np.log(sizes), np.log(seconds).T, 1)[0]
    return slopes
