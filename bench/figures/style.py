"""One style for all figures: legible at column width, and told apart without colour.

Colours are those of Okabe & Ito, "Color Universal Design", 2008, which people with any colour
vision can tell apart; every line has a marker or a dash of its own besides. Maps are in cividis
(Nuñez, Anderton & Renslow, PLOS ONE 13(7), 2018), or in grey where they are images.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import wrap
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from registry.errors import RequestError

#: Inches: one column and the text of a two-column page.
COLUMN, PAGE = 3.5, 7.16
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (3, 3)))
MAP = "cividis"
#: Where a map has a sign, and zero is in its middle.
SIGNED = "PuOr"
#: Points; nothing is smaller.
SMALL, NORMAL = 7, 8
#: Inches that a letter of a note takes, with some room.
LETTER = 0.06
#: Inches that are left free around everything.
EDGE = 0.07
#: Letters of a name at an axis.
LONGEST = 24
FORMATS = ("png", "pdf", "svg")
#: Pixels an inch, for print.
DOTS = 300

STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": NORMAL,
    "axes.titlesize": NORMAL,
    "axes.labelsize": NORMAL,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.2,
    "lines.markersize": 4,
    "figure.dpi": 100,
    "image.interpolation": "nearest",
    "text.parse_math": False,  # a dollar sign in a name begins no formula
    "pdf.fonttype": 42,  # text stays text
    "svg.fonttype": "none",
    "svg.hashsalt": "ferbench",  # the same figure, the same bytes
}


@contextmanager
def styled() -> Iterator[None]:
    """Figures made, and saved, in here have the style."""
    with mpl.rc_context(STYLE):
        yield


@contextmanager
def formulas() -> Iterator[None]:
    """Texts written in here, within the style, are formulas where they stand between dollars."""
    with mpl.rc_context({"text.parse_math": True}):
        yield


def log_scale(axes: Axes) -> None:
    """A logarithmic height whose numbers are plain (0.01), for names need the dollar sign."""
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter("")


def shortened(name: str) -> str:
    """A name that leaves room for the axes that it stands at."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of so many inches, whose parts keep out of each other's way."""
    return Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(h_pad=EDGE, w_pad=EDGE))


def show_image(axes: Axes, image: Any, title: str = "", **options: Any) -> Any:
    """Draw an image without ticks."""
    shown = axes.imshow(image, **options)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
    if title:
        axes.set_title(title)
    return shown


def add_note(figure: Figure, text: str) -> None:
    """Lines below everything: what the reader has to know, broken to the figure's width."""
    room = int(figure.get_figwidth() / LETTER)
    lines = [line for whole in text.splitlines() for line in wrap(whole, room)]
    figure.supxlabel(
        "\n".join(lines), fontsize=SMALL, x=0.01, ha="left", color="0.25", parse_math=False
    )


def save(figure: Figure, path: Path, dots: int = DOTS) -> None:
    """Write a figure in the format that the file's name ends with.

    Parameters
    ----------
    dots : int
        Pixels an inch, of what is made of pixels.

    Raises
    ------
    RequestError
        It is none of PNG, PDF and SVG, or the file cannot be written.
    """
    suffix = check_suffix(path)
    metadata = {"png": {}, "pdf": {"CreationDate": None}, "svg": {"Date": None}}[suffix]
    try:
        with styled():
            figure.savefig(path, format=suffix, metadata=metadata, dpi=dots)
    except OSError as error:
        raise RequestError(f"cannot write {path}: {error.strerror or error}") from None


def check_suffix(path: Path) -> str:
    """The format that the name asks for.

    Raises
    ------
    RequestError
        It is none of PNG, PDF and SVG.
    """
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        raise RequestError(f"cannot write {path}: its name must end in .png, .pdf or .svg")
    return suffix
