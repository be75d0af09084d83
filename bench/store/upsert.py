"""Inserting rows that may be there already, on SQLite and on PostgreSQL alike."""

from functools import cache
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from bench.store.models import Base


def insert_new(connection: Connection, table: type[Base], rows: list[dict[str, Any]]) -> None:
    """Insert those rows whose key is not taken."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


def upsert(connection: Connection, table: type[Base], rows: list[dict[str, Any]]) -> None:
    """Insert rows; one whose key is taken replaces the values that it gives."""
    if rows:
        statement = _upsert(_is_postgresql(connection), table, tuple(rows[0]))
        connection.execute(statement, rows)


def lock(connection: Connection, *tables: type[Base]) -> None:
    """Let nobody else write into these tables until the transaction ends; SQLite never does."""
    if _is_postgresql(connection):
        names = ", ".join(table.__tablename__ for table in tables)
        connection.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))


def _insert(connection: Connection, table: type[Base]) -> Any:
    return (postgresql if _is_postgresql(connection) else sqlite).insert(table.__table__)


# Once for each kind of row: a worker does this after every epoch, among others who wait for it.
@cache
def _upsert(on_postgresql: bool, table: type[Base], columns: tuple[str, ...]) -> Insert:
    statement = (postgresql if on_postgresql else sqlite).insert(table.__table__)
    keys = [column.name for column in table.__table__.primary_key]
    values = {name: statement.excluded[name] for name in columns if name not in keys}
    updating: Insert = statement.on_conflict_do_update(index_elements=keys, set_=values)
    return updating


def _is_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"
