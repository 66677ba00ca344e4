"""What alembic runs: every step inside the one transaction that the caller opened."""

from alembic import context

from crawler.store.columns import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()
