"""A row's cells and its mean: what is a misprint, and of what."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product

from bench.audit.checked import Checked
from bench.audit.findings import Confidence, Finding, key_of
from bench.audit.granularity import TRUNCATED
from bench.audit.means import KINDS, Counted, Kind, choose_kind
from bench.audit.reading import Row
from bench.audit.supports import BELIEVED, Supports
from bench.audit.uncounted import check_uncounted

#: Neighbours that are tried for each of several misprints in one row, and how many of these.
TRIED, SEVERAL = 8, 3
#: Cells that would mend a mean are named up to this many.
NAMED = 4


def check_rows(rows: Sequence[Row], supports: Supports | None) -> list[Checked]:
    """Check rows of one dataset, which have class cells, against their supports."""
    exact = None if supports is None else supports.exact
    if supports is None or exact is None:
        return check_uncounted(rows, supports)
    counted = [count(row, exact, supports) for row in rows]
    checked: list[Checked] = []
    for table in {id(row.table): row.table for row in rows}.values():
        own = [one for one in counted if one.row.table is table]
        if table.metric not in KINDS and not _are_shares(own):
            checked += [Checked(one.row) for one in own]
            checked[-1] = _with_unchecked(checked[-1])
            continue
        kind = choose_kind(own, table.metric)
        checked += [_check_counted(one, kind, supports) for one in own]
        checked[-1] = _with_metric(checked[-1], own, kind)
    return checked


def count(row: Row, exact: dict[str, int], supports: Supports) -> Counted:
    """A row with every k that its cells can be."""
    n = {name: exact[name] * supports.runs for name in row.cells}
    counts = {
        name: supports.printing.counts(figure.value, figure.decimals, n[name])
        for name, figure in row.cells.items()
    }
    return Counted(row, n, counts, supports.printing)


def _check_counted(counted: Counted, kind: Kind, supports: Supports) -> Checked:
    wrong = counted.misprinted
    mended = _mend(counted, wrong, kind) if wrong else counted
    proven = mended.follows(kind) and len(wrong) <= SEVERAL
    findings = [_misprint(counted, mended, name, kind, proven, supports) for name in wrong]
    average = None
    if not (proven or (wrong and counted.follows_as_printed(kind))) and len(wrong) <= 1:
        low, high = mended.mean(kind)
        average = low if low == high else mended.mean_as_printed(kind)
        findings.append(_mean(mended, kind, average, supports))
    return Checked(counted.row, tuple(findings), kind, mended, average)


def _mend(counted: Counted, wrong: list[str], kind: Kind) -> Counted:
    """The row with likelier neighbours for its misprints: those that give the printed mean."""
    nearest = counted
    for name in wrong:
        nearest = nearest.with_cell(name, *counted.likeliest(name)[0])
    if len(wrong) == 1:
        fitting = nearest.mends(wrong[0], kind)
        return nearest.with_cell(wrong[0], *fitting[0]) if fitting else nearest
    if len(wrong) > SEVERAL:
        return nearest
    choices = [list(enumerate(counted.likeliest(name)[:TRIED])) for name in wrong]
    for chosen in sorted(product(*choices), key=lambda chosen: sum(rank for rank, _ in chosen)):
        tried = nearest
        for name, (_, neighbour) in zip(wrong, chosen, strict=True):
            tried = tried.with_cell(name, *neighbour)
        if tried.follows(kind):
            return tried
    return nearest


def _misprint(
    counted: Counted, mended: Counted, name: str, kind: Kind, proven: bool, supports: Supports
) -> Finding:
    row, n, k = counted.row, counted.supports[name], mended.counts[name][0]
    printed, follows = row.cells[name], mended.row.cells[name].text
    nearest = " and ".join(f"{text} ({k} of {n})" for k, text in counted.around(name))
    message = f"No whole number of {n} images is {printed.text} %; the nearest are {nearest}."
    if proven:
        only = "only that gives" if len(mended.mends(name, kind)) == 1 else "that gives"
        message += f" With {k} of {n} it is {follows}, and {only} the printed average "
        message += f"{row.average.text}."
    elif counted.follows_as_printed(kind):
        message += f" The printed average {row.average.text} is that of the cells as printed."
    if not supports.stated:
        message += f" That the class has {n} test images follows from the table's other figures."
    cut = TRUNCATED.counts(printed.value, printed.decimals, n)
    if cut:
        message += f" {printed.text} is what cutting off {cut[0]} of {n} gives."
    confidence: Confidence = "high" if proven else "medium"
    kind_of = "truncated" if cut else "cell"
    where = row.place(row.head(name))
    return Finding(where, printed.text, follows, kind_of, confidence, message)


def _mean(counted: Counted, kind: Kind, average: Fraction, supports: Supports) -> Finding:
    row = counted.row
    what = "unweighted mean of its classes" if kind == "macro" else "share of all its images"
    follows = row.text(average)
    as_printed = row.text(counted.mean_as_printed(kind))
    message = f"The {what} is {follows} from whole images and {as_printed} from the printed cells"
    message += f", not {row.average.text}."
    if TRUNCATED.allows(average, row.average.value, row.average.decimals):
        message += (
            f" {row.average.text} is what cutting off gives, where other figures are rounded."
        )
    mends = [
        (name, k, text)
        for name, figure in row.cells.items()
        for k, text in counted.mends(name, kind)
        if text != figure.text
    ]
    named = [
        f"{row.head(name)} {text} ({k} of {counted.supports[name]}) for {row.cells[name].text}"
        for name, k, text in mends
    ]
    if len(named) == 1:
        message += f" One single cell would mend it: {named[0]}."
    elif named:
        more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
        message += f" Any one of these cells would mend it: {'; '.join(named[:NAMED])}{more}."
    else:
        message += " No single cell would mend it."
    also = tuple(dict.fromkeys(row.place(row.head(name)) for name, _, _ in mends))
    confidence: Confidence = "high" if supports.stated or not counted.misprinted else "medium"
    where = row.place("Average")
    return Finding(where, row.average.text, follows, "mean", confidence, message, also=also)


def _with_metric(checked: Checked, rows: Sequence[Counted], kind: Kind) -> Checked:
    """Add that the table's averages are all another mean than it says."""
    table = checked.row.table
    stated = KINDS.get(table.metric)
    whole = [row for row in rows if not row.misprinted]
    if stated in (None, kind) or len(whole) < 2:
        return checked
    if any(row.follows(stated) for row in whole) or not all(row.follows(kind) for row in whole):
        return checked
    names = {"macro": "balanced_accuracy", "micro": "accuracy"}
    message = (
        f"Every average is the {kind} mean of its row, and none the {stated} one that "
        f"'{table.metric}' means."
    )
    where = f"{key_of(table)}, {checked.row.row.dataset}, metric"
    finding = Finding(where, table.metric, names[kind], "metric", "high", message)
    return replace(checked, findings=(*checked.findings, finding))


def _are_shares(rows: Sequence[Counted]) -> bool:
    """Whether the cells look like shares of images, and their averages like means of them."""
    cells = [bool(counts) for row in rows for counts in row.counts.values()]
    whole = [row for row in rows if not row.misprinted]
    fits = max(sum(row.follows(kind) for row in whole) for kind in ("macro", "micro"))
    return sum(cells) >= BELIEVED * len(cells) and fits * 2 > len(whole)


def _with_unchecked(checked: Checked) -> Checked:
    """Add that the table's figures are of a kind that nothing is known of."""
    table, where = checked.row.table, checked.row.place("cells")
    message = (
        f"The cells and averages were not checked: they do not look like shares of images, and "
        f"the metric '{table.metric}' is none of {', '.join(KINDS)}."
    )
    finding = Finding(where, table.metric, "", "unchecked", "low", message, group="design")
    return replace(checked, findings=(*checked.findings, finding))
