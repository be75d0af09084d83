"""Boards of what is chosen beside the page: another metric asks the database for nothing."""

from bench.board import Line, board, entered
from bench.statistics.reproduction import tables_named
from dashboard.filters import Filters
from dashboard.place import place
from dashboard.reading import ask, kept, read, revision


def lines_of(chosen: Filters, metric: str, table: str | None = None) -> tuple[Line, ...]:
    """See `bench.board.board`."""
    names = (chosen.rule, chosen.matrix, chosen.dataset, chosen.protocol, chosen.backbone)
    # (first of all: what comes in meanwhile must not be taken for known)
    key = ("board", place().home.store.url, revision(), names, metric, table)
    found = read(entered, *names)
    named = read(tables_named, chosen.matrix)
    return kept(key, lambda: ask(board, found, named, metric, table))
