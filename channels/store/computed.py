"""What is computed in the database alike on SQLite and PostgreSQL: columns in, expressions out."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ColumnElement, Connection, Integer, cast, func, type_coerce

WEEK_S = 7 * 86_400.0


def week(connection: Connection, at: ColumnElement[float], since: float) -> ColumnElement[int]:
    """Whole weeks from ``since`` to ``at`` (seconds since 1970): 0, 1, 2 …"""
    past = (at - since) / WEEK_S
    # SQLite's cast cuts off, PostgreSQL's rounds; not every SQLite has floor()
    return cast(past if connection.dialect.name == "sqlite" else func.floor(past), Integer).label("week")


def as_json(connection: Connection, column: ColumnElement[str] | ColumnElement[str | None]) -> ColumnElement[Any]:
    """A text column as JSON, to be indexed by name and number."""
    if connection.dialect.name == "postgresql":
        return cast(column, JSON)
    return type_coerce(column, JSON)  # SQLite's CAST would make it a number
