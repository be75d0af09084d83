"""What ``ferbench run --dry-run`` prints: the cells, and what they would cost."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from bench.specification import Specification, label
from cli.terminal import SHARED, console, duration, print_table, state_text
from jobs.estimate import estimate
from jobs.local import LocalPlan, plan

if TYPE_CHECKING:
    from bench.execution import Execution
    from bench.home import Home
    from jobs.matrix_run import Prepared
    from jobs.placement import Placement

#: Cells that are printed one by one; of more, the seeds of a configuration share a line.
MOST = 500


def print_plan(prepared: Prepared, home: Home, placement: Placement, execution: Execution) -> None:
    """Print what a run would train, and where."""
    title = f"Matrix {prepared.submission.name}"
    if len(prepared.cells) > MOST:
        heads = ["dataset", "protocol", "backbone", "attention", ">cells", "state"]
        print_table(title, heads, list(_configurations(prepared)), SHARED)
    else:
        heads = ["cell", "dataset", "protocol", "backbone", "attention"]
        heads += [">split seed", ">fold", ">seed", "state"]
        print_table(title, heads, list(_cells(prepared)), SHARED)
    done = len(prepared.cells) - len(prepared.open)
    console.print(f"\n{len(prepared.cells)} cells, {done} done already.")
    if prepared.open:
        cost = estimate(prepared.open, home.roots)
        console.print(
            f"To train: {len(prepared.open)} cells, {cost.images:,} images, "
            f"{_roughly(cost.seconds, plan(len(prepared.open), placement.slots, execution))}"
        )
    if placement.where == "slurm":
        jobs = -(-len(prepared.open) // placement.cells_per_job)
        console.print(f"On SLURM: {jobs} jobs, {placement.parallel or jobs} at a time.")
    console.print("Nothing was trained.")


def _cells(prepared: Prepared) -> Iterator[tuple[object, ...]]:
    for cell, state in zip(prepared.cells, prepared.states, strict=True):
        seeds = (cell.split_seed, cell.fold, cell.seed)
        yield (cell.id, *_names(cell), *seeds, state_text(state))


def _configurations(prepared: Prepared) -> Iterator[tuple[object, ...]]:
    states: dict[str, Counter[str]] = defaultdict(Counter)
    examples: dict[str, Specification] = {}
    for cell, state in zip(prepared.cells, prepared.states, strict=True):
        states[cell.configuration][state] += 1
        examples.setdefault(cell.configuration, cell)
    for configuration, found in states.items():
        counts = [state_text(state).append(f" {count}") for state, count in found.items()]
        cells = sum(found.values())
        yield (*_names(examples[configuration]), cells, Text(", ").join(counts))


def _names(cell: Specification) -> tuple[str, ...]:
    kinds = ("dataset", "protocol", "backbone", "attention")
    return tuple(label(kind, getattr(cell, kind)) for kind in kinds)


def _roughly(seconds: float, local: LocalPlan) -> str:
    threads = local.execution.threads or 1
    return (
        f"roughly {duration(seconds / (local.slots * threads))} on this machine's CPU in float32 "
        f"(a step of each backbone was timed), {local.slots} at a time."
    )
