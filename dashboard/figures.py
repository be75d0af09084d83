"""Figures for print on the screen, with the buttons that take them away."""

from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import streamlit as st
from matplotlib.figure import Figure
from PIL import Image

from bench.figures.style import save

#: Figures wider than this many inches fill the page; others have so many dots an inch.
WIDE, DOTS = 4.0, 150
MIMES = {"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf"}


def show_figure(figure: Figure, name: str, describes: str) -> None:
    """Show a figure as it will be printed, and offer it as a file.

    Parameters
    ----------
    name : str
        Of the file, without its ending; on one page each once.
    describes : str
        What there is to see, for who does not see it.
    """
    png = written(figure, "png")
    inches = figure.get_figwidth()
    width: Literal["stretch"] | int = "stretch" if inches > WIDE else int(inches * DOTS)
    st.image(Image.open(BytesIO(png)), width=width, alt=describes)
    with st.container(horizontal=True, gap="small"):
        for ending, mime in MIMES.items():
            st.download_button(
                ending.upper(),
                png if ending == "png" else partial(written, figure, ending),
                f"{name}.{ending}",
                mime,
                key=f"{name}.{ending}",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
            )


def written(figure: Figure, ending: str) -> bytes:
    """A figure as the bytes of a file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"figure.{ending}"
        save(figure, path)
        return path.read_bytes()
