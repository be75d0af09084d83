"""The folder that holds what runs state: journals, checkpoints, splits and matrices."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from registry.errors import RequestError

ATTEMPT = re.compile(r"attempt-(\d{4})\.jsonl")


@dataclass(frozen=True)
class Runs:
    """Paths below one folder, made for the user alone.

    ::

        cells/<two letters>/<cell>/attempt-0001.jsonl   one journal an attempt, append-only
        cells/<two letters>/<cell>/checkpoint-0001.pt   its newest state, until the cell is done
        cells/<two letters>/<cell>/weights-best.pt      what was asked to be kept
        cells/<two letters>/<cell>/cancel-0001          asks the attempt to stop
        splits/<fingerprint>.json                       image names of each part
        matrices/<name>/<hash>.json                     what was asked for
        costs/<hash>.json                               a measurement of what models cost
        submissions/<time>/                             what was submitted; logs, pickles
    """

    root: Path

    def cell(self, cell: str) -> Path:
        """The folder of a cell."""
        return self.root.joinpath("cells", cell[:2], cell)

    def journal(self, cell: str, attempt: int) -> Path:
        """The journal of an attempt, counted from 1."""
        return self.cell(cell) / f"attempt-{attempt:04d}.jsonl"

    def checkpoint(self, cell: str, attempt: int) -> Path:
        """The newest saved state of an attempt.

        Each attempt writes its own, so that one that was given up and lives on spoils no other's.
        """
        return self.cell(cell) / f"checkpoint-{attempt:04d}.pt"

    def cancellation(self, cell: str, attempt: int) -> Path:
        """Exists once the attempt was asked to stop; its text is the reason."""
        return self.cell(cell) / f"cancel-{attempt:04d}"

    def traces(self, cell: str, attempt: int) -> list[Path]:
        """What an attempt keeps while it lasts; killed while it saves, also half a state."""
        states = self.cell(cell).glob(f"*{self.checkpoint(cell, attempt).name}*")
        return [*states, self.reserve(cell, attempt)]

    def reserve(self, cell: str, attempt: int) -> Path:
        """Room on the disk that an attempt gives back to say that there is no more."""
        return self.cell(cell) / f"reserve-{attempt:04d}"

    def weights(self, cell: str, rule: str) -> Path:
        """The model's weights at the epoch that a selection rule picked."""
        return self.cell(cell) / f"weights-{rule}.pt"

    def split(self, fingerprint: str) -> Path:
        """The image names of a split."""
        return self.root / "splits" / f"{fingerprint}.json"

    def matrix(self, name: str, fingerprint: str) -> Path:
        """What one submission of a matrix asked for."""
        return self.root / "matrices" / name / f"{fingerprint}.json"

    def cost(self, fingerprint: str) -> Path:
        """One measurement of what models cost."""
        return self.root / "costs" / f"{fingerprint}.json"

    def costs(self) -> list[Path]:
        """Every measurement of what models cost."""
        return sorted((self.root / "costs").glob("*.json"))

    def attempts(self, cell: str) -> list[int]:
        """Numbers of the attempts that a cell has had, ascending."""
        try:
            names = [path.name for path in self.cell(cell).iterdir()]
        except FileNotFoundError:
            return []
        return sorted(int(match[1]) for name in names if (match := ATTEMPT.fullmatch(name)))

    def journals(self) -> Iterator[tuple[str, int, Path]]:
        """Every journal there is: cell, attempt, path; sorted, so that ingesting is repeatable."""
        for path in sorted((self.root / "cells").glob("*/*/attempt-*.jsonl")):
            if match := ATTEMPT.fullmatch(path.name):
                yield path.parent.name, int(match[1]), path


def make_folder(path: Path) -> Path:
    """Make a folder and its parents, readable by the user alone where it is new."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True, mode=0o700)
    return path


def check_own(folder: Path) -> None:
    """Refuse a folder that others can write to: checkpoints and pickles are read from it.

    Raises
    ------
    RequestError
        It exists and is another user's, or others may write to it; or another user's link leads
        to it, which may lead elsewhere tomorrow.
    """
    try:
        found, link = folder.stat(), folder.lstat()
    except FileNotFoundError:
        return
    owners = {found.st_uid, link.st_uid}
    if owners != {os.geteuid()} or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise RequestError(
            f"others can write to {folder}, and what is run is read from there; "
            f"make it yours alone: chmod go-w {folder}"
        )


def write_once(path: Path, text: str) -> None:
    """Write a content-addressed file atomically, unless it is there already."""
    if not path.exists():
        make_folder(path.parent)
        with replacing(path) as temporary:
            temporary.write_text(text, encoding="utf-8")


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file beside `path` that takes its place, whole or not at all."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(descriptor)
    temporary = Path(name)
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
