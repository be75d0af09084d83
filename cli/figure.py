"""The command ``ferbench figure``."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Database, OfMatrix, Roots

NAMES = "filter, svd, attention, gradcam, difficulty, curves, confusion, calibration, cost, ranking"


def figure(
    name: Annotated[str, typer.Argument(metavar="NAME", help=f"One of {NAMES}.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The file to write: .png, .pdf or .svg.")
    ],
    cell: Annotated[
        list[str] | None,
        typer.Option("--cell", metavar="CELL", help="A cell's id, or its beginning; repeatable."),
    ] = None,
    image: Annotated[
        list[Path] | None,
        typer.Option("--image", metavar="FILE", help="An image file; repeatable for gradcam."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A setting of the figure; repeatable."),
    ] = None,
    matrix: OfMatrix = None,
    db: Database = None,
    root: Roots = None,
) -> None:
    """Draw a figure for print, as PNG, PDF or SVG."""
    from bench.figures.catalog import Request, check_name, draw
    from bench.figures.style import check_suffix, save
    from bench.home import find_home
    from cli.settings import parse_settings
    from cli.terminal import console

    check_name(name)
    check_suffix(output)
    request = Request(
        home=find_home(db, root or []),
        cells=tuple(cell or ()),
        images=tuple(image or ()),
        matrix=matrix,
        settings=parse_settings(settings or []),
    )
    save(draw(name, request), output)
    console.print(f"wrote {output}", markup=False, soft_wrap=True)
