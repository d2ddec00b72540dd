"""The database: an address in, a ``Store`` out that runs units of work, each in one transaction.

A unit of work is a plain function of a connection; it either happens whole or not at all. SQLAlchemy is used
synchronously in a few threads: with SQLite every statement blocks anyway, and one hop per transaction (instead of
one per statement, as an async driver does it) keeps the lock times short.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

__all__ = ["Connection", "SQLAlchemyError", "Store", "make_engine"]
"""``Connection`` and ``SQLAlchemyError`` are passed on so that nobody outside the store imports SQLAlchemy."""

T = TypeVar("T")
_READ = "crm_read"
BUSY_MS = 15_000


class Store:
    """One database. ``url`` is SQLAlchemy's; SQLite runs in WAL mode with full sync, so a commit survives power loss."""

    def __init__(self, url: str, threads: int = 6) -> None:
        self.url = url
        self.engine = make_engine(url)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="store")

    @property
    def sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def write_now(self, work: Callable[[Connection], T]) -> T:
        """Runs ``work`` in one writing transaction; an exception rolls everything back."""
        with self.engine.begin() as connection:
            return work(connection)

    def read_now(self, work: Callable[[Connection], T]) -> T:
        """Runs ``work`` on one consistent snapshot; on SQLite it does not wait for writers."""
        options: dict[str, Any] = {_READ: True}
        if not self.sqlite:
            options["isolation_level"] = "REPEATABLE READ"  # or every statement would see another moment
        with self.engine.connect().execution_options(**options) as connection:
            return work(connection)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """As ``write_now``, off the event loop. Cancelling the caller does not stop a transaction half-way."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.write_now, work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.read_now, work)

    def close(self) -> None:
        self._threads.shutdown(wait=True)
        self.engine.dispose()


def make_engine(url: str) -> Engine:
    """An engine with our SQLite settings; creates the folder of a SQLite file."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=8, hide_parameters=True)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_size=8, max_overflow=8, hide_parameters=True,  # errors must not quote messages
                           connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        for pragma in (
            f"busy_timeout={BUSY_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON",
            "secure_delete=ON",      # deleted bytes are overwritten with zeros
            "temp_store=MEMORY",     # and are never copied to a temporary file
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # IMMEDIATE takes the write lock at once: a transaction that reads first and writes later would otherwise
        # fail with "database is locked" without waiting.
        reading = connection.get_execution_options().get(_READ)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
