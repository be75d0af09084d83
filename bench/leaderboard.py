"""Measured beside reported: one row for each configuration and selection rule."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import or_
from sqlalchemy.orm import Session

from bench.comparability import find_reported
from bench.statistics.intervals import Estimate
from bench.statistics.measured import Configuration
from bench.statistics.reproduction import Printed, tables_named
from bench.statistics.single import estimate_of
from bench.statistics.stored import configurations_by_rule
from bench.store.models import Cell

#: Configurations with a single run whose bootstrap is worth waiting for: a few milliseconds each.
BOOTSTRAPPED = 100


@dataclass(frozen=True)
class Standing:
    """A configuration's place on the leaderboard.

    Attributes
    ----------
    dataset, backbone, attention, protocol : str
        Names with the parameters that differ from the defaults.
    selection : str
        ``best`` (epoch with the highest balanced accuracy on the monitored part) or ``last``.
    optimistic : bool
        The test part picked the epoch.
    n : int
        Runs, over seeds and split seeds; folds are pooled into one run.
    missing : int
        Runs that were asked for and have no result: not finished, failed, diverged.
    mean, std : float or None
        Balanced accuracy on the test part in percent, over the n runs; std from two on.
    low, high : float or None
        The 95 % interval of the mean.
    interval : str
        How it was made, or why there is none.
    parameters : int or None
        Of the whole model.
    reported : float or None
        What the paper prints for this backbone and attention, in percent.
    reported_as : str
        Where it prints that: ``kim_jo.table1, ckplus``.
    unlike : tuple of str
        Why the two cannot be compared; empty where they can.
    gap : float or None
        Mean minus reported, only where comparable.
    verdict : str
        Whether these runs reproduce what is reported; empty where nothing is.
    """

    dataset: str
    backbone: str
    attention: str
    protocol: str
    selection: str
    optimistic: bool
    n: int
    missing: int
    mean: float | None
    std: float | None
    low: float | None
    high: float | None
    interval: str
    parameters: int | None
    reported: float | None = None
    reported_as: str = ""
    unlike: tuple[str, ...] = ()
    gap: float | None = None
    verdict: str = ""

    @property
    def comparable(self) -> bool:
        """Whether there is a reported figure of the same thing."""
        return self.reported is not None and not self.unlike


def leaderboard(
    session: Session, matrix: str | None = None, protocol: str | None = None
) -> list[Standing]:
    """Every configuration that has cells, best first within dataset, backbone and protocol.

    Parameters
    ----------
    session : Session
        Of a results database.
    matrix : str, optional
        Only the cells of this matrix.
    protocol : str, optional
        Only this protocol.
    """
    within = []
    if protocol is not None:
        label = Cell.protocol
        within = [or_(label == protocol, label.startswith(f"{protocol}(", autoescape=True))]
    by_rule = configurations_by_rule(session, ("best", "last"), matrix, within)
    found = [one for each in by_rule.values() for one in each]
    drawn = sum(len(one.runs) == 1 for one in found) <= BOOTSTRAPPED
    named = tables_named(session, matrix)
    standings = []
    for one in found:
        estimate = estimate_of(session, one) if drawn else one.estimate()
        standing = _standing(one, estimate)
        standings.append(_beside_reported(standing, one, named.get(one.id, ())))
    return sorted(standings, key=_order)


def _standing(one: Configuration, estimate: Estimate) -> Standing:
    return Standing(
        dataset=one.dataset,
        backbone=one.backbone,
        attention=one.attention,
        protocol=one.protocol,
        selection=one.rule,
        optimistic=one.optimistic,
        n=len(one.runs),
        missing=len(one.missing),
        mean=estimate.mean,
        std=estimate.sd,
        low=estimate.low,
        high=estimate.high,
        interval=estimate.method if estimate.low is not None else estimate.why,
        parameters=one.parameters,
    )


def _beside_reported(standing: Standing, one: Configuration, named: Sequence[str]) -> Standing:
    found = find_reported(one.specification, named)
    if found is None:
        return standing
    printed = Printed.of(one, *found)
    gap = None
    if standing.mean is not None and not printed.unlike:
        gap = standing.mean - printed.percent
    return replace(
        standing,
        reported=printed.percent,
        reported_as=printed.source,
        unlike=printed.unlike,
        gap=gap,
        verdict=str(printed.verdict),
    )


def _order(standing: Standing) -> tuple[Any, ...]:
    mean = -standing.mean if standing.mean is not None else float("inf")
    return (
        standing.dataset,
        standing.backbone,
        standing.protocol,
        standing.selection,
        mean,
        standing.attention,
    )
