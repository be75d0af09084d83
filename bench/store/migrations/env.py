"""Runs the migrations on the connection that `bench.store.database` hands over."""

from alembic import context

from bench.store.database import VERSION_TABLE
from bench.store.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,  # SQLite changes a column by making the table anew
)
with context.begin_transaction():
    context.run_migrations()
