"""Who may train a cell: the one whose attempt is the newest.

An attempt is claimed by making its journal, which only one process can do. It is alive while its
journal is touched, and an attempt that is not may be followed by the next. The number of the
attempt is the fence: what an attempt says after a later one has begun reaches no table.
"""

import contextlib
import os
import platform
import tempfile
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Self

from bench import journal
from bench.runs import Runs, make_folder
from bench.specification import Specification

#: Seconds between two touches of the journal, and without one after which an attempt is lost.
HEARTBEAT = 5.0
LEASE = 60.0

#: States that any worker takes up from; after others, only one that was submitted later.
INTERRUPTED = frozenset({"queued", "preempted", "pruned", "lost"})


def state_of(runs: Runs, cell: str) -> str:
    """State of a cell by its journals alone: ``queued``, ``running``, ``lost``, or how it ended."""
    attempts = runs.attempts(cell)
    if not attempts:
        return "queued"
    path = runs.journal(cell, attempts[-1])
    first, last = _ends(path)
    if last.get("event") == "ended":
        return str(last["state"])
    return "running" if is_alive(path, first.get("holder", "")) else "lost"


def _ends(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        first, last = journal.ends(path)
    except journal.JournalError:  # as if torn: `db check` tells, and no other cell goes with it
        return {}, {}
    return (first, last) if isinstance(first, dict) and isinstance(last, dict) else ({}, {})


def attempts_of(cells: Sequence[Specification], runs: Runs) -> dict[str, int]:
    """How many attempts each cell has had."""
    return {cell.id: max(runs.attempts(cell.id), default=0) for cell in cells}


def claim(runs: Runs, cell: str, before: int, job: str = "", log: str = "") -> int | None:
    """Take a cell that nobody trains and that is still to be trained.

    Parameters
    ----------
    before : int
        Attempts that the cell had when its training was asked for. If a later one has failed,
        diverged or been cancelled, that is the answer, and it takes another request to try again.
    job, log : str
        Number and log file of the job that asks; see `bench.journal.Claimed`.

    Returns
    -------
    int or None
        The number of the new attempt; None where another process has the cell, or it is finished.

    Raises
    ------
    OSError
        The runs folder cannot be written.
    """
    attempts = runs.attempts(cell)
    newest = attempts[-1] if attempts else 0
    state = state_of(runs, cell)
    if state in ("running", "done") or (newest > before and state not in INTERRUPTED):
        return None
    path = runs.journal(cell, newest + 1)
    make_folder(path.parent)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return None
    claimed = journal.Journal(path)
    try:
        claimed.write(journal.Claimed(holder=holder(), job=job, log=log))
    except OSError:  # a claim that says nothing would keep others off for a lease
        path.unlink()
        raise
    finally:
        claimed.close()
    return newest + 1


class Heartbeat(AbstractContextManager["Heartbeat"]):
    """Touches the journal of an attempt for as long as the attempt is carried out."""

    def __init__(self, path: Path, interval: float = HEARTBEAT) -> None:
        self._path = path
        self._interval = interval
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(self._interval):
            with contextlib.suppress(OSError):  # the disk may be away for a while
                os.utime(self._path)


def holder() -> str:
    """The process that asks, told apart from every other: ``host|process namespace|pid|start``."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        namespace = f"{boot}:{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        namespace = ""
    pid = os.getpid()
    return "|".join((platform.node(), namespace, str(pid), _start_of(pid)))


def is_alive(path: Path, claimed_by: str) -> bool:
    """Whether who made a claim still works on it: it then touches `path` now and again."""
    here = holder().split("|")
    there = claimed_by.split("|")
    # A process of this machine can be looked at, which is quicker than waiting for its lease.
    if len(there) == len(here) and there[:2] == here[:2] and here[1]:
        return there[3] != "" and _start_of(int(there[2])) == there[3]
    return _clock(path.parent) - path.stat().st_mtime < LEASE


def _start_of(pid: int) -> str:
    """When a process began, in ticks since the machine did; empty where there is no such one."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return ""
    fields = text.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]


def _clock(folder: Path) -> float:
    """The time by the clock that stamps files in this folder, which may be another machine's."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".clock.") as file:
        return Path(file.name).stat().st_mtime
