"""Ways to end workers with no warning, and what must then be as if nobody had."""

import dataclasses
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from bench import checkpoint, journal
from bench.runs import Runs
from bench.specification import Specification
from bench.store.database import Store
from bench.store.ingest import ingest
from bench.store.models import Base
from jobs.claim import HEARTBEAT, LEASE, state_of
from jobs.worker import Worker
from tests.bench.builders import dump, new_store
from tests.jobs.accidents import AtLine, Listing, Node, Torn
from tests.jobs.workers import (
    Elsewhere,
    again,
    ended_at_last,
    finish,
    freeze,
    kill,
    results_of,
    send,
    small,
    start,
    wait_until,
    worker_of,
)

#: Columns that tell when, where and how fast, and not what was measured.
INCIDENTAL = {"attempt", "ended_at", "seconds", "images_per_second", "peak_memory"}

#: Seconds without a heartbeat after which a worker elsewhere is given up.
SHORT_LEASE = 0.6


# --- what comes of it where nothing happens ---


@dataclass(frozen=True)
class Undisturbed:
    """A few cells, and what comes of them in the hands of a worker that is left alone.

    Attributes
    ----------
    results : list
        Of each cell: what its journals say was measured.
    rows : mapping
        The same as rows of the database, without times.
    seconds : float
        For which their worker works.
    lines : mapping
        How many lines of the code that writes are carried out, by file and function.
    events : int
        Lines of their journals.
    """

    cells: tuple[Specification, ...]
    results: list[Any]
    rows: dict[str, list[Any]]
    seconds: float
    lines: Counter[str]
    events: int

    def worker(self, folder: Path) -> Worker:
        """A worker on the cells, which takes its journals into a database of its own."""
        folder.mkdir()
        worker = worker_of(folder, *self.cells)
        return dataclasses.replace(worker, database=new_store(folder).url)


def undisturbed(folder: Path) -> Undisturbed:
    """Train two cells, first for the results and then for the lines that are gone through."""
    cells = tuple(small(epochs=3, seed=seed) for seed in (1, 2))
    known = Undisturbed(cells, [], {}, 0.0, Counter(), 0)
    worker = known.worker(folder / "once")
    finish(Listing(known.worker(folder / "lines"), folder / "names"), folder)
    before = time.monotonic()
    finish(worker, folder)
    seconds = time.monotonic() - before
    store = Store(str(worker.database))
    ingest(store, worker.runs)
    return Undisturbed(
        cells,
        [results_of(worker.runs, cell) for cell in cells],
        measured(store),
        seconds,
        Counter((folder / "names").read_text(encoding="utf-8").splitlines()),
        sum(len(path.read_bytes().splitlines()) for *_, path in worker.runs.journals()),
    )


def measured(store: Store) -> dict[str, list[Any]]:
    """The rows of a database, without what differs from one run to the next."""
    rows, kept = dump(store), {}
    for table in Base.metadata.sorted_tables:
        names = [column.name for column in table.columns if column.name != "key"]
        places = [place for place, name in enumerate(names) if name not in INCIDENTAL]
        kept[table.name] = sorted(tuple(row[place] for place in places) for row in rows[table.name])
    del kept["attempts"]
    return kept


# --- blows ---


@dataclass(frozen=True)
class Death:
    """Where a worker was interrupted.

    Attributes
    ----------
    phase : str
        What it was at, by what it left behind.
    saved : int or None
        The epoch of the state that there is to go on from.
    """

    cell: Specification
    attempt: int
    phase: str
    saved: int | None


#: Lets something happen to a worker, and says where it was; all processes are over afterwards.
Blow = Callable[[Undisturbed, Worker, Path, Random], list[Death]]


def at_a_moment(known: Undisturbed, worker: Worker, folder: Path, draw: Random) -> list[Death]:
    """SIGKILL whatever the time is."""
    with ended_at_last(start(worker, folder)) as process:
        time.sleep(some_time(known, worker, draw))
        kill(process)
    return bury(worker)


