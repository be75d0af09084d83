"""What is asked of the database after every epoch, put into SQL once and not each time.

SQLAlchemy takes longer to put such a statement together than SQLite takes to carry it out.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Table,
    Update,
    bindparam,
    exists,
    func,
    select,
    update,
)

from bench.store.models import Attempt, Base, Cell, Epoch, Evaluation, Selection
from bench.store.upsert import insert_new

_CELLS: Table = Base.metadata.tables[Cell.__tablename__]
_ATTEMPTS: Table = Base.metadata.tables[Attempt.__tablename__]
_EPOCHS: Table = Base.metadata.tables[Epoch.__tablename__]
_EVALUATIONS: Table = Base.metadata.tables[Evaluation.__tablename__]
_SELECTIONS: Table = Base.metadata.tables[Selection.__tablename__]
_CELL: BindParameter[int] = bindparam("of_cell")
_NUMBER: BindParameter[int] = bindparam("of_number")

# PostgreSQL has several writers at once; a matrix may go on naming the cell meanwhile.
_LOCK = (
    select(_CELLS.c.key).where(_CELLS.c.id == bindparam("identity")).with_for_update(key_share=True)
)
_OFFSET = (
    select(_ATTEMPTS.c.offset)
    .where(_ATTEMPTS.c.cell_key == _CELL, _ATTEMPTS.c.number == _NUMBER)
    .scalar_subquery()
)
_RESUMED_AFTER = (
    select(func.min(_ATTEMPTS.c.resumed_after))
    .where(_ATTEMPTS.c.cell_key == _CELL, _ATTEMPTS.c.number > _NUMBER)
    .scalar_subquery()
)
_TAKEN_IN = select(_OFFSET, _RESUMED_AFTER)
_REFRESH = (
    update(_CELLS)
    .where(_CELLS.c.key == _CELL)
    .values(
        state=select(_ATTEMPTS.c.state)
        .where(_ATTEMPTS.c.cell_key == _CELL)
        .order_by(_ATTEMPTS.c.number.desc())
        .limit(1)
        .scalar_subquery(),
        epochs_done=select(func.count()).where(_EPOCHS.c.cell_key == _CELL).scalar_subquery(),
    )
)
_TESTED = (
    _EVALUATIONS.c.cell_key == _SELECTIONS.c.cell_key,
    _EVALUATIONS.c.epoch == _SELECTIONS.c.epoch,
    _EVALUATIONS.c.part == "test",
)
#: Copy to every selection what its epoch reached on the test part, as far as that is known.
COPY_RESULTS = update(_SELECTIONS).values(
    {
        name: select(_EVALUATIONS.c[name]).where(*_TESTED).scalar_subquery()
        for name in ("accuracy", "balanced_accuracy", "macro_f1", "confusion")
    }
)
_COPY_RESULTS_OF_CELL = COPY_RESULTS.where(_SELECTIONS.c.cell_key == _CELL)
_UNCOPIED = (
    select(_CELLS.c.id)
    .join_from(_SELECTIONS, _CELLS)
    .where(_SELECTIONS.c.confusion.is_(None), exists().where(*_TESTED))
    .distinct()
)


def lock_cell(connection: Connection, identity: str) -> int | None:
    """The key of a cell, which nobody else takes journals in for until the transaction ends."""
    found: int | None = connection.scalar(_LOCK, {"identity": identity})
    return found


def taken_in(connection: Connection, cell: int, attempt: int) -> tuple[int | None, int | None]:
    """Bytes of an attempt's journal that are in, and the epoch after which a later one resumed.

    Each is None where there is no such attempt.
    """
    values = {"of_cell": cell, "of_number": attempt}
    offset, resumed_after = connection.execute(_TAKEN_IN, values).one()
    return offset, resumed_after


def enter_attempt(connection: Connection, cell: int, attempt: int, claimed_at: datetime) -> None:
    """Make the row of an attempt of which nothing is known yet."""
    row = {"cell_key": cell, "number": attempt, "state": "running", "claimed_at": claimed_at}
    nothing = {"holder": "", "job": "", "log": "", "reason": "", "traceback": "", "offset": 0}
    insert_new(connection, Attempt, [row | nothing])


def amend_attempt(
    connection: Connection, cell: int, attempt: int, stated: Mapping[str, Any]
) -> None:
    """Write what an attempt has said of itself."""
    values = {"of_cell": cell, "of_number": attempt, **stated}
    connection.execute(_amendment(tuple(stated)), values)


@cache
def _amendment(columns: tuple[str, ...]) -> Update:
    made = update(_ATTEMPTS).values({column: bindparam(column) for column in columns})
    return made.where(_ATTEMPTS.c.cell_key == _CELL, _ATTEMPTS.c.number == _NUMBER)


def refresh_cell(connection: Connection, cell: int) -> None:
    """A cell is in the state of its latest attempt; its results are those of its epochs."""
    connection.execute(_REFRESH, {"of_cell": cell})
    # (an epoch that was picked may come in after that: it may be in an earlier attempt's journal)
    connection.execute(_COPY_RESULTS_OF_CELL, {"of_cell": cell})


def cells_without_copies(connection: Connection) -> list[str]:
    """Identities of cells whose results nobody has copied, though they are there.

    A worker of a ferbench from before there were copies leaves them so.
    """
    return list(connection.scalars(_UNCOPIED))
