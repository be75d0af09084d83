"""The leaderboard as a table in the terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.text import Text

from bench.tables.letters import Letters
from cli.terminal import SHARED, console, print_table

if TYPE_CHECKING:
    from bench.leaderboard import Standing


OPTIMISTIC = "optimistic: the test part picked the epoch"


def print_standings(standings: list[Standing], title: str = "") -> None:
    """Measured beside reported, with a note on what can't be compared, and why below the table."""
    if not standings:
        console.print("No cell has been asked for yet: try `ferbench run quick`.")
        return
    letters = Letters()
    heads = ["dataset", "protocol", "backbone", "attention", "epoch", ">n", ">mean", ">std"]
    heads += [">95 %", ">reported", ">gap", "note"]
    print_table(title or "Leaderboard", heads, [_row(s, letters) for s in standings], SHARED)
    legend = [
        "mean: of n runs, balanced accuracy on the test part, %",
        *_intervals(standings),
        "epoch: best on the monitored part, or the last",
        *_sources(standings),
        *([OPTIMISTIC] if any(standing.optimistic for standing in standings) else []),
        *(f"{note.mark} not comparable, {note.text}" for note in letters.notes),
    ]
    console.print()
    for line in legend:
        console.print(line, style="dim", markup=False)


def _sources(standings: list[Standing]) -> list[str]:
    names = sorted({standing.reported_as for standing in standings if standing.reported_as})
    return [f"reported: {'; '.join(names)}"] if names else []


def _intervals(standings: list[Standing]) -> list[str]:
    made = dict.fromkeys(standing.interval for standing in standings if standing.low is not None)
    shown = [f"95 %: {'; '.join(made)}"] if made else []
    single = any(standing.n == 1 and standing.low is not None for standing in standings)
    return [*shown, "* one run: other images, not other seeds"] if single else shown


def _interval(standing: Standing) -> str:
    if standing.low is None or standing.high is None:
        return "–"
    return f"{standing.low:.1f}–{standing.high:.1f}{'*' * (standing.n == 1)}"


def _short(label: str) -> str:
    """What a study has drawn has seventeen digits, and ten of them say nothing to the eye."""
    return re.sub(r"\d*\.\d{5,}", lambda number: f"{float(number[0]):.4g}", label)


def _row(standing: Standing, letters: Letters) -> list[str | Text]:
    unlike = ",".join(letters.mark(reason) for reason in standing.unlike)
    notes = ["optimistic"] if standing.optimistic else []
    notes += [f"unlike {unlike}"] if unlike else []
    notes += [standing.verdict] if standing.comparable else []
    notes += [f"{standing.missing} missing"] if standing.missing else []
    return [
        standing.dataset,
        standing.protocol,
        standing.backbone,
        _short(standing.attention),
        standing.selection,
        str(standing.n),
        Text("missing" if standing.mean is None else f"{standing.mean:.2f}", style="bold"),
        "–" if standing.std is None else f"{standing.std:.2f}",
        _interval(standing),
        "–" if standing.reported is None else f"{standing.reported:.2f}",
        "–" if standing.gap is None else f"{standing.gap:+.2f}",
        "; ".join(notes),
    ]
