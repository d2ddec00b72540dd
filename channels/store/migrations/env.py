"""Alembic's entry: takes the open connection it is handed by ``migrate.py`` and runs what is missing."""

from __future__ import annotations

from alembic import context

from channels.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, transaction_per_migration=False,
    render_as_batch=True, compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
