"""The tables of a plan in operation: actual values and decisions on proposals. Rows are only ever added."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from jumou.storage.tables import metadata


def _in_operation(name: str) -> Table:
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


actuals: Final = _in_operation("actuals")
adjustments: Final = _in_operation("adjustments")
