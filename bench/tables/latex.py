"""A table in LaTeX: booktabs' rules, siunitx's columns, threeparttable's notes."""

import re
from collections.abc import Iterator, Sequence

from bench.tables.arrangement import Arrangement, Column, Figure, Row
from bench.tables.quantities import MISSING

PACKAGES = ("booktabs", "siunitx", "threeparttable")

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "—": "---",
    "–": "--",
    "±": r"$\pm$",
    "√": r"$\surd$",
    "×": r"$\times$",
    "≥": r"$\geq$",
    "≤": r"$\leq$",
    "²": r"$^2$",
    "ⁿ": r"$^n$",
    "·": r"$\cdot$",
    "…": r"\ldots{}",
    "’": "'",
    "−": "--",
}
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def render(arranged: Arrangement) -> str:
    """A table environment, with the packages that it needs named in a comment."""
    widths = [_spreads(arranged, place) for place in range(len(arranged.columns))]
    lines = [
        f"% \\usepackage{{{', '.join(PACKAGES)}}}",
        r"\begin{table}",
        r"\centering\footnotesize\setlength{\tabcolsep}{3pt}",
        r"\sisetup{retain-explicit-plus, detect-weight, mode=text}",
        r"\begin{threeparttable}",
        rf"\caption{{{escape(arranged.caption)}}}",
        rf"\begin{{tabular}}{{@{{}}l{''.join(_formats(arranged, widths))}@{{}}}}",
        r"\toprule",
        *_heads(arranged, widths),
        *_body(arranged, widths),
        r"\bottomrule",
        r"\end{tabular}",
        *_notes(arranged),
        r"\end{threeparttable}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def document(table: str) -> str:
    """A page that has nothing but the table on it."""
    return "\n".join(
        [
            r"\documentclass{article}",
            r"\usepackage[paperwidth=260mm,paperheight=270mm,margin=8mm]{geometry}",
            *(rf"\usepackage{{{name}}}" for name in PACKAGES),
            r"\pagestyle{empty}",
            r"\begin{document}",
            table,
            r"\end{document}",
            "",
        ]
    )


def escape(text: str) -> str:
    """Plain text, with nothing in it that LaTeX would obey or could not print."""
    kept = "".join(_SPECIAL.get(sign, sign) for sign in text)
    return kept.encode("latin-1", "replace").decode("latin-1")


def _spreads(arranged: Arrangement, place: int) -> bool:
    """Whether a column has a second one beside it, for spreads and letters."""
    figures = [row.figures[place] for row in arranged.rows]
    return any(figure.spread or figure.marks for figure in figures)


def _formats(arranged: Arrangement, widths: Sequence[bool]) -> Iterator[str]:
    for place, wide in enumerate(widths):
        numbers = [row.figures[place].number for row in arranged.rows]
        known = [number for number in numbers if _NUMBER.fullmatch(number)]
        whole = max((len(n.lstrip("+-").partition(".")[0]) for n in known), default=1)
        broken = max((len(n.partition(".")[2]) for n in known), default=0)
        sign = "+" if any(n[0] in "+-" for n in known) else ""
        yield f"S[table-format={sign}{whole}.{broken}]" + ("@{}l" if wide else "")


def _heads(arranged: Arrangement, widths: Sequence[bool]) -> Iterator[str]:
    if any(arranged.groups):
        cells, rules, start = [""], [], 2
        for group in arranged.groups:
            own = [w for c, w in zip(arranged.columns, widths, strict=True) if c.group == group]
            span = len(own) + sum(own)
            cells.append(rf"\multicolumn{{{span}}}{{c}}{{{escape(group)}}}")
            rules.append(rf"\cmidrule(lr){{{start}-{start + span - 1}}}")
            start += span
        yield " & ".join(cells) + r" \\"
        yield "".join(rules)
    heads = [
        _spanning(_head(column), wide)
        for column, wide in zip(arranged.columns, widths, strict=True)
    ]
    yield " & ".join([escape(arranged.corner), *heads]) + r" \\"
    yield r"\midrule"


def _head(column: Column) -> str:
    return rf"\textit{{{escape(column.head)}}}" if column.reported else escape(column.head)


def _spanning(text: str, wide: bool) -> str:
    return rf"\multicolumn{{2}}{{c}}{{{text}}}" if wide else f"{{{text}}}"


def _body(arranged: Arrangement, widths: Sequence[bool]) -> Iterator[str]:
    span = 1 + len(widths) + sum(widths)
    block = ""
    for number, row in enumerate(arranged.rows):
        if row.block != block:
            block = row.block
            if number:
                yield r"\midrule"
            yield rf"\multicolumn{{{span}}}{{@{{}}l}}{{\textbf{{{escape(block)}}}}} \\"
        yield " & ".join(_line(row, widths)) + r" \\"


def _line(row: Row, widths: Sequence[bool]) -> Iterator[str]:
    yield rf"\quad\textit{{{escape(row.head)}}}" if row.reported else escape(row.head)
    for figure, wide in zip(row.figures, widths, strict=True):
        yield _number(figure)
        if wide:
            yield _tail(figure)


def _number(figure: Figure) -> str:
    if not figure.number:
        return "{}"
    if not _NUMBER.fullmatch(figure.number):
        return "{---}" if figure.number == MISSING else f"{{{escape(figure.number)}}}"
    return rf"\bfseries {figure.number}" if figure.bold else figure.number


def _tail(figure: Figure) -> str:
    # Smaller than its mean, so that seven classes fit the page and the means stand out.
    spread = rf"{{\scriptsize\,$\pm$\,{figure.spread}}}" if figure.spread else ""
    # threeparttable's own \tnote has no width in such a column and overprints the next one.
    marks = rf"\textsuperscript{{{','.join(figure.marks)}}}" if figure.marks else ""
    return spread + marks


def _notes(arranged: Arrangement) -> Iterator[str]:
    if arranged.notes:
        yield r"\begin{tablenotes}[flushleft]\footnotesize"
        for note in arranged.notes:
            yield rf"\item[{note.mark}] {escape(note.text)}"
        yield r"\end{tablenotes}"
