"""The pages, and what they all have: the heading, the way around, and an eye on the database."""

from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

from dashboard.place import place
from dashboard.reading import revision
from dashboard.told import note, plain
from registry.errors import RequestError

#: Seconds between two looks at whether the database has changed.
INTERVAL = 2.0
PAGES = {
    "Results": (
        ("leaderboard", "Leaderboard", ":material/leaderboard:"),
        ("matrix", "Matrix", ":material/grid_on:"),
        ("run", "Run", ":material/show_chart:"),
        ("compare", "Compare", ":material/compare_arrows:"),
        ("studies", "Studies", ":material/tune:"),
    ),
    "Evidence": (
        ("attention", "Inside the attention", ":material/visibility:"),
        ("audit", "Audit", ":material/fact_check:"),
        ("export", "Export", ":material/download:"),
    ),
}


def main() -> None:
    """The page that the address names."""
    st.set_page_config(page_title="ferbench", page_icon=_icon(), layout="wide")
    pages = {
        section: [
            st.Page(f"views/{name}.py", title=title, icon=icon, default=name == "leaderboard")
            for name, title, icon in listed
        ]
        for section, listed in PAGES.items()
    }
    page = st.navigation(pages)
    st.session_state["revision"] = _state()
    st.title(page.title)
    page.run()
    with st.sidebar:
        _watch()
        note(f"Read only: {_where()}")


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
    if state != st.session_state.get("revision"):
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
