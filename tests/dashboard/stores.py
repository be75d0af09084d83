"""The databases that every page is shown on: empty, small, and full of failures."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna

from bench.home import Home
from bench.journal import Ended
from bench.runs import Runs
from bench.store.ingest import ingest
from jobs.study import Sampler, Study
from jobs.study_objective import Told
from tests.bench.builders import (
    START,
    claimed,
    epoch,
    full_run,
    new_store,
    spec,
    started,
    submit,
    write_journal,
)
from tests.dashboard import big
from tests.jobs.studies import BASE, BOWL, RADIUS, Bowl, begun, worker_of

#: What a hostile name or message might hold: nothing of it may become markup.
NASTY = "<script>alert(1)</script> **bold** $x$ :red[x] [link](http://example.org)"


def home(folder: Path) -> Home:
    """A home whose database has no rows."""
    return Home(new_store(folder), Runs(folder / "results.runs"), {})


def small(folder: Path) -> Home:
    """Twenty runs of each of two models on two backbones, all done."""
    made = home(folder)
    big.fill(made.store, runs=80, epochs=4, seeds=4)
    return made


def studied(folder: Path) -> Home:
    """A study whose optimum is known, with trials that were pruned, and one of two objectives."""
    made = home(folder)
    add_studies(made)
    return made


def add_studies(made: Home) -> None:
    """Let it have those of `studied`."""
    bowl = Study(
        name="bowl",
        title="Where is the bottom?",
        base=BASE | {"attention": "hfc", "seed": 5},
        space=BOWL,
        trials=15,
        sampler=Sampler(name="grid"),
    )
    worker_of(begun(bowl, made), made, Pruned())()
    both = {"space": RADIUS, "objectives": ("balanced_accuracy", "parameters"), "trials": 5}
    worker_of(begun(bowl.model_copy(update={"name": "sizes", **both}), made), made, Sizes())()


@dataclass(frozen=True)
class Pruned:
    """The bowl, which reports; radii from 0.8 on are pruned."""

    def __call__(self, trial: optuna.Trial, settings: dict[str, Any], stopping: Any) -> Told:
        told = Bowl()(trial, settings, stopping)
        for step, share in enumerate((0.5, 0.8, 1.0)):
            trial.report(share * told.values[0], step)
        if settings["attention.radius"] >= 0.8:
            return Told("pruned", reason="pruned by the test")
        return told


@dataclass(frozen=True)
class Sizes:
    """Two objectives: the larger, the better and the dearer; radii from 0.5 on are only dear."""

    def __call__(self, _trial: optuna.Trial, settings: dict[str, Any], _stopping: Any) -> Told:
        radius = settings["attention.radius"]
        return Told("complete", (min(radius, 0.5), 1000 * radius))


def failures(folder: Path) -> Home:
    """Cells in every state, with messages that want to be markup."""
    made = home(folder)
    cells = {
        state: spec(seed=seed, attention="hfc")
        for seed, state in enumerate(("failed", "diverged", "cancelled", "preempted", "pruned"))
    }
    running, queued, done = (spec(seed=seed) for seed in (10, 11, 12))
    submit(made.store, made.runs, *cells.values(), running, queued, done, name="all-states")
    for state, cell in cells.items():
        end = Ended(time=START, state=state, reason=NASTY, traceback=f"Traceback\n{NASTY}")
        loss = None if state == "diverged" else 0.5
        events = [claimed(), started(cell), epoch(1, loss=loss), end]
        write_journal(made.runs, cell.id, 1, events)
    write_journal(made.runs, running.id, 1, [claimed(), started(running), epoch(1)])
    write_journal(made.runs, done.id, 1, full_run(done, [((1, 0), (0, 0))] * 3))
    ingest(made.store, made.runs)
    return made
