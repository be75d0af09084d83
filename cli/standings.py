"""The leaderboard as a table in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from cli.terminal import SHARED, console, print_table

if TYPE_CHECKING:
    from bench.leaderboard import Standing


OPTIMISTIC = "optimistic: the test part picked the epoch"


def print_standings(standings: list[Standing], title: str = "") -> None:
    """Measured beside reported, with a note on what can't be compared, and why below the table."""
    if not standings:
        console.print("No cell has been asked for yet: try `ferbench run quick`.")
        return
    heads = ["dataset", "protocol", "backbone", "attention", "epoch", ">n", ">mean", ">std"]
    heads += [">reported", ">gap", "note"]
    print_table(title or "Leaderboard", heads, [_row(s) for s in standings], SHARED)
    reasons = [OPTIMISTIC] if any(standing.optimistic for standing in standings) else []
    reasons += [reason for standing in standings for reason in standing.unlike if ":" in reason]
    legend = [
        "mean: of n runs, balanced accuracy on the test part, %",
        "epoch: best on the monitored part, or the last",
        *_sources(standings),
        *dict.fromkeys(reasons),
    ]
    console.print()
    for line in legend:
        console.print(line, style="dim", markup=False)


def _sources(standings: list[Standing]) -> list[str]:
    names = sorted({standing.reported_as for standing in standings if standing.reported_as})
    return [f"reported: {'; '.join(names)}"] if names else []


def _row(standing: Standing) -> list[str | Text]:
    unlike = ", ".join(reason.partition(":")[0] for reason in standing.unlike)
    notes = ["optimistic"] if standing.optimistic else []
    notes += [f"{unlike}: not comparable"] if unlike else []
    notes += [f"{standing.missing} missing"] if standing.missing else []
    return [
        standing.dataset,
        standing.protocol,
        standing.backbone,
        standing.attention,
        standing.selection,
        str(standing.n),
        Text("missing" if standing.mean is None else f"{standing.mean:.2f}", style="bold"),
        "–" if standing.std is None else f"{standing.std:.2f}",
        "–" if standing.reported is None else f"{standing.reported:.2f}",
        "–" if standing.gap is None else f"{standing.gap:+.2f}",
        "; ".join(notes),
    ]
