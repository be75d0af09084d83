"""Commands about cells in training: ``status``, ``logs`` and ``cancel``."""

import dataclasses
import time
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import Database, Format, OfMatrix, Output

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bench.home import Home
    from jobs.overview import Overview, Standing

#: Seconds between two looks.
INTERVAL = 2.0


def status(
    db: Database = None,
    matrix: OfMatrix = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on showing it.")] = False,
    output: Output = Format.table,
) -> None:
    """Show every cell and its state; of those in training, their pace and the time left."""
    from bench.home import find_home
    from cli.terminal import console, print_json
    from jobs.overview import Overview

    home = find_home(db)
    overview = Overview(home.runs)
    if watch:
        _watch(home, matrix, overview)
        return
    cells = _look(home, matrix, overview)
    if output is Format.json:
        print_json([dataclasses.asdict(cell) for cell in cells])
    elif not cells:
        console.print("No cell has been asked for yet: try `ferbench run quick`.")
    else:
        _print(cells)
        _print_stranded(cells, home)


def logs(
    cell: Annotated[str, typer.Argument(help="Its id, or the beginning of it.")],
    db: Database = None,
    attempt: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Which one.", show_default="the last")
    ] = None,
) -> None:
    """Print what the job of a cell printed, and the traceback of an attempt that failed."""
    from bench.home import find_home
    from bench.journal import Claimed, Ended, read
    from cli.terminal import console
    from jobs.asked import cells_asked_for
    from jobs.overview import printed
    from registry.errors import RequestError

    runs = find_home(db).runs
    found = cells_asked_for(runs, cell)
    if len(found) > 1:
        raise RequestError(f"'{cell}' is a matrix; name one of its cells: {', '.join(found[:5])} …")
    attempts = runs.attempts(found[0])
    if not attempts:
        raise RequestError(f"cell {found[0]} has not been begun; it has no log")
    number = attempt or attempts[-1]
    if number not in attempts:
        raise RequestError(f"cell {found[0]} has no attempt {number}; it has {attempts}")
    for event in read(runs.journal(found[0], number))[0]:
        if isinstance(event, Claimed) and event.log:
            for path in printed(runs, runs.root / event.log):
                console.print(f"── {path}", style="dim", markup=False)
                console.out(path.read_text(encoding="utf-8", errors="replace"), end="")
        elif isinstance(event, Ended):
            console.print(f"── attempt {number}: {event.state}", style="dim", markup=False)
            console.out(event.traceback or event.reason)


def cancel(
    target: Annotated[str, typer.Argument(metavar="MATRIX|CELL", help="A matrix, or a cell's id.")],
    db: Database = None,
) -> None:
    """Call cells off: those in training save their state and stop, the others are not begun."""
    from bench.home import find_home
    from bench.intake import take_in
    from cli.terminal import console
    from jobs.asked import cells_asked_for
    from jobs.cancel import cancel as call_off

    home = find_home(db)
    counts = call_off(cells_asked_for(home.runs, target), home.runs)
    take_in(home)
    console.print(
        f"{counts['waiting']} called off before they began, {counts['running']} in training asked "
        f"to stop at their next batch, {counts['over']} were over already."
    )


def _print_stranded(cells: "Sequence[Standing]", home: "Home") -> None:
    """What to type for cells that wait in vain."""
    from cli.terminal import console
    from jobs.asked import files_asking_for
    from jobs.overview import STRANDED

    stranded = [cell.id for cell in cells if cell.reason == STRANDED]
    for file in files_asking_for(home.runs, stranded) if stranded else ():
        console.print(
            f"Cells wait for which no job is left; this submits them again, with the options of "
            f"then: ferbench run {file}",
            markup=False,
        )


def _look(home: "Home", matrix: str | None, overview: "Overview") -> "list[Standing]":
    """Journals first: the database is brought up to them, if it lets itself be."""
    from bench.cells import cell_states, known_matrix
    from bench.intake import take_in
    from cli.terminal import errors

    if home.runs.root.exists() and (problem := take_in(home)):
        errors.print(problem, style="yellow", markup=False)
    with home.store.read() as session:
        cells = cell_states(session, known_matrix(session, matrix))
    return overview.look(cells)


def _watch(home: "Home", matrix: str | None, overview: "Overview") -> None:
    from rich.console import Group
    from rich.live import Live

    from cli.terminal import console

    with Live(console=console, auto_refresh=False) as live:
        while True:
            cells = _look(home, matrix, overview)
            moving = [cell for cell in cells if cell.state == "running"]
            parts: list[RenderableType] = [_counts(cells), *map(_line, moving[:20])]
            live.update(Group(*parts, *_failures(cells)), refresh=True)
            if not any(cell.state in ("running", "queued") for cell in cells):
                return
            time.sleep(INTERVAL)


def _line(cell: "Standing") -> str:
    name = f"{cell.dataset} {cell.protocol} {cell.backbone} {cell.attention} seed {cell.seed}"
    return f"{cell.id}  {name}  epoch {cell.epochs_done}/{cell.epochs}  {_pace(cell)}"


def _pace(cell: "Standing") -> str:
    from cli.terminal import duration

    if cell.images_per_second is None or cell.seconds_left is None:
        return ""
    return f"{cell.images_per_second:.0f} images/s, {duration(cell.seconds_left)} left"


def _counts(cells: "Sequence[Standing]") -> str:
    counts = Counter(cell.state for cell in cells)
    return ", ".join(f"{n} {state}" for state, n in sorted(counts.items()))


def _failures(cells: "Sequence[Standing]") -> "list[RenderableType]":
    from rich.text import Text

    blocks: list[RenderableType] = []
    for cell in cells:
        if cell.log:
            blocks.append(Text(f"\n{cell.id}  {cell.attention} seed {cell.seed}: {cell.state}"))
            blocks.append(Text(cell.log, style="red"))
    return blocks


def _print(cells: "Sequence[Standing]") -> None:
    from cli.terminal import SHARED, console, print_table, state_text

    heads = ["cell", "dataset", "protocol", "backbone", "attention"]
    heads += [">split seed", ">fold", ">seed", ">epochs", "state", "why"]
    rows: list[list[Any]] = [
        [
            cell.id,
            cell.dataset,
            cell.protocol,
            cell.backbone,
            cell.attention,
            cell.split_seed,
            cell.fold,
            cell.seed,
            f"{cell.epochs_done}/{cell.epochs}",
            state_text(cell.state),
            _pace(cell) or cell.reason or cell.job,
        ]
        for cell in cells
    ]
    print_table("", heads, rows, SHARED)
    for block in _failures(cells):
        console.print(block)
    console.print(_counts(cells))