def at_a_line(known: Undisturbed, worker: Worker, folder: Path, draw: Random) -> list[Death]:
    """SIGKILL in the code that writes: each file, and each function in it, is as likely."""
    places = sorted(known.lines)
    file = draw.choice(sorted({place.split()[0] for place in places}))
    place = draw.choice([place for place in places if place.split()[0] == file])
    return at_a_line_of(place)(known, worker, folder, draw)


def at_a_line_of(place: str) -> Blow:
    """SIGKILL in a function, given as in `Undisturbed.lines`."""

    def blow(known: Undisturbed, worker: Worker, folder: Path, draw: Random) -> list[Death]:
        line = draw.randrange(known.lines[place])
        with ended_at_last(start(AtLine(worker, place, line, signal.SIGKILL), folder)) as process:
            process.join(60)
        return bury(worker)

    return blow


def in_a_line_of_the_journal(
    known: Undisturbed, worker: Worker, folder: Path, draw: Random
) -> list[Death]:
    """Power loss: a line is on the disk in part."""
    torn = Torn(worker, draw.randrange(known.events), draw.random())
    with ended_at_last(start(torn, folder)) as process:
        process.join(60)
    return bury(worker)


def with_its_node(known: Undisturbed, worker: Worker, folder: Path, draw: Random) -> list[Death]:
    """A machine is gone, with two workers that had the same cells to train."""
    both = Node((Elsewhere(worker, "node1", LEASE, HEARTBEAT),) * 2)
    with ended_at_last(start(both, folder)) as process:
        wait_until(lambda: not process.is_alive() or os.getpgid(process.pid) == process.pid)
        time.sleep(some_time(known, worker, draw))
        if process.is_alive():
            os.killpg(process.pid, signal.SIGKILL)
    return bury(worker)


def lives_on(known: Undisturbed, worker: Worker, folder: Path, draw: Random) -> list[Death]:
    """A worker is not heard of for a lease, another one follows it, and it goes on beside that."""
    with ended_at_last(start(elsewhere(worker, "node1"), folder)) as first:
        time.sleep(some_time(known, worker, draw))
        if not freeze(first):
            return []
        deaths = deaths_in(worker)
        time.sleep(1.5 * SHORT_LEASE)
        with ended_at_last(start(elsewhere(again(worker), "node2"), folder)) as second:
            wait_until(lambda: deaths_in(worker) != deaths or not second.is_alive())
            time.sleep(some_time(known, worker, draw))
            send(first, signal.SIGCONT)
            second.join(60)
            first.join(60)
    return deaths


def some_time(known: Undisturbed, worker: Worker, draw: Random) -> float:
    """Seconds that will go by, more or less, before the worker has done what there is to do."""
    left = sum(state_of(worker.runs, cell.id) != "done" for cell in worker.cells)
    return draw.uniform(0, known.seconds * left / len(worker.cells))


def elsewhere(worker: Worker, machine: str) -> Elsewhere:
    """The worker on another machine, soon given up when nothing is heard of it."""
    return Elsewhere(worker, machine, SHORT_LEASE, SHORT_LEASE / 10)


def bury(worker: Worker) -> list[Death]:
    """Look where workers died, and let the leases of those run out that cannot be seen."""
    deaths = deaths_in(worker)
    for death in deaths:
        os.utime(worker.runs.journal(death.cell.id, death.attempt), (0, 0))
    return deaths


def deaths_in(worker: Worker) -> list[Death]:
    """Where those stand who have not told of an end."""
    runs, deaths = worker.runs, []
    for cell in worker.cells:
        newest = max(runs.attempts(cell.id), default=0)
        if not newest or _is_over(path := runs.journal(cell.id, newest)):
            continue
        kept = [checkpoint.load(path, cell.id) for path in runs.cell(cell.id).glob("check*.pt")]
        saved = max((state["progress"]["epoch"] for state in kept if state), default=None)
        deaths.append(Death(cell, newest, _phase(runs, cell, path), saved))
    return deaths


