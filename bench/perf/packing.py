"""Several small runs at once on one device: runs an hour against one after the other."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from bench.cost.latency import time_in_turn
from bench.execution import Execution
from bench.perf.aside import aside
from bench.perf.engine import engine_cell, engine_epoch
from bench.perf.faces import FacesCell
from bench.perf.plan import Plan
from bench.perf.row import Row, row_of
from bench.perf.steps import Say, Task

#: So many at once, each in a process of its own, as ``ferbench run --slots`` has them.
AT_ONCE = (2, 4)
#: Small runs: the faces as they are drawn, which leave a GPU idle most of the time.
SIZE = 48


def packing_rows(plan: Plan, execution: Execution, say: Say) -> Iterator[Row]:
    """Runs an hour with several at once, divided by those of one after the other."""
    for load in plan.loads:
        cell = engine_cell(plan.images, load, SIZE, "fp32")
        where = f"{load.backbone} b{load.batch} {SIZE} fp32"
        say(f"runs at once, {where}")
        with ExitStack() as stack:
            runs = [
                stack.enter_context(aside(_epochs, cell, execution)) for _ in range(max(AT_ONCE))
            ]
            pool = stack.enter_context(ThreadPoolExecutor(len(runs)))
            tasks = {count: _together(pool, runs[:count]) for count in (1, *AT_ONCE)}
            named = {str(count): task for count, task in tasks.items()}
            times = time_in_turn(named, plan.rounds, warm_up=1)
        for count in AT_ONCE:
            ratio = count * times["1"] / times[str(count)]
            yield row_of(f"runs/hour, {count} at once / one after the other, {where}", ratio)


def _together(pool: ThreadPoolExecutor, runs: Sequence[Task]) -> Task:
    """An epoch of each, all begun at the same time; over when the last is."""
    return lambda: list(pool.map(lambda run: run(), runs))


def _epochs(cell: FacesCell, execution: Execution) -> Task:
    execution.apply()
    return engine_epoch(cell, execution, lambda _result: None)
