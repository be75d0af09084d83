"""What the store says of runs beside their confusion matrices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.statistics.measured import Configuration
from bench.store.models import Attempt, Cell, Selection

_SHORT = 12


@dataclass(frozen=True)
class Facts:
    """Picked epochs and environments by cell; classes by configuration."""

    epochs: Mapping[int, int]
    environments: Mapping[int, Mapping[str, Any]]
    classes: Mapping[str, tuple[str, ...]]


def facts_of(session: Session, found: Sequence[Configuration], rule: str) -> Facts:
    """The facts of these configurations, the epoch being the one that `rule` picked."""
    ids = [one.id for one in found]
    picked = select(Selection.cell_key, Selection.epoch).join(Cell, Cell.key == Selection.cell_key)
    ran = (
        select(Attempt.cell_key, Attempt.environment)
        .join(Cell, Cell.key == Attempt.cell_key)
        .where(Attempt.environment.is_not(None))
        .order_by(Attempt.cell_key, Attempt.number)  # the latest stays
    )
    named = select(Cell.configuration, Cell.classes).where(Cell.parameters.is_not(None))
    return Facts(
        _pairs(session, picked.where(Selection.rule == rule), ids),
        _pairs(session, ran, ids),
        {key: tuple(classes or ()) for key, classes in _pairs(session, named, ids).items()},
    )


def commits(facts: Facts, found: Sequence[Configuration]) -> list[str]:
    """The code that each run shown was trained with, said once."""
    cells = [fold.cell for one in found for run in one.runs for fold in run.folds]
    return list(dict.fromkeys(_commit(facts.environments.get(cell, {})) for cell in cells))


def _commit(environment: Mapping[str, Any]) -> str:
    commit = str(environment.get("commit") or "")[:_SHORT] or "unknown"
    return f"{commit} with changes" if environment.get("dirty") else commit


def _pairs(session: Session, query: Any, ids: Sequence[str]) -> dict[Any, Any]:
    found = session.execute(query.where(Cell.configuration.in_(ids)))
    return {row[0]: row[1] for row in found}
