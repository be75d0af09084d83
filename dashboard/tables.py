"""A table on the screen, with the buttons that take it away."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal

import pandas as pd
import streamlit as st

from bench.grid import Grid, grid, to_csv, to_latex, to_markdown
from bench.statistics.intervals import Estimate

Records = Sequence[Mapping[str, Any]]
#: Rows that are shown at once, and the pixels that more of them have to scroll in.
ROWS, PIXELS = 15, 560
#: How to write a table down: ending, type, and what writes it, as it is shown or as it is.
WRITERS: dict[str, tuple[str, str, Callable[[Grid, Records], str]]] = {
    "LaTeX": ("tex", "application/x-tex", lambda shown, _: to_latex(shown)),
    "Markdown": ("md", "text/markdown", lambda shown, _: to_markdown(shown)),
    "CSV": ("csv", "text/csv", lambda _, records: to_csv(records)),
}


def show_table(
    name: str,
    rows: Records,
    formats: Mapping[str, str] | None = None,
    describes: str = "",
    links: Mapping[str, str] | None = None,
    **look: Any,
) -> None:
    """Show records as a table that sorts by its heads, and offer it as a file.

    Parameters
    ----------
    name : str
        Of the file, without its ending; on one page each once.
    formats : mapping of str to str
        How the columns of numbers are written, as for `format`: ``".2f"``.
    describes : str
        What the table says, for who does not see it.
    links : mapping of str to str
        Columns of addresses, with the word that is shown for each.
    """
    formats, links = formats or {}, links or {}
    config: dict[str, Any] = {
        head: st.column_config.NumberColumn(format=_printf(form)) for head, form in formats.items()
    }
    config |= {h: st.column_config.LinkColumn(display_text=word) for h, word in links.items()}
    kept = [head for head in (rows[0] if rows else {}) if _says_anything(rows, head)]
    for head in kept[:1]:
        config[head] = {**config.get(head, st.column_config.Column()), "pinned": True}
    st.dataframe(
        pd.DataFrame([{head: row[head] for head in kept} for row in rows]),
        hide_index=True,
        column_config=config,
        placeholder="–",
        alt=describes or name,
        **look,
    )
    texts = [{head: row[head] for head in row if head not in links} for row in rows]
    offer(name, as_shown(texts, formats), texts)


def height_of(rows: int) -> int | Literal["content"]:
    """Of a table of so many rows: room for all of them, or for a part that scrolls."""
    return "content" if rows <= ROWS else PIXELS


def interval_of(estimate: Estimate, sign: str = "") -> str | None:
    """The 95 % interval as text; None where there is none."""
    if estimate.low is None or estimate.high is None:
        return None
    return f"{estimate.low:{sign}.1f} to {estimate.high:{sign}.1f}"


def as_shown(records: Records, formats: Mapping[str, str]) -> Grid:
    """Records as texts, numbers as `format` writes them."""
    return grid(records, {head: partial(_format, form) for head, form in formats.items()})


def offer(name: str, shown: Grid, records: Records) -> None:
    """Buttons that give a table as a file: as it is shown, or its bare values."""
    with st.container(horizontal=True, gap="small"):
        for what, (ending, mime, write) in WRITERS.items():
            st.download_button(
                what,
                partial(write, shown, records),
                f"{name}.{ending}",
                mime,
                key=f"{name}.{ending}",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
            )


def _says_anything(rows: Records, head: str) -> bool:
    """Whether a column holds anything at all; an empty one takes room from the others."""
    return any(row[head] is not None and row[head] != "" for row in rows)


def _format(form: str, value: object) -> str:
    return format(value, form)


def _printf(form: str) -> str:
    """The same in the words of the screen: commas between thousands are its own."""
    return "localized" if "," in form else f"%{form}"
