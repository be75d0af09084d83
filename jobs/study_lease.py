"""Who carries out a trial: as with cells, a file that only one process can make.

Optuna would leave the trial of a worker that died RUNNING for ever, or fail it and draw another one
in its place. Here its file is no longer touched, and the next worker goes on with the same trial.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from bench.runs import make_folder
from jobs.claim import Heartbeat, holder, is_alive

LEASE = re.compile(r"(?P<what>.+)-(?P<life>\d{2,})")


@dataclass(frozen=True)
class Lease:
    """The right to work on something.

    Attributes
    ----------
    path : Path
        Of the file that grants it.
    life : int
        How many there were, this one among them, since the last that was given back.
    """

    path: Path
    life: int

    def heartbeat(self) -> Heartbeat:
        """Shows others that it is in use, for as long as the context is open."""
        return Heartbeat(self.path)

    @property
    def newest(self) -> bool:
        """Whether nobody has taken over meanwhile."""
        folder, what = self.path.parent, _what(self.path)
        return lives(folder, what)[-1:] == [self.life]

    def give_back(self) -> None:
        """Let others have it at once; whoever has taken over keeps it."""
        folder, what = self.path.parent, _what(self.path)
        for life in lives(folder, what):
            if life <= self.life:
                _path(folder, what, life).unlink(missing_ok=True)


def take(folder: Path, what: str) -> Lease | None:
    """The lease of something, unless a living process has it."""
    make_folder(folder)
    seen = lives(folder, what)  # once: two that looked twice could make one file each
    if _is_held(folder, what, seen):
        return None
    life = max(seen, default=0) + 1
    path = _path(folder, what, life)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(holder())
    return Lease(path, life)


def is_held(folder: Path, what: str) -> bool:
    """Whether a living process has it."""
    return _is_held(folder, what, lives(folder, what))


def _is_held(folder: Path, what: str, seen: list[int]) -> bool:
    for life in reversed(seen):
        path = _path(folder, what, life)
        try:
            return is_alive(path, path.read_text(encoding="utf-8"))
        except FileNotFoundError:  # given back this very moment
            continue
    return False


def lives(folder: Path, what: str) -> list[int]:
    """Numbers of the leases of something that were not given back, ascending."""
    try:
        names = [path.name for path in folder.iterdir()]
    except FileNotFoundError:
        return []
    found = (LEASE.fullmatch(name) for name in names)
    return sorted(int(match["life"]) for match in found if match and match["what"] == what)


def _what(path: Path) -> str:
    match = LEASE.fullmatch(path.name)
    return match["what"] if match else path.name


def _path(folder: Path, what: str, life: int) -> Path:
    return folder / f"{what}-{life:02d}"
