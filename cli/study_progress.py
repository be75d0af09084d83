"""A bar over the trials of a study while they are carried out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobs.study_run import Prepared

#: Seconds between two questions to Optuna's storage.
INTERVAL = 1.0


@contextmanager
def study_progress(prepared: Prepared) -> Iterator[Callable[[], None]]:
    """Gives what is to be called now and then: it moves the bar, and tells of each ended trial."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from cli.terminal import console
    from jobs.study_run import trials_of

    told = {trial.number for trial in trials_of(prepared) if trial.state.is_finished()}
    asked = time.monotonic()
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("trials"),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(prepared.study.name, total=prepared.study.trials, completed=len(told))

        def look() -> None:
            for trial in trials_of(prepared):
                if trial.state.is_finished() and trial.number not in told:
                    told.add(trial.number)
                    drawn = ", ".join(f"{k} = {_short(v)}" for k, v in trial.params.items())
                    why = trial.user_attrs.get("reason") or ""
                    worth = why or "  ".join(_short(value) for value in trial.values or ())
                    console.print(
                        f"trial {trial.number}  {drawn}  {trial.state.name.lower()}  {worth}",
                        markup=False,
                    )
            bar.update(task, completed=len(told))

        def tick() -> None:
            nonlocal asked
            if time.monotonic() - asked > INTERVAL:
                asked = time.monotonic()
                look()

        yield tick
        look()


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
