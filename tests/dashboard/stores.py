"""The databases that every page is shown on: empty, small, and full of failures."""

from pathlib import Path

from bench.home import Home
from bench.journal import Ended
from bench.runs import Runs
from bench.store.ingest import ingest
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
