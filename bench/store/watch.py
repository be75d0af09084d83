"""Takes journals in for as long as they grow."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.runs import Runs
from bench.store.database import Store
from bench.store.ingest import ingest
from registry.errors import RequestError


@dataclass(frozen=True)
class Look:
    """One look at the runs folder.

    Attributes
    ----------
    journals : int
        Those from which something was taken in.
    away : str
        Why the database could not be written or read; empty where it could.
    """

    journals: int
    away: str = ""


def take_in(store: Store, runs: Runs) -> int:
    """Take in all journals, into a new database where there is none; gives how many had grown."""
    if store.version() is None:
        store.upgrade()
    return ingest(store, runs)


def watch(store: Store, runs: Runs) -> Iterator[Look]:
    """Look again whenever the next value is asked for; a database that is away is waited for.

    Raises
    ------
    RequestError
        At the first look, the database cannot be made, read or written.
    """
    yield Look(take_in(store, runs))
    while True:
        try:
            # One that is gone now is not made anew: its disk may be back in a minute.
            yield Look(ingest(store, runs))
        except RequestError as error:
            yield Look(0, str(error))
