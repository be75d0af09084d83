"""Measured beside reported: each configuration with interval, gain, test and verdict."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import streamlit as st

from bench.board import METRICS, PLAIN, Line, latencies
from bench.store.costs import cost_records
from dashboard.address import choice, choices
from dashboard.boards import lines_of
from dashboard.charts import draw, names_of, standings
from dashboard.filters import Filters, filters, model_named
from dashboard.reading import read
from dashboard.tables import height_of, interval_of, show_table
from dashboard.told import note, plain, remark, telling
from registry.reported import reported_tables

FITTING = "whichever fits"
OPTIMISTIC = "OPTIMISTIC"
EPOCHS = {"best": "the best on the monitored part", "last": "the last"}
#: By what the lines can be ordered; the highest first but for what costs.
ORDERS = {
    "mean": lambda line: _last(line.measured.mean, -1),
    "gain": lambda line: _last(line.gain and line.gain.points.mean, -1),
    "parameters": lambda line: _last(line.parameters, 1),
    "attention": lambda line: (line.backbone, line.attention),
}
#: Lines in the picture; the table has all.
DRAWN = 25


def show() -> None:
    """The page."""
    chosen = filters()
    if chosen is None:
        return
    first, second, third = st.columns(3)
    with first:
        metric = choice("metric", "Metric", list(METRICS), shown=METRICS.__getitem__)
    with second:
        keys = [f"{table.source}/{table.name}" for table in reported_tables()]
        table = choice("paper", "Paper's table", [FITTING, *keys])
    with third:
        order = choice("order", "Ordered by", list(ORDERS))
    lines = lines_of(chosen, metric, None if table == FITTING else table)
    lines = tuple(sorted(lines, key=ORDERS[order]))
    _labels(lines)
    shown = lines[:DRAWN]
    what = METRICS[metric]
    draw(
        standings(shown, what),
        "leaderboard",
        f"{what} of {len(shown)} models as dots with 95 % intervals; the table below has the "
        "same numbers",
        height=150 + 26 * len(shown),
    )
    if len(lines) > DRAWN:
        note(f"Drawn are the first {DRAWN} of {len(lines)}; the table has all.")
    _table(lines, chosen)
    _legend(lines, chosen)
    _ways_on(lines, chosen)


FORMATS = {
    "mean": ".2f",
    "gain": "+.2f",
    "p": ".3f",
    "n": "d",
    "parameters": ",",
    "latency, ms": ".2f",
    "reported": ".2f",
}


def _table(lines: Sequence[Line], chosen: Filters) -> None:
    """All lines; those whose rows are ticked are picked, by the address and by the field below."""
    prices = latencies(read(cost_records))
    rows = [_row(name, line, prices) for name, line in zip(names_of(lines), lines, strict=True)]
    picks = [_picked_as(line) for line in lines]
    ticked = st.session_state.get("model", st.query_params.get_all("model"))
    key = "leaderboard-rows"
    before = [at for at, name in enumerate(picks) if name in ticked]
    st.session_state[key] = {"selection": {"rows": before, "columns": [], "cells": []}}

    def pick() -> None:
        now = st.session_state[key]["selection"]["rows"]
        if now != before:  # (what the field below has ticked comes back as if it were by hand)
            found = [(lines[at].attention == PLAIN, picks[at]) for at in now if at < len(picks)]
            # the first is set against the others: what is gained, not what is lost, by a module
            st.session_state["model"] = [name for _, name in sorted(found, key=itemgetter(0))]

    show_table(
        "leaderboard-table",
        rows,
        formats=FORMATS,
        describes=f"Leaderboard of {chosen.dataset}",
        links={"runs": "open"},
        height=height_of(len(rows)),
        key=key,
        on_select=pick,
        selection_mode="multi-row",
    )


def _picked_as(line: Line) -> str:
    return model_named(line.backbone, line.attention, line.protocol, line.id)


def _row(name: str, line: Line, prices: dict[tuple[str, int], float]) -> dict[str, Any]:
    gain = line.gain
    return {
        "model": name,
        "mean": line.measured.mean,
        "95 %": interval_of(line.measured),
        "n": line.runs,
        "gain": gain and gain.points.mean,
        "gain, 95 %": gain and interval_of(gain.points, "+"),
        "p": gain and gain.adjusted,
        "reported": line.printed and line.printed.percent,
        "verdict": str(line.printed.verdict) if line.printed else "",
        "label": "; ".join(_notes(line)),
        "parameters": line.parameters,
        "latency, ms": prices.get((line.model, line.size)),
        "protocol": line.protocol,
        "runs": f"run?configuration={line.id}",
    }


def _notes(line: Line) -> list[str]:
    notes = [OPTIMISTIC] if line.optimistic else []
    notes += ["one run: other images, not other seeds"] if line.runs == 1 else []
    notes += [f"{line.missing} missing"] if line.missing else []
    return notes


def _labels(lines: Sequence[Line]) -> None:
    if any(line.optimistic for line in lines):
        remark(
            f"{OPTIMISTIC}: the test part picked the epoch, so these figures are higher than on "
            "images that had no say in it."
        )
    reasons = dict.fromkeys(
        part
        for line in lines
        if line.printed
        for reason in line.printed.unlike
        for part in reason.split("; ")
    )
    if reasons:
        listed = "; ".join(reasons)
        st.info(
            plain(f"NOT COMPARABLE with the paper's figures: {listed}."), icon=":material/info:"
        )


def _legend(lines: Sequence[Line], chosen: Filters) -> None:
    sources = sorted({line.printed.source for line in lines if line.printed})
    note(
        f"Epoch: {EPOCHS[chosen.rule]}. mean: of n runs, with its 95 % interval, in "
        "percent of the test part. gain: over the plain backbone (none), from pairs of runs that "
        "share seed and split, with its 95 % interval; p: paired t across runs, after Holm over "
        "the lines shown. Whether other images would show it, page Compare says.",
        *([f"reported: {'; '.join(sources)}"] if sources else []),
    )


def _ways_on(lines: Sequence[Line], chosen: Filters) -> None:
    by_name = {_picked_as(line): line for line in lines}
    picked = choices(
        "model",
        "Models to compare: tick their rows, or pick them here",
        list(by_name),
        placeholder="none picked",
    )
    with st.container(horizontal=True):
        if len(picked) > 1:
            st.page_link(
                "views/compare.py",
                label=f"Compare these {len(picked)}",
                icon=":material/compare_arrows:",
                query_params={"dataset": chosen.dataset, "model": picked},  # (for a new tab)
            )
        for name in picked:
            st.page_link(
                "views/run.py",
                label=plain(f"Runs of {name}"),
                icon=":material/show_chart:",
                query_params={"configuration": by_name[name].id},
            )


def _last(value: float | None, sign: int) -> tuple[bool, float]:
    return (value is None, sign * (value or 0.0))


with telling():
    show()
