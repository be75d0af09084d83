"""A bar over all epochs while cells are in training, by their journals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.runs import Runs
    from bench.specification import Specification
    from jobs.watch import Progress as CellProgress


@contextmanager
def progress_bar(cells: Sequence[Specification], runs: Runs) -> Iterator[Callable[[], None]]:
    """Gives what is to be called now and then: it moves the bar, and tells of each ended cell."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from bench.specification import label
    from cli.terminal import console
    from jobs.watch import Watch

    watch = Watch(runs, {cell.id: cell.recipe.epochs for cell in cells})
    attention = {cell.id: label("attention", cell.attention) for cell in cells}
    names = {
        cell.id: f"{label('backbone', cell.backbone)} {attention[cell.id]} seed {cell.seed}"
        for cell in cells
    }
    seen: Mapping[str, CellProgress] = watch.look()
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("epochs"),
        TimeRemainingColumn(),
    )
    total = sum(cell.recipe.epochs for cell in cells)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("starting …", total=total)

        def tick() -> None:
            nonlocal seen
            before, seen = seen, watch.look()
            running = [names[cell] for cell, now in seen.items() if now.state == "running"]
            done = sum(now.state == "done" for now in seen.values())
            text = f"{done}/{len(seen)} cells  {', '.join(running[:3]) or 'waiting …'}"
            if len(running) > 3:
                text += f" and {len(running) - 3} more"
            bar.update(task, description=text, completed=sum(now.epoch for now in seen.values()))
            for cell, now in seen.items():
                if now.state != before[cell].state and now.state not in ("queued", "running"):
                    why = f": {now.reason}" if now.reason else ""
                    console.print(f"{cell}  {names[cell]}  {now.state}{why}", markup=False)

        yield tick
