"""Boards of what is chosen beside the page: another metric asks the database for nothing."""

from bench.board import Line, board, entered
from bench.contents import groups
from bench.statistics.measured import Configuration
from bench.statistics.reproduction import tables_named
from dashboard.filters import Filters
from dashboard.place import place
from dashboard.reading import ask, kept, read, revision


def lines_of(chosen: Filters, metric: str, table: str | None = None) -> tuple[Line, ...]:
    """See `bench.board.board`."""
    key = ("board", place().home.store.url, revision(), chosen, metric, table)
    named = read(tables_named, chosen.matrix)
    return kept(key, lambda: ask(board, _entered(chosen), named, metric, table))


def _entered(chosen: Filters) -> tuple[Configuration, ...]:
    """Each backbone by itself: who goes on to all of them has most often seen one already."""
    names = (chosen.rule, chosen.matrix, chosen.dataset, chosen.protocol)
    parts = [read(entered, *names, backbone) for backbone in _backbones(chosen)]
    return tuple(one for part in parts for one in part)


def _backbones(chosen: Filters) -> list[str]:
    if chosen.backbone is not None:
        return [chosen.backbone]
    found = read(groups, chosen.matrix)
    return sorted({group.backbone for group in found if group.dataset == chosen.dataset})
