"""Run by alembic, inside the transaction that `migrate` opened."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["metadata"],
    # Our BEGIN holds on SQLite too: a migration is applied whole or not at all.
    transactional_ddl=True,
    render_as_batch=True,  # SQLite cannot alter most things in place
)
context.run_migrations()
