"""The leaderboard as a table in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from cli.terminal import SHARED, console, print_table

if TYPE_CHECKING:
    from bench.leaderboard import Standing


def print_standings(standings: list[Standing], title: str = "") -> None:
    """Measured beside reported, with a note on what can't be compared and why."""
    if not standings:
        console.print("No cell has been asked for yet: try `ferbench run quick`.")
        return
    heads = ["dataset", "protocol", "backbone", "attention", "epoch", ">n", ">mean", ">std"]
    heads += [">reported", ">gap", "note"]
    print_table(title or "Leaderboard", heads, [_row(s) for s in standings], SHARED)
    console.print(
        "\nmean: balanced accuracy (unweighted mean of the class recalls) on the test part, in "
        "percent,\nover n runs; epoch: the best on the monitored part, or the last.",
        style="dim",
    )


def _row(standing: Standing) -> list[str | Text]:
    notes = list(standing.unlike)
    if standing.unlike:
        notes[-1] += ": not comparable"
    if standing.optimistic:
        notes.insert(0, "optimistic: the test part picked the epoch")
    if standing.missing:
        notes.append(f"{standing.missing} run(s) missing")
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
