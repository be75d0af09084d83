"""The main table: what was measured beside what is reported."""

from collections.abc import Sequence
from itertools import groupby

from bench.leaderboard import Standing
from bench.report.markup import Html, join, paragraph, strip, table, tag
from bench.report.words import MISSING, NONE, number, scale


def board(standings: Sequence[Standing]) -> Html:
    """A table for each dataset, protocol and backbone; a row for each attention and epoch."""
    if not standings:
        return paragraph("The matrix has no cells.")
    groups = groupby(standings, key=lambda one: (one.dataset, one.protocol, one.backbone))
    said = paragraph(
        "Balanced accuracy on the test part in percent: mean ± standard deviation over n runs, "
        "with the 95 % interval of the mean, drawn beside it; the upright line is the reported "
        "figure. The gap is ours less the reported one, where the two can be compared.",
        "note",
    )
    return join([said, *(_table(", ".join(names), list(rows)) for names, rows in groups)])


def _table(caption: str, rows: list[Standing]) -> Html:
    heads = ["attention", "epoch", ">n", ">missing", ">mean ± std", "95 % interval", ""]
    heads += [">parameters", ">reported", ">gap", "verdict"]
    width = scale(
        value for one in rows for value in (one.mean, one.low, one.high, _comparable(one))
    )
    return table(caption, heads, [_row(one, width) for one in rows])


def _row(one: Standing, width: tuple[float, float]) -> list[object]:
    return [
        one.attention,
        join([one.selection, " ", tag("optimistic", "warn")]) if one.optimistic else one.selection,
        one.n,
        one.missing,
        _mean(one),
        one.interval if one.low is None else f"{number(one.low)} to {number(one.high)}",
        strip(one.mean, one.low, one.high, width, _comparable(one)),
        number(one.parameters, ","),
        number(one.reported),
        number(one.gap, "+.2f"),
        _verdict(one),
    ]


def _mean(one: Standing) -> str:
    if one.mean is None:
        return MISSING
    return number(one.mean) if one.std is None else f"{one.mean:.2f} ± {one.std:.2f}"


def _comparable(one: Standing) -> float | None:
    return one.reported if one.comparable else None


def _verdict(one: Standing) -> str:
    if not one.verdict:
        return NONE
    return f"{one.verdict}: {'; '.join(one.unlike)}" if one.unlike else one.verdict
