"""Which models of the store are ranked over its datasets: those of figure ``ranking``."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy.orm import Session

from bench.statistics.across import rank_over_datasets
from bench.statistics.datasets import Ranking
from bench.statistics.settings import Scope
from registry.errors import RequestError

#: Names in a sentence; of more, how many there are besides.
LISTED = 8


def ranked(session: Session, models: Sequence[str], scope: Scope) -> Ranking:
    """The ranking of these attentions; where none is named, of all that ran on every dataset.

    Raises
    ------
    RequestError
        Fewer than two models, or fewer than two datasets on which all of them ran in a setting
        that they share; or nothing was run with such a name.
    """
    names = tuple(models) or run_everywhere(session, scope)
    if len(set(names)) < 2:
        raise RequestError(
            "a ranking is of two or more attentions: name them, --set models=['none','hfc'], or "
            "run two of them on every dataset"
        )
    found = rank_over_datasets(session, tuple(dict.fromkeys(names)), scope)
    if found is None:
        more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
        raise RequestError(
            f"a ranking takes two or more datasets on which all of {', '.join(names[:LISTED])}"
            f"{more} ran in the same setting; choose fewer models, --set models=['none','hfc']"
        )
    return found


def run_everywhere(session: Session, scope: Scope) -> tuple[str, ...]:
    """Attentions with a result on every dataset that has one, in the order of their names."""
    by_name: dict[str, set[str]] = defaultdict(set)
    for one in scope.configurations(session):
        if one.runs:
            by_name[one.attention].add(one.data)
    every = set().union(*by_name.values())
    return tuple(sorted(name for name, data in by_name.items() if data == every))
