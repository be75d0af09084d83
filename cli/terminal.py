"""Printing: tables for people, JSON and CSV for scripts."""

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

console = Console(highlight=False)
errors = Console(highlight=False, stderr=True)

#: Columns that stay on one line, unless what stands in them would push the others out.
WHOLE = frozenset({"cell", "state", "epoch", "attention", "backbone"})
LONGEST = 32

#: A state's colour, and a sign for those who see none.
STATES = {
    "done": ("green", "✓"),
    "running": ("cyan", "▶"),
    "queued": ("dim", "·"),
    "preempted": ("yellow", "‖"),
    "cancelled": ("yellow", "‖"),
    "lost": ("red", "?"),
    "failed": ("red", "✗"),
    "diverged": ("magenta", "∞"),
    "pruned": ("blue", "✂"),
}


def state_text(state: str) -> Text:
    """A state with its sign and colour."""
    colour, sign = STATES.get(state, ("", " "))
    return Text(f"{sign} {state}", style=colour)


def print_json(value: Any) -> None:
    """Print as JSON; what has no form in it (a time) as text."""
    json.dump(value, sys.stdout, indent=2, default=str, allow_nan=False)
    sys.stdout.write("\n")


def print_csv(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print as CSV with a header; nothing where there are no rows."""
    if rows:
        writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


#: Columns that are said once above a table where all its rows agree in them.
SHARED = frozenset({"dataset", "protocol", "backbone", ">split seed", ">fold", ">seed", "epoch"})


def print_table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    shared: frozenset[str] = frozenset(),
) -> None:
    """Print a table.

    Parameters
    ----------
    columns : sequence of str
        Heads; where one begins with ``>``, its column is set to the right, and never broken.
    shared : frozenset of str
        Heads of columns that are said once above the table where all rows agree in them.
    """
    same = [
        index
        for index, column in enumerate(columns)
        if column in shared and len(rows) > 1 and len({str(row[index]) for row in rows}) == 1
    ]
    if title:
        console.print(Text(f"\n{title}", style="bold"))
    if same:
        facts = (f"{columns[index].removeprefix('>')} {rows[0][index]}" for index in same)
        console.print(Text("  ·  ".join(facts), style="dim"))
    made = Table(
        header_style="bold",
        box=None,
        show_header=any(columns),
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    kept = [index for index in range(len(columns)) if index not in same]
    for index in kept:
        head = columns[index]
        whole = head in WHOLE and max((len(str(row[index])) for row in rows), default=0) <= LONGEST
        made.add_column(
            head.removeprefix(">"),
            justify="right" if head.startswith(">") else "left",
            no_wrap=whole or head.startswith(">"),
            overflow="fold",
        )
    for row in rows:
        cells = (row[index] for index in kept)
        made.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in cells))
    console.print(made)


def percent(fraction: float | None) -> str:
    """A fraction in percent with one decimal; a dash where undefined."""
    return "–" if fraction is None else f"{100 * fraction:.1f}"


def duration(seconds: float) -> str:
    """Seconds in words: ``2 h 05 min``."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"
