"""What models cost."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring an older database to this version."""
    op.create_table(
        "costs",
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("measured_at", sa.DateTime(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("environment", sa.JSON(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("backbone", sa.JSON(), nullable=False),
        sa.Column("attention", sa.JSON(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("parameters", sa.BigInteger(), nullable=False),
        sa.Column("flops", sa.BigInteger(), nullable=False),
        sa.Column("flops_by_operation", sa.JSON(), nullable=False),
        sa.Column("latency_ms_p50", sa.Double(), nullable=False),
        sa.Column("latency_ms_p95", sa.Double(), nullable=False),
        sa.Column("throughput", sa.Double(), nullable=False),
        sa.Column("peak_memory", sa.BigInteger(), nullable=False),
        sa.Column("to_vanilla", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("record", "number", name=op.f("pk_costs")),
    )
