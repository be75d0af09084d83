"""Where the pages read from: settled once by whoever starts the server."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import optuna

from bench.home import Home, find_home
from bench.study.findings import Findings


@dataclass(frozen=True)
class Place:
    """A home, and what only a floor above knows.

    Attributes
    ----------
    home : Home
        Its database is read and never written.
    studies : callable
        Every study that was begun there, as Optuna has it and with its findings: to run studies is
        no business of the pages, and so neither is to find them.
    is_lost : callable
        Whether a cell that runs by the database has nobody any more who trains it: nothing is
        written down of a worker that was killed, so that it takes a look at its journal.
    """

    home: Home
    studies: Callable[[], Sequence[tuple[optuna.Study, Findings]]] = tuple
    is_lost: Callable[[str], bool] = lambda _cell: False


_places: list[Place] = []


def settle(place: Place) -> None:
    """Let every page of this process read from there."""
    _places[:] = [place]


def place() -> Place:
    """Where to read from; what ``ferbench`` would find, where nobody has settled it."""
    if not _places:
        settle(Place(find_home()))
    return _places[0]


def settled() -> Any:
    """What `settle` was told, for a test to put back."""
    return _places[0] if _places else None
