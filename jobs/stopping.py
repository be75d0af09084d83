"""Why a worker should stop: a signal of the scheduler, or a file that a person's command made."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from bench.attempt import Stop

#: Seconds between two looks at whether a stop is asked for by a file.
INTERVAL = 0.2

#: Announces, in submitit's jobs, that the machine will be taken away or that the time is up.
WARNING = signal.SIGUSR2
_SIGNALS: dict[int, tuple[Stop, str]] = {
    WARNING: ("preempted", "the scheduler takes the machine away, or the job's time is up"),
    signal.SIGTERM: ("preempted", "the job was ended (SIGTERM)"),
    signal.SIGINT: ("cancelled", "stopped by the user"),
}
#: A word of what ``scontrol`` tells of a job.
_FIELD = re.compile(r"(\w+)=(\S*)")


class Stopping:
    """Listens for reasons to stop.

    A signal may come at any instruction, when no state can be saved: it is only noted, and
    training stops at the next batch.
    """

    def __init__(self, stop_file: Path) -> None:
        self._stop_file = stop_file
        self._signalled: int | None = None
        self._warned = False
        self._looked_at = -INTERVAL
        self._looked_for: Path | None = None
        self._answer: tuple[Stop, str] | None = None
        self._called_off: tuple[Stop, str] | None = None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Note signals instead of obeying them; afterwards, obey the one that came.

        submitit's own answer to the warning (requeue the job) is so given once all is saved.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._note) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        answer = self.asked()
        preempted = answer is not None and answer[0] == "preempted"
        # Whatever signal has followed the warning: only a person's wish stands against going on.
        if self._warned and preempted and callable(handler := before[WARNING]):
            handler(WARNING, None)

    def asked(self, cancellation: Path | None = None) -> tuple[Stop, str] | None:
        """State in which to stop and why, or None.

        Parameters
        ----------
        cancellation : Path, optional
            A file that asks the attempt in hand alone to stop.
        """
        if self._signalled is not None:
            return _meaning(self._signalled)
        # What was asked of one attempt is no answer about the next.
        if cancellation != self._looked_for or time.monotonic() - self._looked_at > INTERVAL:
            self._looked_at, self._looked_for = time.monotonic(), cancellation
            self._answer = _read(self._stop_file)
            self._called_off = _read(cancellation) if cancellation else None
        return self._answer or (self._called_off if cancellation else None)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT and self._signalled == signal.SIGINT:
            raise KeyboardInterrupt  # asked twice: do not wait for the batch
        self._warned |= number == WARNING
        self._signalled = number


def _read(path: Path) -> tuple[Stop, str] | None:
    try:
        return "cancelled", path.read_text(encoding="utf-8").strip()
    except OSError:
        return None


def _meaning(number: int) -> tuple[Stop, str]:
    if number == signal.SIGTERM and _is_cancelled_in_slurm():
        return "cancelled", "the job was cancelled with scancel"
    return _SIGNALS[number]


def _is_cancelled_in_slurm() -> bool:
    """Ask SLURM, which ends a job in the same way whether a person or it itself wants it so.

    While a job is being ended, its state is COMPLETING, whatever for. One that is to start again
    has its new restart counted already, and the end of its time is told as a reason.
    """
    job = os.environ.get("SLURM_JOB_ID")
    if job is None:
        return False
    command = ["scontrol", "show", "job", "--oneliner", job]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5)  # noqa: S603  (fixed words, no shell)
    except (OSError, subprocess.TimeoutExpired):
        return False
    # The number of an array's last job is that of the array too, and asks for all its jobs.
    lines = (dict(_FIELD.findall(line)) for line in done.stdout.splitlines())
    told = next((fields for fields in lines if fields.get("JobId") == job), {})
    restarts = os.environ.get("SLURM_RESTART_COUNT", "0")
    return (
        told.get("JobState") in ("CANCELLED", "COMPLETING")
        and told.get("Restarts", restarts) == restarts
        and told.get("Reason", "None") == "None"
        and told.get("PreemptTime", "None") == "None"
    )
