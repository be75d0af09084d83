"""What happens to a worker in its own process: a signal at a line, half a line, a whole machine."""

import inspect
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any
from unittest.mock import patch

from bench import attempt, checkpoint, journal, runs
from bench.store import ingest
from jobs import claim

#: The code that writes: before each of its lines a worker may die.
CODE = {inspect.getfile(m) for m in (attempt, checkpoint, claim, journal, runs, ingest)}


def traced(work: Callable[[], Any], before_line: Callable[[FrameType], None]) -> None:
    """Work, and tell of each line of the code that writes before it is carried out."""

    def line(frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line":
            before_line(frame)
        return line

    sys.settrace(lambda frame, *_: line if frame.f_code.co_filename in CODE else None)
    work()
    sys.settrace(None)


def place_of(frame: FrameType) -> str:
    """File and function."""
    return f"{Path(frame.f_code.co_filename).stem} {frame.f_code.co_qualname}"


@dataclass(frozen=True)
class Listing:
    """Work that leaves behind at which place each line of the code that writes was."""

    work: Callable[[], Any]
    path: Path

    def __call__(self) -> None:
        places: list[str] = []
        traced(self.work, lambda frame: places.append(place_of(frame)))
        self.path.write_text("\n".join(places), encoding="utf-8")


@dataclass(frozen=True)
class AtLine:
    """Work whose process gets a signal before the n-th line that it carries out at a place."""

    work: Callable[[], Any]
    place: str
    line: int
    number: signal.Signals

    def __call__(self) -> None:
        lines = iter(range(self.line))

        def before_line(frame: FrameType) -> None:
            if place_of(frame) == self.place and next(lines, None) is None:
                sys.settrace(None)
                os.kill(os.getpid(), self.number)

        traced(self.work, before_line)


@dataclass(frozen=True)
class Torn:
    """Work whose process dies while it writes a line of a journal, part of which is on the disk."""

    work: Callable[[], Any]
    line: int
    share: float

    def __call__(self) -> None:
        whole = os.write
        lines = iter(range(self.line))

        def write(descriptor: int, line: bytes) -> int:
            if next(lines, None) is None:
                whole(descriptor, line[: int(self.share * len(line))])
                os.kill(os.getpid(), signal.SIGKILL)
            return whole(descriptor, line)

        with patch.object(os, "write", write):
            self.work()


@dataclass(frozen=True)
class Node:
    """A machine with several workers, which can be lost with all of them."""

    workers: tuple[Callable[[], Any], ...]

    def __call__(self) -> None:
        os.setpgrp()
        fork = multiprocessing.get_context("fork")
        processes = [fork.Process(target=worker) for worker in self.workers]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
