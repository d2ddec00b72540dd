"""``/desk/cohorts/new`` and ``/desk/cohorts/{id}/members``: who learns, who looks after them, and how one joins.

Everybody who may see the cohort may look; its owners, leads and admins may change it. Learners have pseudonyms only.
"""

from __future__ import annotations

import secrets
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from channels.desk import codes
from channels.desk.guard import Guard, SignedIn
from channels.desk.pages import Desk, language_query
from channels.kit import Kit
from channels.store import cohorts
from channels.store.cohorts import Cohort, Learner, Member
from channels.store.database import Connection
from channels.store.trainers import DeskRole
from knowledge_base.model import Country, Language

Text = Annotated[str, Form()]
NAME_LONGEST = 80
FEW = 5
"""Of fewer learners than this only owners see figures: one could tell who is who."""
TRIES = 8
"""Codes made until one is free; with 40 random bits the first practically always is."""


class Inside(NamedTuple):
    """The people of a cohort. ``others``: trainers who could be added."""

    learners: tuple[Learner, ...]
    trainers: tuple[Member, ...]
    others: tuple[Member, ...]


def router(kit: Kit, desk: Desk, guard: Guard) -> APIRouter:
    routes = APIRouter(prefix="/desk/cohorts", include_in_schema=False)

    def countries(language: Language) -> list[tuple[str, str]]:
        return [(code.value, label.in_(language)) for code, label in kit.content.vocabulary.countries.items()]

    def new_form(request: Request, signed: SignedIn, status: int = 200, problem: str | None = None) -> HTMLResponse:
        return desk.page("cohort_new.html", request, signed, status, problem=problem,
                         countries=countries(desk.language(request, signed)))

    async def show(request: Request, signed: SignedIn, cohort: Cohort, status: int = 200,
                   problem: str | None = None) -> HTMLResponse:
        inside = await kit.store.read(lambda connection: Inside(
            cohorts.learners(connection, cohort.id), cohorts.trainers_of(connection, cohort.id),
            cohorts.others(connection, cohort.id)))
        base = kit.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
        bot = kit.bot_name()
        return desk.page(
            "members.html", request, signed, status, cohort=cohort, problem=problem, inside=inside,
            names={one.conversation: kit.keys.pseudonym(one.conversation) for one in inside.learners},
            may_change=_may_change(signed, cohort), figures=cohort.owner or len(inside.learners) >= FEW, few=FEW,
            code=codes.shown(cohort.code), telegram=codes.telegram_link(bot, cohort.code) if bot else None,
            web=codes.web_link(base, cohort.code), countries=countries(desk.language(request, signed)),
            said="members.changed" if request.query_params.get("said") else None,
        )

    async def changing(request: Request, cohort: str, csrf: str) -> tuple[SignedIn, Cohort]:
        signed = await guard.page(request)
        guard.check(signed, csrf)
        return signed, await guard.owned(signed, cohort)

    @routes.get("/new")
    async def new(request: Request) -> HTMLResponse:
        return new_form(request, await guard.page(request))

    @routes.post("/new")
    async def add(request: Request, csrf: Text = "", name: Text = "", country: Text = "") -> Response:
        signed = await guard.page(request)
        guard.check(signed, csrf)
        name = _name(name)
        if not name:
            return new_form(request, signed, 422, "members.name_missing")
        made = await kit.store.write(lambda connection: _add(connection, name, _country(country), signed.trainer.id, kit.now))
        return RedirectResponse(_members(request, made.id, said=False), 303)

    @routes.get("/{cohort}/members")
    async def members(request: Request, cohort: str) -> HTMLResponse:
        signed = await guard.page(request)
        return await show(request, signed, await guard.cohort(signed, cohort))

    @routes.post("/{cohort}/settings")
    async def rename(request: Request, cohort: str, csrf: Text = "", name: Text = "", country: Text = "") -> Response:
        signed, found = await changing(request, cohort, csrf)
        if not _name(name):
            return await show(request, signed, found, 422, "members.name_missing")
        await kit.store.write(lambda connection: cohorts.rename(connection, found.id, _name(name), _country(country)))
        return RedirectResponse(_members(request, found.id), 303)

    @routes.post("/{cohort}/code")
    async def code(request: Request, cohort: str, csrf: Text = "") -> Response:
        _, found = await changing(request, cohort, csrf)
        await kit.store.write(lambda connection: _free_code(connection, found.id))
        return RedirectResponse(_members(request, found.id), 303)

    @routes.post("/{cohort}/closed")
    async def closed(request: Request, cohort: str, csrf: Text = "", closed: Text = "yes") -> Response:
        _, found = await changing(request, cohort, csrf)
        await kit.store.write(lambda connection: cohorts.set_closed(connection, found.id, closed == "yes"))
        return RedirectResponse(_members(request, found.id), 303)

    @routes.post("/{cohort}/trainers")
    async def let_in(request: Request, cohort: str, csrf: Text = "", trainer: Text = "", owner: Text = "") -> Response:
        _, found = await changing(request, cohort, csrf)

        def work(connection: Connection) -> None:
            if any(str(one.trainer) == trainer for one in cohorts.others(connection, found.id)):
                cohorts.let_in(connection, found.id, int(trainer), owner=owner == "yes")

        await kit.store.write(work)
        return RedirectResponse(_members(request, found.id), 303)

    @routes.post("/{cohort}/trainers/{trainer}/out")
    async def put_out(request: Request, cohort: str, trainer: int, csrf: Text = "") -> Response:
        signed, found = await changing(request, cohort, csrf)

        def work(connection: Connection) -> bool:
            if all(one.trainer == trainer for one in cohorts.trainers_of(connection, found.id) if one.owner):
                return False  # somebody must answer for the group
            cohorts.put_out(connection, found.id, trainer)
            return True

        if not await kit.store.write(work):
            return await show(request, signed, found, 409, "members.last_owner")
        sees_still = await guard.may_see(signed, found.id)
        return RedirectResponse(_members(request, found.id) if sees_still else "/desk", 303)

    @routes.post("/{cohort}/learners/{pseudonym}/out")
    async def take_out(request: Request, cohort: str, pseudonym: str, csrf: Text = "") -> Response:
        _, found = await changing(request, cohort, csrf)

        def work(connection: Connection) -> None:
            for one in cohorts.learners(connection, found.id):
                if kit.keys.pseudonym(one.conversation) == pseudonym:
                    cohorts.take_out(connection, found.id, one.conversation)

        await kit.store.write(work)
        return RedirectResponse(_members(request, found.id), 303)

    return routes


def _may_change(signed: SignedIn, cohort: Cohort) -> bool:
    return cohort.owner or signed.trainer.is_at_least(DeskRole.LEAD)


def _name(typed: str) -> str:
    return " ".join(typed.split())[:NAME_LONGEST]


def _country(code: str) -> Country | None:
    return Country(code) if code in set(Country) else None


def _members(request: Request, cohort: str, *, said: bool = True) -> str:
    query = language_query(request)
    return f"/desk/cohorts/{cohort}/members{query}" + (f"{'&' if query else '?'}said=changed" if said else "")


def _add(connection: Connection, name: str, country: Country | None, owner: int, now: float) -> Cohort:
    for _ in range(TRIES):
        made = Cohort(secrets.token_hex(8), name, codes.new_code(), country, now, closed=False, owner=True)
        if cohorts.add(connection, made, owner):
            return made
    raise RuntimeError("no free code")


def _free_code(connection: Connection, cohort: str) -> None:
    if not any(cohorts.set_code(connection, cohort, codes.new_code()) for _ in range(TRIES)):
        raise RuntimeError("no free code")
