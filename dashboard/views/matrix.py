"""The cells that were asked for, by state; what failed, and what would try it again."""

import itertools
import shlex
from collections import Counter
from collections.abc import Iterable, Sequence

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
from dashboard.filters import filters
from dashboard.reading import home, read
from dashboard.states import STATES, background_of, counts, running_or_lost, show_counts, sign
from dashboard.tables import height_of, show_table
from dashboard.told import note, plain, telling

#: Cells that a grid has room for.
ROOM = 2500
#: Failures that are shown with all that is known of them.
SHOWN = 30
OPTIONS = {"failed": "--failed", "lost": "--lost", "diverged": "--diverged"}


def show() -> None:
    """The page."""
    chosen = filters()
    if chosen is None:
        return
    matrix = chosen.matrix
    counted = read(groups, matrix)
    found = stored = counts(counted)
    running = running_or_lost(Wanted(matrix)) if found.get("running") else ()
    lost = [cell for cell in running if cell.state == "lost"]
    if lost:
        found = counts(counted, lost=len(lost))
    total = sum(found.values())
    done = found.get("done", 0)
    st.progress(done / total if total else 0.0, f"{done:,} of {total:,} cells are done")
    show_counts(found)
    st.subheader(plain(chosen.dataset))
    own = [group for group in counted if group.dataset == chosen.dataset]
    if sum(group.cells for group in own) > ROOM:
        note("So many cells have no room in a grid; counted are those of each model.")
        show_table("matrix-counts", _by_model(own), describes="cells by model and state")
    else:
        cells = read(listed, Wanted(matrix, dataset=chosen.dataset), ROOM)
        gone = {cell.id: cell for cell in lost}
        _grid([gone.get(cell.id, cell) for cell in cells])
    if len(own) < len(counted):
        others = [group for group in counted if group.dataset != chosen.dataset]
        with st.expander("Other datasets"):
            show_table("others", _by_dataset(others), describes="cells by dataset and state")
    if any(stored.get(state) for state in TROUBLE):
        _retry(matrix)
        _failures(read(troubles, matrix=matrix))
    if lost:
        _tell_lost(lost)


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
    protocols, splits, folds = (
        len({getattr(cell, kind) for cell in cells}) > 1
        for kind in ("protocol", "split_seed", "fold")
    )
    rows: dict[str, dict[str, list[Listed]]] = {}
    for cell in cells:
        model = f"{cell.backbone} / {cell.attention}"
        model += f" · {cell.protocol}" if protocols else ""
        run = f"split {cell.split_seed}, " if splits else ""
        run += f"fold {cell.fold}, " if folds else ""
        rows.setdefault(model, {}).setdefault(f"{run}seed {cell.seed}", []).append(cell)
    runs = list(dict.fromkeys(run for fields in rows.values() for run in fields))
    signs = [
        [", ".join(map(_field, fields.get(run, ()))) for run in runs] for fields in rows.values()
    ]
    frame = pd.DataFrame(signs, index=pd.Index(list(rows), name="model"), columns=runs)
    coloured = any(map(_colour, itertools.chain.from_iterable(signs)))
    picked = st.dataframe(
        frame.style.map(_colour) if coloured else frame,  # (styles take longer than all the rest)
        width="content" if len(runs) < 8 else "stretch",
        height=height_of(len(rows)),
        alt="cells: a row for each model, a column for each run",
        key="grid",
        on_select="rerun",
        selection_mode="single-cell",
    )
    for row, run in picked["selection"]["cells"]:
        fields = list(rows.values())[row].get(run, ()) if row < len(rows) else ()
        if fields:
            st.switch_page("views/run.py", query_params={"cell": fields[0].id})
    note("; ".join(f"{sign(state)} {state}" for state in STATES) + "; a number: epochs so far")
    note("A click on a field opens its run.")


def _field(cell: Listed) -> str:
    moving = cell.state in ("running", "preempted") and cell.epochs_done
    return f"{sign(cell.state)} {cell.epochs_done}/{cell.epochs}" if moving else sign(cell.state)


def _colour(field: object) -> str:
    background = background_of(str(field))
    return f"background-color: {background}; color: white" if background else ""


def _by_model(counted: Sequence[Group]) -> list[dict[str, object]]:
    return _by_state(
        ({"model": f"{one.backbone} / {one.attention}", "protocol": one.protocol}, one)
        for one in counted
    )


def _by_dataset(counted: Sequence[Group]) -> list[dict[str, object]]:
    return _by_state(({"dataset": one.dataset}, one) for one in counted)


def _by_state(named: Iterable[tuple[dict[str, object], Group]]) -> list[dict[str, object]]:
    """A record for each name, with its cells in each state that there is."""
    found: dict[tuple[object, ...], tuple[dict[str, object], Counter[str]]] = {}
    for names, group in named:
        _, cells = found.setdefault(tuple(names.values()), (names, Counter()))
        cells[group.state] += group.cells
    states = [state for state in STATES if any(cells[state] for _, cells in found.values())]
    return [
        names | {f"{sign(state)} {state}": cells[state] for state in states}
        for names, cells in found.values()
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
