"""The command ``ferbench report``."""

from pathlib import Path
from typing import Annotated

import typer

from cli.compare import Asked, OfRule, Rule
from cli.options import Database


def report(
    matrix: Asked,
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="DIR", help="The folder to write index.html into."),
    ],
    db: Database = None,
    rule: OfRule = Rule.best,
) -> None:
    """Write a page that says what a matrix proves; it opens offline, in any browser."""
    from bench.home import find_home
    from bench.report.page import report as page_of
    from bench.report.page import write
    from cli.terminal import console

    with find_home(db).store.read() as session:
        page = page_of(session, matrix, rule.value)
    console.print(f"wrote {write(page, output)}", markup=False, soft_wrap=True)
