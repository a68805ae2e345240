"""Alembic's way in: it works on the connection and in the transaction that `migrate` gives it."""

from alembic import context

from kds.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
