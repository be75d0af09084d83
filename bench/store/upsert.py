"""Inserting rows that may be there already, on SQLite and on PostgreSQL alike."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bench.store.models import Base


def _insert(session: Session, table: type[Base]) -> Any:
    dialect = session.get_bind().dialect.name
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)


def insert_new(session: Session, table: type[Base], rows: list[dict[str, Any]]) -> None:
    """Insert those rows whose key is not taken."""
    if rows:
        session.execute(_insert(session, table).on_conflict_do_nothing(), rows)


def upsert(session: Session, table: type[Base], rows: list[dict[str, Any]]) -> None:
    """Insert rows; one whose key is taken replaces the values that it gives."""
    if not rows:
        return
    statement = _insert(session, table)
    keys = [column.name for column in table.__table__.primary_key]
    values = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=values), rows)
