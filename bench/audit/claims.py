"""Whether the counts say what the words say."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from bench.audit.checked import Checked
from bench.audit.findings import Finding, text_place
from bench.audit.gains import is_about
from bench.audit.resolution import too_small
from registry.reported import ReportedPaper, StatedClaim


def check_claims(
    paper: ReportedPaper, rows: Sequence[Checked], supports: Mapping[int, dict[str, int]]
) -> Iterator[Finding]:
    """Hold each claim of a paper against every pair of rows that it is about.

    Parameters
    ----------
    supports : mapping of int to dict
        Test images of each class by the ``id`` of the checked row, where they are known.
    """
    for claim in paper.claims:
        pairs = [(one, other) for one in rows for other in rows if is_about(claim, one, other)]
        for one, other in pairs:
            yield from _check(paper, claim, one, other, supports.get(id(one)))
        if not pairs:
            yield _unchecked(paper, claim)


def _unchecked(paper: ReportedPaper, claim: StatedClaim) -> Finding:
    message = (
        f"“{claim.text}” was not checked: no rows of {claim.table} are of '{claim.attention}' "
        f"and '{claim.against}' on {', '.join(claim.datasets)} in {', '.join(claim.backbones)}."
    )
    where = text_place(paper.key, claim.section, claim.table)
    return Finding(where, claim.text, "", "unchecked", "low", message, group="design")


def _check(
    paper: ReportedPaper,
    claim: StatedClaim,
    one: Checked,
    other: Checked,
    supports: dict[str, int] | None,
) -> Iterator[Finding]:
    sign = 1 if claim.relation == "higher" else -1
    own, against = one.row, other.row
    difference = own.average.value - against.average.value
    reasons = []
    if difference * sign <= 0:
        reasons.append(f"the averages are {own.average.text} and {against.average.text}")
    elif supports is not None:
        heads = _heads(one, supports)
        reasons += [reason] if (reason := too_small(difference, supports, heads)) else []
    if one.right is not None and other.right is not None:
        (right, total), (rival, _) = one.right, other.right
        if (right - rival) * sign <= 0:
            counted = f"{_whole(right)} of {total} images are right, against {_whole(rival)}"
            reasons.append(f"{counted} with {against.row.label}")
    if not reasons:
        return
    yield Finding(
        text_place(paper.key, claim.section, f"{own.row.dataset}, {own.row.label}"),
        claim.text,
        "; ".join(reasons),
        "claim",
        "high",
        f"“{claim.text}”: for {own.row.label} against {against.row.label} on {own.row.dataset}, "
        f"{'; '.join(reasons)}.",
        group="design",
        also=(own.place("Average"), against.place("Average")),
    )


def _heads(checked: Checked, supports: dict[str, int]) -> dict[str, str]:
    heads = {cell.expression: cell.head for cell in checked.row.row.cells}
    return {name: heads.get(name, name) for name in supports}


def _whole(count: Fraction) -> str:
    return str(count) if count.denominator == 1 else f"{float(count):.1f}"
