"""The executor's job that an attempt belongs to, and its log."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring an older database to this version."""
    for name in ("job", "log"):
        op.add_column("attempts", sa.Column(name, sa.String(), nullable=False, server_default=""))
