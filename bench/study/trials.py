"""Trials as values: what each drew, how it ended, and what it was worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from optuna.trial import FrozenTrial

from bench.statistics.intervals import Estimate, t_interval

#: Optuna's words, in ours.
STATES = {
    "WAITING": "queued",
    "RUNNING": "running",
    "COMPLETE": "complete",
    "PRUNED": "pruned",
    "FAIL": "failed",
}


@dataclass(frozen=True)
class TrialRow:
    """One trial.

    Attributes
    ----------
    state : str
        ``queued``, ``running``, ``interrupted``, ``complete``, ``pruned`` or ``failed``.
    values : dict
        By objective; empty unless it is complete.
    parameters : dict
        What it drew.
    cells : tuple of str
        Identities of its cells.
    scores : tuple of float
        The first objective of each cell that is done.
    reports : dict
        What it reported, by step; see `jobs.study_report`.
    """

    number: int
    state: str
    values: dict[str, float]
    parameters: dict[str, Any]
    cells: tuple[str, ...] = ()
    scores: tuple[float, ...] = ()
    reason: str = ""
    reports: dict[int, float] | None = None
    started: datetime | None = None
    seconds: float | None = None

    @property
    def interval(self) -> Estimate:
        """Of the first objective, over the cells: training seeds of one split."""
        return t_interval(self.scores)


def trial_row(trial: FrozenTrial, objectives: Sequence[str], held: bool) -> TrialRow:
    """A trial of Optuna's.

    Parameters
    ----------
    held : bool
        Whether a living worker has it.
    """
    state = STATES[trial.state.name]
    complete = state == "complete"
    took = trial.duration
    return TrialRow(
        number=trial.number,
        state="interrupted" if state == "running" and not held else state,
        values=dict(zip(objectives, trial.values, strict=True)) if complete else {},
        parameters=dict(trial.params),
        cells=tuple(trial.user_attrs.get("cells", ())),
        scores=tuple(trial.user_attrs.get("scores", ())),
        reason=str(trial.user_attrs.get("reason", "")),
        reports=dict(sorted(trial.intermediate_values.items())),
        started=trial.datetime_start,
        seconds=None if took is None else took.total_seconds(),
    )
