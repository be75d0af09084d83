"""Printed figures that the audit shows to be wrong: what stands beside them must say so."""

from collections.abc import Mapping
from functools import cache

from bench.audit.findings import place
from bench.audit.paper import audit_paper, by_paper
from registry.reported import ReportedRow, ReportedTable, reported_tables


def doubt(table: ReportedTable, row: ReportedRow, column: str) -> str:
    """Why a printed figure is doubted; empty where nothing speaks against it.

    Parameters
    ----------
    column : str
        ``"Average"`` or ``"gain"``.
    """
    return doubts_of(table.source).get(place(table, row, column), "")


@cache
def doubts_of(source: str) -> Mapping[str, str]:
    """Why printed figures of a source's tables are doubted, by their places; worked out once.

    Raises
    ------
    RequestError
        A table cannot be audited.
    """
    # (without the parameters, for which models are built: nobody compares his runs with those)
    report = [table for table in reported_tables() if table.source == source]
    doubts: dict[str, str] = {}
    for finding in (finding for tables in by_paper(report) for finding in audit_paper(tables)):
        if finding.group == "arithmetic" and finding.follows:
            why = (
                f"misprinted, by the paper's own numbers: {finding.follows} follows (see the audit)"
            )
            copies = [where for where in finding.also if finding.where.endswith(_column(where))]
            doubts |= dict.fromkeys([finding.where, *copies], why)
    return doubts


def _column(where: str) -> str:
    return where.rpartition(", ")[2]
