"""``ferbench run``: expand a matrix, train what has no result yet, show the leaderboard."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import Database, Roots

if TYPE_CHECKING:
    from bench.home import Home
    from jobs.local import LocalPlan
    from jobs.matrix_run import Prepared


def run(
    matrix: Annotated[str, typer.Argument(help="A shipped matrix, or a TOML file.")],
    roots: Roots = None,
    db: Database = None,
    slots: Annotated[
        int | None,
        typer.Option(min=1, help="Workers at once.", show_default="one a GPU, else one a core"),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Override; a TOML list is swept."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the cells and the cost; train nothing.")
    ] = False,
    device: Annotated[str, typer.Option(help="cpu, cuda or auto.")] = "auto",
    deterministic: Annotated[
        bool, typer.Option("--deterministic", help="Same seed and machine, same bits; slower.")
    ] = False,
    compile_model: Annotated[
        bool, typer.Option("--compile", help="Use torch.compile; pays on long runs.")
    ] = False,
    keep: Annotated[str, typer.Option(help="Weights to keep: none, best or last.")] = "none",
    checkpoint_every: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="Between two checkpoints.")
    ] = 60.0,
) -> None:
    """Train every cell of a MATRIX that has no result yet, and show the leaderboard."""
    from bench.execution import Execution
    from bench.home import find_home
    from cli.settings import parse_settings
    from cli.terminal import console
    from jobs.matrix_file import load_matrix
    from jobs.matrix_run import plan_here, prepare, run_here, submit

    execution = Execution.parse(
        device=device,
        deterministic=deterministic,
        compile=compile_model,
        keep=keep,
        checkpoint_every=checkpoint_every,
    )
    home = find_home(db, roots or ())
    chosen = load_matrix(matrix).with_settings(parse_settings(settings or ()))
    prepared = prepare(chosen, home)
    local = plan_here(prepared, slots, execution)
    if dry_run:
        _print_plan(prepared, home, local)
        return
    submit(prepared, home)
    completed = True
    if not prepared.open:
        console.print("Every cell has its result already: nothing to train.")
    else:
        with _progress(prepared, home) as tick:
            prepared, completed = run_here(prepared, home, local, tick)
    _print_outcome(prepared, home, completed)
    if not completed:
        raise typer.Exit(130)
    raise typer.Exit(0 if prepared.count("done") == len(prepared.cells) else 1)


def _print_plan(prepared: "Prepared", home: "Home", local: "LocalPlan") -> None:
    from bench.specification import label
    from cli.terminal import SHARED, console, duration, print_table, state_text
    from jobs.estimate import estimate

    rows: list[Sequence[Any]] = [
        (
            cell.id,
            label("dataset", cell.dataset),
            label("protocol", cell.protocol),
            label("backbone", cell.backbone),
            label("attention", cell.attention),
            cell.split_seed,
            cell.fold,
            cell.seed,
            state_text(state),
        )
        for cell, state in zip(prepared.cells, prepared.states, strict=True)
    ]
    heads = ["cell", "dataset", "protocol", "backbone", "attention"]
    heads += [">split seed", ">fold", ">seed", "state"]
    print_table(f"Matrix {prepared.matrix.name}", heads, rows, SHARED)
    done = len(prepared.cells) - len(prepared.open)
    console.print(f"\n{len(prepared.cells)} cells, {done} done already.")
    if prepared.open:
        cost = estimate(prepared.open, home.roots)
        threads = local.execution.threads or 1
        console.print(
            f"To train: {len(prepared.open)} cells, {cost.images:,} images, roughly "
            f"{duration(cost.seconds / (local.slots * threads))} on this machine's CPU in float32 "
            f"(one step of each model was timed), {local.slots} at a time."
        )
    console.print("Nothing was trained.")


@contextmanager
def _progress(prepared: "Prepared", home: "Home") -> Iterator[Callable[[], None]]:
    """A bar over all epochs, with the cells in training; a line for each finished one in a log."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from bench.cells import cell_states
    from cli.terminal import console

    ids = [cell.id for cell in prepared.cells]
    total = sum(cell.recipe.epochs for cell in prepared.cells)
    seen = dict(zip(ids, prepared.states, strict=True))
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("epochs"),
        TimeRemainingColumn(),
    )
    live = console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=not live) as bar:
        task = bar.add_task("starting …", total=total)

        def tick() -> None:
            with home.store.read() as session:
                states = cell_states(session, ids=ids)
            running = [f"{s.attention} seed {s.seed}" for s in states if s.state == "running"]
            done = sum(s.state == "done" for s in states)
            text = f"{done}/{len(states)} cells  {', '.join(running) or 'starting …'}"
            bar.update(task, description=text, completed=sum(s.epochs_done for s in states))
            for state in states:
                if state.state != seen[state.id] and state.state not in ("queued", "running"):
                    why = f": {state.reason}" if state.reason else ""
                    name = f"{state.backbone} {state.attention} seed {state.seed}"
                    console.print(f"{state.id}  {name}  {state.state}{why}", markup=False)
                seen[state.id] = state.state

        yield tick


def _print_outcome(prepared: "Prepared", home: "Home", completed: bool) -> None:
    from bench.leaderboard import leaderboard
    from cli.standings import print_standings
    from cli.terminal import console

    name = prepared.matrix.name
    with home.store.read() as session:
        print_standings(leaderboard(session, matrix=name), title=prepared.matrix.title)
    before = "" if completed else "Stopped. "
    unfinished = len(prepared.open)
    done, diverged = prepared.count("done"), prepared.count("diverged")
    console.print(f"\n{before}{done} of {len(prepared.cells)} cells done.")
    if diverged:
        console.print(f"{diverged} diverged: their loss was no longer a number.")
    for state in sorted({*prepared.states} - {"done", "diverged"}):
        console.print(f"{prepared.count(state)} {state}; see `ferbench status --matrix {name}`.")
    if unfinished:
        again = " ".join(["ferbench", *sys.argv[1:]])
        console.print(f"Go on where it was: {again}", markup=False)
