"""Small papers to audit, written as their file would be."""

from typing import Any

from bench.audit.audit import audit
from bench.audit.findings import Finding
from registry.reported import tables_of

HEADS = ["Angry", "Happy", "Sad"]


def row(cells: list[str], average: str, **values: Any) -> dict[str, Any]:
    """A row; what does not matter to a test has a value."""
    usual = {"label": "Net", "dataset": "own", "backbone": "net", "attention": "none"}
    return {**usual, "best_epoch": 5, "cells": cells, "average": average, **values}


def paper(*rows: dict[str, Any], heads: list[str] = HEADS, **values: Any) -> dict[str, Any]:
    """A paper with one table; ``supports`` are those of its one dataset."""
    own: dict[str, Any] = values.pop("own", {})
    supports = values.pop("supports", None)
    if supports is not None:
        own = {"supports": dict(zip(heads, supports, strict=True)), "test": sum(supports), **own}
    usual = {
        "title": "A table",
        "protocol": "subject",
        "selection": "best",
        "metric": "balanced_accuracy",
        "unit": "percent",
    }
    table = {name: values.pop(name, usual[name]) for name in usual}
    if "runs" in values:
        table["runs"] = values.pop("runs")
    table |= {"heads": {"own": heads}, "rows": list(rows)}
    return {"key": "p", "title": "P", "datasets": {"own": own}, "tables": {"t": table}, **values}


def findings(document: dict[str, Any], group: str = "arithmetic") -> list[Finding]:
    """What the audit finds of one group."""
    return [finding for finding in audit(tables_of(document)) if finding.group == group]


def told(document: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Where, what is printed, what follows and the kind of each arithmetic finding."""
    return [(f.where, f.printed, f.follows, f.kind) for f in findings(document)]
