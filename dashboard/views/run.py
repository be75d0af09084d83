"""One cell: what it was asked, where it ran, its curves, and what it got wrong."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from bench.cells import CellReport, cell_report, find_cell
from bench.contents import Listed, Wanted, how_many, listed
from bench.history import FIGURES, by_class, confusion_at, flat, unlike
from bench.mistakes import Mistake, mistakes
from dashboard.address import choice, number, section, switch
from dashboard.charts import confusion, draw, over_epochs
from dashboard.filters import ALL, filters, model_named
from dashboard.place import place
from dashboard.reading import home, read
from dashboard.states import STATES, running_or_lost, sign
from dashboard.tables import height_of, show_table
from dashboard.told import note, plain, remark, telling

#: States that the database does not tell apart.
IN_PROGRESS = ("running", "lost")
#: The axis of each picture of curves.
CURVES = {
    "loss": "loss, nats",
    "balanced accuracy": "balanced accuracy, %",
    "learning rate": "learning rate",
}
PERCENT = 100.0
#: Cells in one table to choose from, and in the list of those to set one beside.
SHEET, OTHERS = 200, 2000


def show() -> None:
    """The page: of one cell, or of those to choose from."""
    asked = st.query_params.get("cell", "")
    if not asked:
        _choose()
        return
    report = read(cell_report, read(find_cell, asked))
    _ways_on(report)
    _head(report)
    shown = section("show", "What of it", list(VIEWS))
    with telling():
        VIEWS[shown](report)


# --- which one ---


def _choose() -> None:
    configuration = st.query_params.get("configuration")
    chosen = filters()
    if chosen is None:
        return
    first, second = st.columns(2)
    with first:
        state = choice("state", "State", [ALL, *STATES])
    with second:
        model = st.text_input(
            "Model", key="name", bind="query-params", placeholder="part of its name"
        )
    wanted = Wanted(
        None if configuration else chosen.matrix,
        configuration,
        None if configuration else chosen.dataset,
        state=None if state == ALL else state,
        model=model or "",
    )
    running = running_or_lost(wanted) if state in (ALL, *IN_PROGRESS) else ()
    alike = [cell for cell in running if cell.state == state]
    count = len(alike) if state in IN_PROGRESS else read(how_many, wanted)
    if configuration:
        note(f"Only runs of the configuration {configuration}.")
    if not count:
        remark("No cell is like that.")
        return
    sheet = number("sheet", f"Sheet of {SHEET} cells", 1, -(-count // SHEET), 1)
    after = (sheet - 1) * SHEET
    if state in IN_PROGRESS:
        found = alike[after : after + SHEET]
    else:
        known = {cell.id: cell for cell in running}
        found = [known.get(cell.id, cell) for cell in read(listed, wanted, SHEET, after)]
    picked = st.selectbox(
        "Cell", [cell.id for cell in found], index=None, format_func=_named(found), key="chosen"
    )
    if picked:
        st.switch_page("views/run.py", query_params={"cell": picked})
    show_table(
        "cells",
        [_line(cell) for cell in found],
        formats={"best, %": ".2f"},
        describes="cells to choose from",
        links={"open": "open"},
        height=height_of(len(found)),
    )
    note(
        f"Cells {after + 1:,} to {after + len(found):,} of {count:,}. best: balanced accuracy on "
        "the test part at the best epoch, in percent."
    )


def _named(found: Sequence[Listed]) -> Any:
    names = {
        cell.id: f"{cell.id[:8]}  {_title(cell)}, {cell.dataset} {sign(cell.state)}"
        for cell in found
    }
    return lambda identity: names.get(identity, identity)


def _title(cell: Listed) -> str:
    split = f", split {cell.split_seed}" if cell.split_seed else ""
    fold = f", fold {cell.fold}" if cell.fold else ""
    return f"{cell.backbone} / {cell.attention}, seed {cell.seed}{split}{fold}"


def _line(cell: Listed) -> dict[str, Any]:
    return {
        "open": f"run?cell={cell.id}",
        "model": f"{cell.backbone} / {cell.attention}",
        "state": f"{sign(cell.state)} {cell.state}",
        "best, %": None if cell.figure is None else PERCENT * cell.figure,
        "epochs": f"{cell.epochs_done}/{cell.epochs}",
        "seed": cell.seed,
        "split": cell.split_seed,
        "fold": cell.fold,
        "protocol": cell.protocol,
        "cell": cell.id,
    }


# --- one of them ---


def _ways_on(report: CellReport) -> None:
    state = report.state
    name = model_named(state.backbone, state.attention, state.protocol, report.configuration)
    with st.container(horizontal=True):
        st.page_link(
            "views/run.py",
            label="All cells",
            icon=":material/arrow_back:",
            query_params={"state": ALL},  # (with none at all, the cell would stay in the address)
        )
        st.page_link(
            "views/compare.py",
            label="Compare with other models",
            icon=":material/compare_arrows:",
            query_params={"model": [name]},
        )


def _head(report: CellReport) -> None:
    state = report.state
    st.subheader(plain(f"{state.backbone} / {state.attention}"))
    st.markdown(
        f"{plain(state.dataset)} · {plain(state.protocol)} · seed {state.seed} · split seed "
        f"{state.split_seed} · fold {state.fold} · cell {plain(state.id)}"
    )
    first, second, third, fourth = st.columns(4)
    now = "lost" if state.state == "running" and place().is_lost(state.id) else state.state
    first.metric("State", f"{sign(now)} {now}")
    second.metric("Epochs", f"{state.epochs_done} / {state.epochs}")
    for field, picked in zip((third, fourth), report.picked, strict=False):
        field.metric(
            f"Test, {picked.rule} epoch ({picked.epoch})", _percent(picked.balanced_accuracy)
        )
    if report.specification["monitored"] == "test":
        remark("OPTIMISTIC at the best epoch: the test part picked it.")
    if state.reason and state.state != "done":
        remark(state.reason)


def _curves(report: CellReport) -> None:
    if not report.epochs:
        st.info(plain(f"No epoch has ended yet; the cell is {report.state.state}."))
        return
    epochs = [row.epoch for row in report.epochs]
    parts = list(report.epochs[0].loss)
    lines: dict[str, Mapping[str, Any]] = {
        "loss": {p: (epochs, [row.loss.get(p) for row in report.epochs]) for p in parts},
        "balanced accuracy": {
            p: (epochs, [_times(row.balanced_accuracy.get(p)) for row in report.epochs])
            for p in parts
        },
        "learning rate": {"rate": (epochs, [row.lr for row in report.epochs])},
    }
    places = st.columns(2)
    for at, (name, curves) in enumerate(lines.items()):
        with places[at % 2]:
            figure = over_epochs(curves, CURVES[name])
            if name == "learning rate":
                figure.update_yaxes(type="log", tickformat=".0e", dtick=1)
            describes = f"{name} over {len(epochs)} epochs of {', '.join(curves)}"
            draw(figure, f"run-{name.replace(' ', '-')}", describes, height=340)
    note("Accuracy is balanced: the unweighted mean of the classes' recalls.")


def _classes(report: CellReport) -> None:
    if not report.epochs:
        st.info("No epoch has ended yet.")
        return
    first, second = st.columns(2)
    with first:
        part = choice("class_part", "Part", _parts(report))
    with second:
        figure = choice("class_figure", "Figure of each class", list(FIGURES))
    found = read(by_class, report.state.id, part, figure)
    curves = {
        _class(report, label): (found.epochs, [_times(value) for value in values])
        for label, values in found.values.items()
    }
    last = report.epochs[-1].epoch
    picked = next((one.epoch for one in report.picked if one.rule == "best"), last)
    left, right = st.columns(2)
    with left:
        describes = f"{figure} of each class on the {part} part over the epochs"
        draw(over_epochs(curves, f"{figure}, %"), "run-classes", describes, height=460)
    with right:
        epoch = number("epoch", "Confusion matrix after epoch", 1, last, picked)
        counts = read(confusion_at, report.state.id, epoch, part)
        names = [_class(report, label) for label in range(len(counts))]
        title = f"confusion matrix of the {part} part after epoch {epoch}"
        draw(confusion(counts, names), "run-confusion", title, height=440)
    rows = [
        {"true": name} | dict(zip(names, map(int, row), strict=True))
        for name, row in zip(names, counts, strict=True)
    ]
    with st.expander("The same as numbers"):
        show_table("confusion", rows, describes=title)


def _mistakes(report: CellReport) -> None:
    if not report.picked:
        st.info("The cell has not ended: it has no picked epoch yet.")
        return
    rule = choice("picked", "Epoch", [picked.rule for picked in report.picked])
    if not switch("images", "Show the images (reads the dataset)"):
        return
    with st.spinner("Reading the dataset"):
        found = read(_worst, report.state.id, rule)
    if not found:
        st.success("Not one image of the test part was wrong.")
    with st.container(horizontal=True):
        for one in found:
            said = f"{one.true}, taken for {one.predicted} ({one.sure:.0%} sure)"
            st.image(one.pixels, plain(f"{said}\n{one.name}"), width=150, alt=f"{one.name}: {said}")
    note("The worst first: where the predicted class is farthest above the true one.")


def _worst(session: Any, cell: str, rule: str) -> tuple[Mistake, ...]:
    return mistakes(session, cell_report(session, cell), rule, home().roots)


def _specification(report: CellReport) -> None:
    other = _other(report)
    if other is None:
        settings = _settings(report)
        rows = [{"setting": key, "value": _told(value)} for key, value in settings.items()]
    else:
        second = read(cell_report, other)
        pairs = unlike(report.specification, second.specification)
        if not pairs:
            st.success("They are asked for exactly the same.")
            return
        rows = [
            {"setting": key, report.state.id[:8]: _told(mine), second.state.id[:8]: _told(theirs)}
            for key, (mine, theirs) in pairs.items()
        ]
    show_table("specification", rows, describes="settings of the cell", height="content")


def _other(report: CellReport) -> str | None:
    """Another cell to set beside this one: from the list of its dataset, or by its id."""
    state = report.state
    if st.session_state.setdefault("beside", state.id) != state.id:  # (it was beside another run)
        st.session_state.update(beside=state.id, other=None)
    others = read(listed, Wanted(dataset=state.dataset), OTHERS)
    picked = st.selectbox(
        "Another cell, to show only what differs",
        [f"{cell.id[:12]} {_title(cell)}" for cell in others if cell.id != state.id],
        index=None,
        key="other",
        bind="query-params",
        placeholder="none; pick one, or type the beginning of its id",
        accept_new_options=True,
    )
    return read(find_cell, picked.split()[0]) if picked and picked.strip() else None


def _told(value: object) -> str:
    """A setting's value in words."""
    return "none" if value is None else str(value)


