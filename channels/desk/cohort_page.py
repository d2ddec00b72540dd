"""``/desk/cohorts/{id}``: figures of a cohort, of one scenario, and what people ask; each with its charts to download.

Everybody who may see the cohort sees its figures once it has five learners; before that only who owns it.
"""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from bot.drills.figures import Item
from channels.desk import charts, drawing, numbers, overview
from channels.desk.drawing import Drawing
from channels.desk.guard import Guard, SignedIn
from channels.desk.members import FEW
from channels.desk.naming import Naming
from channels.desk.overview import ASKED_SPANS, SPANS, Overview, Questions
from channels.desk.pages import Desk
from channels.desk.words import saying
from channels.kit import Kit
from channels.store.cohorts import Cohort
from knowledge_base.model import Scenario

TYPES = {"svg": "image/svg+xml", "png": "image/png"}


class Seen(NamedTuple):
    """Who looks at which cohort, in which words."""

    signed: SignedIn
    cohort: Cohort
    naming: Naming


def router(kit: Kit, desk: Desk, guard: Guard) -> APIRouter:
    routes = APIRouter(prefix="/desk/cohorts/{cohort}", include_in_schema=False)

    async def seen(request: Request, cohort: str) -> Seen:
        signed = await guard.page(request)
        return Seen(signed, await guard.cohort(signed, cohort), Naming(kit.content, desk.language(request, signed)))

    def page(template: str, request: Request, by: Seen, **values: Any) -> HTMLResponse:
        return desk.page(template, request, by.signed, cohort=by.cohort, naming=by.naming, numbers=numbers, svg=drawing.svg,
                         kinds=tuple(TYPES), letter=charts.letter, **values)

    def hidden(request: Request, by: Seen) -> HTMLResponse:
        return page("few.html", request, by, few=FEW)

    async def all_figures(request: Request, by: Seen) -> Overview:
        span = overview.span(request.query_params.get("weeks", ""), kit.clock())
        return await kit.store.read(lambda connection: overview.overview(connection, by.cohort.id, span, kit.now))

    async def all_questions(request: Request, by: Seen) -> Questions:
        span = overview.span(request.query_params.get("weeks", ""), kit.clock(), ASKED_SPANS)
        return await kit.store.read(lambda connection: overview.questions(connection, by.cohort.id, span, by.naming))

    async def file(request: Request, by: Seen, name: str, kind: str, chart: Drawing) -> Response:
        made = (await asyncio.to_thread(drawing.png, chart)) if kind == "png" else drawing.svg(chart, alone=True).encode()
        return Response(made, media_type=TYPES[kind], headers={
            "Content-Disposition": f'attachment; filename="{name}.{kind}"', "Content-Language": by.naming.language.value})

    @routes.get("")
    async def figures(request: Request, cohort: str) -> HTMLResponse:
        by = await seen(request, cohort)
        if not overview.shown(by.cohort):
            return hidden(request, by)
        found, say = await all_figures(request, by), desk.say(request, by.signed)
        pseudonyms = {one.conversation: kit.keys.pseudonym(one.conversation) for one in found.learners}
        return page(
            "cohort.html", request, by, found=found, spans=SPANS, names=pseudonyms,
            mastery=charts.mastery(found.mastery, by.naming.competency, found.span.weeks, say),
            grades=charts.grades(overview.bars(found.scenarios, by.naming), say),
            idle={one.learner for one in found.idle}, pairs=_weeks(request),
        )

    @routes.get("/charts/{name}.{kind}")
    async def chart(request: Request, cohort: str, name: str, kind: str) -> Response:
        by = await seen(request, cohort)
        if not overview.shown(by.cohort) or kind not in TYPES:
            raise guard.missing(by.signed)
        say = desk.say(request, by.signed)
        if name == "mastery":
            found = await all_figures(request, by)
            made = charts.mastery(found.mastery, by.naming.competency, found.span.weeks, say)
        elif name == "scenarios":
            found = await all_figures(request, by)
            made = charts.grades(overview.bars(found.scenarios, by.naming), say)
        elif name == "asked":
            asked = await all_questions(request, by)
            made = charts.heat(asked.topics, asked.span.weeks, say)
        else:
            raise guard.missing(by.signed)
        return await file(request, by, name, kind, made)

    async def practised(by: Seen, scenario: str) -> tuple[Scenario, Drawing, tuple[Item, ...]]:
        found = by.naming.found(scenario)
        if found is None:
            raise guard.missing(by.signed)
        items = await kit.store.read(lambda connection: overview.items(connection, by.cohort.id, found))
        order = {item.scene: number for number, item in enumerate(items, 1)}

        def short(scene: str) -> str:
            return f"{order[scene]}. {by.naming.scene(scenario, scene)}"

        title = by.naming.scenario(scenario)
        return found, charts.options(items, short, saying(by.naming.language), title), items

    @routes.get("/scenarios/{scenario}")
    async def scenario_items(request: Request, cohort: str, scenario: str) -> HTMLResponse:
        by = await seen(request, cohort)
        if not overview.shown(by.cohort):
            return hidden(request, by)
        found, made, items = await practised(by, scenario)
        return page("scenario_items.html", request, by, scenario=found, chart=made, items=items)

    @routes.get("/scenarios/{scenario}/chart.{kind}")
    async def scenario_chart(request: Request, cohort: str, scenario: str, kind: str) -> Response:
        by = await seen(request, cohort)
        if not overview.shown(by.cohort) or kind not in TYPES:
            raise guard.missing(by.signed)
        found, made, _ = await practised(by, scenario)
        return await file(request, by, str(found.id), kind, made)

    @routes.get("/asked")
    async def asked(request: Request, cohort: str) -> HTMLResponse:
        by = await seen(request, cohort)
        if not overview.shown(by.cohort):
            return hidden(request, by)
        found = await all_questions(request, by)
        return page("asked.html", request, by, found=found, spans=ASKED_SPANS, pairs=_weeks(request), listed=overview.LISTED,
                    chart=charts.heat(found.topics, found.span.weeks, desk.say(request, by.signed)))

    return routes


def _weeks(request: Request) -> str:
    """``weeks=…`` and ``lang=…`` of this page for the addresses of its charts and exports, with ``?`` in front."""
    kept = [f"{name}={request.query_params[name]}" for name in ("weeks", "lang") if request.query_params.get(name, "").isalnum()]
    return "?" + "&".join(kept) if kept else ""
