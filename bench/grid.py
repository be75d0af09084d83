"""Any table as CSV, Markdown or LaTeX."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

#: What LaTeX would take for a command, and how it prints it instead.
LATEX = str.maketrans(
    {
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
        "±": r"$\pm$",
        "−": r"$-$",
        "–": "--",
        "✓": r"\checkmark{}",
        "✗": r"$\times$",
        "▲": r"$\uparrow$",
        "▼": r"$\downarrow$",
        "△": r"$\triangle$",
        "▶": r"$\triangleright$",
        "≈": r"$\approx$",
        "‖": r"$\parallel$",
        "⊘": r"$\oslash$",
        "∞": r"$\infty$",
        "✂": "cut",
    }
)


@dataclass(frozen=True)
class Grid:
    """Heads and rows of texts; ``right`` are the columns of numbers."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[str] = frozenset()


def grid(
    rows: Sequence[Mapping[str, object]], formats: Mapping[str, Callable[[object], str]]
) -> Grid:
    """A grid of records; those columns that are formatted are of numbers, and None is a dash."""
    heads = tuple(rows[0]) if rows else tuple(formats)
    texts = tuple(tuple(_text(row[head], formats.get(head, str)) for head in heads) for row in rows)
    return Grid(heads, texts, frozenset(formats))


def to_csv(records: Sequence[Mapping[str, object]]) -> str:
    """With a line of heads; numbers as they are, not as they are shown, and nothing for None."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(records[0] if records else ())
    writer.writerows([_bare(value) for value in record.values()] for record in records)
    return out.getvalue()


def no_formula(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def to_markdown(table: Grid) -> str:
    """A pipe table."""
    rules = ["---:" if head in table.right else "---" for head in table.heads]
    lines = [table.heads, rules, *table.rows]
    return "\n".join(f"| {' | '.join(map(_in_pipes, line))} |" for line in lines) + "\n"


def to_latex(table: Grid) -> str:
    """A tabular of the package booktabs."""
    columns = "".join("r" if head in table.right else "l" for head in table.heads)
    head, *rows = (_latex_row(line) for line in (table.heads, *table.rows))
    lines = [rf"\begin{{tabular}}{{{columns}}}", r"\toprule", head, r"\midrule"]
    return "\n".join([*lines, *rows, r"\bottomrule", r"\end{tabular}"]) + "\n"


def _text(value: object, form: Callable[[object], str]) -> str:
    return "–" if value is None else form(value)


def _bare(value: object) -> object:
    return no_formula(value) if isinstance(value, str) else value


def _in_pipes(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


def _latex_row(line: Sequence[str]) -> str:
    return " & ".join(" ".join(text.split()).translate(LATEX) for text in line) + r" \\"
