"""A table in HTML: a fragment that asks for nothing from elsewhere."""

from collections.abc import Iterator
from html import escape

from bench.tables.arrangement import Arrangement, Figure, Row


def render(arranged: Arrangement) -> str:
    """A figure element with the table, its caption and its notes."""
    return "\n".join(
        [
            '<figure class="ferbench-table">',
            "<table>",
            f"<caption>{escape(arranged.caption)}</caption>",
            "<thead>",
            *_heads(arranged),
            "</thead>",
            *_bodies(arranged),
            "</table>",
            *_notes(arranged),
            "</figure>",
            "",
        ]
    )


def _heads(arranged: Arrangement) -> Iterator[str]:
    if any(arranged.groups):
        spans = [
            f'<th scope="colgroup" colspan="{sum(c.group == group for c in arranged.columns)}">'
            f"{escape(group)}</th>"
            for group in arranged.groups
        ]
        yield f"<tr><td></td>{''.join(spans)}</tr>"
    heads = [f'<th scope="col">{escape(column.head)}</th>' for column in arranged.columns]
    yield f'<tr><th scope="col">{escape(arranged.corner)}</th>{"".join(heads)}</tr>'


def _bodies(arranged: Arrangement) -> Iterator[str]:
    for block in dict.fromkeys(row.block for row in arranged.rows):
        yield "<tbody>"
        if block:
            span = 1 + len(arranged.columns)
            yield f'<tr><th scope="rowgroup" colspan="{span}">{escape(block)}</th></tr>'
        yield from (_row(row) for row in arranged.rows if row.block == block)
        yield "</tbody>"


def _row(row: Row) -> str:
    kind = ' class="reported"' if row.reported else ""
    figures = "".join(f"<td>{_figure(figure)}</td>" for figure in row.figures)
    return f'<tr{kind}><th scope="row">{escape(row.head)}</th>{figures}</tr>'


def _figure(figure: Figure) -> str:
    text = escape(figure.number) + (f" ± {escape(figure.spread)}" if figure.spread else "")
    text = f"<strong>{text}</strong>" if figure.bold else text
    return text + (f"<sup>{escape(','.join(figure.marks))}</sup>" if figure.marks else "")


def _notes(arranged: Arrangement) -> Iterator[str]:
    if arranged.notes:
        yield "<figcaption>"
        for note in arranged.notes:
            mark = f"<sup>{escape(note.mark)}</sup> " if note.mark else ""
            yield f"<p>{mark}{escape(note.text)}</p>"
        yield "</figcaption>"
