"""Sessions of the desk: the hash of a cookie in, who is signed in out. The cookie itself is kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, or_, select, update

from channels.store.tables import desk_sessions, trainers
from channels.store.trainers import DeskRole, Trainer
from knowledge_base.model import Language


@dataclass(frozen=True)
class Session:
    """``csrf``: the token its forms carry; ``used_at``: seconds since 1970, exact to ``session.NOTE_S``."""

    hash: str
    trainer: Trainer
    csrf: str
    created_at: float
    used_at: float


def begin(connection: Connection, hashed: str, trainer: int, csrf: str, now: float) -> None:
    connection.execute(desk_sessions.insert().values(
        hash=hashed, trainer=trainer, csrf=csrf, created_at=now, used_at=now))


def find(connection: Connection, hashed: str, used_since: float, created_since: float) -> Session | None:
    """The session with this hash, unless it is older than allowed or its trainer was disabled."""
    row = connection.execute(
        select(desk_sessions.c.hash, desk_sessions.c.csrf, desk_sessions.c.created_at, desk_sessions.c.used_at,
               trainers.c.id, trainers.c.name, trainers.c.shown, trainers.c.role, trainers.c.language)
        .join(trainers, trainers.c.id == desk_sessions.c.trainer)
        .where(desk_sessions.c.hash == hashed, desk_sessions.c.used_at > used_since,
               desk_sessions.c.created_at > created_since, ~trainers.c.disabled)
    ).first()
    if row is None:
        return None
    trainer = Trainer(row.id, row.name, row.shown, DeskRole(row.role), Language(row.language))
    return Session(row.hash, trainer, row.csrf, row.created_at, row.used_at)


def used(connection: Connection, hashed: str, now: float) -> None:
    connection.execute(update(desk_sessions).where(desk_sessions.c.hash == hashed).values(used_at=now))


def end(connection: Connection, hashed: str) -> None:
    connection.execute(delete(desk_sessions).where(desk_sessions.c.hash == hashed))


def sweep(connection: Connection, used_since: float, created_since: float) -> int:
    """Deletes sessions that cannot be used any more; returns how many."""
    return connection.execute(delete(desk_sessions).where(or_(
        desk_sessions.c.used_at <= used_since, desk_sessions.c.created_at <= created_since))).rowcount
