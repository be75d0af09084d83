"""A table in Markdown, as GitHub reads it."""

import re

from bench.tables.arrangement import Arrangement, Figure, Row


def render(arranged: Arrangement) -> str:
    """Caption, table and notes."""
    blocks = any(row.block for row in arranged.rows)
    heads = [" ".join(filter(None, (column.group, column.head))) for column in arranged.columns]
    first = ["", arranged.corner] if blocks else [arranged.corner]
    lines = [
        escape(arranged.caption),
        "",
        _line([escape(head) for head in (*first, *heads)]),
        _line(["---"] * len(first) + ["---:"] * len(heads)),
        *(_row(row, blocks) for row in arranged.rows),
        "",
    ]
    for note in arranged.notes:
        mark = f"<sup>{note.mark}</sup> " if note.mark else ""
        lines += [mark + escape(note.text), ""]
    return "\n".join(lines)


def escape(text: str) -> str:
    """Plain text, with nothing in it that Markdown or HTML would obey."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]|#!~])", r"\\\1", safe).replace("\n", " ")


def _row(row: Row, blocks: bool) -> str:
    head = f"*{escape(row.head)}*" if row.reported else escape(row.head)
    first = [escape(row.block), head] if blocks else [head]
    return _line([*first, *(_figure(figure) for figure in row.figures)])


def _figure(figure: Figure) -> str:
    text = escape(figure.number) + (f" ± {figure.spread}" if figure.spread else "")
    text = f"**{text}**" if figure.bold else text
    return text + (f"<sup>{','.join(figure.marks)}</sup>" if figure.marks else "")


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
