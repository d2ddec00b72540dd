"""The guard of the desk: a request in, the signed-in trainer out, or a turn to the door.

``Turned`` is what a page raises where it must not go on; ``routes.install`` makes a redirect or a page of it.
Whether something exists is not told to who may not see it: both are 404.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from fastapi import Request

from channels.desk import session
from channels.kit import Kit
from channels.store import cohorts
from channels.store.cohorts import Cohort
from channels.store.trainers import DeskRole, Trainer

__all__ = ["Cohort", "DeskRole", "Guard", "SignedIn", "Trainer", "Turned", "safe_next"]
SIGN_IN = "/desk/sign-in"


@dataclass(frozen=True)
class SignedIn:
    """Who is at the desk. ``csrf``: the token every form must send back; ``session``: the hash of the cookie."""

    trainer: Trainer
    csrf: str
    session: str = ""


class Turned(Exception):
    """The page does not go on. ``to``: redirect there (303); else a page with ``status`` that says ``say("door.<why>")``."""

    def __init__(self, status: int, why: str, *, to: str = "", signed: SignedIn | None = None) -> None:
        super().__init__(why)
        self.status, self.why, self.to, self.signed = status, why, to, signed


class Guard:
    """Signed in? With the right token? For this cohort?"""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    async def __call__(self, request: Request) -> SignedIn:
        """The same as ``page``, so that the guard can stand in ``Depends``."""
        return await self.page(request)

    async def page(self, request: Request, least: DeskRole = DeskRole.TRAINER) -> SignedIn:
        """The signed-in trainer; raises ``Turned`` to the door, or 404 for one below ``least``."""
        signed = await self.known(request)
        if signed is None:
            raise Turned(303, "sign_in_first", to=f"{SIGN_IN}?next={quote(_here(request), safe='')}")
        if not signed.trainer.is_at_least(least):
            raise Turned(404, "missing", signed=signed)
        return signed

    async def known(self, request: Request) -> SignedIn | None:
        """The signed-in trainer, or ``None``."""
        found = await session.find(self._kit, request.cookies.get(session.COOKIE, ""))
        return None if found is None else SignedIn(found.trainer, found.csrf, found.hash)

    def check(self, signed: SignedIn, token: str) -> None:
        """Raises ``Turned`` (403) unless ``token`` is the one of this session."""
        if not hmac.compare_digest(signed.csrf.encode(), token.encode()):
            raise Turned(403, "stale_form", signed=signed)

    async def cohort(self, signed: SignedIn, cohort_id: str) -> Cohort:
        """The cohort; raises ``Turned`` (404) where there is none or it is not theirs to see."""
        found = await self._kit.store.read(lambda connection: cohorts.see(connection, signed.trainer, cohort_id))
        if found is None:
            raise Turned(404, "missing", signed=signed)
        return found

    async def may_see(self, signed: SignedIn, cohort_id: str) -> bool:
        """Trainers see only the cohorts they belong to, leads and admins all."""
        return await self._kit.store.read(lambda connection: cohorts.see(connection, signed.trainer, cohort_id)) is not None

    async def owned(self, signed: SignedIn, cohort_id: str) -> Cohort:
        """The cohort, for who may change it: its owners, leads and admins. Raises ``Turned`` (404, or 403)."""
        found = await self.cohort(signed, cohort_id)
        if not (found.owner or signed.trainer.is_at_least(DeskRole.LEAD)):
            raise Turned(403, "not_yours", signed=signed)
        return found

    def missing(self, signed: SignedIn) -> Turned:
        """For ``raise guard.missing(signed)``: there is nothing here, or nothing for you."""
        return Turned(404, "missing", signed=signed)


def safe_next(wanted: str) -> str:
    """Where to go after signing in: an address of the desk, never another site; ``/desk`` for everything else."""
    parts = urlsplit(wanted)
    inside = parts.path == "/desk" or parts.path.startswith("/desk/")
    if parts.scheme or parts.netloc or not inside or "\\" in wanted or wanted.startswith("//") or ".." in parts.path \
            or any(ord(character) < 33 for character in wanted) or parts.path.startswith((SIGN_IN, "/desk/sign-out")):
        return "/desk"
    return wanted


def _here(request: Request) -> str:
    """This page, to come back to; a form cannot be sent again, so its own address is not."""
    if request.method != "GET":
        return "/desk"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
