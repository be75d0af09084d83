"""Whether a database is whole, by its own account."""

from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from bench.store.database import Store, head
from bench.store.models import Base

#: SQLite's codes for a damaged file, and for one that is no database.
DAMAGED = {11, 26}


def damage(store: Store) -> list[str]:
    """What keeps a database from being read and refilled; one sentence each.

    Raises
    ------
    StoreError
        It cannot be looked at for another reason: it is locked, down, of another user.
    """
    try:
        with store.reading.connect() as connection:
            if store.path:
                lines = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
                if lines != ["ok"]:
                    return [f"the file {store} is damaged: {line}" for line in lines]
            tables = set(inspect(connection).get_table_names())
        missing = sorted(set(Base.metadata.tables) - tables)
        at_head = store.version() == head()
        return [f"the table {name} is missing" for name in missing] if at_head else []
    except DBAPIError as error:
        if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in DAMAGED:
            return [f"the file {store} is damaged: {error.orig}"]
        raise store.failure("read", error) from error


def orphans(store: Store) -> list[str]:
    """Rows whose parent is not there; a server lets none come to be."""
    if not store.path:
        return []
    with store.reading.connect() as connection:
        rows = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return [f"a row of {table} has no parent in {parent}" for table, _, parent, _ in rows]
