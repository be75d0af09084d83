"""One cell over its epochs, class by class, and what sets it apart from another."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.store.models import Cell, ClassMetric, Evaluation
from registry.errors import RequestError

FIGURES = ("recall", "precision", "f1")


@dataclass(frozen=True, eq=False)
class ByClass:
    """A figure of each class over the epochs, as fractions; None where undefined."""

    epochs: tuple[int, ...]
    values: Mapping[int, tuple[float | None, ...]]


def confusion_at(session: Session, cell: str, epoch: int, part: str) -> NDArray[np.int64]:
    """The confusion matrix of one part after one epoch.

    Raises
    ------
    RequestError
        The cell has no such epoch, or no such part.
    """
    confusion = session.scalar(
        select(Evaluation.confusion).where(
            Evaluation.cell_key == _key(cell), Evaluation.epoch == epoch, Evaluation.part == part
        )
    )
    if confusion is None:
        raise RequestError(f"cell {cell} has no epoch {epoch} of part '{part}'")
    return np.array(confusion, dtype=np.int64)


def by_class(session: Session, cell: str, part: str, figure: str) -> ByClass:
    """One of `FIGURES` for each class label, by epoch."""
    query = (
        select(ClassMetric.epoch, ClassMetric.label, getattr(ClassMetric, figure))
        .where(ClassMetric.cell_key == _key(cell), ClassMetric.part == part)
        .order_by(ClassMetric.epoch, ClassMetric.label)
    )
    rows = session.execute(query).all()
    epochs = tuple(dict.fromkeys(epoch for epoch, _, _ in rows))
    found = {(epoch, label): value for epoch, label, value in rows}
    labels = sorted({label for _, label, _ in rows})
    return ByClass(epochs, {one: tuple(found.get((e, one)) for e in epochs) for one in labels})


def flat(values: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Nested settings as one level: ``recipe.lr``."""
    made: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            made |= flat(value, f"{before}{key}.")
        else:
            made[before + key] = value
    return made


def unlike(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Settings in which two differ, with the value of each; None where one has no such setting."""
    mine, theirs = flat(first), flat(second)
    return {
        key: (mine.get(key), theirs.get(key))
        for key in dict.fromkeys([*mine, *theirs])
        if mine.get(key) != theirs.get(key)
    }


def _key(cell: str) -> Any:
    return select(Cell.key).where(Cell.id == cell).scalar_subquery()
