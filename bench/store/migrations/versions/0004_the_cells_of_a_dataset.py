"""An index that finds the cells of a dataset, and which of them are done, without reading all."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring an older database to this version."""
    op.create_index("ix_cells_dataset", "cells", ["dataset", "state"])
