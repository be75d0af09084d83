"""A table as CSV: a row for each configuration, unrounded, and nothing left out."""

import csv
from io import StringIO

from bench.grid import no_formula
from bench.tables.content import Table

#: What is told of each figure.
TOLD = ("value", "std", "low", "high", "n", "reported")


def render(table: Table) -> str:
    """Names, then ``metric.class.what`` for each figure; empty where there is none."""
    keys = list(dict.fromkeys(key for entry in table.entries for key in entry.cells))
    names = list(dict.fromkeys(name for entry in table.entries for name in entry.labels))
    heads = [".".join(filter(None, (*key, what))) for key in keys for what in TOLD]
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*names, "setting", "rule", "conclusion", "reported_as", "unlike", *heads])
    for entry in table.entries:
        cells = [entry.cells.get(key) for key in keys]
        figures = [getattr(cell, what) if cell else None for cell in cells for what in TOLD]
        texts = [
            *(entry.labels[name] for name in names),
            entry.setting,
            table.rule,
            entry.evidence.conclusion if entry.evidence else "",
            entry.reported_as,
            "; ".join(entry.unlike),
        ]
        writer.writerow([*map(no_formula, texts), *("" if f is None else f for f in figures)])
    return text.getvalue()
