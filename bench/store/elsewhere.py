"""The results of another place, a database or a folder of journals, seen as journals."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from bench.home import beside
from bench.runs import Runs
from bench.store.costs import without_record
from bench.store.database import Store, head
from bench.store.export import export, without_journal, without_submission
from registry.errors import RequestError


@contextmanager
def folders_of(other: str, store: Store, runs: Runs) -> Iterator[list[Runs]]:
    """Runs folders that hold, together, all that the other place knows.

    Parameters
    ----------
    other : str
        Path or URL of a database, or a runs folder.
    store, runs
        What it is to be merged into, and must not be.

    Raises
    ------
    RequestError
        It is neither, is this place itself, or a database of another version.
    """
    path = Path(other).expanduser()
    itself = f"{other} is what it would be merged into"
    if path.is_dir():
        if path.resolve() == runs.root.resolve():
            raise RequestError(itself)
        if not any((path / name).is_dir() for name in ("cells", "matrices", "costs")):
            raise RequestError(f"{other} is no folder of journals: it has no folder 'cells'")
        yield [Runs(path)]
        return
    theirs = Store(other)
    if _place(theirs) == _place(store):
        raise RequestError(itself)
    _check_version(theirs, other)
    folders = [Runs(beside(theirs))] if theirs.path else []
    with tempfile.TemporaryDirectory() as folder:
        written = Runs(Path(folder))
        known = folders[0] if folders else written
        attempts, matrices = without_journal(theirs, known), without_submission(theirs, known)
        export(theirs, written, attempts, matrices, without_record(theirs, known))
        theirs.close()
        yield [*folders, written]


def _place(store: Store) -> tuple[Any, ...]:
    if store.path:
        return (store.path.resolve(),)
    url = make_url(store.url)
    return url.host, url.port, url.database, url.query


def _check_version(theirs: Store, other: str) -> None:
    if theirs.path and not theirs.path.exists():
        raise RequestError(f"there is neither a results database nor a folder at {other}")
    version = theirs.version()
    if version is None:
        raise RequestError(f"{theirs} is no results database: it has no tables of ferbench")
    if version != head():
        raise RequestError(
            f"{theirs} is of another version ({version}, not {head()}); if it is an older one, "
            f"`ferbench db upgrade --db {theirs}` brings it up to date"
        )
