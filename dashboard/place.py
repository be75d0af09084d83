"""Where the pages read from: settled once by whoever starts the server."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import optuna

from bench.home import Home, find_home
from bench.study.findings import Findings
from bench.study.trials import TrialRow


@dataclass(frozen=True)
class Begun:
    """A study that was begun.

    Attributes
    ----------
    stored : optuna.Study
        As Optuna has it.
    trials : callable
        Its trials as they are now.
    findings : callable
        What such trials say together, which takes a while.
    """

    name: str
    stored: optuna.Study
    trials: Callable[[], tuple[TrialRow, ...]]
    findings: Callable[[Sequence[TrialRow]], Findings]


@dataclass(frozen=True)
class Place:
    """A home, and what only a floor above knows.

    Attributes
    ----------
    home : Home
        Its database is read and never written.
    studies : callable
        Every study that was begun there: to run studies is no business of the pages, and so
        neither is to find them.
    is_lost : callable
        Whether a cell that runs by the database has nobody any more who trains it: nothing is
        written down of a worker that was killed, so that it takes a look at its journal.
    """

    home: Home
    studies: Callable[[], Sequence[Begun]] = tuple
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