def _is_over(path: Path) -> bool:
    return journal.ends(path)[1].get("event") == "ended"


def _phase(runs: Runs, cell: Specification, path: Path) -> str:
    if not path.read_bytes().endswith(b"\n"):
        return "writing" if path.stat().st_size else "claiming"
    if list(runs.cell(cell.id).glob(".checkpoint-*")):
        return "saving"
    told = journal.ends(path)[1]["event"]
    return {"claimed": "starting", "started": "training", "epoch": "training"}.get(told, "ending")


# --- what must hold ---


@dataclass
class Survival:
    """What cells went through, and what is wrong with them now."""

    deaths: list[Death] = field(default_factory=list)
    resumed: int = 0
    other_bits: list[str] = field(default_factory=list)
    other_rows: list[str] = field(default_factory=list)
    other_faults: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Everything that is wrong."""
        return self.other_bits + self.other_rows + self.other_faults


def survive(known: Undisturbed, blow: Blow, folder: Path, draw: Random, most: int = 6) -> Survival:
    """Let blow after blow fall on the workers of the cells, then one train them to the end."""
    worker = known.worker(folder)
    survival = Survival()
    for _ in range(draw.randint(1, most)):
        survival.deaths += blow(known, again(worker), folder, draw)
    finish(again(worker), folder)
    _judge(known, worker, folder, survival)
    return survival


def _judge(known: Undisturbed, worker: Worker, folder: Path, survival: Survival) -> None:
    for cell, results in zip(known.cells, known.results, strict=True):
        if results_of(worker.runs, cell) != results:
            survival.other_bits.append(f"{folder}: cell {cell.id} has other results")
        survival.other_faults += [f"{folder}: {fault}" for fault in _faults_of(worker.runs, cell)]
    for death in survival.deaths:
        _judge_death(worker.runs, death, folder, survival)
    store, rebuilt = Store(str(worker.database)), new_store(folder, "rebuilt.db")
    ingest(store, worker.runs)
    ingest(rebuilt, worker.runs)
    if measured(store) != known.rows:
        survival.other_rows.append(f"{folder}: other rows")
    if dump(store) != dump(rebuilt):
        survival.other_rows.append(f"{folder}: the journals give other rows when read anew")
    store.close()
    rebuilt.close()


def _judge_death(runs: Runs, death: Death, folder: Path, survival: Survival) -> None:
    follower = next(
        started
        for number in runs.attempts(death.cell.id)
        if number > death.attempt and (started := _started(runs, death.cell, number))
    )
    survival.resumed += death.saved is not None
    if follower.resumed_after != (death.saved or 1) - 1:
        survival.other_faults.append(
            f"{folder}: {death} was followed from epoch {follower.resumed_after + 1} on"
        )


def _started(runs: Runs, cell: Specification, number: int) -> journal.Started | None:
    events, _ = journal.read(runs.journal(cell.id, number))
    return next((event for event in events if isinstance(event, journal.Started)), None)


def _faults_of(runs: Runs, cell: Specification) -> list[str]:
    """Whether a cell was left out, or trained by two at once, or leaves anything behind."""
    faults = [] if state_of(runs, cell.id) == "done" else [f"cell {cell.id} was left out"]
    last = None
    for number in runs.attempts(cell.id):
        events, _ = journal.read(runs.journal(cell.id, number))
        if last and events and events[0].time < last:
            faults.append(f"attempt {number} at {cell.id} began before the one before was over")
        last = events[-1].time if events else last
        begun = _started(runs, cell, number)
        epochs = [event.epoch for event in events if isinstance(event, journal.EpochEnded)]
        if begun and epochs != [begun.resumed_after + 1 + n for n in range(len(epochs))]:
            faults.append(f"attempt {number} at {cell.id} tells epochs {epochs}")
    left = sorted(path.name for path in runs.cell(cell.id).iterdir())
    journals = [runs.journal(cell.id, number).name for number in runs.attempts(cell.id)]
    return faults if left == journals else [*faults, f"left behind at {cell.id}: {left}"]
