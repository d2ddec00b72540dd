"""Pages of the desk: a template and its values in, a page in the reader's language out.

What every template is given: ``lang`` (en|es|pt), ``languages`` [(code, own name, address of this page in it)],
``say("section.name", **values)`` from ``words.yaml``, ``signed`` (``SignedIn`` or None), ``trainer`` (or None), ``csrf``
(for a hidden field of that name in every form), ``language_query`` (``?lang=…`` for links, or nothing), ``here`` (the
path, for the menu), ``rank`` (0 trainer, 1 lead, 2 admin; -1 for nobody) and ``day(seconds)``, ``minute(seconds)``,
which write a time in UTC.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from channels.api.guard import CSP
from channels.desk.words import Say, saying
from channels.kit import Kit
from knowledge_base.model import Language

if TYPE_CHECKING:
    from channels.desk.guard import SignedIn

HERE = Path(__file__).parent
OWN_NAMES = {Language.EN: "English", Language.ES: "Español", Language.PT: "Português"}
KEPT_S = 3600


class Desk:
    """Templates and what all of them need."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self._jinja = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )

    def page(self, template: str, request: Request, signed: SignedIn | None, status: int = 200,
             **values: Any) -> HTMLResponse:
        """The page with ``status``. Raises ``jinja2.UndefinedError`` for a value the template lacks."""
        language = self.language(request, signed)
        given: dict[str, Any] = {
            "lang": language.value, "languages": _languages(request), "say": saying(language), "signed": signed,
            "trainer": signed.trainer if signed else None, "csrf": signed.csrf if signed else "",
            "rank": signed.trainer.role.rank if signed else -1, "language_query": language_query(request),
            "here": request.url.path, "day": day, "minute": minute,
        }
        html = self._jinja.get_template(template).render(given | values)
        return HTMLResponse(html, status, {
            "Content-Language": language.value, "Vary": "Accept-Language, Cookie", "Cache-Control": "no-store",
            "Content-Security-Policy": CSP})

    def say(self, request: Request, signed: SignedIn | None) -> Say:
        """``say(key, **values)`` in the language the page will have."""
        return saying(self.language(request, signed))

    def language(self, request: Request, signed: SignedIn | None) -> Language:
        """``?lang=``, else the trainer's, else the first of ours in Accept-Language, else English."""
        wanted = request.query_params.get("lang", "")
        if wanted in _CODES:
            return Language(wanted)
        if signed is not None:
            return signed.trainer.language
        accepted = [part.split(";")[0].strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")]
        return next((Language(code) for code in accepted if code in _CODES), Language.EN)


class Kept(StaticFiles):
    """Files a browser may keep for an hour: the lines at a mine are slow."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        found = await super().get_response(path, scope)
        found.headers["Cache-Control"] = f"public, max-age={KEPT_S}"
        return found


def static() -> Kept:
    """The files under ``/desk/static``."""
    return Kept(directory=HERE / "static")


def language_query(request: Request) -> str:
    """``?lang=…`` for links of a page that was opened with it, else nothing."""
    chosen = request.query_params.get("lang", "")
    return f"?lang={chosen}" if chosen in _CODES else ""


def day(seconds: float) -> str:
    """``2026-11-24``, in UTC."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%d")


def minute(seconds: float) -> str:
    """``2026-11-24 12:00 UTC``."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%d %H:%M UTC")


_CODES = {language.value for language in Language}


def _languages(request: Request) -> list[tuple[str, str, str]]:
    """The address of this page in each language, with its filters; after a form, the page the form was on."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    path = request.url.path
    return [(code.value, OWN_NAMES[code], f"{path}?{urlencode([*kept, ('lang', code.value)])}") for code in Language]
