"""The audit of papers' reported tables."""

from collections.abc import Sequence

from bench.audit.findings import Finding
from bench.audit.paper import audit_paper, by_paper
from bench.audit.parameters import check_parameters
from registry.reported import ReportedTable


def audit(report: Sequence[ReportedTable]) -> tuple[Finding, ...]:
    """Everything in a report's tables that does not follow, then what gives pause.

    Parameters
    ----------
    report : sequence of ReportedTable
        All tables, of one paper or several.

    Raises
    ------
    RequestError
        The supports that a paper states are not those of its tables' classes, or a table's unit is
        not percent.
    """
    findings = [
        finding for tables in by_paper(report) for finding in audit_paper(tables, check_parameters)
    ]
    return tuple(sorted(findings, key=lambda finding: finding.group))
