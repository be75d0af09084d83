"""A row's cells and its mean where the supports of its classes are not known for sure."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from bench.audit.checked import Checked
from bench.audit.findings import Finding
from bench.audit.granularity import one_digit_changes
from bench.audit.means import (
    KINDS,
    Kind,
    any_mean_can_follow,
    macro_as_printed,
    macro_can_follow,
)
from bench.audit.reading import Row
from bench.audit.supports import Supports, percent

#: Supports that are tied are named up to this many.
NAMED = 4


def check_uncounted(rows: Sequence[Row], supports: Supports | None) -> list[Checked]:
    """Check rows of one dataset against all supports that may be theirs, if any are known."""
    checked = [_check(row, supports, _plain_kind(rows)) for row in rows]
    if supports is not None and supports.unexplained:
        checked[0] = _with_some_cell(checked, supports)
    return checked


def _plain_kind(rows: Sequence[Row]) -> Kind | None:
    """What the averages are as far as the printed cells tell; None if they may be anything."""
    stated = KINDS.get(rows[0].table.metric)
    if stated is not None:
        return stated
    fits = sum(macro_can_follow(row) for row in rows)
    return "macro" if fits * 2 > len(rows) else None


def _check(row: Row, supports: Supports | None, kind: Kind | None) -> Checked:
    findings = [] if supports is None else _impossible(row, supports)
    if findings:
        return Checked(row, tuple(findings), kind)
    if kind == "macro" and not macro_can_follow(row):
        printed, _ = macro_as_printed(row)
        findings = [_plain_mean(row, printed)]
        return Checked(row, tuple(findings), kind, average=printed)
    if not any_mean_can_follow(row):
        message = "The average lies outside all of its row's cells."
        where = row.place("Average")
        findings = [Finding(where, row.average.text, "", "mean", "high", message)]
    return Checked(row, tuple(findings), kind)


def _plain_mean(row: Row, printed: Fraction) -> Finding:
    slips = {
        name: text
        for name, figure in row.cells.items()
        for text in one_digit_changes(figure.text)
        if macro_can_follow(row.with_cell(name, text))
    }
    follows = row.text(printed)
    message = f"The unweighted mean of the printed cells is {follows}, not {row.average.text}."
    if slips:
        named = [f"{row.head(c)} {text} for {row.cells[c].text}" for c, text in slips.items()]
        message += f" Any one of these cells would mend it: {'; '.join(named)}."
    also = tuple(row.place(row.head(name)) for name in slips)
    where = row.place("Average")
    return Finding(where, row.average.text, follows, "mean", "medium", message, also=also)


def _impossible(row: Row, supports: Supports) -> list[Finding]:
    """Cells that no one of the tied supports explains."""
    findings = []
    for name, figure in row.cells.items():
        sizes = [n * supports.runs for n in supports.tied[name]]
        if any(supports.printing.counts(figure.value, figure.decimals, n) for n in sizes):
            continue
        texts = {n: row.text(percent(round(figure.value * n / 100), n)) for n in sizes[:NAMED]}
        tied = ", ".join(f"{n} ({text})" for n, text in texts.items())
        more = f" and {len(sizes) - NAMED} more" if len(sizes) > NAMED else ""
        message = (
            f"{figure.text} % is no whole number of images with any of the supports that explain "
            f"the other figures best: {tied}{more}."
        )
        follows = " or ".join(dict.fromkeys(texts.values()))
        where = row.place(row.head(name))
        findings.append(Finding(where, figure.text, follows, "cell", "low", message))
    return findings


def _with_some_cell(checked: list[Checked], supports: Supports) -> Checked:
    """Add to the first row that not all cells can be right, where none alone is to blame."""
    first = checked[0]
    if any(finding.kind == "cell" for one in checked for finding in one.findings):
        return first
    suspects = tuple(
        one.row.place(one.row.head(name))
        for one in checked
        for name, figure in one.row.cells.items()
        if not all(
            supports.printing.counts(figure.value, figure.decimals, n * supports.runs)
            for n in supports.tied[name]
        )
    )
    message = (
        f"No numbers of test images that add up to {supports.total} make whole images of all the "
        f"percentages; at least {supports.unexplained} must be wrong, among {len(suspects)} cells."
    )
    where = first.row.place("cells")
    finding = Finding(where, "", "", "cell", "low", message, also=suspects)
    return replace(first, findings=(*first.findings, finding))
