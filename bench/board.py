"""A leaderboard of one metric: each configuration with its interval, its gain and its verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from bench.comparability import find_reported
from bench.cost.models import Model
from bench.cost.record import CostRecord
from bench.leaderboard import BOOTSTRAPPED
from bench.statistics.comparison import Pair, gains_of, paired
from bench.statistics.family import holm
from bench.statistics.intervals import Estimate
from bench.statistics.measured import Configuration, Score, over_splits
from bench.statistics.paired import Outcome, paired_t
from bench.statistics.reproduction import Printed
from bench.statistics.settings import setting
from bench.statistics.single import estimate_of
from bench.statistics.stored import configurations
from bench.store.models import Cell
from bench.tables.estimates import score

#: What a leaderboard can be of, and how it is called.
METRICS = {
    "balanced_accuracy": "balanced accuracy",
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
}
PLAIN = "none"


@dataclass(frozen=True)
class Gain:
    """Over the plain backbone, from the pairs of runs that share seed and split.

    Attributes
    ----------
    points : Estimate
        In percentage points.
    test : Outcome
        Across runs: paired t, for resplits the corrected resampled one.
    adjusted : float or None
        Its p after Holm over the lines of the board.
    """

    points: Estimate
    test: Outcome
    adjusted: float | None = None


@dataclass(frozen=True)
class Line:
    """One configuration at the epoch that a rule picked; percent.

    Attributes
    ----------
    printed : Printed or None
        What a paper prints for this metric, and whether it was reproduced.
    gain : Gain or None
        None for the plain backbone, and where that was not run in this setting.
    """

    id: str
    dataset: str
    protocol: str
    backbone: str
    attention: str
    model: str
    size: int
    rule: str
    optimistic: bool
    runs: int
    missing: int
    measured: Estimate
    parameters: int | None
    printed: Printed | None
    gain: Gain | None


def entered(
    session: Session,
    rule: str = "best",
    matrix: str | None = None,
    dataset: str | None = None,
    protocol: str | None = None,
    backbone: str | None = None,
) -> tuple[Configuration, ...]:
    """Every configuration within these names.

    Parameters
    ----------
    rule : str
        ``best`` or ``last``.
    matrix, dataset, protocol, backbone : str, optional
        Only these, by their full names: ``faces`` is not ``faces(subjects=40)``.
    """
    wanted = {"dataset": dataset, "protocol": protocol, "backbone": backbone}
    within = [getattr(Cell, kind) == name for kind, name in wanted.items() if name is not None]
    return configurations(session, rule, matrix, within)


def board(
    session: Session,
    found: Sequence[Configuration],
    named: Mapping[str, Sequence[str]],
    metric: str = "balanced_accuracy",
    table: str | None = None,
) -> tuple[Line, ...]:
    """A line for each configuration, the highest first.

    Parameters
    ----------
    found : sequence of Configuration
        All that gains are adjusted for.
    named : mapping of str to sequence of str
        See `bench.statistics.reproduction.tables_named`.
    metric : str
        One of `METRICS`.
    table : str, optional
        Only what this paper's table prints (``kim_jo/table1``); else whichever fits.
    """
    plain = {setting(one): one for one in found if one.attention == PLAIN}
    of = score(metric)
    gains = _gains(found, plain, of)
    drawn = sum(len(one.runs) == 1 for one in found) <= BOOTSTRAPPED
    drawn = drawn and metric == "balanced_accuracy"
    lines = []
    for one in found:
        printed = _printed(one, metric, table, named.get(one.id, ()))
        measured = estimate_of(session, one) if drawn else one.estimate(of)
        lines.append(_line(one, measured, printed, gains.get(one.id)))
    return tuple(sorted(lines, key=_order))


def latencies(records: Sequence[CostRecord]) -> dict[tuple[str, int], float]:
    """Median time of one image in ms by model and image size, as it was measured last."""
    return {(row.model, row.size): row.latency_ms_p50 for one in records for row in one.rows}


def _line(
    one: Configuration,
    measured: Estimate,
    printed: Printed | None,
    gain: Gain | None,
) -> Line:
    spec = one.specification
    return Line(
        one.id,
        one.dataset,
        one.protocol,
        one.backbone,
        one.attention,
        Model(spec.backbone, spec.attention).label,
        spec.recipe.size,
        one.rule,
        one.optimistic,
        len(one.runs),
        len(one.missing),
        measured,
        one.parameters,
        printed,
        gain,
    )


def _printed(
    one: Configuration, metric: str, table: str | None, named: Sequence[str]
) -> Printed | None:
    found = find_reported(one.specification, [table] if table else named)
    if found is None or found[0].metric != metric:
        return None
    if table and table not in (found[0].name, f"{found[0].source}/{found[0].name}"):
        return None
    return Printed.of(one, *found)


def _gains(
    found: Sequence[Configuration], plain: Mapping[str, Configuration], of: Score
) -> dict[str, Gain]:
    gains = {}
    for one in found:
        base = plain.get(setting(one))
        if base is not None and one is not base:
            gains[one.id] = _gain(paired(one, base), of, one.ratio)
    adjusted = holm([gain.test for gain in gains.values()])
    return {
        key: Gain(gain.points, gain.test, p)
        for (key, gain), p in zip(gains.items(), adjusted, strict=True)
    }


def _gain(pairs: Sequence[Pair], of: Score, ratio: float) -> Gain:
    gains, by_split = gains_of(pairs, of)
    means = [sum(each) / len(each) for each in by_split.values()]
    test = paired_t(means, ratio) if len(by_split) > 1 else paired_t(gains)
    return Gain(over_splits(gains, by_split, ratio), test)


def _order(line: Line) -> tuple[Any, ...]:
    mean = line.measured.mean
    return (
        line.dataset,
        line.protocol,
        line.backbone,
        float("inf") if mean is None else -mean,
        line.attention,
    )
