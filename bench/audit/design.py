"""What the design of the comparison leaves open: warnings, none of which is a wrong number."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from bench.audit.checked import Checked
from bench.audit.findings import Finding, key_of
from bench.audit.gains import BASELINE, by_baseline, signed
from bench.audit.resolution import standard_error, too_small
from registry.catalog import PROTOCOLS
from registry.errors import RequestError
from registry.reported import ReportedTable


def check_design(
    table: ReportedTable, rows: Sequence[Checked], supports: Mapping[int, dict[str, int]]
) -> Iterator[Finding]:
    """Warnings on one table.

    Parameters
    ----------
    supports : mapping of int to dict
        Test images of each class by the ``id`` of the checked row, where they are known.
    """
    yield from _last_epochs(table)
    yield from _monitored(table)
    if table.runs in (None, 1):
        stated = "states no number of runs" if table.runs is None else "states one run"
        message = f"The paper {stated}, and no figure has a spread: one run each."
        yield _warning(f"{key_of(table)}, runs", str(table.runs or ""), "one_run", message)
    for baseline, compared in by_baseline(rows):
        for row in compared:
            yield from _small_gain(row, baseline, supports.get(id(row)))


def _last_epochs(table: ReportedTable) -> Iterator[Finding]:
    epochs = table.paper.recipes.epochs
    baselines = [row for row in table.rows if row.attention == BASELINE]
    others = [row for row in table.rows if row.attention != BASELINE and row.best_epoch]
    if epochs is None or not baselines or not others:
        return
    if any(row.best_epoch != epochs for row in baselines):
        return
    if all(row.best_epoch == epochs for row in others):
        return
    message = (
        f"Every row without attention ({len(baselines)}) has its best epoch at {epochs} of "
        f"{epochs}, and not every other row: the baselines look like figures of the last epoch "
        "beside figures of the best."
    )
    where = f"{key_of(table)}, best epoch"
    yield _warning(where, str(epochs), "last_epoch", message)


def _monitored(table: ReportedTable) -> Iterator[Finding]:
    where = f"{key_of(table)}, protocol"
    try:
        monitored = PROTOCOLS.get(table.protocol).monitored
    except RequestError as error:
        message = f"Which part is watched in training was not checked: {str(error).rstrip('?.')}."
        yield _warning(where, table.protocol, "unchecked", message)
        return
    if monitored == "test":
        picks = " and picks the epoch" if table.selection == "best" else ""
        message = f"The test part drives the schedule{picks}: the figures are optimistic."
        yield _warning(where, table.protocol, "test_monitored", message)


def _small_gain(
    row: Checked, baseline: Checked, supports: dict[str, int] | None
) -> Iterator[Finding]:
    own = row.row.row
    reasons = []
    difference = row.row.average.value - baseline.row.average.value
    if supports is not None:
        heads = {name: name for name in supports}
        heads |= {cell.expression: cell.head for cell in own.cells}
        reasons += [reason] if (reason := too_small(difference, supports, heads)) else []
    error = standard_error(row, baseline)
    if error is not None and abs(difference) < Fraction(error):
        reasons.append(
            f"{float(abs(difference)):.2f} is less than its standard error ({error:.2f})"
        )
    if not reasons:
        return
    message = f"A difference of {'; '.join(reasons)}."
    if row.right is not None and baseline.right is not None:
        counts = f"{float(row.right[0]):g} against {float(baseline.right[0]):g}"
        message += f" In images: {counts} of {row.right[1]} right."
    where, follows = row.row.place("gain"), signed(difference, row)
    yield Finding(where, own.gain or "", follows, "small_gain", "high", message, group="design")


def _warning(where: str, printed: str, kind: str, message: str) -> Finding:
    return Finding(where, printed, "", kind, "high", message, group="design")
