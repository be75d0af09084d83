"""How far cells have come, by their journals alone: no database and no scheduler is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bench import journal
from bench.runs import Runs
from jobs.claim import state_of

#: States that no worker changes any more by itself.
LASTING = frozenset({"done", "diverged"})


@dataclass(frozen=True)
class Progress:
    """Where a cell stands.

    Attributes
    ----------
    state : str
        See `jobs.claim.state_of`.
    epoch, epochs : int
        Epochs that are done, and asked for.
    images_per_second : float or None
        In training, over the last epoch.
    seconds_left : float or None
        Until the last epoch, at the pace of the last one; None unless it is running.
    reason, traceback : str
        Why the last attempt ended as it did.
    log : str
        File of the last attempt's job below the runs folder; empty where it has none.
    """

    state: str
    epoch: int
    epochs: int
    images_per_second: float | None = None
    seconds_left: float | None = None
    reason: str = ""
    traceback: str = ""
    log: str = ""


@dataclass(frozen=True)
class _Seen:
    """What was read of a cell: offset in the journal of its newest attempt, and what follows."""

    attempt: int = 0
    offset: int = 0
    last: journal.EpochEnded | None = None
    claimed: journal.Claimed | None = None
    ended: journal.Ended | None = None
    epoch: int = 0


class Watch:
    """Follows cells; each look reads only what their journals have gained since the last one.

    Parameters
    ----------
    cells : mapping
        Epochs asked for, by the identity of a cell.
    """

    def __init__(self, runs: Runs, cells: Mapping[str, int]) -> None:
        self._runs = runs
        self._seen: dict[str, _Seen] = {}
        self._final: dict[str, Progress] = {}
        self.follow(cells)

    def follow(self, cells: Mapping[str, int]) -> None:
        """From now on, look at these cells; what was read of them before is kept."""
        self._epochs = dict(cells)

    def look(self) -> Mapping[str, Progress]:
        """Where each cell stands now."""
        return {cell: self._final.get(cell) or self._look_at(cell) for cell in self._epochs}

    def _look_at(self, cell: str) -> Progress:
        state = state_of(self._runs, cell)
        attempts = self._runs.attempts(cell)
        seen = self._seen.get(cell, _Seen())
        for attempt in attempts:
            if attempt >= seen.attempt:
                seen = self._read(cell, attempt, seen)
        self._seen[cell] = seen
        progress = self._progress(state, seen, self._epochs[cell])
        if state in LASTING:
            self._final[cell] = progress
        return progress

    def _read(self, cell: str, attempt: int, seen: _Seen) -> _Seen:
        if attempt != seen.attempt:
            seen = _Seen(attempt=attempt, epoch=seen.epoch)
        try:
            events, offset = journal.read(self._runs.journal(cell, attempt), seen.offset)
        except journal.JournalError:  # `db check` tells; the others are to be seen all the same
            return seen
        for event in events:
            match event:
                case journal.Claimed():
                    seen = replace(seen, claimed=event)
                case journal.Started():
                    seen = replace(seen, epoch=event.resumed_after)
                case journal.EpochEnded():
                    seen = replace(seen, last=event, epoch=event.epoch)
                case journal.Ended():
                    seen = replace(seen, ended=event)
        return replace(seen, offset=offset)

    @staticmethod
    def _progress(state: str, seen: _Seen, epochs: int) -> Progress:
        progress = Progress(state, seen.epoch, epochs, log=seen.claimed.log if seen.claimed else "")
        if seen.ended is not None:
            return replace(progress, reason=seen.ended.reason, traceback=seen.ended.traceback)
        if seen.last is None or state != "running":
            return progress
        return replace(
            progress,
            images_per_second=seen.last.images_per_second,
            seconds_left=_seconds_left(seen.last, epochs),
        )


def _seconds_left(last: journal.EpochEnded, epochs: int) -> float:
    since = (journal.now() - last.time).total_seconds()
    return max(0.0, (epochs - last.epoch) * last.seconds - since)
