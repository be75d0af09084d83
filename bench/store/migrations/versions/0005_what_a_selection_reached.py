"""With each selection what its epoch reached on the test part, for a board to be read at once."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FIGURES = ("accuracy", "balanced_accuracy", "macro_f1")


def upgrade() -> None:
    """Bring an older database to this version."""
    for name in FIGURES:
        op.add_column("selections", sa.Column(name, sa.Double(), nullable=True))
    op.add_column("selections", sa.Column("confusion", sa.JSON(), nullable=True))
    columns = ("cell_key", "epoch", *FIGURES, "confusion")
    picked = sa.table("selections", *map(sa.column, columns))
    tested = sa.table("evaluations", *map(sa.column, ("part", *columns)))
    same = (
        tested.c.cell_key == picked.c.cell_key,
        tested.c.epoch == picked.c.epoch,
        tested.c.part == "test",
    )
    reached = {
        name: sa.select(tested.c[name]).where(*same).scalar_subquery()
        for name in (*FIGURES, "confusion")
    }
    op.execute(sa.update(picked).values(reached))
