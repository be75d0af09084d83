"""The command ``ferbench dashboard``."""

import os
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Database, Roots

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.process import BaseProcess

    from bench.home import Home
    from dashboard.place import Begun

#: Seconds between two looks of the ingester.
INTERVAL = 2.0
LOOPBACK = "127.0.0.1"
#: Largest picture that may be uploaded, in MB.
UPLOAD = 10


def dashboard(
    db: Database = None,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, metavar="N", show_default="8501, or the next that is free"),
    ] = None,
    address: Annotated[
        str,
        typer.Option(help="Where to listen; all who reach it may look. 0.0.0.0 is everywhere."),
    ] = LOOPBACK,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open one.")] = True,
    ingest: Annotated[
        bool, typer.Option("--ingest/--no-ingest", help="Take in what runs state meanwhile.")
    ] = True,
    root: Roots = None,
) -> None:
    """Show the results in a browser, from the leaderboard down to one image."""
    from bench.home import find_home
    from cli.terminal import console
    from dashboard.place import Place, settle
    from dashboard.serve import free_port, serve
    from jobs.claim import state_of

    home = find_home(db, root or [])
    chosen = free_port(address, port)
    settle(Place(home, lambda: studies_of(home), lambda cell: state_of(home.runs, cell) == "lost"))
    ingester = _start_ingester(home) if ingest else None
    console.print(f"http://{_in_url(address)}:{chosen}  (Ctrl-C ends it)", markup=False)
    try:
        serve(address, chosen, browser, UPLOAD)
    finally:
        if ingester is not None:
            ingester.terminate()


def _in_url(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def studies_of(home: "Home") -> "Sequence[Begun]":
    """Every study that was begun there, as the pages want it."""
    from dashboard.place import Begun
    from jobs.study_asked import known_studies

    return [
        Begun(known.stored.study_name, known.stored, partial(known.trials, home), known.findings_in)
        for known in known_studies(home)
    ]


def _start_ingester(home: "Home") -> "BaseProcess":
    """A process of its own, so that taking in never holds up what is shown."""
    from multiprocessing import get_context

    # The database's URL may hold a password, which a command line would show to everybody.
    process = get_context("spawn").Process(
        target=follow, args=(home.store.url, str(home.runs.root), os.getpid()), daemon=True
    )
    process.start()
    return process


def follow(url: str, runs: str, parent: int) -> None:
    """Take journals in until the dashboard ends, whatever becomes of the database meanwhile."""
    import logging
    import signal
    import time
    from pathlib import Path

    from bench.runs import Runs
    from bench.store.database import Store
    from bench.store.watch import watch
    from registry.errors import RequestError

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the dashboard, which ends this
    logging.disable(logging.INFO)
    while os.getppid() == parent:
        try:
            for _ in watch(Store(url), Runs(Path(runs))):
                time.sleep(INTERVAL)
                if os.getppid() != parent:
                    return
        except RequestError:  # of an older version, or not to be written: the pages say so
            time.sleep(INTERVAL)
