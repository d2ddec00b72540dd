"""Brings a database to the newest numbered migration: an engine in, the revision it now has out.

Safe when several processes start at once: PostgreSQL serialises on an advisory lock, SQLite on a lock file.
"""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

_HERE = Path(__file__).parent / "migrations"
_LOCK = 0x43524D  # any number, the same in every process


def config() -> Config:
    """Alembic's settings without an ``alembic.ini``; used by tests too."""
    found = Config()
    found.set_main_option("script_location", str(_HERE))
    found.set_main_option("version_path_separator", "os")
    return found


def migrate(engine: Engine) -> str:
    """Runs missing migrations and returns the revision. Raises Alembic's errors; half a migration is rolled back."""
    with _alone(engine), engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
        settings = config()
        settings.attributes["connection"] = connection
        if MigrationContext.configure(connection).get_current_revision() != head():
            command.upgrade(settings, "head")
        return MigrationContext.configure(connection).get_current_revision() or ""


def head() -> str:
    """The newest revision this code knows."""
    return ScriptDirectory.from_config(config()).get_current_head() or ""


@contextlib.contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    database = engine.url.database
    if engine.dialect.name != "sqlite" or not database or database == ":memory:":
        yield
        return
    with Path(f"{database}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
