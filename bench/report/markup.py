"""HTML whose text is escaped unless it was made here."""

from collections.abc import Iterable, Sequence
from html import escape

#: Width and height of a strip, in its own units.
WIDTH, HEIGHT, MARGIN = 120, 16, 4
#: Letters up to which a cell of a table stays on one line.
LONG = 24


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def element(tag: str, *children: object, **attributes: str) -> Html:
    """A tag around what is inside; what is not `Html` is escaped.

    An underscore in an attribute's name is a hyphen, and at its end nothing: ``class_``.
    """
    told = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for name, value in attributes.items()
    )
    return Html(f"<{tag}{told}>{join(children)}</{tag}>")


def join(children: Iterable[object]) -> Html:
    """One after the other, escaped where need be."""
    return Html(
        "".join(child if isinstance(child, Html) else escape(str(child)) for child in children)
    )


def paragraph(text: str, kind: str = "") -> Html:
    """A paragraph, what stands between backticks being code; `kind` is its class."""
    parts = [
        element("code", part) if number % 2 else part for number, part in enumerate(text.split("`"))
    ]
    return element("p", *parts, class_=kind) if kind else element("p", *parts)


def items(texts: Iterable[object]) -> Html:
    """A list."""
    return element("ul", *(element("li", text) for text in texts), class_="list")


def tag(word: str, kind: str = "") -> Html:
    """A word that stands out."""
    return element("span", word, class_=f"tag {kind}".strip())


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> Html:
    """A table in a frame that scrolls by itself where the window is narrow.

    Parameters
    ----------
    heads : sequence of str
        Where one begins with ``>``, its column holds numbers.
    rows : sequence of sequence
        The first of each names it.
    """
    kinds = ["number" if head.startswith(">") else "" for head in heads]
    head = join(
        element("th", name.removeprefix(">"), scope="col", class_=kind)
        for name, kind in zip(heads, kinds, strict=True)
    )
    body = join(element("tr", *_cells(row, kinds)) for row in rows)
    made = element(
        "table",
        element("thead", element("tr", head)),
        element("tbody", body),
        aria_label=caption,
    )
    # The caption stands outside of what scrolls, so that it is read whole where it is narrow.
    frame = element("div", made, class_="scroll", role="region", tabindex="0", aria_label=caption)
    return join([element("p", caption, class_="caption", aria_hidden="true"), frame])


def _cells(row: Sequence[object], kinds: Sequence[str]) -> Iterable[Html]:
    first, *others = zip(row, kinds, strict=True)
    yield element("th", first[0], scope="row")
    for cell, kind in others:
        yield element("td", cell, class_=kind or ("long" if _is_long(cell) else "short"))


def _is_long(cell: object) -> bool:
    """Whether it may be broken over lines."""
    return not isinstance(cell, Html) and len(str(cell)) > LONG


def strip(
    mean: float | None,
    low: float | None,
    high: float | None,
    scale: tuple[float, float],
    mark: float | None = None,
) -> Html:
    """An interval as a line with a dot, on a scale that a column shares; `mark` is an upright line.

    What it shows stands beside it as numbers, so that it is hidden from screen readers.
    """
    if mean is None:
        return Html("")

    def at(value: float) -> str:
        share = (value - scale[0]) / ((scale[1] - scale[0]) or 1)
        return f"{MARGIN + min(max(share, 0), 1) * (WIDTH - 2 * MARGIN):.1f}"

    middle = HEIGHT / 2
    parts = [f'<line class="base" x1="0" x2="{WIDTH}" y1="{middle}" y2="{middle}"/>']
    if mark is not None:
        parts.append(f'<line class="mark" x1="{at(mark)}" x2="{at(mark)}" y1="0" y2="{HEIGHT}"/>')
    if low is not None and high is not None:
        parts.append(
            f'<line class="reach" x1="{at(low)}" x2="{at(high)}" y1="{middle}" y2="{middle}"/>'
        )
    parts.append(f'<circle cx="{at(mean)}" cy="{middle}" r="3"/>')
    return element(
        "svg",
        Html("".join(parts)),
        class_="strip",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        width=str(WIDTH),
        height=str(HEIGHT),
        aria_hidden="true",
    )
