"""What an attempt states about itself, one line a fact, in a file of its own."""

from __future__ import annotations

import base64
import json
import os
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, TypeAdapter, ValidationError

from bench.specification import Frozen
from registry.errors import RequestError

#: Bytes that hold the last line of most journals.
TAIL = 4096

State = Literal["done", "diverged", "failed", "preempted", "pruned", "cancelled"]


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


class Claimed(Frozen):
    """The first line: whose the attempt is."""

    event: Literal["claimed"] = "claimed"
    time: datetime = Field(default_factory=now)
    holder: str = Field(description="machine and process; see jobs.claim")
    job: str = Field("", description="number of the executor's job")
    log: str = Field("", description="what the job prints: a file below the runs folder")


class Started(Frozen):
    """What is about to be trained, where, and from which epoch on."""

    event: Literal["started"] = "started"
    time: datetime = Field(default_factory=now)
    specification: dict[str, Any]
    classes: tuple[str, ...]
    split: str = Field(pattern=r"^\w+$", description="fingerprint, and name of a file")
    images: dict[str, int] = Field(description="in each part")
    parameters: int
    resumed_after: int = Field(description="epochs taken over from earlier attempts")
    environment: dict[str, Any]


class Part(Frozen):
    """Loss and confusion matrix (rows: true classes) on one part of the data.

    A loss that is not finite is None: JSON has no word for it.
    """

    loss: float | None
    confusion: tuple[tuple[int, ...], ...]


class EpochEnded(Frozen):
    """One epoch; counted from 1."""

    event: Literal["epoch"] = "epoch"
    time: datetime = Field(default_factory=now)
    epoch: int
    lr: float
    seconds: float
    images_per_second: float
    peak_memory: int = Field(description="bytes: of the device on CUDA, else of the process")
    parts: dict[str, Part]


class Selected(Frozen):
    """The epoch that a rule picked, with the logits of each watched part in the split's order."""

    event: Literal["selected"] = "selected"
    time: datetime = Field(default_factory=now)
    rule: Literal["best", "last"]
    epoch: int
    logits: dict[str, str] = Field(description="float32 (N, classes), zlib, base64")


class Ended(Frozen):
    """The last line: how the attempt ended, and why."""

    event: Literal["ended"] = "ended"
    time: datetime = Field(default_factory=now)
    state: State
    reason: str = ""
    traceback: str = ""


Event = Claimed | Started | EpochEnded | Selected | Ended
_EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="event")])


class Journal:
    """Appends to the journal of an attempt that this process has claimed.

    Each event is one write of one whole line: a killed process leaves at most the last one torn.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)

    def write(self, event: Event) -> None:
        """Append one event."""
        line = (event.model_dump_json() + "\n").encode()
        written = os.write(self._descriptor, line)
        try:
            while written < len(line):  # the disk is full: asked for the rest, the system says so
                written += os.write(self._descriptor, line[written:])
        except OSError:  # the next line must not be glued to this half
            os.ftruncate(self._descriptor, os.fstat(self._descriptor).st_size - written)
            raise
        os.fsync(self._descriptor)  # a power cut takes at most a line that is being written

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)


class JournalError(RequestError):
    """A line of a journal, other than a torn last one, is not an event."""


def read(path: Path, offset: int = 0) -> tuple[list[Event], int]:
    """Events from a byte offset on, and the offset after the last whole line.

    A torn last line (its writer was killed, or is writing) is left for the next call.

    Raises
    ------
    JournalError
        A whole line is not an event; the message names file and line.
    """
    with path.open("rb") as file:
        file.seek(offset)
        text = file.read()
    end = text.rfind(b"\n") + 1
    events = []
    for number, line in enumerate(text[:end].splitlines(), start=1):
        try:
            events.append(_EVENT.validate_json(line))
        except ValidationError as error:
            where = f"{path}, line {number} after byte {offset}"
            raise JournalError(f"{where}: {error.errors()[0]['msg']}") from None
    return events, offset + end


def ends(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The first and the last whole line of a journal as plain mappings; empty where none is.

    Raises
    ------
    JournalError
        One of the two is not JSON.
    """
    with path.open("rb") as file:
        first = file.readline()
        lines = (first, _last_line(file)) if first.endswith(b"\n") else ()
    try:
        return (json.loads(lines[0]), json.loads(lines[1])) if lines else ({}, {})
    except ValueError as error:
        raise JournalError(f"{path}, first or last line: {error}") from None


def _last_line(file: BinaryIO) -> bytes:
    """The last whole line, of a file that has one; read from the end, for a journal may be long."""
    start, tail = file.seek(0, os.SEEK_END), b""
    while True:
        step = min(start, max(TAIL, len(tail)))
        start = file.seek(start - step)
        tail = file.read(step) + tail
        whole = tail.rpartition(b"\n")[0]  # without a torn line
        _, newline, line = whole.rpartition(b"\n")
        if newline or not start:
            return line


def pack_logits(logits: NDArray[np.float32]) -> str:
    """Text form of an array (N, classes) for a journal line."""
    return base64.b64encode(zlib.compress(logits.astype("<f4").tobytes())).decode("ascii")


def unpack_logits(text: str, classes: int) -> NDArray[np.float32]:
    """The array (N, classes) that `pack_logits` was given."""
    flat = np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype="<f4")
    return flat.reshape(-1, classes).astype(np.float32)
