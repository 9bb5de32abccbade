"""Actual values of indicators, and decisions on proposed adjustments."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables of a plan in operation."""
    for name in ("actuals", "adjustments"):
        op.create_table(
            name,
            sa.Column("id", sa.String(64), primary_key=True),
            sa.Column("plan_id", sa.String(64), sa.ForeignKey("plans.id"), nullable=False),
            sa.Column("event", sa.Integer, nullable=False),
            sa.Column("record", sa.Text, nullable=False),
            sa.Column("created_at", sa.String(40), nullable=False),
            sa.Column("schema_version", sa.String(16), nullable=False),
        )
        op.create_index(f"ix_{name}_plan_id_event", name, ["plan_id", "event"])
