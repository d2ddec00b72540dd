"""``/desk/queue``: which answers to look at first, and how far trainers agree. Filters are in the address.

``/desk/queue/next?after=…`` leads to the answer that follows another one in the list with the same filters.

What ``queue.html`` is given: ``filters`` [Filter], ``agreement``, ``rows`` [Row], ``capped`` (how many answers were
looked at, when there are more), ``along`` (the filters for links), ``said`` (key, or None), ``first``,
``last``, ``total``, ``before`` and ``after`` (addresses of other pages, or None).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from channels.desk import filters
from channels.desk.agreement import agreement
from channels.desk.doubt import Doubtful, by_doubt
from channels.desk.filters import Span, Wanted
from channels.desk.guard import Guard, SignedIn
from channels.desk.pages import OWN_NAMES, Desk
from channels.desk.sight import Sight, sight
from channels.kit import Kit
from channels.store import queue, reviews
from channels.store.database import Connection
from knowledge_base.model import Language
from retrieval.model import AnswerKind

PAGE = 25
WEEKS_OFFERED = 13
"""As long as the journal is kept by default."""


class Row(NamedTuple):
    """One line of the table."""

    answer_id: str
    at: float
    question: str
    kind: str
    language: str
    cohort: str | None
    reasons: tuple[str, ...]
    mine: str | None


def router(kit: Kit, desk: Desk, guard: Guard) -> APIRouter:
    routes = APIRouter(prefix="/desk", include_in_schema=False)
    topics = {str(card.id): card.topic for card in kit.content.cards.values()}

    @routes.get("/queue")
    async def page(request: Request) -> HTMLResponse:
        signed = await guard.page(request)
        wanted, span = filters.wanted(request.query_params, kit.clock())
        seen, found, first = await kit.store.read(lambda connection: _found(connection, signed, wanted, span, topics))
        kept = [one for one in found if _shown(one, signed.trainer.id, wanted.show)]
        number = min(_page(request.query_params.get("page", "")), max(1, -(-len(kept) // PAGE)))
        shown = kept[(number - 1) * PAGE:number * PAGE]
        return desk.page(
            "queue.html", request, signed, along=filters.along(request.query_params),
            said="queue.through" if request.query_params.get("said") == "through" else None,
            filters=_filters(wanted, seen, kit.clock()),
            agreement=agreement(first), capped=queue.MOST if len(found) == queue.MOST else None,
            rows=[_row(one, seen, signed.trainer.id) for one in shown], total=len(kept),
            first=(number - 1) * PAGE + 1, last=(number - 1) * PAGE + len(shown),
            before=_address(request, number - 1) if number > 1 else None,
            after=_address(request, number + 1) if number * PAGE < len(kept) else None,
        )

    @routes.get("/queue/next")
    async def following(request: Request, after: str = "") -> RedirectResponse:
        """A plain address, so that one can go through the queue without JavaScript; behind the last answer, the queue."""
        signed = await guard.page(request)
        wanted, span = filters.wanted(request.query_params, kit.clock())
        found = await kit.store.read(lambda connection: _next(connection, signed, wanted, span, topics, after))
        given = {name: value for name, value in request.query_params.items() if name != "page"}
        if found is None:
            return RedirectResponse(f"/desk/queue{filters.along(given, said='through')}", 303)
        return RedirectResponse(f"/desk/answers/{found}{filters.along(given)}", 303)

    return routes


def _found(connection: Connection, signed: SignedIn, wanted: Wanted, span: Span,
           topics: Mapping[str, str]) -> tuple[Sight, tuple[Doubtful, ...], list[dict[int, str]]]:
    """What is seen, the answers by doubt, and for each the first verdict of every trainer: only those were given blind."""
    seen = sight(connection, signed.trainer)
    within = seen.only(wanted.cohort)
    answers = queue.waiting(connection, within, span.since, span.until, kind=wanted.kind or None,
                            language=wanted.language or None)
    judged = reviews.of_answers(connection, (one.answer_id for one in answers))
    first = reviews.of_answers(connection, judged, first=True)
    return (seen, by_doubt(answers, judged, topics, sees_escalated=seen.everyone),
            [{review.trainer: review.verdict for review in given} for given in first.values()])


def _next(connection: Connection, signed: SignedIn, wanted: Wanted, span: Span, topics: Mapping[str, str],
          after: str) -> str | None:
    """The answer that follows ``after`` in the list; the first one where ``after`` is not in it.

    Among the open ones the order is that without the trainer's own verdicts: the answer just judged stays in its place,
    even where the verdict made a disagreement, and nothing is passed over.
    """
    seen, me = sight(connection, signed.trainer), signed.trainer.id
    answers = queue.waiting(connection, seen.only(wanted.cohort), span.since, span.until, kind=wanted.kind or None,
                            language=wanted.language or None)
    judged = reviews.of_answers(connection, (one.answer_id for one in answers))
    mine = {answer for answer, given in judged.items() if any(review.trainer == me for review in given)}
    if wanted.show == "open":
        judged = {answer: tuple(review for review in given if review.trainer != me) for answer, given in judged.items()}
    order = [one.asked.answer_id for one in by_doubt(answers, judged, topics, sees_escalated=seen.everyone)]
    rest = order[order.index(after) + 1:] if after in order else order
    return next((one for one in rest if wanted.show == "all" or (one in mine) == (wanted.show == "mine")), None)


def _shown(one: Doubtful, trainer: int, show: str) -> bool:
    return show == "all" or (trainer in one.verdicts) == (show == "mine")


def _row(one: Doubtful, seen: Sight, trainer: int) -> Row:
    asked = one.asked
    return Row(asked.answer_id, asked.at, asked.question, asked.kind, asked.language,
               seen.names.get(asked.cohort or ""), tuple(why.value for why in one.reasons), one.verdicts.get(trainer))


class Option(NamedTuple):
    """One choice of a filter: ``key`` into the words, or ``text`` as it is."""

    value: str
    key: str = ""
    text: str = ""


class Filter(NamedTuple):
    name: str
    options: Sequence[Option]
    chosen: str


def _filters(wanted: Wanted, seen: Sight, now: dt.datetime) -> tuple[Filter, ...]:
    every = Option("", "queue.any")
    monday = (now - dt.timedelta(days=now.weekday())).date()
    weeks = [monday - number * filters.WEEK for number in range(WEEKS_OFFERED)]
    cohorts = sorted(seen.names.items(), key=lambda one: one[1])
    return (
        Filter("show", [Option(show, f"queue.show_{show}") for show in filters.SHOW], wanted.show),
        Filter("cohort", [every, *(Option(number, text=name) for number, name in cohorts)], wanted.cohort),
        Filter("kind", [every, *(Option(kind.value, f"queue.kind_{kind.value}") for kind in AnswerKind)], wanted.kind),
        Filter("language", [every, *(Option(code.value, text=OWN_NAMES[code]) for code in Language)], wanted.language),
        Filter("week", [Option("", "queue.last_weeks"), *(
            Option(day.strftime("%G-W%V"), "queue.week", day.isoformat()) for day in weeks)], wanted.week),
    )


def _page(given: str) -> int:
    return int(given) if given.isdecimal() and 0 < len(given) < 5 and int(given) > 0 else 1


def _address(request: Request, page: int) -> str:
    kept = {name: value for name, value in request.query_params.items() if name != "page"}
    return f"/desk/queue?{urlencode({**kept, 'page': str(page)})}"
