"""What Alembic runs around migrations: they use the connection, and the transaction, of the caller."""

from alembic import context

from services.journal.storage.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite changes tables by copying them
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
