"""Any table and any figure as a file for a paper."""

from functools import partial
from typing import Any

import streamlit as st
from sqlalchemy.orm import Session

from bench.board import METRICS, board
from bench.contents import groups, listed, matrices
from bench.figures.catalog import FIGURES, Request, draw
from bench.grid import Grid, to_csv, to_latex, to_markdown
from bench.report.page import report
from bench.statistics.reproduction import reproductions
from bench.tables import latex, markdown, plain, web
from bench.tables.arrangement import arrange
from bench.tables.layout import shipped_layouts
from bench.tables.named import table_of
from dashboard.address import choice, choices, section
from dashboard.figures import show_figure
from dashboard.filters import RULES, ask_filters, tagged
from dashboard.reading import home, read
from dashboard.tables import interval_of, show_table
from dashboard.told import note, telling

#: Of the figures those of a trained model, of an image alone, and of what is in the store.
OF_CELLS = ("curves", "confusion", "calibration", "attention", "gradcam")
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
    asked = choice("table", "Table or matrix", known)
    rule = choice("rule", "Epoch", list(RULES), shown=RULES.__getitem__)
    filled = read(table_of, asked, rule)
    arranged = arrange(filled)
    st.html(f'<div style="overflow-x: auto">{web.render(arranged)}</div>')
    texts = {
        "LaTeX": (latex.render(arranged), "tex"),
        "Markdown": (markdown.render(arranged), "md"),
        "CSV": (plain.render(filled), "csv"),
        "HTML": (web.render(arranged), "html"),
    }
    with st.container(horizontal=True):
        for form, (text, suffix) in texts.items():
            st.download_button(form, text, f"{asked}.{suffix}", icon=":material/download:")


def _report() -> None:
    known = [one.name for one in read(matrices)]
    if not known:
        note("A report is of a matrix, and none was run yet.")
        return
    matrix = choice("matrix_of_report", "Matrix", known)
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
    filters = ask_filters()
    if filters is None:
        return
    which = choice("what", "Table", list(TABLES), shown=TABLES.__getitem__)
    if which == "verdicts":
        rows = read(_verdicts, filters.rule, filters.matrix)
        rows = tuple(row for row in rows if row["dataset"] == filters.dataset)
        forms = {"reported": ".2f", "measured": ".2f", "n": "d"}
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
        forms = {"n": "d", "parameters": ","}
    if not rows:
        note("There is nothing of that here.")
        return
    show_table(f"{which}-{filters.dataset}", rows, formats=forms, height="content")
    note(f"Epoch: {RULES[filters.rule]}. In percent of the test part.")
    texts = Grid(
        tuple(rows[0]),
        tuple(
            tuple(_text(value, forms.get(head, "")) for head, value in row.items()) for row in rows
        ),
    )
    for place, (write, language) in zip(st.tabs(list(WRITERS)), WRITERS.values(), strict=True):
        with place:
            st.code(write(texts), language=language)


WRITERS: dict[str, Any] = {
    "LaTeX": (to_latex, "latex"),
    "Markdown": (to_markdown, "markdown"),
    "CSV": (to_csv, None),
}


def _board(session: Session, metric: str, rule: str, *names: str | None) -> tuple[Any, ...]:
    return tuple(
        {
            "backbone": line.backbone,
            "attention": line.attention,
            "n": line.runs,
            METRICS[metric]: _number(line.measured.mean, ".2f"),
            "95 %": interval_of(line.measured),
            "gain": line.gain and _number(line.gain.points.mean, "+.2f"),
            "gain, 95 %": line.gain and interval_of(line.gain.points, "+"),
            "p": None
            if line.gain is None or line.gain.adjusted is None
            else f"{line.gain.adjusted:.3f}",
            "parameters": line.parameters,
            "reported": None if line.reported is None else f"{line.reported:.2f}",
            "verdict": None if line.verdict is None else str(line.verdict),
            "label": "optimistic" if line.optimistic else "",
        }
        for line in board(session, metric, rule, *names)
    )


def _number(value: float | None, form: str) -> str | None:
    return None if value is None else format(value, form)


def _text(value: Any, form: str) -> str:
    return "–" if value is None else format(value, form)


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
    cells: tuple[str, ...] = ()
    matrix = None
    if name in OF_CELLS or name == "filter":
        found = read(listed, most=200) if read(groups) else ()
        called = {
            f"{tagged(f'{cell.backbone} / {cell.attention}', cell.id)}, seed {cell.seed}": cell.id
            for cell in found
        }
        cells = tuple(called[one] for one in choices("cell", "Cells", list(called), ()))
        if name in OF_CELLS and not cells:
            st.info("Pick a cell.")
            return
    elif name in ("cost", "difficulty", "ranking"):
        known = [one.name for one in read(matrices)]
        chosen = choice("matrix_of_figure", "Matrix", ["all", *known])
        matrix = None if chosen == "all" else chosen
    with st.spinner("Drawing"):
        figure = draw(name, Request(home(), cells, (), matrix))
    show_figure(figure, name, f"figure '{name}' of {', '.join(cells) or 'the built-in face'}")


with telling():
    show()
