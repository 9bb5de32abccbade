"""The tables of runs. What was asked, tried, became of it and was told is only added to.

`open_runs`, `run_calls`, `run_files` and `workers` hold what is needed while work is under way, and are cleared when it has ended.
"""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from jumou.storage.tables import metadata

runs: Final = Table(
    "runs", metadata,
    Column("id", String(64), primary_key=True),
    Column("workspace", String(64), nullable=False, server_default="default"),
    Column("kind", String(16), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("record", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("schema_version", String(16), nullable=False),
    Index("ix_runs_workspace_created_at_id", "workspace", "created_at", "id"),
)  # fmt: skip

run_attempts: Final = Table(
    "run_attempts", metadata,
    Column("run_id", String(64), ForeignKey("runs.id"), primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("created_at", String(40), nullable=False),
)  # fmt: skip

run_outcomes: Final = Table(
    "run_outcomes", metadata,
    Column("run_id", String(64), ForeignKey("runs.id"), primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("state", String(16), nullable=False),
    Column("record", Text, nullable=False),
    Column("created_at", String(40), nullable=False),
    Index("ix_run_outcomes_state", "state"),
)  # fmt: skip
"""What became of an attempt: the first outcome that is stored, under its primary key."""

run_events: Final = Table(
    "run_events", metadata,
    Column("run_id", String(64), ForeignKey("runs.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("attempt", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("record", Text, nullable=False),
    Column("created_at", String(40), nullable=False),
)  # fmt: skip

open_runs: Final = Table(
    "open_runs", metadata,
    Column("run_id", String(64), ForeignKey("runs.id"), primary_key=True),
    Column("attempt", Integer, nullable=False),
    Column("workspace", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("taken_by", String(64), nullable=False, server_default=""),
    Index("ix_open_runs_priority_created_at", "priority", "created_at"),
)  # fmt: skip
"""The runs without an outcome, so that looking for work costs what there is to do and not what was ever done."""

run_calls: Final = Table(
    "run_calls", metadata,
    Column("scope", String(140), primary_key=True),
    Column("request", String(64), primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("record", Text, nullable=False),
    Column("tokens_in", Integer, nullable=False),
    Column("tokens_out", Integer, nullable=False),
    Column("created_at", String(40), nullable=False),
)  # fmt: skip
"""Answers of a language model that open runs have paid for: by run and attempt, exact request, and how often that was asked."""

run_files: Final = Table(
    "run_files", metadata,
    Column("run_id", String(64), ForeignKey("runs.id"), primary_key=True),
    Column("side", String(8), primary_key=True),
    Column("name", String(255), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("created_at", String(40), nullable=False),
)  # fmt: skip
"""Files that were handed in (`in`) and are still needed, and files that were made (`out`)."""

workers: Final = Table(
    "workers", metadata,
    Column("name", String(64), primary_key=True),
    Column("record", Text, nullable=False),
    Column("started_at", String(40), nullable=False),
    Column("seen_at", String(40), nullable=False),
    Column("stopping", Integer, nullable=False, server_default="0"),
)  # fmt: skip
