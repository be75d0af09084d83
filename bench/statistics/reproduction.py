"""A verdict on each reported figure, and on each reported gain, that there are runs for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.comparability import differences, find_reported
from bench.metrics import measure
from bench.statistics.comparison import gains_of, paired
from bench.statistics.doubted import doubt
from bench.statistics.measured import PERCENT, Configuration, Run
from bench.statistics.power import Floats
from bench.statistics.settings import setting
from bench.statistics.stored import configurations
from bench.statistics.verdict import UNTOLD, Verdict, verdict, verdict_on_gain
from bench.store.models import Cell, Matrix, MatrixCell
from registry.catalog import DATASETS
from registry.reported import ReportedRow, ReportedTable

PLAIN = "none"
#: How the audit calls what is judged.
COLUMNS = {"figure": "Average", "gain": "gain"}


@dataclass(frozen=True)
class Reproduction:
    """One printed number beside our runs.

    Attributes
    ----------
    dataset, protocol, backbone, attention, rule : str
        Ours.
    what : str
        ``figure`` (balanced accuracy in percent) or ``gain`` (over the row without attention).
    reported : float
        As printed, misprints included.
    reported_as : str
        Where: ``kim_jo/table1, ckplus``.
    measured : float or None
        Mean over the runs, or over the pairs of runs.
    verdict : Verdict
        By the rule of `bench.statistics.verdict`.
    doubt : str
        Why the printed number is doubted; empty where nothing speaks against it.
    """

    dataset: str
    protocol: str
    backbone: str
    attention: str
    rule: str
    what: str
    reported: float
    reported_as: str
    measured: float | None
    verdict: Verdict
    doubt: str = ""


def reproductions(
    session: Session, rule: str, matrix: str | None = None, dataset: str | None = None
) -> tuple[Reproduction, ...]:
    """Every reported figure and gain that stands beside a configuration.

    Parameters
    ----------
    rule : str
        Which of our epochs: ``best`` or ``last``.
    matrix : str, optional
        Only the cells of this matrix, beside the table that it names.
    dataset : str, optional
        Only the cells on this one.
    """
    named = tables_named(session, matrix)
    within = [] if dataset is None else [Cell.dataset == dataset]
    found = configurations(session, rule, matrix, within)
    plain = {setting(one): one for one in found if one.attention == PLAIN}
    rows: list[Reproduction] = []
    covered: list[tuple[ReportedTable, ReportedRow]] = []
    for one in found:
        reported = find_reported(one.specification, named.get(one.id, ()))
        if reported is None:
            continue
        table, row = reported
        covered.append(reported)
        judged = judge(one, table, row)
        rows.append(_row(one, table, row, "figure", row.average_percent, one.figures, judged))
        if row.gain_points is not None and setting(one) in plain:
            pairs = paired(one, plain[setting(one)])
            gains = gains_of(pairs)[0]
            spread = _other_split(one, *zip(*pairs, strict=True))
            judged = verdict_on_gain(row.gain_points, gains, unlike(one, table, row), spread)
            rows.append(_row(one, table, row, "gain", row.gain_points, gains, judged))
    rows += _without_runs(covered)
    if dataset is not None:  # (that of a table is the whole one, and ours may be a part of it)
        rows = [row for row in rows if row.dataset == dataset]
    return tuple(sorted(rows, key=_place))


def _place(row: Reproduction) -> tuple[str, ...]:
    return row.reported_as, row.dataset, row.protocol, row.backbone


def _without_runs(
    covered: Sequence[tuple[ReportedTable, ReportedRow]],
) -> Iterator[Reproduction]:
    """Figures of the same tables and datasets that nothing of ours stands beside."""
    stand = {(row.dataset, row.backbone, row.attention) for _, row in covered}
    asked = {(table.source, table.name, row.dataset): table for table, row in covered}
    for (source, name, dataset), table in asked.items():
        for row in table.rows:
            if row.dataset == dataset and (dataset, row.backbone, row.attention) not in stand:
                yield Reproduction(
                    dataset,
                    table.protocol,
                    row.backbone,
                    row.attention,
                    table.selection,
                    "figure",
                    row.average_percent,
                    f"{source}/{name}, {dataset}",
                    None,
                    Verdict(UNTOLD, "nothing of it was run", 0, "2 or more"),
                    doubt(table, row, COLUMNS["figure"]),
                )


def _row(
    one: Configuration,
    table: ReportedTable,
    row: ReportedRow,
    what: str,
    printed: float,
    measured: Sequence[float],
    judged: Verdict,
) -> Reproduction:
    return Reproduction(
        one.dataset,
        one.protocol,
        one.backbone,
        one.attention,
        one.rule,
        what,
        printed,
        _source(table, row),
        float(np.mean(measured)) if measured else None,
        judged,
        doubt(table, row, COLUMNS[what]),
    )


def tables_named(session: Session, matrix: str | None = None) -> dict[str, tuple[str, ...]]:
    """The reported tables that matrices name, of each configuration that they ask for.

    Parameters
    ----------
    matrix : str, optional
        Only what this matrix names.
    """
    query = (
        select(Cell.configuration, Matrix.reported)
        .join(MatrixCell, MatrixCell.cell_key == Cell.key)
        .join(Matrix, Matrix.name == MatrixCell.matrix)
        .where(Matrix.reported.is_not(None))
        .distinct()
        .order_by(Matrix.reported)
    )
    if matrix is not None:
        query = query.where(Matrix.name == matrix)
    tables: dict[str, tuple[str, ...]] = {}
    for configuration, name in session.execute(query):
        tables[configuration] = (*tables.get(configuration, ()), str(name))
    return tables


@dataclass(frozen=True)
class Printed:
    """What a paper prints of a configuration.

    Attributes
    ----------
    percent : float
        Its balanced accuracy, or whatever else the table is of.
    source : str
        Where: ``kim_jo/table1, ckplus``.
    unlike : tuple of str
        Why the two cannot be compared; empty where they can.
    verdict : Verdict
        Whether the runs reproduce it.
    """

    percent: float
    source: str
    unlike: tuple[str, ...]
    verdict: Verdict

    @classmethod
    def of(cls, one: Configuration, table: ReportedTable, row: ReportedRow) -> "Printed":
        """A row of a table, beside this configuration."""
        why, judged = unlike(one, table, row), judge(one, table, row)
        return cls(row.average_percent, _source(table, row), why, judged)


def _source(table: ReportedTable, row: ReportedRow) -> str:
    return f"{table.source}/{table.name}, {row.dataset}"


def judge(one: Configuration, table: ReportedTable, row: ReportedRow) -> Verdict:
    """The verdict on the figure that a reported row prints for a configuration."""
    why = unlike(one, table, row)
    spread = 0.0 if why else _other_split(one, one.runs)
    return verdict(row.average_percent, one.figures, why, spread)


def unlike(one: Configuration, table: ReportedTable, row: ReportedRow) -> tuple[str, ...]:
    """Why ours and that row cannot be compared; empty where they can."""
    why = tuple(differences(one.specification, one.parts, table, row))
    if row.dataset == one.specification.dataset.name and one.rule != table.selection:
        why = (*why, f"other epoch: {one.rule}, not {table.selection}")
    return why


def _other_split(one: Configuration, *sides: Sequence[Run]) -> float:
    """Standard deviation of a figure, or of a gain of two sides, over draws of the test images.

    0 where the test part is the dataset's own, and where the runs are on several splits already.
    Without the other run's answers on each image the errors of two sides count as independent.
    """
    expected = DATASETS.get(one.specification.dataset.name).expected
    given = expected is not None and expected.parts is not None
    if given or not sides or len({run.splits for run in sides[0]}) != 1:
        return 0.0
    totals = [np.sum([f.confusion for run in side for f in run.folds], axis=0) for side in sides]
    supports = np.asarray(totals[0].sum(axis=1), dtype=np.float64) / len(sides[0])
    seen = supports > 0
    recalls: list[Floats] = [measure(total).recall[seen] for total in totals]
    variances = sum(recall * (1 - recall) for recall in recalls)
    return PERCENT * float(np.sqrt((variances / supports[seen]).sum())) / int(seen.sum())
