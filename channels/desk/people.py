"""``/desk/people``: accounts, for admins. Every change of an account in, the list as it is now out.

A new password is made here and shown once, on the page that answers the form; nobody can read it again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from channels.desk import accounts
from channels.desk.accounts import Accounts
from channels.desk.guard import Guard, SignedIn
from channels.desk.pages import OWN_NAMES, Desk, language_query
from channels.kit import Kit
from channels.store import trainers
from channels.store.database import Connection
from channels.store.trainers import Account, DeskRole, Trainer
from knowledge_base.model import Language

Text = Annotated[str, Form()]
SHOWN_LONGEST = 80


def router(kit: Kit, desk: Desk, guard: Guard, known: Accounts) -> APIRouter:
    routes = APIRouter(prefix="/desk/people", include_in_schema=False)

    async def show(request: Request, signed: SignedIn, status: int = 200, *, problem: str | None = None,
                   said: str | None = None, made: tuple[Trainer, str] | None = None,
                   typed: tuple[str, str] = ("", "")) -> HTMLResponse:
        found = await kit.store.read(trainers.accounts)
        return desk.page("people.html", request, signed, status, accounts=found, now=kit.now, problem=problem, said=said,
                         made=made, typed=typed, roles=[role.value for role in DeskRole],
                         own_names=[(code.value, name) for code, name in OWN_NAMES.items()])

    async def admin(request: Request, csrf: str) -> SignedIn:
        signed = await guard.page(request, DeskRole.ADMIN)
        guard.check(signed, csrf)
        return signed

    async def account(signed: SignedIn, number: int) -> Account:
        found = await kit.store.read(lambda connection: trainers.account(connection, number))
        if found is None:
            raise guard.missing(signed)
        return found

    @routes.get("")
    async def people(request: Request, said: str = "") -> HTMLResponse:
        signed = await guard.page(request, DeskRole.ADMIN)
        return await show(request, signed, said="people.changed" if said else None)

    @routes.post("")
    async def add(request: Request, csrf: Text = "", name: Text = "", shown: Text = "", role: Text = "trainer",
                  language: Text = "en") -> HTMLResponse:
        signed = await admin(request, csrf)
        shown = " ".join(shown.split())[:SHOWN_LONGEST] or name.strip()
        if not accounts.is_name(name):
            return await show(request, signed, 422, problem="people.bad_name", typed=(name, shown))
        if role not in set(DeskRole) or language not in set(Language):
            return await show(request, signed, 422, problem="people.bad_choice", typed=(name, shown))
        password = accounts.new_password()
        made = await known.add(name, shown, password, DeskRole(role), Language(language))
        if made is None:
            return await show(request, signed, 409, problem="people.taken", typed=(name, shown))
        return await show(request, signed, 201, made=(made, password))

    @routes.post("/{number}/password")
    async def reset(request: Request, number: int, csrf: Text = "") -> HTMLResponse:
        signed = await admin(request, csrf)
        found, password = await account(signed, number), accounts.new_password()
        await known.set_password(number, password, keep=signed.session)
        return await show(request, signed, made=(found.trainer, password))

    async def changed(request: Request, signed: SignedIn, number: int, loses: bool,
                      change: Callable[[Connection], None]) -> Response:
        """Makes the change, unless an admin is lost by it (``loses``) and nobody else is one."""
        def work(connection: Connection) -> bool:
            if loses and trainers.other_admins(connection, number) == 0:
                return False
            change(connection)
            return True

        if not await kit.store.write(work):
            return await show(request, signed, 409, problem="people.last_admin")
        return RedirectResponse(_changed(request), 303)

    @routes.post("/{number}/role")
    async def role(request: Request, number: int, csrf: Text = "", role: Text = "") -> Response:
        signed = await admin(request, csrf)
        await account(signed, number)
        if role not in set(DeskRole):
            return await show(request, signed, 422, problem="people.bad_choice")
        wanted = DeskRole(role)

        return await changed(request, signed, number, wanted is not DeskRole.ADMIN,
                             lambda connection: trainers.set_role(connection, number, wanted))

    @routes.post("/{number}/disabled")
    async def disabled(request: Request, number: int, csrf: Text = "", disabled: Text = "yes") -> Response:
        signed = await admin(request, csrf)
        await account(signed, number)
        off = disabled == "yes"

        return await changed(request, signed, number, off,
                             lambda connection: trainers.set_disabled(connection, number, off))

    return routes


def _changed(request: Request) -> str:
    query = language_query(request)
    return f"/desk/people{query}{'&' if query else '?'}said=changed"
