"""What the store holds of each configuration."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Text, cast, select
from sqlalchemy.orm import Session

from bench.specification import Specification, folds_of
from bench.statistics.measured import PERCENT, Configuration, Fold, Run
from bench.store.models import Attempt, Cell, MatrixCell, Selection

#: Keys that one statement names; databases take some ten thousand.
_AT_ONCE = 500


def configurations(
    session: Session,
    rule: str,
    matrix: str | None = None,
    within: Sequence[ColumnElement[bool]] = (),
) -> tuple[Configuration, ...]:
    """Every configuration that has cells, by dataset, backbone, protocol and attention.

    Parameters
    ----------
    session : Session
        Of a results database.
    rule : str
        ``best`` or ``last``.
    matrix : str, optional
        Only the cells of this matrix.
    within : sequence of ColumnElement
        Conditions on a `Cell`: the database sifts, for it may hold ten thousand.
    """
    return configurations_by_rule(session, (rule,), matrix, within)[rule]


def configurations_by_rule(
    session: Session,
    rules: Sequence[str],
    matrix: str | None = None,
    within: Sequence[ColumnElement[bool]] = (),
) -> dict[str, tuple[Configuration, ...]]:
    """The same for several rules, which share most of what has to be read."""
    if matrix is not None:
        members = select(MatrixCell.cell_key).where(MatrixCell.matrix == matrix)
        within = (*within, Cell.key.in_(members))
    asked = tuple(_asked(session, within))
    known = tuple(_known(session, [one.witness for one in asked]))
    tested = _tested(session, rules, within)
    return {
        rule: tuple(
            sorted(
                (
                    _with_runs(configuration, runs, rule, found)
                    for configuration, runs in zip(known, asked, strict=True)
                ),
                key=_place,
            )
        )
        for rule, found in tested.items()
    }


def _place(one: Configuration) -> tuple[str, ...]:
    return one.dataset, one.backbone, one.protocol, one.attention, one.id


class _Asked(NamedTuple):
    """What was asked for of a configuration.

    Attributes
    ----------
    witness : int
        Key of a cell that knows of it whatever any of them does: one that was started, if one was.
    runs : tuple of (int, int, tuple of int)
        Of each run its split seed, its seed, and the keys of its cells.
    """

    witness: int
    runs: tuple[tuple[int, int, tuple[int, ...]], ...]


def _asked(session: Session, within: Sequence[ColumnElement[bool]]) -> Iterator[_Asked]:
    """Of each configuration, in the order of their identities."""
    order = (Cell.configuration, Cell.split_seed, Cell.seed, Cell.fold)
    query = select(*order, Cell.key, Cell.parameters).where(*within).order_by(*order)
    for _, group in groupby(_rows(session, query), key=itemgetter(0)):
        cells = list(group)
        witness = next((cell for cell in cells if cell.parameters is not None), cells[0])
        runs = tuple(
            (*seeds, tuple(key for *_, key, _ in folds))
            for seeds, folds in groupby(cells, key=itemgetter(1, 2))
        )
        yield _Asked(witness.key, runs)


def _known(session: Session, cells: Sequence[int]) -> Iterator[Configuration]:
    """What the cells with these keys tell of their configurations, in that order; without runs."""
    told = select(
        Cell.key,
        Cell.configuration,
        Cell.dataset,
        Cell.data,
        Cell.protocol,
        Cell.backbone,
        Cell.attention,
        Cell.parameters,
        _text(Cell.images).label("images"),
        _text(Cell.specification).label("specification"),
    )
    for start in range(0, len(cells), _AT_ONCE):
        some = cells[start : start + _AT_ONCE]
        found = {row.key: row for row in _rows(session, told.where(Cell.key.in_(some)))}
        for row in map(found.__getitem__, some):
            yield Configuration(
                id=row.configuration,
                dataset=row.dataset,
                data=row.data,
                protocol=row.protocol,
                backbone=row.backbone,
                attention=row.attention,
                specification=Specification.model_validate_json(row.specification),
                rule="",
                runs=(),
                missing=(),
                parts=(json.loads(row.images) if row.images else None) or {},
                parameters=row.parameters,
            )


def _tested(
    session: Session, rules: Sequence[str], within: Sequence[ColumnElement[bool]]
) -> dict[str, dict[int, Fold]]:
    """What each done cell reached, by rule and by the cell's key."""
    splits = _splits(session, within)
    query = (
        select(
            Selection.rule,
            Selection.cell_key,
            Selection.accuracy,
            Selection.balanced_accuracy,
            Selection.macro_f1,
            _text(Selection.confusion),
        )
        .join(Cell, Cell.key == Selection.cell_key)
        .where(
            Selection.rule.in_(rules),
            Selection.confusion.is_not(None),
            Cell.state == "done",
            *within,
        )
    )
    found: dict[str, dict[int, Fold]] = {rule: {} for rule in rules}
    for rule, key, accuracy, balanced, f1, counts in _rows(session, query):
        figures = _percent(accuracy), _percent(balanced), _percent(f1)
        found[rule][key] = Fold(key, splits[key], *figures, counts)
    return found


def _percent(fraction: float | None) -> float:
    return math.nan if fraction is None else fraction * PERCENT


def _text(column: Any) -> ColumnElement[str]:
    """JSON as it is stored: SQLAlchemy would read all of it, and little of it is looked at."""
    return cast(column, Text)


def _splits(session: Session, within: Sequence[ColumnElement[bool]]) -> dict[int, str]:
    """The split of each cell, as its latest attempt that started had it."""
    query = (
        select(Attempt.cell_key, Attempt.split)
        .join(Cell, Cell.key == Attempt.cell_key)
        .where(Attempt.split.is_not(None), *within)
        .order_by(Attempt.cell_key, Attempt.number)
    )
    return {key: str(split) for key, split in _rows(session, query)}


def _rows(session: Session, query: Select[*tuple[Any, ...]]) -> Sequence[Any]:
    """Rows of plain values, of which there are ten thousands: the ORM would double the time."""
    return session.connection().execute(query).all()


def _with_runs(
    known: Configuration, asked: _Asked, rule: str, tested: Mapping[int, Fold]
) -> Configuration:
    needed = folds_of(known.specification)
    runs, missing = [], []
    for split_seed, seed, cells in asked.runs:
        trained = tuple([tested[cell] for cell in cells if cell in tested])
        if len(trained) == needed:
            runs.append(Run.of(split_seed, seed, trained))
        else:
            missing.append((split_seed, seed))
    return replace(known, rule=rule, runs=_each_once(runs), missing=tuple(missing))


def _each_once(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Where the split does not depend on its seed, the same training is not two runs."""
    kept: dict[tuple[Any, ...], Run] = {}
    for run in runs:
        kept.setdefault((run.splits, run.seed), run)
    return tuple(kept.values())
