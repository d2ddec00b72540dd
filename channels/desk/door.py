"""The door of the desk: signing in and out, the first page with one's cohorts, and one's own account."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from channels.api.guard import address
from channels.bucket import Buckets
from channels.desk import accounts, session
from channels.desk.accounts import Accounts
from channels.desk.guard import SIGN_IN, Guard, SignedIn, safe_next
from channels.desk.pages import Desk, language_query
from channels.kit import Kit
from channels.store import cohorts, trainers, waiting
from channels.store.cohorts import Cohort
from channels.store.database import Connection
from channels.store.waiting import Waiting
from knowledge_base.model import Language

FORM_COOKIE = "crm_desk_form"
FORM_S = 3600
TRIES_PER_S, TRIES_AT_ONCE = 0.2, 20
"""Attempts from one network address; a whole training centre may share one."""
WEEK_S = 7 * 86_400.0

Text = Annotated[str, Form()]


def router(kit: Kit, desk: Desk, guard: Guard, known: Accounts) -> APIRouter:
    routes = APIRouter(prefix="/desk", include_in_schema=False)
    tries = Buckets(TRIES_PER_S, TRIES_AT_ONCE)

    def form(request: Request, status: int, *, problem: str | None, name: str, onwards: str) -> HTMLResponse:
        """The form, with a token that only this browser has: nobody can sign somebody in from another site."""
        planted = request.cookies.get(FORM_COOKIE, "") or secrets.token_urlsafe(24)
        page = desk.page("sign_in.html", request, None, status, problem=problem, name=name, onwards=onwards,
                         csrf=_token(kit, planted))
        session.give(kit, request, page, planted, FORM_COOKIE, FORM_S)
        return page

    @routes.get("/sign-in")
    async def sign_in_form(request: Request, next: str = "/desk") -> Response:
        if await guard.known(request) is not None:
            return RedirectResponse(safe_next(next), 303)
        return form(request, 200, problem=None, name="", onwards=safe_next(next))

    @routes.post("/sign-in")
    async def sign_in(request: Request, name: Text = "", password: Text = "", next: Text = "/desk",
                      csrf: Text = "") -> Response:
        planted, onwards = request.cookies.get(FORM_COOKIE, ""), safe_next(next)
        if not planted or not hmac.compare_digest(_token(kit, planted).encode(), csrf.encode()):
            return form(request, 403, problem="door.stale_form", name=name, onwards=onwards)
        wait = tries.take(address(request), kit.now)
        if wait:
            page = form(request, 429, problem="door.too_fast", name=name, onwards=onwards)
            page.headers["Retry-After"] = str(max(1, round(wait)))
            return page
        trainer = await known.sign_in(name, password)
        if trainer is None:
            return form(request, 401, problem="door.refused", name=name, onwards=onwards)
        cookie = await session.begin(kit, trainer.id, request.cookies.get(session.COOKIE, ""))
        went = RedirectResponse(onwards, 303)
        session.give(kit, request, went, cookie)
        session.take(kit, request, went, FORM_COOKIE)
        return went

    @routes.post("/sign-out")
    async def sign_out(request: Request, csrf: Text = "") -> Response:
        guard.check(await guard.page(request), csrf)
        await session.end(kit, request.cookies.get(session.COOKIE, ""))
        went = RedirectResponse(SIGN_IN + language_query(request), 303)
        session.take(kit, request, went)
        return went

    @routes.get("")
    async def home(request: Request) -> HTMLResponse:
        signed = await guard.page(request)

        def read(connection: Connection) -> tuple[tuple[Cohort, ...], dict[str, Waiting]]:
            found = cohorts.seen_by(connection, signed.trainer)
            return found, waiting.by_cohort(connection, [one.id for one in found], kit.now - WEEK_S)

        found, waits = await kit.store.read(read)
        return desk.page("home.html", request, signed, cohorts=found, waits=waits)

    @routes.get("/account")
    async def account(request: Request, said: str = "") -> HTMLResponse:
        signed = await guard.page(request)
        return desk.page("account.html", request, signed, problem=None, shortest=accounts.SHORTEST,
                         said=f"door.{said}" if said in ("password_changed", "language_changed") else None)

    @routes.post("/account/password")
    async def password(request: Request, csrf: Text = "", old: Text = "", new: Text = "", again: Text = "") -> Response:
        signed = await guard.page(request)
        guard.check(signed, csrf)
        problem = await _why_not(known, tries, kit, signed, old, new, again)
        if problem is not None:
            return desk.page("account.html", request, signed, 422, problem=problem, said=None, shortest=accounts.SHORTEST)
        await known.set_password(signed.trainer.id, new, keep=signed.session)
        return RedirectResponse("/desk/account?said=password_changed", 303)

    @routes.post("/account/language")
    async def language(request: Request, csrf: Text = "", language: Text = "") -> Response:
        signed = await guard.page(request)
        guard.check(signed, csrf)
        if language in {one.value for one in Language}:
            await kit.store.write(lambda connection: trainers.set_language(connection, signed.trainer.id, Language(language)))
        return RedirectResponse("/desk/account?said=language_changed", 303)

    return routes


async def _why_not(known: Accounts, tries: Buckets, kit: Kit, signed: SignedIn, old: str, new: str, again: str) -> str | None:
    """Why the password cannot be changed so, or ``None``."""
    if new != again:
        return "door.password_differs"
    problem = accounts.problem(signed.trainer.name, new)
    if problem is not None:
        return problem
    if tries.take(f"password:{signed.trainer.id}", kit.now):
        return "door.too_fast"
    return None if await known.is_password(signed.trainer.id, old) else "door.password_wrong"


def _token(kit: Kit, planted: str) -> str:
    return hmac.new(kit.keys.token("desk-form").encode(), planted.encode(), sha256).hexdigest()
