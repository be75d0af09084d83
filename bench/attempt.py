"""One attempt at a cell: from its claim to the last line of its journal."""

import contextlib
import hashlib
import json
import os
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from bench import checkpoint
from bench.data import Roots, load_cell
from bench.engine import EpochResult, PartResult, Trainer
from bench.environment import describe, peak_memory
from bench.execution import Execution
from bench.journal import (
    Ended,
    EpochEnded,
    Event,
    Journal,
    JournalError,
    Part,
    Selected,
    Started,
    State,
    pack_logits,
    read,
)
from bench.program import Code, code
from bench.runs import Runs, write_once
from bench.specification import Specification
from registry.samples import Samples
from registry.split import Split

Stop = Literal["preempted", "pruned", "cancelled"]

#: Bytes kept free for the last line of the journal, traceback included.
RESERVE = 64 * 1024


class StopRequest(Exception):
    """Training was asked to stop; its state is saved."""

    def __init__(self, state: Stop, reason: str) -> None:
        super().__init__(reason)
        self.state = state


class Superseded(Exception):
    """A later attempt has taken the cell over; nothing more that this one says counts."""


@dataclass
class Attempt:
    """A claimed attempt and how it is to be carried out.

    Attributes
    ----------
    specification : Specification
        The cell.
    number : int
        Of the attempt, counted from 1. Its journal exists: that is the claim.
    runs : Runs
        The folder of journals and checkpoints.
    roots : mapping
        Where the datasets lie.
    execution : Execution
        How the machine is used.
    stop_asked : callable
        Why to stop, or None; asked between batches.
    after_event : callable
        Called with each event once it is in the journal; must not raise.
    submitted : Code or None
        The code that was to be run; the journal says where another one is.
    """

    specification: Specification
    number: int
    runs: Runs
    roots: Roots
    execution: Execution = field(default_factory=Execution)
    stop_asked: Callable[[], tuple[Stop, str] | None] = lambda: None
    after_event: Callable[[Event], None] = lambda _event: None
    submitted: Code | None = None
    _saved_at: float = field(default_factory=time.monotonic)

    def run(self) -> State:
        """Train to the end, or as far as it goes; every way out is written into the journal.

        Returns
        -------
        State
            How the attempt ended.
        """
        self._journal = Journal(self.runs.journal(self.specification.id, self.number))
        reserve = self.runs.reserve(self.specification.id, self.number)
        try:
            ended = self._outcome(reserve)
            reserve.unlink(missing_ok=True)
            self._write(ended)
        except Superseded:
            if self._is_followed():
                self._remove_traces(range(self.number, self.number + 1))
            raise
        finally:
            reserve.unlink(missing_ok=True)
            self._journal.close()
        return ended.state

    def _outcome(self, reserve: Path) -> Ended:
        try:
            # On a disk that has filled up, giving this back leaves room to say so.
            reserve.write_bytes(os.urandom(RESERVE))
            return self._train()
        except StopRequest as stop:
            return Ended(state=stop.state, reason=str(stop))
        except Superseded:
            raise
        except Exception as error:  # noqa: BLE001  (a cell that fails must not take others along)
            reason = f"{type(error).__name__}: {error}"
            return Ended(state="failed", reason=reason, traceback=traceback.format_exc())

    def _train(self) -> Ended:
        self.execution.apply()
        samples, split = load_cell(self.specification, self.roots)
        trainer = Trainer(self.specification, samples, split, self.execution)
        self._resume(trainer)
        stored = self._store_split(samples, split)
        self._write(
            Started(
                specification=self.specification.model_dump(mode="json"),
                classes=samples.classes,
                split=stored,
                images={part: len(indices) for part, indices in split.parts.items()},
                parameters=trainer.parameters,
                resumed_after=trainer.progress.epoch - 1,
                environment=describe(self.execution) | self._other_code(),
            )
        )
        for result in trainer.epochs(after_batch=lambda: self._between_batches(trainer)):
            self._write(self._epoch_event(result, trainer))
            self._keep_best(trainer, result)
            if not result.finite:
                self._write_selections(trainer)
                # Another try begins anew, not beside the abyss.
                self._remove_traces(range(1, self.number + 1))
                return Ended(state="diverged", reason=f"loss not finite at epoch {result.epoch}")
        self._write_selections(trainer)
        if self.execution.keep == "last":
            self._keep(trainer, "last")
        self._remove_traces(range(1, self.number + 1))
        return Ended(state="done")

    def _resume(self, trainer: Trainer) -> None:
        cell = self.specification.id
        mine = self.runs.checkpoint(cell, self.number)
        for attempt in reversed(range(1, self.number)):
            # Taken over by its name: who was given up and lives on may yet save another one there.
            with contextlib.suppress(FileNotFoundError):
                self.runs.checkpoint(cell, attempt).replace(mine)
            state = checkpoint.load(mine, cell)
            if state is not None:
                trainer.load_state_dict(state)
                return
            if self._has_started(attempt):
                return  # anew; a state from before it would lead past epochs that it made void

    def _has_started(self, attempt: int) -> bool:
        try:
            events, _ = read(self.runs.journal(self.specification.id, attempt))
        except JournalError:  # `db check` tells; it may have
            return True
        return any(isinstance(event, Started) for event in events)

    def _is_followed(self) -> bool:
        """Whether a later attempt has begun to train, with what it could use of this one's."""
        attempts = self.runs.attempts(self.specification.id)
        return any(self._has_started(later) for later in attempts if later > self.number)

    def _between_batches(self, trainer: Trainer) -> None:
        stop = self.stop_asked()
        if stop is not None:
            self._save(trainer)
            raise StopRequest(*stop)
        if time.monotonic() - self._saved_at >= self.execution.checkpoint_every:
            self._save(trainer)

    def _save(self, trainer: Trainer) -> None:
        self._check_not_superseded()
        cell = self.specification.id
        checkpoint.save(self.runs.checkpoint(cell, self.number), cell, trainer.state_dict())
        self._remove_traces(range(1, self.number))
        self._saved_at = time.monotonic()

    def _remove_traces(self, attempts: range) -> None:
        for attempt in attempts:
            for path in self.runs.traces(self.specification.id, attempt):
                path.unlink(missing_ok=True)

    def _keep_best(self, trainer: Trainer, result: EpochResult) -> None:
        if self.execution.keep == "best" and trainer.picked["best"].epoch == result.epoch:
            self._keep(trainer, "best")

    def _keep(self, trainer: Trainer, rule: str) -> None:
        cell = self.specification.id
        state = {"model": trainer.model.state_dict(), "epoch": trainer.picked[rule].epoch}
        checkpoint.save(self.runs.weights(cell, rule), cell, state)

    def _other_code(self) -> dict[str, str]:
        if self.submitted is None or self.submitted == code():
            return {}
        return {"code_differs": f"submitted: {self.submitted}; running: {code()}"}

    def _store_split(self, samples: Samples, split: Split) -> str:
        """Keep what is known of each image of each part; named by its own hash."""
        text = json.dumps(split.described(samples), sort_keys=True)
        fingerprint = hashlib.sha256(text.encode()).hexdigest()[:32]
        write_once(self.runs.split(fingerprint), text)
        return fingerprint

    def _epoch_event(self, result: EpochResult, trainer: Trainer) -> EpochEnded:
        return EpochEnded(
            epoch=result.epoch,
            lr=result.lr,
            seconds=result.seconds,
            images_per_second=result.images_per_second,
            peak_memory=peak_memory(trainer.device),
            parts={name: _part(part) for name, part in result.parts.items()},
        )

    def _write_selections(self, trainer: Trainer) -> None:
        for rule, picked in trainer.picked.items():
            if picked.epoch:
                logits = {part: pack_logits(t.numpy()) for part, t in picked.logits.items()}
                self._write(
                    Selected.model_validate({"rule": rule, "epoch": picked.epoch, "logits": logits})
                )

    def _write(self, event: Event) -> None:
        self._check_not_superseded()
        self._journal.write(event)
        self.after_event(event)

    def _check_not_superseded(self) -> None:
        newest = self.runs.attempts(self.specification.id)[-1]
        if newest != self.number:
            raise Superseded(f"attempt {newest} has taken cell {self.specification.id} over")


def _part(result: PartResult) -> Part:
    loss = result.loss if np.isfinite(result.loss) else None
    return Part(loss=loss, confusion=tuple(tuple(row) for row in result.confusion.tolist()))
