"""The tables of accounts. Unlike plans, these rows change: roles are given and taken, keys are used and revoked."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text, UniqueConstraint

from jumou.storage.tables import metadata

workspaces: Final = Table(
    "workspaces", metadata,
    Column("id", String(64), primary_key=True),
    Column("title", Text, nullable=False),
    Column("created_at", String(40), nullable=False),
)  # fmt: skip

users: Final = Table(
    "users", metadata,
    Column("name", String(100), primary_key=True),
    Column("subject", String(500), nullable=True),
    Column("created_at", String(40), nullable=False),
    UniqueConstraint("subject"),
)  # fmt: skip
"""People, and programs that have a key. `subject` is who the identity provider says it is: issuer and its own number."""

memberships: Final = Table(
    "memberships", metadata,
    Column("workspace", String(64), ForeignKey("workspaces.id"), primary_key=True),
    Column("user", String(100), ForeignKey("users.name"), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("source", String(16), nullable=False),
    Column("since", String(40), nullable=False),
    Index("ix_memberships_user", "user"),
)  # fmt: skip
"""`source` is `given` by an admin, or `groups`: it follows the groups the identity provider names at every login."""

api_keys: Final = Table(
    "api_keys", metadata,
    Column("id", String(32), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("prefix", String(16), nullable=False),
    Column("label", Text, nullable=False),
    Column("user", String(100), ForeignKey("users.name"), nullable=False),
    Column("workspace", String(64), ForeignKey("workspaces.id"), nullable=False),
    Column("scopes", String(64), nullable=False),
    Column("created_by", String(100), nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("expires_at", String(40), nullable=True),
    Column("used_at", String(40), nullable=True),
    Column("revoked_at", String(40), nullable=True),
    UniqueConstraint("digest"),
    Index("ix_api_keys_workspace", "workspace"),
)  # fmt: skip
"""The key itself is not here, only its SHA-256."""

sessions: Final = Table(
    "sessions", metadata,
    Column("digest", String(64), primary_key=True),
    Column("user", String(100), ForeignKey("users.name"), nullable=False),
    Column("workspace", String(64), ForeignKey("workspaces.id"), nullable=False),
    Column("key_id", String(32), nullable=True),
    Column("created_at", String(40), nullable=False),
    Column("expires_at", String(40), nullable=False),
)  # fmt: skip
"""Page sessions that have not ended, by the SHA-256 of what the cookie holds; `key_id` is the key somebody logged in with."""

secrets: Final = Table(
    "secrets", metadata,
    Column("name", String(32), primary_key=True),
    Column("value", String(100), nullable=False),
)  # fmt: skip
"""What all processes sign cookies with. It opens nothing by itself: a session is found by a number that only the cookie holds."""
