"""The table of the audit stream. Rows are only ever added."""

from typing import Final

from sqlalchemy import Column, Index, Integer, String, Table, Text

from jumou.storage.tables import metadata

audit_entries: Final = Table(
    "audit_entries", metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("workspace", String(64), nullable=False),
    Column("record", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_entries_workspace_number", "workspace", "number"),
)  # fmt: skip
