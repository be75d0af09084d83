"""Whether printed gains follow, in sign and size, from the averages that they compare."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from bench.audit.checked import Checked
from bench.audit.findings import Finding
from bench.audit.granularity import in_text
from bench.audit.reading import decimals_of
from registry.reported import StatedClaim

#: The attention that a gain is counted from.
BASELINE = "none"


def check_gains(rows: Sequence[Checked]) -> list[Finding]:
    """Check every gain of one table against its baseline: same dataset and backbone, no attention.

    Where all gains of a baseline are off by the same amount, it is the baseline that is wrong.
    """
    findings = []
    for baseline, compared in by_baseline(rows):
        wrong = [row for row in compared if not _follows(row, baseline)]
        shifts = {_difference(row, baseline) - gain(row) for row in wrong}
        if len(wrong) == len(compared) > 1 and len(shifts) == 1:
            findings.append(_wrong_baseline(baseline, wrong, shifts.pop()))
        else:
            findings += [_wrong_gain(row, baseline) for row in wrong]
    models = {row.row.model for row in rows if row.row.row.attention == BASELINE}
    return findings + [
        _unchecked(row) for row in rows if row.row.row.gain and row.row.model not in models
    ]


def _unchecked(row: Checked) -> Finding:
    own = row.row.row
    message = (
        f"The gain was not checked: the table has no row of {own.backbone} on {own.dataset} "
        f"with attention '{BASELINE}'."
    )
    where = row.row.place("gain")
    return Finding(where, own.gain or "", "", "unchecked", "low", message, group="design")


def by_baseline(rows: Sequence[Checked]) -> Iterator[tuple[Checked, list[Checked]]]:
    """Each row without attention, with the rows of its model that print a gain."""
    for baseline in rows:
        if baseline.row.row.attention == BASELINE:
            yield (
                baseline,
                [
                    other
                    for other in rows
                    if other.row.model == baseline.row.model and other.row.row.gain is not None
                ],
            )


def gain(checked: Checked) -> Fraction:
    """The printed gain in percentage points."""
    return Fraction(checked.row.row.gain or 0)


def _difference(row: Checked, baseline: Checked) -> Fraction:
    return row.row.average.value - baseline.row.average.value


def _follows(row: Checked, baseline: Checked) -> bool:
    """Whether the gain is the difference of the averages, as printed or before rounding.

    An average that is a misprint itself may have been right when the gain was worked out.
    """
    stated = gain(row)
    values = [
        {one.row.average.value, *([] if one.average is None else [_as_printed(one)])}
        for one in (row, baseline)
    ]
    if any(stated == own - plain for own in values[0] for plain in values[1]):
        return True
    low, high = _unrounded(row, baseline)
    half = Fraction(1, 2 * 10 ** max(decimals_of(row.row.row.gain or ""), row.row.decimals))
    return low - half <= stated <= high + half


def _as_printed(checked: Checked) -> Fraction:
    return Fraction(checked.row.text(checked.average or Fraction()))


def _unrounded(row: Checked, baseline: Checked) -> tuple[Fraction, Fraction]:
    """Between which values the difference lay before rounding."""
    own, plain = (_bounds(one) for one in (row, baseline))
    return own[0] - plain[1], own[1] - plain[0]


def _bounds(checked: Checked) -> tuple[Fraction, Fraction]:
    if checked.exact is not None:
        return checked.exact
    average = checked.row.average
    half = Fraction(1, 2 * 10**average.decimals)
    return average.value - half, average.value + half


def signed(value: Fraction, row: Checked) -> str:
    """A gain as the row would print it."""
    text = row.row.text(value)
    return text if value < 0 else f"+{text}"


def _wrong_gain(row: Checked, baseline: Checked) -> Finding:
    printed = row.row.row.gain or ""
    difference = _difference(row, baseline)
    averages = f"{row.row.average.text} − {baseline.row.average.text}"
    follows = signed(difference, row)
    message = f"{averages} = {follows.replace('-', '−')}, not {printed.replace('-', '−')}"
    message += ": the sign is wrong." if difference == -gain(row) else "."
    message += _said(row, baseline, difference)
    also = (row.row.place("Average"), baseline.row.place("Average"))
    return Finding(row.row.place("gain"), printed, follows, "gain", "high", message, also=also)


def _said(row: Checked, baseline: Checked, difference: Fraction) -> str:
    """What the text says of this gain, where it says what the averages do."""
    own = row.row.row
    for claim in row.row.table.paper.claims:
        if is_about(claim, row, baseline) and (claim.relation == "higher") == (difference > 0):
            if len(claim.datasets) > 1 or own.dataset not in claim.datasets:
                continue
            return f" §{claim.section} says so too: “{claim.text}”."
    return ""


def is_about(claim: StatedClaim, row: Checked, other: Checked) -> bool:
    """Whether a claim compares these two rows of a table."""
    one, two = row.row.row, other.row.row
    return (
        claim.table == one.table == two.table
        and (claim.attention, claim.against) == (one.attention, two.attention)
        and one.dataset in claim.datasets
        and one.backbone in claim.backbones
        and row.row.model == other.row.model
    )


def _wrong_baseline(baseline: Checked, wrong: list[Checked], shift: Fraction) -> Finding:
    average = baseline.row.average
    decimals = max(baseline.row.decimals, average.decimals)
    follows = in_text(average.value + shift, decimals, zeros=baseline.row.zeros)
    message = (
        f"All {len(wrong)} gains over this row are off by the same amount; "
        f"they follow from {follows}, not from {average.text}."
    )
    also = tuple(row.row.place("gain") for row in wrong)
    where = baseline.row.place("Average")
    return Finding(where, average.text, follows, "gain", "medium", message, also=also)