def _settings(report: CellReport) -> dict[str, Any]:
    return flat(report.specification) | {"parameters of the model": report.parameters}


def _attempts(report: CellReport) -> None:
    for attempt in reversed(report.attempts):
        with st.container(border=True):
            state = f"{sign(attempt.state)} {attempt.state}"
            resumed = f", resumed after epoch {attempt.resumed_after}"
            title = f"Attempt {attempt.number}: {state}{resumed if attempt.resumed_after else ''}"
            st.markdown(f"**{plain(title)}**")
            st.text(f"{_moment(attempt.started_at) or 'not begun'} – {_moment(attempt.ended_at)}")
            if attempt.reason:
                st.text(attempt.reason)
            if attempt.traceback:
                st.code(attempt.traceback, language=None, height=240)
            with st.expander("Environment"):
                st.json(attempt.environment or {}, expanded=1)


def _moment(time: datetime | None) -> str:
    return "" if time is None else f"{time:%Y-%m-%d %H:%M:%S}"


def _parts(report: CellReport) -> list[str]:
    return sorted(report.epochs[0].loss, key=["test", "validation", "train"].index)


def _class(report: CellReport, label: int) -> str:
    return report.classes[label] if label < len(report.classes) else f"class {label}"


def _times(value: float | None) -> float | None:
    return None if value is None else PERCENT * value


def _percent(value: float | None) -> str:
    return "undefined" if value is None else f"{PERCENT * value:.2f} %"


VIEWS: dict[str, Callable[[CellReport], None]] = {
    "Curves": _curves,
    "Classes": _classes,
    "Mistakes": _mistakes,
    "Specification": _specification,
    "Attempts": _attempts,
}

with telling():
    show()
