"""Accounts of the desk: a name and a password in, the trainer or nobody out; passwords made, checked and changed.

A wrong name costs as much work as a wrong password and gets the same words, so nobody learns who has an account. An
attempt is counted before its password is looked at, so many at once cannot outrun the lock.
"""

from __future__ import annotations

import asyncio
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from channels.keys import SIGNS
from channels.kit import Kit
from channels.store import trainers
from channels.store.trainers import DeskRole, Trainer, Try
from knowledge_base.model import Language

FREE = 5
"""Attempts without success before the account locks."""
LOCK_S = 15 * 60.0
LONGEST_LOCK_S = 24 * 3600.0
SHORTEST, LONGEST = 12, 256
"""Characters of a password."""
NAME_LONGEST = 64
AT_ONCE = 2
"""Hashes worked on at the same moment: each takes 64 MiB and a core for about 50 ms."""


@cache
def hasher() -> PasswordHasher:
    """Argon2id with the second recommendation of RFC 9106: 64 MiB, 3 passes, 4 lanes."""
    return PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4, type=Type.ID)


@cache
def _nobody() -> str:
    """The hash that stands in for an account that does not exist."""
    return hasher().hash(secrets.token_urlsafe(32))


class Accounts:
    """Signs people in and changes passwords. One for each running app."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def sign_in(self, name: str, password: str) -> Trainer | None:
        """The trainer; ``None`` for a wrong name or password, a disabled or a locked account alike."""
        store, now = self._kit.store, self._kit.now
        tried = await store.write(lambda connection: trainers.begin_try(connection, name, now, FREE, LOCK_S, LONGEST_LOCK_S))
        right = await self._verify(tried.password if tried else None, password)
        if tried is None or not tried.open or not right:
            return None
        await self._welcome(tried, password)
        return tried.trainer

    async def is_password(self, trainer: int, password: str) -> bool:
        """Whether it is this trainer's password; for changing it."""
        stored = await self._kit.store.read(lambda connection: trainers.password_of(connection, trainer))
        return await self._verify(stored, password)

    async def set_password(self, trainer: int, password: str, keep: str = "") -> None:
        """Sets it, unlocks the account and ends its sessions, but not the one whose hash is ``keep``."""
        stored = await self._hash(password)
        await self._kit.store.write(lambda connection: trainers.set_password(connection, trainer, stored, keep=keep))

    async def add(self, name: str, shown: str, password: str, role: DeskRole, language: Language) -> Trainer | None:
        """A new account; ``None`` when the name is taken."""
        stored, now = await self._hash(password), self._kit.now
        return await self._kit.store.write(
            lambda connection: trainers.add(connection, name, shown, stored, role, language, now))

    async def _welcome(self, tried: Try, password: str) -> None:
        number, old = tried.trainer.id, hasher().check_needs_rehash(tried.password)
        await self._kit.store.write(lambda connection: trainers.succeeded(connection, number))
        if old:
            stored = await self._hash(password)
            await self._kit.store.write(lambda connection: trainers.rehash(connection, number, stored))

    async def _hash(self, password: str) -> str:
        async with self._turn:
            return await asyncio.to_thread(hasher().hash, password)

    async def _verify(self, stored: str | None, password: str) -> bool:
        async with self._turn:
            return await asyncio.to_thread(_same, stored, password)


def _same(stored: str | None, password: str) -> bool:
    try:
        hasher().verify(stored or _nobody(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def problem(name: str, password: str) -> str | None:
    """Why a password will not do, as a key of the words: ``door.password_short`` …; ``None`` when it does."""
    if len(password) < SHORTEST:
        return "door.password_short"
    if len(password) > LONGEST:
        return "door.password_long"
    if trainers.fold(name) in trainers.fold(password) or len(set(password)) < 5:
        return "door.password_weak"
    return None


def is_name(name: str) -> bool:
    """Whether one can sign in with it: 2 to 64 letters, digits, ``.``, ``-``, ``_`` or ``@``."""
    folded = trainers.fold(name)
    return 2 <= len(folded) <= NAME_LONGEST and all(sign.isalnum() or sign in ".-_@" for sign in folded)


def new_password() -> str:
    """One to be handed over and changed: five groups of four signs, 100 random bits."""
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(4)) for _ in range(5))
