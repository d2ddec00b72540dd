"""Pages for people: ``/``, ``/ask`` (no JavaScript needed), ``/a/{answer}``, ``/p/{instrument}/{anchor}``, ``/widget.js``.

Every page works without JavaScript; with it, the widget on ``/`` takes over. What the templates are given:

* all: ``lang`` (en|es|pt), ``languages`` [(code, own name, address of this page in it)], ``say(key, **values)`` from
  ``channels/words.yaml``
* ``index.html``: ``conversation`` (token for the form), ``countries`` and ``roles`` [(code, label)], ``error`` (text or None),
  ``join`` (code of a cohort to offer, from ``/?join=…``, or nothing)
* ``answer.html``: as ``index.html`` and ``asked`` (what was written, or None), ``replies`` [WireReply: see
  ``channels/render.py``], ``answer`` (WireAnswer, only on ``/a/…``), ``chosen`` {language, country, role}, ``pending`` (bool)
* ``provision.html``: ``provision`` (WireProvision: see ``channels/api/provisions.py``), ``stricter`` [(label, address)]
* ``missing.html``: ``text``

``/ask`` takes the form fields ``text`` or ``choice``, ``conversation``, ``language``, ``country``, ``role``.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.staticfiles import StaticFiles

from bot.buttons import join_code
from bot.model import Channel, Reply, ReplyKind
from channels.api.messages import TEXT_LIMIT, Door, is_token, new_token
from channels.api.provisions import find, wire
from channels.ask import ask, delivered
from channels.kit import Kit
from channels.model import Hints, Outgoing
from channels.render import render
from channels.sources import marked, provision_path
from channels.store import journal
from channels.web.policy import page_policy
from channels.web.widget import widget_source
from channels.words import say
from knowledge_base.model import Country, Language, Ref, Role

HERE = Path(__file__).parent
OWN_NAMES = {Language.EN: "English", Language.ES: "Español", Language.PT: "Português"}
E = TypeVar("E", Language, Country, Role)


def static() -> StaticFiles:
    """The files beside the widget, under ``/static``."""
    return StaticFiles(directory=HERE / "static", check_dir=False)


def router(kit: Kit, door: Door) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    pages = Pages(kit)

    @routes.get("/")
    async def index(request: Request, lang: str | None = None, join: str = "") -> HTMLResponse:
        language = _language(request, lang)
        return pages.show("index.html", request, language, **pages.form(new_token(), language), error=None,
                          join=join_code(join) or "")

    @routes.post("/ask")
    async def ask_form(
        request: Request, text: Annotated[str, Form()] = "", choice: Annotated[str, Form()] = "",
        conversation: Annotated[str, Form()] = "", language: Annotated[str, Form()] = "",
        country: Annotated[str, Form()] = "", role: Annotated[str, Form()] = "",
    ) -> HTMLResponse:
        token = conversation if is_token(conversation) else new_token()
        hints = Hints(language=_one(Language, language), country=_one(Country, country), role=_one(Role, role))
        shown = hints.language or _language(request, None)
        form = pages.form(token, shown)
        problem = _problem(text, choice, shown)
        if problem:
            return pages.show("index.html", request, shown, 422, **form, error=problem, join="")
        internal = kit.keys.web(token)
        wait = door.wait_s(internal, request)
        if wait:
            found = pages.show("index.html", request, shown, 429, **form, join="",
                               error=say("too_fast", shown, seconds=max(1, round(wait))))
            found.headers["Retry-After"] = str(max(1, round(wait)))
            return found
        asked = await ask(kit, internal, text=None if choice else text.strip(), choice=choice or None, hints=hints)
        await delivered(kit, asked.replies)
        language_now = asked.replies[-1].reply.language if asked.replies else shown
        return pages.show(
            "answer.html", request, language_now, **pages.form(token, language_now), asked=text.strip() or None,
            replies=[render(outgoing, kit.short) for outgoing in asked.replies], answer=None, pending=not asked.done,
            chosen={"language": language, "country": country, "role": role}, error=None,
        )

    @routes.get("/a/{answer_id}")
    async def answer(request: Request, answer_id: str) -> HTMLResponse:
        found = await kit.store.read(lambda connection: journal.answer(connection, answer_id))
        if found is None:
            return pages.missing(request, "answer_missing")
        shown = render(Outgoing(row=0, conversation=kit.keys.web(""), channel=Channel.WEB, message_id="", reply=Reply(
            kind=ReplyKind.ANSWER, language=found.language, text=marked(found, kit.short), answer=found)), kit.short)
        return pages.show(
            "answer.html", request, found.language, **pages.form(new_token(), found.language), asked=found.question,
            replies=[shown], answer=shown.answer, pending=False, error=None,
            chosen={"language": found.language, "country": found.country or "", "role": found.role or ""},
        )

    @routes.get("/p/{instrument}/{anchor}")
    async def provision(request: Request, instrument: str, anchor: str, lang: str | None = None) -> HTMLResponse:
        found = find(kit.content, instrument, anchor)
        if found is None:
            return pages.missing(request, "provision_missing")
        language = _language(request, lang)
        page = pages.show("provision.html", request, language, provision=wire(kit.content, *found),
                          stricter=[pages.link(ref, language) for ref in kit.content.stricter(Ref(f"{instrument}#{anchor}"))])
        page.headers["Cache-Control"] = "public, max-age=300"
        return page

    @routes.get("/widget.js")
    async def widget() -> Response:
        return Response(widget_source(), media_type="text/javascript; charset=utf-8",
                        headers={"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*",
                                 "Cross-Origin-Resource-Policy": "cross-origin"})

    return routes


class Pages:
    """Templates and what all of them need."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._jinja = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )

    def show(self, template: str, request: Request, language: Language, status: int = 200, **values: Any) -> HTMLResponse:
        here = "/" if request.method == "POST" else request.url.path
        code = join_code(request.query_params.get("join", ""))
        rest = f"&join={code}" if code else ""
        languages = [(one.value, OWN_NAMES[one], f"{here}?lang={one.value}{rest}") for one in Language]
        html = self._jinja.get_template(template).render(
            lang=language.value, languages=languages, say=partial(_say, language), **values)
        return HTMLResponse(html, status, {
            "Content-Language": language.value, "Vary": "Accept-Language", "Content-Security-Policy": page_policy()})

    def form(self, token: str, language: Language) -> dict[str, Any]:
        """What every page with the question form needs."""
        vocabulary = self._kit.content.vocabulary
        return {
            "conversation": token,
            "countries": [(code.value, label.in_(language)) for code, label in vocabulary.countries.items()],
            "roles": [(code.value, label.in_(language)) for code, label in vocabulary.roles.items()],
        }

    def missing(self, request: Request, key: str) -> HTMLResponse:
        language = _language(request, request.query_params.get("lang"))
        return self.show("missing.html", request, language, 404, text=say(key, language))

    def link(self, ref: Ref, language: Language) -> tuple[str, str]:
        instrument, provision = self._kit.content.place(ref)
        return (f"{provision.label.in_(language)}, {instrument.short.in_(language)}",
                provision_path(instrument.id, provision.anchor, language))


def _say(language: Language, key: str, **values: object) -> str:
    return say(key, language, **values)


def _problem(text: str, choice: str, language: Language) -> str | None:
    if not text.strip() and not choice:
        return say("empty", language)
    if len(text) > TEXT_LIMIT or len(choice) > 64:
        return say("too_long", language, limit=TEXT_LIMIT)
    return None


def _one(kind: type[E], code: str) -> E | None:
    """The member with this code; an empty or unknown one is no hint."""
    return kind(code) if code in {member.value for member in kind} else None


def _language(request: Request, wanted: str | None) -> Language:
    """``?lang=``, else the first of ours in Accept-Language, else English."""
    accepted = [part.split(";")[0].strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")]
    for code in (wanted or "", *accepted):
        found = _one(Language, code)
        if found is not None:
            return found
    return Language.EN
