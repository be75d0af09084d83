"""Options that several commands share."""

from enum import StrEnum
from typing import Annotated

import typer


class Format(StrEnum):
    """How to print."""

    table = "table"
    json = "json"


class TableFormat(StrEnum):
    """How to print a table."""

    table = "table"
    json = "json"
    csv = "csv"


Database = Annotated[
    str | None,
    typer.Option(
        "--db", metavar="URL", help="Results database: a path or URL.", show_default="results.db"
    ),
]
Roots = Annotated[
    list[str] | None,
    typer.Option("--root", metavar="DATASET=DIR", help="Where a dataset lies; repeatable."),
]
Output = Annotated[Format, typer.Option("--format", help="table, or json for scripts.")]
TableOutput = Annotated[TableFormat, typer.Option("--format", help="table, json or csv.")]
OfMatrix = Annotated[
    str | None, typer.Option("--matrix", metavar="M", help="Only the cells of this matrix.")
]
