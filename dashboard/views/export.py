"""Any table and any figure as a file for a paper."""

from functools import partial
from typing import Any

import streamlit as st
from sqlalchemy.orm import Session

from bench.board import METRICS, board
from bench.contents import Wanted, groups, listed, matrices
from bench.figures.catalog import FIGURES, Request, draw
from bench.report.page import report
from bench.statistics.reproduction import reproductions
from bench.tables import latex, markdown, plain, web
from bench.tables.arrangement import arrange
from bench.tables.layout import shipped_layouts
from bench.tables.named import table_of
from dashboard.address import choice, choice_of_data, choices, section
from dashboard.figures import show_figure
from dashboard.filters import RULES, Filters, Kind, ask_filters, cell_named
from dashboard.reading import home, read, revision
from dashboard.tables import WRITERS, as_shown, show_table
from dashboard.told import note, telling

#: Figures of trained models; and, of all, what beside the page they can be told.
OF_CELLS = ("curves", "confusion", "calibration", "attention", "gradcam", "filter")
TOLD: dict[str, tuple[Kind, ...]] = {
    "confusion": ("rule",),
    "calibration": ("rule",),
    "cost": ("dataset", "protocol", "rule"),
    "ranking": ("protocol", "backbone", "rule"),
    "difficulty": ("backbone",),
}
#: Cells in the list to pick from.
CELLS = 2000
TABLES = {
    "leaderboard": "leaderboard: interval and gain",
    "verdicts": "verdicts on reported figures",
}


def show() -> None:
    """The page."""
    parts = {"Tables": _tables, "For a paper": _for_a_paper, "Figures": _figures, "Report": _report}
    parts[section("part", "What to export", tuple(parts))]()


def _for_a_paper() -> None:
    known = [*shipped_layouts(), *(one.name for one in read(matrices))]
    asked = choice_of_data("table", "Table or matrix", known)
    with st.sidebar:
        rule = choice("rule", "Epoch", list(RULES), shown=RULES.__getitem__)
    filled = read(table_of, asked, rule)
    arranged = arrange(filled)
    st.html(f"{STYLE}<div>{web.render(arranged)}</div>")
    texts = {
        "LaTeX": (latex.render(arranged), "tex"),
        "Markdown": (markdown.render(arranged), "md"),
        "CSV": (plain.render(filled), "csv"),
        "HTML": (web.render(arranged), "html"),
    }
    with st.container(horizontal=True):
        for form, (text, suffix) in texts.items():
            st.download_button(
                form, text, f"{asked}.{suffix}", icon=":material/download:", on_click="ignore"
            )


#: Room around the figures of a table, which scrolls where the page is narrow.
STYLE = """<style>
div:has(> .ferbench-table) { overflow-x: auto }
.ferbench-table { margin: 0 }
.ferbench-table th, .ferbench-table td { padding: 0.2rem 0.7rem; white-space: nowrap }
.ferbench-table th { text-align: left; font-weight: 600 }
.ferbench-table td { text-align: right; font-variant-numeric: tabular-nums }
.ferbench-table thead th:not(:first-child) { text-align: right }
.ferbench-table caption { text-align: left; caption-side: top }
</style>"""


def _report() -> None:
    known = [one.name for one in read(matrices)]
    if not known:
        note("A report is of a matrix, and none was run yet.")
        return
    matrix = choice_of_data("matrix_of_report", "Matrix", known)
    with st.sidebar:
        rule = choice("rule", "Epoch", list(RULES), shown=RULES.__getitem__)
    st.download_button(
        "The page",
        partial(read, report, matrix, rule),  # written when it is asked for: it takes a while
        f"{matrix}.html",
        "text/html",
        icon=":material/download:",
        on_click="ignore",
    )
    note("One file that opens offline, made from the results database alone.")


