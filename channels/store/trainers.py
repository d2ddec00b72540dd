"""Trainers' accounts: a name in, who may sign in (and with what role) out. Passwords are stored as argon2 hashes only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Row, Select, delete, func, select, update

from channels.store.tables import desk_sessions, trainers
from channels.store.upsert import insert
from knowledge_base.model import Language

NEVER = "!"
"""Stands where a password was never set: no password verifies against it."""


class DeskRole(StrEnum):
    """``trainer``: sees the cohorts they belong to; ``lead``: sees all; ``admin``: also makes accounts."""

    TRAINER = "trainer"
    LEAD = "lead"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        return list(DeskRole).index(self)


@dataclass(frozen=True)
class Trainer:
    """Somebody who may sign in. ``name``: to sign in with, lower case; ``shown``: the name people read."""

    id: int
    name: str
    shown: str
    role: DeskRole
    language: Language

    def is_at_least(self, role: DeskRole) -> bool:
        return self.role.rank >= role.rank


@dataclass(frozen=True)
class Account:
    """What an admin sees of an account. ``locked_until``: seconds since 1970; 0.0 when never locked."""

    trainer: Trainer
    created_at: float
    disabled: bool
    locked_until: float


@dataclass(frozen=True)
class Try:
    """One attempt to sign in. ``open``: false while the account is locked; the hash must be verified all the same."""

    trainer: Trainer
    password: str
    open: bool


def add(connection: Connection, name: str, shown: str, password: str, role: DeskRole, language: Language,
        now: float) -> Trainer | None:
    """A new account; ``None`` when the name is taken. ``password``: its hash."""
    number = connection.execute(
        insert(connection, trainers).values(
            name=fold(name), shown=shown, password=password, role=role.value, language=language.value, created_at=now,
        ).on_conflict_do_nothing(index_elements=["name"]).returning(trainers.c.id)
    ).scalar_one_or_none()
    return None if number is None else Trainer(number, fold(name), shown, role, language)


def begin_try(connection: Connection, name: str, now: float, free: int, first_lock_s: float,
              longest_s: float) -> Try | None:
    """Counts an attempt *before* the password is looked at, so that many at once cannot outrun the lock.

    From the ``free``-th attempt without success on, the account locks for ``first_lock_s`` seconds, then twice as long
    each time, at most ``longest_s``. ``None`` for a name without an account, or a disabled one.
    """
    row = connection.execute(
        select(trainers).where(trainers.c.name == fold(name), ~trainers.c.disabled).with_for_update()
    ).first()
    if row is None:
        return None
    unlocked = row.locked_until <= now
    if unlocked:
        failures = row.failures + 1
        lock = min(longest_s, first_lock_s * 2.0 ** min(30, failures - free)) if failures >= free else 0.0
        connection.execute(update(trainers).where(trainers.c.id == row.id).values(
            failures=failures, locked_until=now + lock if lock else 0.0))
    return Try(_trainer(row), row.password, unlocked)


def succeeded(connection: Connection, trainer: int) -> None:
    """The password was right: the count begins anew."""
    connection.execute(update(trainers).where(trainers.c.id == trainer).values(failures=0, locked_until=0.0))


def password_of(connection: Connection, trainer: int) -> str:
    """The stored hash."""
    return str(connection.execute(select(trainers.c.password).where(trainers.c.id == trainer)).scalar_one())


def set_password(connection: Connection, trainer: int, password: str, *, keep: str = "") -> None:
    """A new hash; unlocks, and ends every session but the one whose hash is ``keep``."""
    connection.execute(update(trainers).where(trainers.c.id == trainer).values(
        password=password, failures=0, locked_until=0.0))
    connection.execute(delete(desk_sessions).where(desk_sessions.c.trainer == trainer, desk_sessions.c.hash != keep))


def rehash(connection: Connection, trainer: int, password: str) -> None:
    """The same password, hashed with today's costs."""
    connection.execute(update(trainers).where(trainers.c.id == trainer).values(password=password))


def set_disabled(connection: Connection, trainer: int, disabled: bool) -> None:
    """A disabled account cannot sign in and is signed out."""
    connection.execute(update(trainers).where(trainers.c.id == trainer).values(disabled=disabled))
    if disabled:
        connection.execute(delete(desk_sessions).where(desk_sessions.c.trainer == trainer))


def set_role(connection: Connection, trainer: int, role: DeskRole) -> None:
    connection.execute(update(trainers).where(trainers.c.id == trainer).values(role=role.value))


def set_language(connection: Connection, trainer: int, language: Language) -> None:
    connection.execute(update(trainers).where(trainers.c.id == trainer).values(language=language.value))


def accounts(connection: Connection) -> tuple[Account, ...]:
    """All accounts, by name."""
    return tuple(_account(row) for row in connection.execute(select(trainers).order_by(trainers.c.name)))


def account(connection: Connection, trainer: int) -> Account | None:
    return _one(connection, select(trainers).where(trainers.c.id == trainer))


def named(connection: Connection, name: str) -> Account | None:
    return _one(connection, select(trainers).where(trainers.c.name == fold(name)))


def other_admins(connection: Connection, trainer: int) -> int:
    """How many enabled admins there are besides this one."""
    return int(connection.execute(select(func.count()).select_from(trainers).where(
        trainers.c.role == DeskRole.ADMIN.value, ~trainers.c.disabled, trainers.c.id != trainer)).scalar_one())


def fold(name: str) -> str:
    """A name as it is stored and looked for."""
    return name.strip().casefold()


def _one(connection: Connection, query: Select[tuple[object, ...]]) -> Account | None:
    row = connection.execute(query).first()
    return None if row is None else _account(row)


def _account(row: Row[tuple[object, ...]]) -> Account:
    return Account(_trainer(row), row.created_at, row.disabled, row.locked_until)


def _trainer(row: Row[tuple[object, ...]]) -> Trainer:
    return Trainer(row.id, row.name, row.shown, DeskRole(row.role), Language(row.language))
