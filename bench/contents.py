"""What a store holds, counted and listed: names to choose from, cells by state, what went wrong."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from bench.specification import Specification
from bench.store.models import Attempt, Cell, Matrix, MatrixCell, Selection
from registry.errors import RequestError

Query = Select[*tuple[Any, ...]]

#: States of cells that somebody should look at.
TROUBLE = ("failed", "diverged", "lost")
MOST = 200


@dataclass(frozen=True)
class AskedMatrix:
    """A matrix that was asked for, with the number of its cells."""

    name: str
    title: str
    reported: str | None
    cells: int


@dataclass(frozen=True)
class Group:
    """How many cells of one model in one setting are in a state."""

    dataset: str
    protocol: str
    backbone: str
    attention: str
    state: str
    cells: int


@dataclass(frozen=True)
class Wanted:
    """Which cells: those of all these names, where they are given.

    Attributes
    ----------
    model : str
        Text that backbone or attention has in it.
    """

    matrix: str | None = None
    configuration: str | None = None
    dataset: str | None = None
    backbone: str | None = None
    state: str | None = None
    model: str = ""


ANY = Wanted()


@dataclass(frozen=True)
class Listed:
    """A cell in one line, with its balanced accuracy on the test part at the best epoch."""

    id: str
    configuration: str
    dataset: str
    protocol: str
    backbone: str
    attention: str
    split_seed: int
    fold: int
    seed: int
    state: str
    epochs_done: int
    epochs: int
    figure: float | None


@dataclass(frozen=True)
class Trouble:
    """A cell that ended badly, with what its last attempt left behind."""

    id: str
    backbone: str
    attention: str
    seed: int
    state: str
    attempt: int
    reason: str
    traceback: str


def matrices(session: Session) -> tuple[AskedMatrix, ...]:
    """Every matrix, by name."""
    query = (
        select(Matrix.name, Matrix.title, Matrix.reported, func.count(MatrixCell.cell_key))
        .outerjoin(MatrixCell, MatrixCell.matrix == Matrix.name)
        .group_by(Matrix.name, Matrix.title, Matrix.reported)
        .order_by(Matrix.name)
    )
    return tuple(AskedMatrix(*row) for row in session.execute(query))


def groups(session: Session, matrix: str | None = None) -> tuple[Group, ...]:
    """Cells counted by model, setting and state, all or those of a matrix."""
    names = (Cell.dataset, Cell.protocol, Cell.backbone, Cell.attention, Cell.state)
    query = select(*names, func.count()).group_by(*names).order_by(*names)
    return tuple(Group(*row) for row in session.execute(_of(query, matrix)))


def models(
    session: Session, dataset: str, matrix: str | None = None
) -> tuple[tuple[str, str, str, str, int], ...]:
    """Configurations on a dataset: identity, backbone, attention, protocol, cells that are done."""
    names = (Cell.configuration, Cell.backbone, Cell.attention, Cell.protocol)
    done = func.count().filter(Cell.state == "done")
    query = (
        select(*names, done)
        .where(Cell.dataset == dataset)
        .group_by(*names)
        .order_by(Cell.backbone, Cell.attention, Cell.protocol, Cell.configuration)
    )
    return tuple((a, b, c, d, n) for a, b, c, d, n in session.execute(_of(query, matrix)))


def specification_of(session: Session, configuration: str) -> Specification:
    """Of one cell of the configuration whose identity begins so.

    Raises
    ------
    RequestError
        There is none.
    """
    query = select(Cell.specification).where(
        Cell.configuration.startswith(configuration, autoescape=True)
    )
    found = session.scalar(query.limit(1))
    if found is None:
        raise RequestError(f"there is no configuration '{configuration}'")
    return Specification.model_validate(found)


def listed(
    session: Session, wanted: Wanted = ANY, most: int = MOST, after: int = 0
) -> tuple[Listed, ...]:
    """Cells in the order in which they were asked for; so many, after so many others."""
    picked = and_(Selection.cell_key == Cell.key, Selection.rule == "best")
    columns = [getattr(Cell, name) for name in Listed.__dataclass_fields__ if name != "figure"]
    query = (
        select(*columns, Selection.balanced_accuracy)
        .outerjoin(Selection, picked)
        .order_by(Cell.key)
        .limit(most)
        .offset(after)
    )
    return tuple(Listed(*row) for row in session.execute(_only(query, wanted)))


def how_many(session: Session, wanted: Wanted = ANY) -> int:
    """So many cells are like that."""
    return session.scalar(_only(select(func.count(Cell.key)), wanted)) or 0


def troubles(session: Session, matrix: str | None = None, most: int = 50) -> tuple[Trouble, ...]:
    """Cells that failed, diverged or were lost, the latest first; the first so many."""
    later = aliased(Attempt)
    latest = (
        select(func.max(later.number)).where(later.cell_key == Cell.key).correlate(Cell)
    ).scalar_subquery()
    query = (
        select(
            Cell.id,
            Cell.backbone,
            Cell.attention,
            Cell.seed,
            Cell.state,
            Attempt.number,
            Attempt.reason,
            Attempt.traceback,
        )
        .join(Attempt, and_(Attempt.cell_key == Cell.key, Attempt.number == latest))
        .where(Cell.state.in_(TROUBLE))
        .order_by(Attempt.ended_at.desc(), Cell.key)
        .limit(most)
    )
    return tuple(Trouble(*row) for row in session.execute(_of(query, matrix)))


def matrices_of(session: Session, cells: tuple[str, ...]) -> tuple[str, ...]:
    """Which matrices ask for any of these cells, by name."""
    query = (
        select(MatrixCell.matrix)
        .join(Cell, Cell.key == MatrixCell.cell_key)
        .where(Cell.id.in_(cells))
        .distinct()
        .order_by(MatrixCell.matrix)
    )
    return tuple(session.scalars(query))


def asking(session: Session, states: tuple[str, ...]) -> tuple[tuple[str, str, int], ...]:
    """Of each matrix with cells in these states: its name, the state, and how many."""
    query = (
        select(MatrixCell.matrix, Cell.state, func.count())
        .join(Cell, Cell.key == MatrixCell.cell_key)
        .where(Cell.state.in_(states))
        .group_by(MatrixCell.matrix, Cell.state)
        .order_by(MatrixCell.matrix, Cell.state)
    )
    return tuple(
        (str(name), str(state), int(count)) for name, state, count in session.execute(query)
    )


def _of(query: Query, matrix: str | None) -> Query:
    if matrix is None:
        return query
    members = select(MatrixCell.cell_key).where(MatrixCell.matrix == matrix)
    return query.where(Cell.key.in_(members))


def _only(query: Query, wanted: Wanted) -> Query:
    for kind in ("configuration", "dataset", "backbone", "state"):
        name = getattr(wanted, kind)
        if name is not None:
            query = query.where(getattr(Cell, kind) == name)
    if wanted.model:
        holds = Cell.backbone.contains(wanted.model, autoescape=True)
        query = query.where(holds | Cell.attention.contains(wanted.model, autoescape=True))
    return _of(query, wanted.matrix)
