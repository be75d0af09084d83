"""Calling off cells: those that run are asked to stop, the others are not begun."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bench import journal
from bench.runs import Runs
from jobs import slurm
from jobs.claim import INTERRUPTED, claim, state_of
from jobs.submission import manifests
from jobs.waiting import left_to, live_jobs, waiting

REASON = "cancelled by the user"


def cancel(cells: Sequence[str], runs: Runs) -> Counter[str]:
    """Call cells off.

    A running one saves its state at its next batch; the next `run` goes on from there.

    Returns
    -------
    Counter
        How many were ``running`` and asked to stop, ``waiting`` and called off, or ``over``.
    """
    in_queue = waiting(runs) or {}
    counts = Counter(_cancel(cell, runs, asked_for=cell in in_queue) for cell in cells)
    _empty_queue(runs)
    return counts


def _cancel(cell: str, runs: Runs, asked_for: bool) -> str:
    state = state_of(runs, cell)
    newest = max(runs.attempts(cell), default=0)
    if state == "running":
        runs.cancellation(cell, newest).write_text(REASON, encoding="utf-8")
        return "running"
    if state == "done" or (state not in INTERRUPTED and not asked_for):
        return "over"
    number = claim(runs, cell, before=newest)
    if number is None:  # it began this very moment
        return _cancel(cell, runs, asked_for)
    called_off = journal.Journal(runs.journal(cell, number))
    called_off.write(journal.Ended(state="cancelled", reason=REASON))
    called_off.close()
    return "waiting"


def _empty_queue(runs: Runs) -> None:
    """Take jobs out of SLURM's queue that have no cell left to train."""
    submitted = list(manifests(runs))
    tasks = slurm.queue() if submitted else None
    idle = [
        task.id
        for manifest in submitted
        for job, task in live_jobs(manifest, tasks or {})
        if task.state == "PENDING"
        and job.cells  # a study's job finds its cells only as it goes
        and not left_to(job, runs)
    ]
    slurm.end(idle)
