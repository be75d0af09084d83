"""``ferbench db``: make, fill, mend, merge and check the results database."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from cli.options import Database, Format, Output

app = typer.Typer(
    help="Make, fill, mend, merge and check the results database.", no_args_is_help=True
)

#: Seconds between two looks at the journals.
INTERVAL = 2.0


@app.command()
def path(db: Database = None, output: Output = Format.table) -> None:
    """Say where the database and the runs folder with its journals are."""
    from bench.home import find_home
    from cli.terminal import console, print_json

    home = find_home(db)
    if output is Format.json:
        print_json({"database": str(home.store), "runs": str(home.runs.root)})
    else:
        console.print(f"database  {home.store}", markup=False, soft_wrap=True)
        console.print(f"runs      {home.runs.root}", markup=False, soft_wrap=True)


@app.command()
def init(db: Database = None, output: Output = Format.table) -> None:
    """Make an empty database, unless there is one."""
    from bench.home import find_home
    from cli.terminal import console, print_json

    store = find_home(db).store
    before = store.version()
    if before is None:
        store.upgrade()
    if output is Format.json:
        print_json({"database": str(store), "made": before is None, "version": store.version()})
    elif before is None:
        console.print(f"Made {store}.", markup=False, soft_wrap=True)
    else:
        console.print(
            f"{store} is there already, of version {before}.", markup=False, soft_wrap=True
        )


@app.command()
def upgrade(db: Database = None, output: Output = Format.table) -> None:
    """Bring an older database to this version."""
    from bench.home import find_home
    from cli.terminal import console, print_json
    from registry.errors import RequestError

    store = find_home(db).store
    before = store.version()
    if before is None:
        raise RequestError(f"there is no results database at {store}; `ferbench db init` makes one")
    store.upgrade()
    after = store.version()
    if output is Format.json:
        print_json({"database": str(store), "from": before, "to": after})
    elif before == after:
        console.print(f"{store} is of this version, {after}.", markup=False, soft_wrap=True)
    else:
        console.print(
            f"{store} went from version {before} to {after}.", markup=False, soft_wrap=True
        )


@app.command()
def ingest(
    db: Database = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on until Ctrl-C.")] = False,
    output: Output = Format.table,
) -> None:
    """Take in what the journals state and the database does not; doing it again is harmless."""
    import time

    from bench.home import find_home
    from bench.store.watch import watch as looks
    from cli.terminal import console, print_json

    home = find_home(db)
    away = ""
    for number, look in enumerate(looks(home.store, home.runs)):
        if output is Format.json:
            print_json(dataclasses.asdict(look))
        elif look.away and look.away != away:
            console.print(f"Waiting: {look.away}", markup=False, soft_wrap=True)
        elif look.journals or number == 0:
            console.print(f"{_count(look.journals, 'journal')} had grown.")
        away = look.away
        if not watch:
            break
        time.sleep(INTERVAL)


@app.command()
def rebuild(
    db: Database = None,
    force: Annotated[
        bool, typer.Option("--force", help="Even if it knows what no journal does.")
    ] = False,
    output: Output = Format.table,
) -> None:
    """Make the database anew from the journals."""
    from bench.home import find_home
    from bench.store.rebuild import rebuild as rebuild_from
    from cli.terminal import console, print_json

    home = find_home(db)
    with _bar("Taking journals in") as tick:
        rebuilt = rebuild_from(home.store, home.runs, even_if_lost=force, tick=tick)
    if output is Format.json:
        print_json(dataclasses.asdict(rebuilt))
        return
    if rebuilt.aside:
        console.print(f"The damaged file is now {rebuilt.aside}.", markup=False, soft_wrap=True)
    console.print(
        f"{home.store} is made anew from {_count(rebuilt.journals, 'journal')}.",
        markup=False,
        soft_wrap=True,
    )


@app.command()
def merge(
    other: Annotated[str, typer.Argument(help="Path or URL of a database, or a runs folder.")],
    db: Database = None,
    output: Output = Format.table,
) -> None:
    """Take the results of another place in; doing it again changes nothing."""
    from bench.home import find_home
    from bench.store.merge import merge as merge_from
    from cli.terminal import console, print_json

    home = find_home(db)
    with _bar("Taking journals in") as tick:
        merged = merge_from(home.store, home.runs, other, tick)
    if output is Format.json:
        print_json(dataclasses.asdict(merged))
        return
    console.print(
        f"{_count(merged.attempts, 'attempt')} came in, {merged.grown} had grown; "
        f"{_count(merged.submissions, 'submission')} of matrices."
    )
    if merged.kept:
        cells = _count(len(merged.kept), "cell")
        console.print(f"{cells} trained at both places and kept as here: {', '.join(merged.kept)}")
    for line in merged.left_out:
        console.print(f"left out: {line}", style="red", markup=False, soft_wrap=True)


@app.command()
def check(db: Database = None, output: Output = Format.table) -> None:
    """Say what is wrong with the database or its journals; exit 1 when anything is."""
    from bench.home import find_home
    from bench.store.check import check as findings_of
    from cli.terminal import console, print_json

    home = find_home(db)
    with _bar("Comparing with the journals") as tick:
        findings = findings_of(home.store, home.runs, tick)
    if output is Format.json:
        print_json({"database": str(home.store), "findings": findings})
    else:
        for finding in findings:
            console.print(f"✗ {finding}", style="red", markup=False, soft_wrap=True)
        if not findings:
            console.print("✓ nothing amiss", style="green")
    raise typer.Exit(1 if findings else 0)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


@contextmanager
def _bar(text: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on the terminal's error channel, so that what is printed can be read by scripts."""
    from rich.console import Console
    from rich.progress import Progress

    errors = Console(stderr=True)
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task(text, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
