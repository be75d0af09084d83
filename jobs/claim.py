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
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Self

from bench import journal
from bench.runs import Runs, make_folder

#: Seconds between two touches of the journal, and without one after which an attempt is lost.
HEARTBEAT = 5.0
LEASE = 60.0

#: States after which a cell is trained again by the next run.
UNFINISHED = frozenset({"queued", "preempted", "cancelled", "failed", "lost"})


def state_of(runs: Runs, cell: str) -> str:
    """State of a cell by its journals alone: ``queued``, ``running``, ``lost``, or how it ended."""
    attempts = runs.attempts(cell)
    if not attempts:
        return "queued"
    path = runs.journal(cell, attempts[-1])
    first, last = journal.ends(path)
    if last.get("event") == "ended":
        return str(last["state"])
    return "running" if _is_alive(path, first.get("holder", "")) else "lost"


def claim(runs: Runs, cell: str) -> int | None:
    """Take a cell that nobody trains and that is not finished.

    Returns
    -------
    int or None
        The number of the new attempt; None where another process has the cell, or it is finished.
    """
    attempts = runs.attempts(cell)
    if state_of(runs, cell) not in UNFINISHED:
        return None
    number = (attempts[-1] if attempts else 0) + 1
    path = runs.journal(cell, number)
    make_folder(path.parent)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return None
    claimed = journal.Journal(path)
    claimed.write(journal.Claimed(holder=holder()))
    claimed.close()
    return number


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


def _is_alive(path: Path, claimed_by: str) -> bool:
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
