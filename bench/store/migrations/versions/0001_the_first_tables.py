"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring an older database to this version."""
    op.create_table(
        "cells",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("configuration", sa.String(), nullable=False),
        sa.Column("specification", sa.JSON(), nullable=False),
        sa.Column("dataset", sa.String(), nullable=False),
        sa.Column("data", sa.String(), nullable=False),
        sa.Column("protocol", sa.String(), nullable=False),
        sa.Column("backbone", sa.String(), nullable=False),
        sa.Column("attention", sa.String(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("split_seed", sa.Integer(), nullable=False),
        sa.Column("fold", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("epochs", sa.Integer(), nullable=False),
        sa.Column("epochs_done", sa.Integer(), nullable=False),
        sa.Column("classes", sa.JSON(), nullable=True),
        sa.Column("images", sa.JSON(), nullable=True),
        sa.Column("parameters", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_cells")),
        sa.UniqueConstraint("id", name=op.f("uq_cells_id")),
    )
    with op.batch_alter_table("cells", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cells_configuration"), ["configuration"], unique=False)
        batch_op.create_index(batch_op.f("ix_cells_state"), ["state"], unique=False)

    op.create_table(
        "matrices",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("reported", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_matrices")),
    )
    op.create_table(
        "splits",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("parts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_splits")),
    )
    op.create_table(
        "attempts",
        sa.Column("cell_key", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("resumed_after", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("traceback", sa.String(), nullable=False),
        sa.Column("split", sa.String(), nullable=True),
        sa.Column("environment", sa.JSON(), nullable=True),
        sa.Column(
            "offset", sa.BigInteger(), nullable=False, comment="bytes of the journal taken in"
        ),
        sa.ForeignKeyConstraint(["cell_key"], ["cells.key"], name=op.f("fk_attempts_cell_key")),
        sa.PrimaryKeyConstraint("cell_key", "number", name=op.f("pk_attempts")),
    )
    op.create_table(
        "class_metrics",
        sa.Column("cell_key", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("label", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("support", sa.Integer(), nullable=False),
        sa.Column("recall", sa.Double(), nullable=True),
        sa.Column("precision", sa.Double(), nullable=True),
        sa.Column("f1", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cell_key"], ["cells.key"], name=op.f("fk_class_metrics_cell_key")
        ),
        sa.PrimaryKeyConstraint(
            "cell_key", "epoch", "part", "label", name=op.f("pk_class_metrics")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "epochs",
        sa.Column("cell_key", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=False),
        sa.Column("lr", sa.Double(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("images_per_second", sa.Double(), nullable=False),
        sa.Column("peak_memory", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["cell_key"], ["cells.key"], name=op.f("fk_epochs_cell_key")),
        sa.PrimaryKeyConstraint("cell_key", "epoch", name=op.f("pk_epochs")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "evaluations",
        sa.Column("cell_key", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("loss", sa.Double(), nullable=True),
        sa.Column("accuracy", sa.Double(), nullable=True),
        sa.Column("balanced_accuracy", sa.Double(), nullable=True),
        sa.Column("macro_f1", sa.Double(), nullable=True),
        sa.Column("confusion", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["cell_key"], ["cells.key"], name=op.f("fk_evaluations_cell_key")),
        sa.PrimaryKeyConstraint("cell_key", "epoch", "part", name=op.f("pk_evaluations")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "matrix_cells",
        sa.Column("matrix", sa.String(), nullable=False),
        sa.Column("cell_key", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cell_key"], ["cells.key"], name=op.f("fk_matrix_cells_cell_key")),
        sa.ForeignKeyConstraint(["matrix"], ["matrices.name"], name=op.f("fk_matrix_cells_matrix")),
        sa.PrimaryKeyConstraint("matrix", "cell_key", name=op.f("pk_matrix_cells")),
    )
    with op.batch_alter_table("matrix_cells", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_matrix_cells_cell_key"), ["cell_key"], unique=False)

    op.create_table(
        "predictions",
        sa.Column("cell_key", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("logits", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["cell_key"], ["cells.key"], name=op.f("fk_predictions_cell_key")),
        sa.PrimaryKeyConstraint("cell_key", "rule", "part", name=op.f("pk_predictions")),
    )
    op.create_table(
        "selections",
        sa.Column("cell_key", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cell_key"], ["cells.key"], name=op.f("fk_selections_cell_key")),
        sa.PrimaryKeyConstraint("cell_key", "rule", name=op.f("pk_selections")),
    )
