"""Accuracies of the store beside costs that were measured: the points of figure ``cost``."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy.orm import Session

from bench.cost.models import Model
from bench.cost.record import CostRecord, CostRow
from bench.figures.cost import Point
from bench.statistics.measured import Configuration
from bench.statistics.stored import configurations
from registry.errors import RequestError, nearest


def points(
    session: Session,
    records: Sequence[CostRecord],
    rule: str,
    matrix: str | None = None,
    dataset: str | None = None,
    protocol: str | None = None,
) -> tuple[list[Point], CostRecord, str]:
    """Every configuration with a result, with what its model costs.

    Costs are of one record, the newest that holds all of the models at their image size: times of
    different machines don't compare.

    Returns
    -------
    list of Point, CostRecord, str
        The points; the record; dataset and protocol in words.

    Raises
    ------
    RequestError
        There is no result, there are several datasets or protocols, or no record holds all models.
    """
    found = [one for one in configurations(session, rule, matrix) if one.runs]
    found = _only(found, "dataset", dataset)
    found = _only(found, "protocol", protocol)
    record = _record(found, records)
    rows = _rows(record)
    made = [_point(one, rows[_key(one)]) for one in found]
    return made, record, f"{found[0].dataset}, protocol {found[0].protocol}, {rule} epoch"


def _only(found: list[Configuration], what: str, wanted: str | None) -> list[Configuration]:
    names = sorted({getattr(one, what) for one in found})
    if not names:
        raise RequestError("no cell has a result yet; `ferbench run quick` makes some")
    if wanted is not None and wanted not in names:
        raise RequestError(f"no cell with a result has {what} '{wanted}'{nearest(wanted, names)}")
    if wanted is None and len(names) > 1:
        listed = ", ".join(f"'{name}'" for name in names)
        raise RequestError(
            f"the results are of more than one {what} ({listed}): choose with --set {what}=…"
        )
    return [one for one in found if getattr(one, what) == (wanted or names[0])]


def _key(one: Configuration) -> tuple[str, int]:
    cell = one.specification
    return Model(cell.backbone, cell.attention).label, cell.recipe.size


def _rows(record: CostRecord) -> dict[tuple[str, int], CostRow]:
    return {(row.model, row.size): row for row in record.rows}


def _record(found: Sequence[Configuration], records: Sequence[CostRecord]) -> CostRecord:
    needed = dict.fromkeys(_key(one) for one in found)
    for record in reversed(records):
        if needed.keys() <= _rows(record).keys():
            return record
    sizes = {size for _, size in needed}
    if len(sizes) > 1:
        listed = ", ".join(map(str, sorted(sizes)))
        raise RequestError(
            f"the results are of several image sizes ({listed}): choose a matrix of one"
        )
    models = " ".join(label for label, _ in needed)
    raise RequestError(
        "no measurement holds the cost of all these models: run "
        f"`ferbench cost {models} --size {sizes.pop()}`"
    )


def _point(one: Configuration, row: CostRow) -> Point:
    figures = one.figures
    return Point(
        backbone=one.backbone,
        attention=one.attention,
        accuracy=float(np.mean(figures)),
        spread=float(np.std(figures, ddof=1)) if len(figures) > 1 else None,
        runs=len(figures),
        parameters=row.parameters / 1e6,
        flops=row.flops / 1e9,
        latency=row.latency_ms_p50,
        slow=row.latency_ms_p95,
    )
