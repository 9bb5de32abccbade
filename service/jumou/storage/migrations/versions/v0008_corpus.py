"""The log of a corpus that several machines share."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables of editions and changes."""
    op.create_table(
        "corpus_editions",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("mark", sa.String(32), nullable=False),
        sa.Column("corpus", sa.Text, nullable=False),
        sa.Column("encoder", sa.Text, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
    )
    op.create_table(
        "corpus_changes",
        sa.Column("edition", sa.Integer, sa.ForeignKey("corpus_editions.number"), primary_key=True),
        sa.Column("document", sa.String(200), primary_key=True),
        sa.Column("removed", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("ix_corpus_changes_document_edition", "corpus_changes", ["document", "edition"])
