"""Who is signed in: a cookie in, a session out, and back. 256 random bits in the cookie, only their hash in the database."""

from __future__ import annotations

import hashlib
import secrets

from fastapi import Request
from starlette.responses import Response

from channels.kit import Kit
from channels.store import sessions
from channels.store.database import Connection
from channels.store.sessions import Session

COOKIE = "crm_desk"
PATH = "/desk"
IDLE_S = 8 * 3600.0
"""A working day: a page left open over night is signed out."""
LONGEST_S = 7 * 24 * 3600.0
NOTE_S = 60.0
"""How exactly ``used_at`` is kept: not every page view needs a write."""


def hashed(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


async def begin(kit: Kit, trainer: int, old: str) -> str:
    """Signs in: a new cookie value. The session that sent ``old`` ends, so nobody can plant one beforehand."""
    cookie, csrf, now = secrets.token_urlsafe(32), secrets.token_urlsafe(24), kit.now

    def work(connection: Connection) -> None:
        sessions.end(connection, hashed(old))
        sessions.sweep(connection, now - IDLE_S, now - LONGEST_S)
        sessions.begin(connection, hashed(cookie), trainer, csrf, now)

    await kit.store.write(work)
    return cookie


async def find(kit: Kit, cookie: str) -> Session | None:
    """The session of a cookie, if it is still good; notes that it was used."""
    if not cookie:
        return None
    now = kit.now
    found = await kit.store.read(
        lambda connection: sessions.find(connection, hashed(cookie), now - IDLE_S, now - LONGEST_S))
    if found is not None and now - found.used_at > NOTE_S:
        await kit.store.write(lambda connection: sessions.used(connection, found.hash, now))
    return found


async def end(kit: Kit, cookie: str) -> None:
    await kit.store.write(lambda connection: sessions.end(connection, hashed(cookie)))


def give(kit: Kit, request: Request, response: Response, cookie: str, name: str = COOKIE,
         max_age: int = int(LONGEST_S)) -> None:
    """Sets the cookie: no script reads it, no other site sends it, no plain line carries it where we have https."""
    response.set_cookie(name, cookie, max_age=max_age, path=PATH, secure=is_https(kit, request), httponly=True,
                        samesite="strict")


def take(kit: Kit, request: Request, response: Response, name: str = COOKIE) -> None:
    """Deletes the cookie."""
    response.delete_cookie(name, path=PATH, secure=is_https(kit, request), httponly=True, samesite="strict")


def is_https(kit: Kit, request: Request) -> bool:
    """Whether people reach us over https; uvicorn takes the scheme from a trusted proxy."""
    return request.url.scheme == "https" or kit.settings.public_url.startswith("https://")
