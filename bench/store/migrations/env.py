"""Runs the migrations on the connection that `bench.store.database` hands over."""

from alembic import context

from bench.store.database import VERSION_TABLE
from bench.store.models import Base

#: Whoever migrates a server's database holds this lock: "ferbench" as a number.
LOCK = int.from_bytes(b"ferbench")

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,  # SQLite changes a column by making the table anew
    transactional_ddl=True,  # all or nothing, and one process after the other: so can SQLite
)
with context.begin_transaction():
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    context.run_migrations()
