"""The tables of a corpus that several machines share. Rows are only ever added."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from jumou.storage.tables import metadata

corpus_editions: Final = Table(
    "corpus_editions", metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("mark", String(32), nullable=False),
    Column("corpus", Text, nullable=False),
    Column("encoder", Text, nullable=False),
    Column("at", String(40), nullable=False),
)  # fmt: skip

corpus_changes: Final = Table(
    "corpus_changes", metadata,
    Column("edition", Integer, ForeignKey("corpus_editions.number"), primary_key=True),
    Column("document", String(200), primary_key=True),
    Column("removed", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("origin", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index("ix_corpus_changes_document_edition", "document", "edition"),
)  # fmt: skip
