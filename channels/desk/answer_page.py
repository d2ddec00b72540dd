"""``/desk/answers/{id}``: one answer with everything it rests on, the trainer's verdict, and a test question made of it.

Judging is blind: what others said is shown only to those who gave their own verdict. What ``answer_review.html`` is
given: ``along`` (the filters of the queue one came from, for links), ``onwards`` (address of the next one), ``asked``,
``answer``, ``sentences``, ``sources``, ``passages``, ``mine``, ``others``, ``reasons``, ``context``,
``verdicts``, ``expected``, ``suggested``, ``accepted``, ``redacted``, ``has_case``, ``said`` and ``problem`` (keys into
the words, or None) and ``note_limit``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from bot.model import ConversationId
from channels.desk import filters, regression
from channels.desk.doubt import by_doubt
from channels.desk.guard import Guard, SignedIn
from channels.desk.pages import OWN_NAMES, Desk
from channels.desk.redact import redact
from channels.desk.regression import Expected, Passage
from channels.desk.sight import Sight, sight
from channels.kit import Kit
from channels.sources import number
from channels.store import queue, reviews
from channels.store.database import Connection
from channels.store.queue import Asked
from channels.store.reviews import Review, Verdict
from knowledge_base.model import Language
from retrieval.model import Answer

NOTE_LIMIT = 2000
SAID = ("verdict", "case")


class Seen(NamedTuple):
    """An answer as this trainer may see it."""

    asked: Asked
    answer: Answer
    reviews: tuple[Review, ...]
    sight: Sight


def router(kit: Kit, desk: Desk, guard: Guard) -> APIRouter:
    routes = APIRouter(prefix="/desk/answers", include_in_schema=False)
    cases = kit.settings.data / regression.NAME

    async def see(signed: SignedIn, answer_id: str) -> Seen:
        """Raises ``Turned`` (404) for an answer that is not there and for one of somebody else's people alike."""
        def read(connection: Connection) -> Seen | None:
            found, seen = queue.one(connection, answer_id), sight(connection, signed.trainer)
            if found is None or not seen.reaches(found.asked.cohort):
                return None
            return Seen(found.asked, found.answer, reviews.of_answer(connection, answer_id), seen)

        found = await kit.store.read(read)
        if found is None:
            raise guard.missing(signed)
        return found

    def show(request: Request, signed: SignedIn, seen: Seen, problem: str | None = None) -> HTMLResponse:
        answer, said = seen.answer, request.query_params.get("said")
        sentences, sources = number(answer, kit.short)
        mine = next((one for one in seen.reviews if one.trainer == signed.trainer.id), None)
        language = desk.language(request, signed)
        passages = regression.passages(answer, kit.content, language)
        (doubtful,) = by_doubt([seen.asked], {seen.asked.answer_id: seen.reviews}, {}, sees_escalated=seen.sight.everyone)
        return desk.page(
            "answer_review.html", request, signed, 422 if problem else 200, asked=seen.asked, answer=answer,
            along=filters.along(request.query_params),
            onwards=f"/desk/queue/next{filters.along(request.query_params, after=answer.id)}",
            cohort=seen.sight.names.get(seen.asked.cohort or ""),
            context=_context(kit, answer, language), sentences=sentences, sources=sources, passages=passages, mine=mine,
            others=[one for one in seen.reviews if one is not mine] if mine else [],
            reasons=[why.value for why in doubtful.reasons],
            verdicts=[verdict.value for verdict in Verdict], expected=[one.value for one in Expected],
            suggested=regression.suggested(answer, Verdict(mine.verdict)).value if mine else None,
            accepted=_accepted(passages), redacted=redact(answer.question, answer.language),
            has_case=regression.has(cases, answer.id), said=f"queue.said_{said}" if said in SAID else None,
            problem=f"queue.problem_{problem}" if problem else None, note_limit=NOTE_LIMIT,
        )

    @routes.get("/{answer_id}")
    async def page(request: Request, answer_id: str) -> HTMLResponse:
        signed = await guard.page(request)
        return show(request, signed, await see(signed, answer_id))

    @routes.post("/{answer_id}")
    async def send(
        request: Request, answer_id: str, csrf: Annotated[str, Form()] = "", do: Annotated[str, Form()] = "",
        verdict: Annotated[str, Form()] = "", note: Annotated[str, Form()] = "", expected: Annotated[str, Form()] = "",
        accept: Annotated[list[str] | None, Form()] = None,
    ) -> Response:
        """Both forms come to the page's own address, so that its language links work after a mistake too."""
        signed = await guard.page(request)
        guard.check(signed, csrf)
        seen = await see(signed, answer_id)
        problem = (await make_case(signed, seen, expected, accept or []) if do == "case"
                   else await judge(signed, seen, verdict, note))
        if problem is not None:
            return show(request, signed, seen, problem)
        return _back(request, answer_id, "case" if do == "case" else "verdict")

    async def judge(signed: SignedIn, seen: Seen, verdict: str, note: str) -> str | None:
        if verdict not in {one.value for one in Verdict}:
            return "verdict"
        if len(note) > NOTE_LIMIT:
            return "note"
        review = Review(at=kit.now, conversation=ConversationId(seen.asked.conversation), answer_id=seen.answer.id,
                        trainer=signed.trainer.id, verdict=verdict, note=note.strip())

        def add(connection: Connection) -> bool:
            if queue.one(connection, review.answer_id) is None:  # deleted meanwhile: nothing of the person may be left
                return False
            reviews.add(connection, kit.keys.evidence, review)
            return True

        if not await kit.store.write(add):
            raise guard.missing(signed)
        return None

    async def make_case(signed: SignedIn, seen: Seen, expected: str, accept: Sequence[str]) -> str | None:
        if not seen.answer.question or not any(one.trainer == signed.trainer.id for one in seen.reviews):
            raise guard.missing(signed)  # there is no such form on the page
        if expected not in {one.value for one in Expected}:
            return "expected"
        known = {one.ref for one in regression.passages(seen.answer, kit.content, seen.answer.language)}
        try:
            case = regression.make_case(seen.answer, Expected(expected), [ref for ref in accept if ref in known])
        except ValueError:
            return "accept"
        await asyncio.to_thread(regression.append, cases, case)
        return None

    return routes


def _accepted(passages: tuple[Passage, ...]) -> frozenset[str]:
    """What is marked beforehand: everything cited, or the best that was found."""
    return frozenset(one.ref for one in passages if one.cited) or frozenset(one.ref for one in passages[:1])


def _context(kit: Kit, answer: Answer, language: Language) -> str:
    """Language, country and role of the person, as far as they are known, in ``language``."""
    words = kit.content.vocabulary
    known = [OWN_NAMES[answer.language]]
    if answer.country is not None:
        known.append(words.countries[answer.country].in_(language))
    if answer.role is not None:
        known.append(words.roles[answer.role].in_(language))
    return ", ".join(known)


def _back(request: Request, answer_id: str, said: str) -> RedirectResponse:
    """To the page itself, so that reloading it does not judge again."""
    return RedirectResponse(f"/desk/answers/{answer_id}{filters.along(request.query_params, said=said)}", 303)

