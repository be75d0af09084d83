"""Any table and any figure as a file for a paper."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st
from sqlalchemy.orm import Session

from bench.board import METRICS, Line
from bench.contents import Wanted, groups, listed, matrices
from bench.figures.catalog import FIGURES, Request, draw
from bench.report.page import report
from bench.statistics.reproduction import reproductions
from bench.tables import latex, markdown, plain, web
from bench.tables.arrangement import arrange
from bench.tables.layout import shipped_layouts
from bench.tables.named import table_of
from dashboard.address import choice, choice_of_data, choices, section
from dashboard.boards import lines_of
from dashboard.figures import show_figure
from dashboard.filters import RULES, Filters, Kind, cell_named, filters
from dashboard.reading import home, read, revision
from dashboard.tables import WRITERS, as_shown, height_of, show_table
from dashboard.told import note, telling

#: Figures of trained models; and those of the store, with what they are told of the filters.
OF_CELLS = ("curves", "confusion", "calibration", "attention", "gradcam", "filter")
OF_STORE: dict[str, tuple[Kind, ...]] = {
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
    parts[section("export", "What to export", tuple(parts))]()


def _for_a_paper() -> None:
    chosen = filters()
    if chosen is None:
        return
    known = [*(one.name for one in read(matrices)), *shipped_layouts()]
    asked = choice_of_data("layout", "Matrix or table", known)
    with st.spinner("Filling the table"):
        filled = read(table_of, asked, chosen.rule)
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
    chosen = filters()
    if chosen is None:
        return
    rule = chosen.rule
    matrix = choice_of_data("matrix_of_report", "Matrix", known, chosen.matrix)
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
    chosen = filters()
    if chosen is None:
        return
    which = choice("what", "Table", list(TABLES), shown=TABLES.__getitem__)
    if which == "verdicts":
        rows = read(_verdicts, chosen.rule, chosen.matrix, chosen.dataset)
        forms = {"reported": ".2f", "measured": ".2f"}
    else:
        metric = choice("metric", "Metric", list(METRICS), shown=METRICS.__getitem__)
        rows = _rows_of(lines_of(chosen, metric), METRICS[metric])
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
    name = f"{which}-{chosen.dataset}"
    show_table(name, rows, formats=forms, height=height_of(len(rows)))
    note(f"Epoch: {RULES[chosen.rule]}. In percent of the test part.")
    shown = as_shown(rows, forms)
    for place, (_, _, write) in zip(st.tabs(list(WRITERS)), WRITERS.values(), strict=True):
        with place:
            st.code(write(shown, rows), language=None)  # (in colours it would take a second)


def _rows_of(lines: Sequence[Line], name: str) -> tuple[Any, ...]:
    rows = []
    for line in lines:
        points = line.gain.points if line.gain else None
        rows.append(
            {
                "backbone": line.backbone,
                "attention": line.attention,
                "n": line.runs,
                name: line.measured.mean,
                "low": line.measured.low,
                "high": line.measured.high,
                "gain": points and points.mean,
                "gain, low": points and points.low,
                "gain, high": points and points.high,
                "p": line.gain and line.gain.adjusted,
                "parameters": line.parameters,
                "reported": line.printed and line.printed.percent,
                "verdict": str(line.printed.verdict) if line.printed else None,
                "label": "optimistic" if line.optimistic else "",
            }
        )
    return tuple(rows)


def _verdicts(session: Session, rule: str, matrix: str | None, dataset: str) -> tuple[Any, ...]:
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
        for one in reproductions(session, rule, matrix, dataset)
    )


def _figures() -> None:
    name = choice("figure", "Figure", list(FIGURES))
    if name not in (*OF_CELLS, *OF_STORE):
        _figure(name, Request(home()), "the built-in face")
        return
    chosen = filters()
    if chosen is None:
        return
    cells = _cells(name, chosen) if name in OF_CELLS else ()
    settings = _settings(name, chosen)
    if name in OF_CELLS and name != "filter" and not cells:
        st.info("Pick a cell.")
    else:
        request = Request(home(), cells, (), chosen.matrix, settings)
        _figure(name, request, ", ".join(cells) or chosen.matrix or "all matrices")


def _figure(name: str, request: Request, of: str) -> None:
    key = (revision(), request.cells, request.matrix, tuple(request.settings.items()))
    with st.spinner("Drawing"):
        show_figure(partial(draw, name, request), key, name, f"figure '{name}' of {of}")


def _settings(name: str, chosen: Filters) -> dict[str, Any]:
    """What the figure is told of what is chosen beside the page, and of fields of its own."""
    told = OF_STORE.get(name, ("rule",) if name in ("confusion", "calibration") else ())
    settings: dict[str, Any] = {
        kind: getattr(chosen, kind) for kind in told if getattr(chosen, kind)
    }
    if name == "difficulty":
        known = sorted({group.dataset for group in read(groups, chosen.matrix)})
        asked = choices("datasets", "Datasets", known, default=known[:2], max_selections=4)
        settings["datasets"] = tuple(asked)
    if name == "ranking":
        known = sorted({group.attention for group in read(groups, chosen.matrix)})
        asked = choices("models", "Attentions (none: all that ran on every dataset)", known)
        settings["models"] = tuple(asked)
    return settings


def _cells(name: str, chosen: Filters) -> tuple[str, ...]:
    found = read(listed, Wanted(chosen.matrix, dataset=chosen.dataset, state="done"), CELLS)
    called = {cell_named(one.backbone, one.attention, one.seed, one.id): one.id for one in found}
    most = None if name in ("curves", "gradcam") else 1
    picked = choices("cell", "Cells", list(called), max_selections=most)
    return tuple(called[one] for one in picked[:most])


with telling():
    show()
