"""The tables. Rows are only ever added.

A revision is a list of items with the hash of each; the contents stand in `contents`, each once however many
revisions hold it. So an untouched item is the same bytes in every revision, and old revisions cost little.
"""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

from jumou.domain.access import DEFAULT_WORKSPACE

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def belonging() -> tuple[Column[str], Column[str]]:
    """Whose a row is, and whether it is internal there. Every query names the workspace; the stores see to it."""
    return (
        Column("workspace", String(64), nullable=False, server_default=DEFAULT_WORKSPACE),
        Column("classification", String(16), nullable=False, server_default="public"),
    )


plans: Final = Table(
    "plans", metadata,
    Column("id", String(64), primary_key=True),
    Column("title", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("schema_version", String(16), nullable=False),
    *belonging(),
    Index("ix_plans_workspace_created_at_id", "workspace", "created_at", "id"),
)  # fmt: skip

events: Final = Table(
    "events", metadata,
    Column("plan_id", String(64), ForeignKey("plans.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String(32), nullable=False),
    Column("record", Text, nullable=False),
    Column("schema_version", String(16), nullable=False),
)  # fmt: skip

contents: Final = Table(
    "contents", metadata,
    Column("hash", String(64), primary_key=True),
    Column("text", Text, nullable=False),
)  # fmt: skip

revisions: Final = Table(
    "revisions", metadata,
    Column("id", String(64), primary_key=True),
    Column("plan_id", String(64), ForeignKey("plans.id"), nullable=False),
    Column("step", String(16), nullable=False),
    Column("number", Integer, nullable=False),
    Column("event", Integer, nullable=False),
    Column("parent_id", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("record", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("schema_version", String(16), nullable=False),
    Column("classification", String(16), nullable=False, server_default="public"),
    UniqueConstraint("plan_id", "step", "number"),
)  # fmt: skip


def record_table(name: str) -> Table:
    """Records of one kind, in the order of the plan's events."""
    return Table(
        name, metadata,
        Column("id", String(64), primary_key=True),
        Column("plan_id", String(64), ForeignKey("plans.id"), nullable=False),
        Column("event", Integer, nullable=False),
        Column("record", Text, nullable=False),
        Column("created_at", String(40), nullable=False),
        Column("schema_version", String(16), nullable=False),
        Index(f"ix_{name}_plan_id_event", "plan_id", "event"),
    )  # fmt: skip


reviews: Final = record_table("reviews")
stale_marks: Final = record_table("stale_marks")
comments: Final = record_table("comments")

idempotency_keys: Final = Table(
    "idempotency_keys", metadata,
    Column("workspace", String(64), primary_key=True, server_default=DEFAULT_WORKSPACE),
    Column("key", String(255), primary_key=True),
    Column("request_hash", String(64), nullable=False),
    Column("resource_id", String(64), nullable=False),
    Column("created_at", String(40), nullable=False),
)  # fmt: skip

progress: Final = Table(
    "progress", metadata,
    Column("plan_id", String(64), primary_key=True),
    Column("workspace", String(64), nullable=False, server_default=DEFAULT_WORKSPACE),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("record", Text, nullable=False),
    Column("created_at", String(40), nullable=False),
)  # fmt: skip
"""Progress of drafts from before there were runs; nothing is added any more."""

chats: Final = Table(
    "chats", metadata,
    Column("id", String(64), primary_key=True),
    Column("record", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("schema_version", String(16), nullable=False),
    *belonging(),
    Index("ix_chats_workspace_created_at_id", "workspace", "created_at", "id"),
)  # fmt: skip

chat_messages: Final = Table(
    "chat_messages", metadata,
    Column("chat_id", String(64), ForeignKey("chats.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("turn", Integer, nullable=False),
    Column("role", String(16), nullable=False),
    Column("key", String(255), nullable=True),
    Column("record", Text, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("schema_version", String(16), nullable=False),
    UniqueConstraint("chat_id", "turn", "role"),
    UniqueConstraint("chat_id", "key", name="uq_chat_messages_chat_id_key"),
)  # fmt: skip

chat_events: Final = Table(
    "chat_events", metadata,
    Column("chat_id", String(64), ForeignKey("chats.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("turn", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("record", Text, nullable=False),
)  # fmt: skip
"""What answers do, kept before it is sent, so that no reader has seen what the store does not know."""

batches: Final = Table(
    "batches", metadata,
    Column("id", String(64), primary_key=True),
    Column("record", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("schema_version", String(16), nullable=False),
    *belonging(),
    Index("ix_batches_workspace_created_at_id", "workspace", "created_at", "id"),
)  # fmt: skip

batch_rows: Final = Table(
    "batch_rows", metadata,
    Column("batch_id", String(64), ForeignKey("batches.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("source", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("profile", Text, nullable=True),
)  # fmt: skip
"""The regions of a batch; one whose profile cannot be read has none."""

batch_attempts: Final = Table(
    "batch_attempts", metadata,
    Column("batch_id", String(64), ForeignKey("batches.id"), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("created_at", String(40), nullable=False),
)  # fmt: skip
"""Each time a region is to be drafted. It is open until it has an outcome under the same key."""

batch_outcomes: Final = Table(
    "batch_outcomes", metadata,
    Column("batch_id", String(64), ForeignKey("batches.id"), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("state", String(16), nullable=False),
    Column("failure", Text, nullable=True),
    Column("project_list", Text, nullable=True),
    Column("created_at", String(40), nullable=False),
    Column("schema_version", String(16), nullable=False),
)  # fmt: skip

batch_events: Final = Table(
    "batch_events", metadata,
    Column("batch_id", String(64), ForeignKey("batches.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("record", Text, nullable=False),
    Column("created_at", String(40), nullable=False),
)  # fmt: skip
