"""The pages, and what they all have: the heading, the way around, and an eye on the database."""

from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

from bench.cells import cell_report, find_cell
from bench.contents import Wanted, listed
from dashboard.address import check_names, choose, own_up, restate, slipped
from dashboard.filters import KINDS, Kind, draw_filters
from dashboard.place import place
from dashboard.reading import read, revision
from dashboard.told import note, plain, telling
from registry.errors import RequestError

#: Seconds between two looks at whether the database has changed.
INTERVAL = 2.0
#: Pages by section: file, title, icon, and the filters that are of use there.
PAGES: dict[str, tuple[tuple[str, str, str, tuple[Kind, ...]], ...]] = {
    "Results": (
        ("leaderboard", "Leaderboard", ":material/leaderboard:", (*KINDS, "rule")),
        ("matrix", "Matrix", ":material/grid_on:", ("matrix", "dataset")),
        ("run", "Run", ":material/show_chart:", ("matrix", "dataset")),
        ("compare", "Compare", ":material/compare_arrows:", ("matrix", "dataset", "rule")),
        ("studies", "Studies", ":material/tune:", ()),
    ),
    "Evidence": (
        ("attention", "Inside the attention", ":material/visibility:", ("matrix", "dataset")),
        ("audit", "Audit", ":material/fact_check:", ()),
        ("export", "Export", ":material/download:", (*KINDS, "rule")),
    ),
}


def main() -> None:
    """The page that the address names."""
    st.set_page_config(page_title="ferbench", page_icon=_icon(), layout="wide")
    pages = {
        section: [
            st.Page(f"views/{name}.py", title=title, icon=icon, default=name == "leaderboard")
            for name, title, icon, _ in listed
        ]
        for section, listed in PAGES.items()
    }
    uses = {title: used for listed in PAGES.values() for _, title, _, used in listed}
    page = st.navigation(pages)
    st.title(page.title)
    st.session_state["revision"] = _state()
    used = uses[page.title]
    drawn = False
    with telling():
        check_names()
        own_up(page.title)
        if st.session_state.get("page") != page.title:
            st.session_state["page"] = page.title
            restate((*KINDS, "rule"))
        if page.title == "Run" and (dataset := _asked_for()):
            choose("dataset", dataset)
            used = ()
        draw_filters(used)
        drawn = True
    if drawn or not uses[page.title]:
        page.run()
    st.session_state["on screen"] = False
    with st.sidebar:
        _watch()
        note(f"Read only: {_where()}")
    st.session_state["on screen"] = True


def _asked_for() -> str | None:
    """The dataset of the cell or the configuration that the address of a run names, if one does."""
    cell, configuration = (st.query_params.get(name) for name in ("cell", "configuration"))
    if cell:
        return read(cell_report, read(find_cell, cell)).state.dataset
    found = read(listed, Wanted(configuration=configuration), 1) if configuration else ()
    return found[0].dataset if found else None


def _where() -> str:
    """The database, as whoever started the server would type it there."""
    store = place().home.store
    path = store.path
    return (
        str(path.relative_to(Path.cwd()))
        if path and path.is_relative_to(Path.cwd())
        else str(store)
    )


def _icon() -> Image.Image:
    """Three bars: one of Streamlit's own icons would be fetched from elsewhere."""
    pixels = np.full((16, 16, 3), 255, dtype=np.uint8)
    for left, top in ((1, 8), (6, 2), (11, 5)):
        pixels[top:15, left : left + 4] = (0, 114, 178)
    return Image.fromarray(pixels)


@st.fragment(run_every=INTERVAL)
def _watch() -> None:
    """Show the page anew when the database has changed."""
    state = _state()
    # (a value's field has to be on the screen before the address can have it again)
    corrected = slipped() and st.session_state["on screen"]
    if corrected or state != st.session_state.get("revision"):
        st.rerun(scope="app")
    st.caption(
        ":material/sync: follows the database" if isinstance(state, tuple) else plain("no database")
    )


def _state() -> object:
    try:
        return revision()
    except RequestError as error:
        return str(error)


main()
