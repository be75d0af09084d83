"""The cells that were asked for, by state; what failed, and what would try it again."""

import shlex
from collections.abc import Collection, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from bench.contents import (
    TROUBLE,
    Group,
    Listed,
    Trouble,
    Wanted,
    asking,
    groups,
    listed,
    matrices_of,
    troubles,
)
from dashboard.address import choice_of_data
from dashboard.filters import ask_filters
from dashboard.place import place
from dashboard.reading import home, read
from dashboard.states import STATES, counts, show_counts, sign
from dashboard.tables import show_table
from dashboard.told import note, plain, telling

#: Cells that a grid has room for.
ROOM = 2500
#: Failures that are shown with all that is known of them.
SHOWN = 30
OPTIONS = {"failed": "--failed", "lost": "--lost", "diverged": "--diverged"}


def show() -> None:
    """The page."""
    filters = ask_filters("matrix")
    if filters is None:
        return
    matrix = filters.matrix
    counted = read(groups, matrix)
    found = stored = counts(counted)
    lost = _lost(matrix) if found.get("running") else ()
    if lost:
        found = counts(counted, lost=len(lost))
    total = sum(found.values())
    done = found.get("done", 0)
    st.progress(done / total if total else 0.0, f"{done:,} of {total:,} cells are done")
    show_counts(found)
    _cells(matrix, counted, {cell.id for cell in lost})
    if any(stored.get(state) for state in TROUBLE):
        _retry(matrix)
        _failures(read(troubles, matrix=matrix))
    if lost:
        _tell_lost(lost)


def _cells(matrix: str | None, counted: Sequence[Group], gone: Collection[str]) -> None:
    """The grid: where it would be too large, that of one dataset, or else counts."""
    dataset = None
    total = sum(group.cells for group in counted)
    if total > ROOM:
        known = sorted({group.dataset for group in counted})
        with st.sidebar:
            dataset = choice_of_data("dataset", "Dataset", known)
        counted = [group for group in counted if group.dataset == dataset]
        own = sum(group.cells for group in counted)
        note(f"{total:,} cells are too many for one grid; these are the {own:,} on {dataset}.")
        if own > ROOM:
            note("Those are too many as well; counted are the cells of each model.")
            show_table("matrix-counts", _by_model(counted), describes="cells by model and state")
            return
    cells = read(listed, Wanted(matrix, dataset=dataset), ROOM)
    _grid([replace(cell, state="lost") if cell.id in gone else cell for cell in cells])


def _lost(matrix: str | None) -> tuple[Listed, ...]:
    """Cells that run by the database, and that nobody trains any more."""
    running = read(listed, Wanted(matrix, state="running"), ROOM)
    return tuple(cell for cell in running if place().is_lost(cell.id))


def _tell_lost(lost: Sequence[Listed]) -> None:
    st.subheader("Lost")
    names = ", ".join(
        f"{cell.id[:8]} ({cell.backbone} / {cell.attention})" for cell in lost[:SHOWN]
    )
    more = f" and {len(lost) - SHOWN} more" if len(lost) > SHOWN else ""
    note(f"Whoever trained these has gone without a word: {names}{more}.")
    for matrix in read(matrices_of, tuple(cell.id for cell in lost)):
        st.code(_command(matrix, "lost"), language="bash")


def _grid(cells: Sequence[Listed]) -> None:
    """A row a model, a column a run; each field is a sign, with colour for who sees it."""
    by_dataset: dict[str, list[Listed]] = {}
    for cell in cells:
        by_dataset.setdefault(cell.dataset, []).append(cell)
    for dataset, own in by_dataset.items():
        st.subheader(plain(dataset))
        protocols, splits, folds = (
            len({getattr(cell, kind) for cell in own}) > 1
            for kind in ("protocol", "split_seed", "fold")
        )
        rows: dict[str, dict[str, list[Listed]]] = {}
        for cell in own:
            model = f"{cell.backbone} / {cell.attention}"
            model += f" · {cell.protocol}" if protocols else ""
            run = f"split {cell.split_seed}, " if splits else ""
            run += f"fold {cell.fold}, " if folds else ""
            fields = rows.setdefault(model, {})
            fields.setdefault(f"{run}seed {cell.seed}", []).append(cell)
        runs = list(dict.fromkeys(run for fields in rows.values() for run in fields))
        frame = pd.DataFrame(
            [
                [", ".join(map(_field, fields.get(run, ()))) for run in runs]
                for fields in rows.values()
            ],
            index=pd.Index(list(rows), name="model"),
            columns=runs,
        )
        key = f"grid-{dataset}"
        picked = st.dataframe(
            frame.style.map(_colour),
            width="content" if len(runs) < 8 else "stretch",
            height="content" if len(rows) < 16 else 560,
            alt=f"cells on {dataset}: a row for each model, a column for each run",
            key=key,
            on_select="rerun",
            selection_mode="single-cell",
        )
        for row, run in picked["selection"]["cells"]:
            chosen = list(rows.values())[row].get(run, ())
            if chosen:
                st.switch_page("views/run.py", query_params={"cell": chosen[0].id})
    note("; ".join(f"{sign(state)} {state}" for state in STATES) + "; a number: epochs so far")
    note("A click on a field opens its run.")


def _field(cell: Listed) -> str:
    moving = cell.state in ("running", "preempted") and cell.epochs_done
    return f"{sign(cell.state)} {cell.epochs_done}/{cell.epochs}" if moving else sign(cell.state)


def _colour(value: object) -> str:
    field = str(value)
    for mark, _, background in STATES.values():
        if field.startswith(mark) and mark != "·":
            return f"background-color: {background}; color: white"
    return ""


def _by_model(counted: Sequence[Group]) -> list[dict[str, object]]:
    models: dict[tuple[str, ...], dict[str, int]] = {}
    for group in counted:
        key = (group.dataset, group.protocol, f"{group.backbone} / {group.attention}")
        models.setdefault(key, {})[group.state] = group.cells
    states = [state for state in STATES if any(state in found for found in models.values())]
    return [
        {"model": model, "dataset": dataset, "protocol": protocol}
        | {f"{sign(state)} {state}": found.get(state, 0) for state in states}
        for (dataset, protocol, model), found in models.items()
    ]


def _retry(matrix: str | None) -> None:
    st.subheader("What would try again")
    for name, state, count in read(asking, TROUBLE):
        if matrix in (None, name):
            st.caption(plain(f"{count} {state} of {name}"))
            st.code(_command(name, state), language="bash")


def _command(matrix: str, state: str) -> str:
    """What would try those cells again."""
    path = home().store.path
    where = f" --db {shlex.quote(str(path))}" if path else ""
    return f"ferbench retry {shlex.quote(matrix)} {OPTIONS[state]}{where}"


def _failures(found: Sequence[Trouble]) -> None:
    st.subheader("What went wrong")
    for trouble in found[:SHOWN]:
        title = f"{sign(trouble.state)} {trouble.state}: {trouble.backbone} / {trouble.attention}, "
        with st.expander(plain(f"{title}seed {trouble.seed}")):
            st.text(trouble.reason or "no reason was given")
            if trouble.traceback:
                st.code(trouble.traceback, language=None, height=240)
            st.page_link(
                "views/run.py",
                label=plain(f"Cell {trouble.id}, attempt {trouble.attempt}"),
                icon=":material/show_chart:",
                query_params={"cell": trouble.id},
            )
    if len(found) > SHOWN:
        note(f"Shown are the latest {SHOWN}.")


with telling():
    show()
