"""Figures for print on the screen, with the buttons that take them away."""

from base64 import b64encode
from collections.abc import Callable, Hashable
from functools import partial
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st
from matplotlib.figure import Figure

from bench.figures.style import DOTS as PRINTED
from bench.figures.style import save
from dashboard.reading import kept

#: Figures wider than this many inches fill the page; on the screen they have so many dots an inch.
WIDE, DOTS = 4.0, 150
#: Pixels that such a figure has at least.
LEGIBLE = 640
MIMES = {"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf"}


def show_figure(make: Callable[[], Figure], key: Hashable, name: str, describes: str = "") -> None:
    """Show a figure as it will be printed, and offer it as a file.

    Parameters
    ----------
    make : callable
        Draws it; asked again only for a file of another kind.
    key : hashable
        All that it depends on: with the same, it is not drawn again.
    name : str
        Of the file, without its ending; on one page each once.
    describes : str
        What there is to see, for who does not see it.
    """
    png, inches = kept(("figure", name, key), partial(_printed, make))
    if inches > WIDE:
        _wide(png, describes)
    else:
        st.image(png, width=int(inches * DOTS), alt=describes)
    with st.container(horizontal=True, gap="small"):
        for ending, mime in MIMES.items():
            st.download_button(
                ending.upper(),
                partial(_written, make, ending),
                f"{name}.{ending}",
                mime,
                key=f"{name}.{ending}",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
            )


def _wide(png: bytes, describes: str) -> None:
    """As wide as the page; on a narrow one it keeps a size that can be read, and scrolls."""
    data = b64encode(png).decode()
    st.html(
        f'<div style="overflow-x: auto"><img src="data:image/png;base64,{data}" '
        f'alt="{escape(describes)}" style="width: 100%; min-width: {LEGIBLE}px"></div>'
    )


def _printed(make: Callable[[], Figure]) -> tuple[bytes, float]:
    """For the screen, with its width in inches."""
    figure = make()
    return _bytes(figure, "png", DOTS), figure.get_figwidth()


def _written(make: Callable[[], Figure], ending: str) -> bytes:
    return _bytes(make(), ending, PRINTED)


def _bytes(figure: Figure, ending: str, dots: int) -> bytes:
    """A figure as those of a file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"figure.{ending}"
        save(figure, path, dots)
        return path.read_bytes()
