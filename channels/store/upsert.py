"""Insert statements with ``ON CONFLICT``: a connection and a table in, the dialect's own statement out."""

from __future__ import annotations

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Both dialects spell it alike; SQLAlchemy keeps one class for each."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
