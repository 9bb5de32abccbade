"""What Alembic runs: always over the connection the store hands it, never over one of its own."""

from alembic import context

from jumou.storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite")
with context.begin_transaction():
    context.run_migrations()
