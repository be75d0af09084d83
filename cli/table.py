"""The command ``ferbench table``."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.compare import OfRule, Rule
from cli.options import Database, OfMatrix

if TYPE_CHECKING:
    from bench.tables.content import Table


class Form(StrEnum):
    """How a table is written."""

    latex = "latex"
    markdown = "markdown"
    csv = "csv"
    html = "html"


def table(
    asked: Annotated[
        str,
        typer.Argument(
            metavar="TABLE", help="table1, table2, a matrix, or a TOML file (docs/tables.md)."
        ),
    ],
    form: Annotated[Form, typer.Option("--format", help="How it is written.")] = Form.latex,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The file to write; else it is printed.")
    ] = None,
    preview: Annotated[
        Path | None, typer.Option(help="A .pdf or .png of it as well, by an installed LaTeX.")
    ] = None,
    rule: OfRule = Rule.best,
    matrix: OfMatrix = None,
    db: Database = None,
) -> None:
    """Write a table for a paper: measured beside reported, with its notes."""
    from bench.cells import known_matrix
    from bench.home import find_home
    from bench.tables.arrangement import arrange
    from bench.tables.latex import render
    from bench.tables.named import table_of
    from bench.tables.preview import write_preview
    from cli.terminal import console, errors
    from registry.errors import RequestError

    with find_home(db).store.read() as session:
        filled = table_of(session, asked, rule.value, known_matrix(session, matrix))
    text = _written(filled, form)
    if output is None:
        print(text, end="")  # noqa: T201  (as it is: rich would wrap and colour it)
    else:
        try:
            output.write_text(text, encoding="utf-8")
        except OSError as error:
            raise RequestError(f"cannot write {output}: {error}") from None
        console.print(f"wrote {output}", markup=False, soft_wrap=True)
    if preview is not None:
        write_preview(render(arrange(filled)), preview)
        errors.print(f"wrote {preview}", markup=False, soft_wrap=True)


def _written(filled: "Table", form: Form) -> str:
    from bench.tables import latex, markdown, plain, web
    from bench.tables.arrangement import arrange

    match form:
        case Form.latex:
            return latex.render(arrange(filled))
        case Form.markdown:
            return markdown.render(arrange(filled))
        case Form.html:
            return web.render(arrange(filled))
        case Form.csv:
            return plain.render(filled)
