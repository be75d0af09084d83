"""What the audit says: one finding for each thing that does not follow, or that gives pause."""

from dataclasses import dataclass
from typing import Literal

from registry.reported import ReportedRow, ReportedTable

Group = Literal["arithmetic", "design"]
Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True)
class Finding:
    """One thing that the audit found.

    Attributes
    ----------
    where : str
        ``"kim_jo/table2, fer2013, ResNet18, Disgust"``: paper and table, dataset, row, column.
    printed, follows : str
        What stands there, and what follows from the other numbers; empty where nothing does.
    kind : str
        See ``docs/audit.md``.
    confidence : str
        ``"high"``, ``"medium"`` or ``"low"``.
    message : str
        The reasoning in a plain sentence or two.
    group : str
        ``"arithmetic"`` (numbers that contradict each other) or ``"design"`` (warnings).
    also : tuple of str
        Other places that print the same, or that could be at fault instead.
    """

    where: str
    printed: str
    follows: str
    kind: str
    confidence: Confidence
    message: str
    group: Group = "arithmetic"
    also: tuple[str, ...] = ()


def key_of(table: ReportedTable) -> str:
    """Paper and table: ``"kim_jo/table2"``."""
    return f"{table.source}/{table.name}"


def place(table: ReportedTable, row: ReportedRow, column: str) -> str:
    """Address of a figure in a table."""
    return f"{key_of(table)}, {row.dataset}, {row.label}, {column}"


def text_place(source: str, section: str, what: str) -> str:
    """Address of a number in a paper's text."""
    return f"{source} §{section}, {what}" if section else f"{source}, {what}"
