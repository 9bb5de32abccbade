"""Workspaces, users, memberships, keys and sessions; everything kept so far is of the workspace `default`."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_DEFAULT = "default"


def upgrade() -> None:
    """Makes the tables of accounts, and says of every row whose it is."""
    for table in ("plans", "chats", "batches"):
        op.add_column(table, sa.Column("workspace", sa.String(64), nullable=False, server_default=_DEFAULT))
        op.add_column(table, sa.Column("classification", sa.String(16), nullable=False, server_default="public"))
        op.drop_index(f"ix_{table}_created_at_id", table)
        op.create_index(f"ix_{table}_workspace_created_at_id", table, ["workspace", "created_at", "id"])
    op.add_column("progress", sa.Column("workspace", sa.String(64), nullable=False, server_default=_DEFAULT))
    op.add_column("revisions", sa.Column("classification", sa.String(16), nullable=False, server_default="public"))
    _keys_by_workspace()
    op.create_table(
        "workspaces",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
    )
    op.execute(
        "INSERT INTO workspaces (id, title, created_at) VALUES ('default', '默认工作区 Default', '1970-01-01T00:00:00.000000+00:00')"
    )
    op.create_table(
        "users",
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("subject", sa.String(500), nullable=True),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.UniqueConstraint("subject", name="uq_users_subject"),
    )
    op.create_table(
        "memberships",
        sa.Column("workspace", sa.String(64), sa.ForeignKey("workspaces.id"), primary_key=True),
        sa.Column("user", sa.String(100), sa.ForeignKey("users.name"), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("since", sa.String(40), nullable=False),
    )
    op.create_index("ix_memberships_user", "memberships", ["user"])
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("prefix", sa.String(16), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("user", sa.String(100), sa.ForeignKey("users.name"), nullable=False),
        sa.Column("workspace", sa.String(64), sa.ForeignKey("workspaces.id"), nullable=False),
        sa.Column("scopes", sa.String(64), nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("expires_at", sa.String(40), nullable=True),
        sa.Column("used_at", sa.String(40), nullable=True),
        sa.Column("revoked_at", sa.String(40), nullable=True),
        sa.UniqueConstraint("digest", name="uq_api_keys_digest"),
    )
    op.create_index("ix_api_keys_workspace", "api_keys", ["workspace"])
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("user", sa.String(100), sa.ForeignKey("users.name"), nullable=False),
        sa.Column("workspace", sa.String(64), sa.ForeignKey("workspaces.id"), nullable=False),
        sa.Column("key_id", sa.String(32), nullable=True),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("expires_at", sa.String(40), nullable=False),
    )
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.String(100), nullable=False),
    )


def _keys_by_workspace() -> None:
    """Two workspaces may use the same idempotency key; SQLite cannot change a primary key, so the table is made anew."""
    op.create_table(
        "idempotency_keys_new",
        sa.Column("workspace", sa.String(64), nullable=False, server_default=_DEFAULT),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("resource_id", sa.String(64), nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "key", name="pk_idempotency_keys_by_workspace"),
    )
    op.execute(
        "INSERT INTO idempotency_keys_new (key, request_hash, resource_id, created_at)"
        " SELECT key, request_hash, resource_id, created_at FROM idempotency_keys"
    )
    op.drop_table("idempotency_keys")
    op.rename_table("idempotency_keys_new", "idempotency_keys")
