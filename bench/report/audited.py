"""The audit of the table that the matrix names: what its printed numbers say of each other."""

from bench.audit.findings import Finding
from bench.report.findings import Findings
from bench.report.markup import Html, element, items, join, paragraph, table
from bench.report.words import NONE, counted


def audited(found: Findings) -> Html:
    """Numbers that contradict each other, then what the comparison leaves open."""
    if found.reported is None:
        return paragraph("The matrix names no reported table, so that there is nothing to audit.")
    said = paragraph(
        f"From the printed numbers of {found.reported} and the paper's other tables alone, "
        "without any run.",
        "note",
    )
    arithmetic = [one for one in found.audit if one.group == "arithmetic"]
    design = [one for one in found.audit if one.group == "design"]
    return join(
        [
            said,
            element("h3", "Arithmetic: numbers that contradict each other"),
            _arithmetic(arithmetic),
            element("h3", "Design: what the comparison leaves open"),
            _design(design),
        ]
    )


def _arithmetic(findings: list[Finding]) -> Html:
    if not findings:
        return paragraph("Nothing found.")
    heads = ["where", "kind", ">printed", ">follows", "confidence", "why"]
    rows = [
        [one.where, one.kind, one.printed, one.follows or NONE, one.confidence, one.message]
        for one in findings
    ]
    return table(counted(len(findings), "finding"), heads, rows)


def _design(findings: list[Finding]) -> Html:
    if not findings:
        return paragraph("Nothing found.")
    return items(join([element("b", one.where), f": {one.message}"]) for one in findings)
