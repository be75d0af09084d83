"""A paper's tables with each finding marked in its cell, and what follows from what."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from bench.audit.findings import Finding, key_of, place
from bench.audit.report import audit_named, is_about
from bench.grid import Grid
from dashboard.address import choice
from dashboard.reading import keep
from dashboard.tables import offer
from dashboard.told import note, plain, telling
from registry.reported import ReportedRow, ReportedTable, reported_tables

FIRST = "kim_jo/table1"
GROUPS = {
    "arithmetic": "Arithmetic: numbers that contradict each other",
    "design": "Design: what the comparison leaves open",
}
#: Before a finding's number, and behind its cell: numbers that contradict, and what gives pause.
SIGNS = {"arithmetic": "✗", "design": "△"}
COLOURS = {
    "arithmetic": "background-color: #b3261e; color: white",
    "design": "background-color: #B87800; color: white",
}


def show() -> None:
    """The page."""
    tables = {key_of(table): table for table in reported_tables()}
    chosen = choice("table", "Paper's table", list(tables), FIRST)
    table = tables[chosen]
    every = keep(audit_named, table.source)
    findings = [one for one in every if is_about(one, table)]
    elsewhere = [one for one in every if one.where.startswith(f"{table.source} ")]
    numbered = {finding: at for at, finding in enumerate([*findings, *elsewhere], start=1)}
    st.markdown(f"*{plain(table.title)}*")
    note(table.paper.citation or table.paper.title)
    note(
        f"{SIGNS['arithmetic']} contradicts other numbers; {SIGNS['design']} gives pause; the "
        "number is the finding's below. In brackets: prints the same, or could be at fault instead."
    )
    for dataset in dict.fromkeys(row.dataset for row in table.rows):
        st.subheader(plain(dataset))
        _table(table, dataset, findings, numbered)
    own = {
        finding
        for finding in findings
        if any(where.startswith(key_of(table)) for where in (finding.where, *finding.also))
    }
    for group, title in GROUPS.items():
        listed = [finding for finding in numbered if finding.group == group]
        st.subheader(f"{title} ({len(listed)})")
        for finding in listed:
            _finding(finding, numbered[finding], finding in own)


def _table(
    table: ReportedTable,
    dataset: str,
    findings: Sequence[Finding],
    numbered: Mapping[Finding, int],
) -> None:
    rows = [row for row in table.rows if row.dataset == dataset]
    columns = _columns(rows)
    marks: dict[str, list[str]] = {}
    colours: dict[str, str] = {}
    for finding in findings:
        mark = f"{SIGNS[finding.group]}{numbered[finding]}"
        marks.setdefault(finding.where, []).append(mark)
        colours.setdefault(finding.where, COLOURS[finding.group])
        for where in finding.also:
            marks.setdefault(where, []).append(f"({mark})")
    texts, styles = [], []
    for row in rows:
        printed = _printed(row)
        places = [place(table, row, column) for column in columns]
        texts.append(
            [
                " ".join([printed.get(column, ""), *marks.get(where, ())]).strip()
                for column, where in zip(columns, places, strict=True)
            ]
        )
        styles.append([colours.get(where, "") for where in places])
    frame = pd.DataFrame(texts, columns=columns, index=[row.label for row in rows])
    styled = frame.style.apply(
        lambda _: pd.DataFrame(styles, frame.index, frame.columns), axis=None
    )
    st.dataframe(styled, height="content", alt=f"{key_of(table)} on {dataset}, findings marked")
    grid = Grid(
        ("model", *columns),
        tuple((row.label, *line) for row, line in zip(rows, texts, strict=True)),
    )
    bare = [{"model": row.label, **{c: _printed(row)[c] for c in columns}} for row in rows]
    offer(f"audit-{table.name}-{dataset}", grid, bare)


def _columns(rows: Sequence[ReportedRow]) -> list[str]:
    heads = dict.fromkeys(cell.head for row in rows for cell in row.cells)
    return [
        column
        for column in ("parameters", "added", "best epoch", *heads, "Average", "gain")
        if any(_printed(row).get(column) for row in rows)
    ]


def _printed(row: ReportedRow) -> dict[str, str]:
    """What a row prints, by the columns that findings name."""
    return {
        "parameters": row.parameters or "",
        "added": row.added or "",
        "best epoch": "" if row.best_epoch is None else str(row.best_epoch),
        **{cell.head: cell.printed for cell in row.cells},
        "Average": row.average,
        "gain": row.gain or "",
    }


def _finding(finding: Finding, number: int, here: bool) -> None:
    where = finding.where if here else f"{finding.where} (outside this table)"
    said = [f"**{SIGNS[finding.group]}{number}** {plain(where)}"]
    if finding.follows:
        said.append(f"printed **{plain(finding.printed)}**, follows **{plain(finding.follows)}**")
    also = [f"also: {'; '.join(finding.also)}"] if finding.also else []
    with st.container(border=True):
        st.markdown("\n\n".join([*said, plain(finding.message)]))
        note(f"{finding.kind}, confidence {finding.confidence}", *also)


with telling():
    show()