def _tables() -> None:
    filters = ask_filters("matrix", "dataset", "protocol", "backbone", "rule")
    if filters is None:
        return
    which = choice("what", "Table", list(TABLES), shown=TABLES.__getitem__)
    if which == "verdicts":
        rows = read(_verdicts, filters.rule, filters.matrix)
        rows = tuple(row for row in rows if row["dataset"] == filters.dataset)
        forms = {"reported": ".2f", "measured": ".2f"}
    else:
        metric = choice("metric", "Metric", list(METRICS), shown=METRICS.__getitem__)
        rows = read(
            _board,
            metric,
            filters.rule,
            filters.matrix,
            filters.dataset,
            filters.protocol,
            filters.backbone,
        )
        forms = {
            METRICS[metric]: ".2f",
            "low": ".2f",
            "high": ".2f",
            "gain": "+.2f",
            "gain, low": "+.2f",
            "gain, high": "+.2f",
            "p": ".3f",
            "parameters": ",",
            "reported": ".2f",
        }
    if not rows:
        note("There is nothing of that here.")
        return
    show_table(f"{which}-{filters.dataset}", rows, formats=forms, height="content")
    note(f"Epoch: {RULES[filters.rule]}. In percent of the test part.")
    shown = as_shown(rows, forms)
    for place, (language, (_, _, write)) in zip(
        st.tabs(list(WRITERS)), zip(LANGUAGES, WRITERS.values(), strict=True), strict=True
    ):
        with place:
            st.code(write(shown, rows), language=language)


LANGUAGES = ("latex", "markdown", None)


def _board(session: Session, metric: str, rule: str, *names: str | None) -> tuple[Any, ...]:
    rows = []
    for line in board(session, metric, rule, *names):
        points = line.gain.points if line.gain else None
        rows.append(
            {
                "backbone": line.backbone,
                "attention": line.attention,
                "n": line.runs,
                METRICS[metric]: line.measured.mean,
                "low": line.measured.low,
                "high": line.measured.high,
                "gain": points and points.mean,
                "gain, low": points and points.low,
                "gain, high": points and points.high,
                "p": line.gain and line.gain.adjusted,
                "parameters": line.parameters,
                "reported": line.reported,
                "verdict": None if line.verdict is None else str(line.verdict),
                "label": "optimistic" if line.optimistic else "",
            }
        )
    return tuple(rows)


def _verdicts(session: Session, rule: str, matrix: str | None) -> tuple[Any, ...]:
    return tuple(
        {
            "backbone": one.backbone,
            "attention": one.attention,
            "what": one.what,
            "reported": one.reported,
            "measured": one.measured,
            "n": one.verdict.n,
            "verdict": str(one.verdict),
            "why": one.verdict.why,
            "where": one.reported_as,
            "protocol": one.protocol,
            "dataset": one.dataset,
        }
        for one in reproductions(session, rule, matrix)
    )


def _figures() -> None:
    name = choice("figure", "Figure", list(FIGURES))
    told = TOLD.get(name, ())
    kinds: tuple[Kind, ...] = (
        ("matrix", "dataset", *told) if name in OF_CELLS else ("matrix", *told)
    )
    filters = ask_filters(*kinds) if told or name in OF_CELLS else Filters()
    if filters is None:
        return
    cells = _cells(filters) if name in OF_CELLS else ()
    if name in OF_CELLS and name != "filter" and not cells:
        st.info("Pick a cell.")
        return
    settings: dict[str, Any] = {
        kind: getattr(filters, kind) for kind in told if getattr(filters, kind)
    }
    if name == "difficulty":
        known = sorted({group.dataset for group in read(groups, filters.matrix)})
        datasets = choices("datasets", "Datasets", known, default=known[:2], max_selections=4)
        settings["datasets"] = tuple(datasets)
    if name == "ranking":
        known = sorted({group.attention for group in read(groups, filters.matrix)})
        asked = choices("models", "Attentions (none: all that ran on every dataset)", known)
        settings["models"] = tuple(asked)
    request = Request(home(), cells, (), filters.matrix, settings)
    with st.spinner("Drawing"):
        show_figure(
            partial(draw, name, request),
            (revision(), cells, filters.matrix, tuple(settings.items())),
            name,
            f"figure '{name}' of {', '.join(cells) or filters.matrix or 'the built-in face'}",
        )


def _cells(filters: Filters) -> tuple[str, ...]:
    found = read(listed, Wanted(filters.matrix, dataset=filters.dataset, state="done"), CELLS)
    called = {cell_named(one.backbone, one.attention, one.seed, one.id): one.id for one in found}
    return tuple(called[one] for one in choices("cell", "Cells", list(called)))


with telling():
    show()
