"""``GET /api/v1/answers/{id}`` and its stream: an answer id in, the stable answer out, whole or sentence by sentence.

An id is 96 random bits and is told to nobody but the person who asked; there is no list of answers.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from channels.api.errors import Problem, Refused
from channels.kit import Kit
from channels.sources import number
from channels.store import journal
from retrieval.model import Answer

AnswerId = Annotated[str, Path(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
_MISSING: dict[int | str, dict[str, object]] = {
    404: {"model": Problem, "description": "No answer has this id (any more)."},
}


def router(kit: Kit) -> APIRouter:
    routes = APIRouter(prefix="/api/v1/answers", tags=["answers"], responses=_MISSING)

    async def load(answer_id: str) -> Answer:
        found = await kit.store.read(lambda connection: journal.answer(connection, answer_id))
        if found is None:
            raise Refused(404, "no_answer", "There is no answer with this id.",
                          "Answers are deleted after some time and with /deletemydata: ask again.")
        return found

    @routes.get("/{answer_id}", response_model=Answer)
    async def answer(answer_id: AnswerId) -> Response:
        """One answer in its stable form."""
        return Response((await load(answer_id)).model_dump_json(), media_type="application/json")

    @routes.get("/{answer_id}/stream", response_class=EventSourceResponse)
    async def stream(answer_id: AnswerId) -> EventSourceResponse:
        """The answer as server-sent events: ``sentence`` (with the numbers of its sources) …, ``source`` …, ``done``."""
        found = await load(answer_id)

        async def events() -> AsyncIterator[ServerSentEvent]:
            sentences, sources = number(found, kit.short)
            for at, sentence in enumerate(sentences):
                yield ServerSentEvent(sentence.model_dump_json(), event="sentence", id=str(at))
            for source in sources:
                yield ServerSentEvent(source.model_dump_json(), event="source")
            yield ServerSentEvent(json.dumps({"id": found.id, "kind": found.kind, "reason": found.reason}), event="done")

        return EventSourceResponse(events(), headers={"Cache-Control": "no-store"})

    return routes
