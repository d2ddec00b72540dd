"""``POST /api/v1/messages`` and the replies of a conversation: what a person says in, what the assistant says out."""

from __future__ import annotations

import re
import secrets
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Header, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.model import ConversationId
from channels.api.errors import ERRORS, Problem, Refused
from channels.api.guard import address
from channels.ask import GLANCE_S, ask, delivered
from channels.bell import heard
from channels.bucket import Buckets
from channels.kit import Kit
from channels.model import Hints, Outgoing
from channels.render import WireReply, render
from channels.store import outbox
from knowledge_base.model import Country, Language, Role, Value

TEXT_LIMIT = 4096
CONVERSATION_FORM = r"^[A-Za-z0-9_-]{16,64}$"
Token = Annotated[str, Field(pattern=CONVERSATION_FORM, description="16 to 64 of A-Z a-z 0-9 _ -, chosen at random by the client "
                             "and kept secret: whoever knows it can read the conversation.")]


class Send(BaseModel):
    """What a person wrote or pressed. Exactly one of ``text`` and ``choice``."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"oneOf": [
        {"required": ["text"], "properties": {
            "text": {"type": "string", "pattern": r"\S"}, "choice": {"type": "null"}}},
        {"required": ["choice"], "properties": {"choice": {"type": "string"}, "text": {"type": "null"}}},
    ]})

    conversation: Token | None = Field(None, description="Leave out to begin; the response names the new one.")
    text: str | None = Field(None, max_length=TEXT_LIMIT, description="What the person wrote.")
    choice: str | None = Field(None, min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$",
                               description="The payload of the pressed button, or a command such as cmd:help.")
    language: Language | None = None
    country: Country | None = None
    role: Role | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Send:
        if (self.text is None) == (self.choice is None):
            raise ValueError("send either text or choice")
        if self.text is not None and not self.text.strip():
            raise ValueError("text is empty; write a question")
        return self


class Replies(Value):
    """``answered`` False: still being worked on; ask ``poll`` again in a second."""

    conversation: str
    message: str | None = None
    answered: bool = True
    replies: tuple[WireReply, ...] = ()
    poll: str


class Door:
    """Decides whether one more message may come in: by conversation and by network address."""

    def __init__(self, kit: Kit) -> None:
        settings = kit.settings
        self._kit = kit
        self._conversations = Buckets(settings.rate_per_minute / 60, settings.rate_burst)
        self._addresses = Buckets(settings.address_rate_per_minute / 60, settings.address_rate_per_minute / 4)

    def wait_s(self, conversation: ConversationId, request: Request) -> float:
        """0.0 = come in; otherwise the seconds to wait. A refused message costs nothing."""
        now = self._kit.now
        wait = self._conversations.take(conversation, now) or self._addresses.take(address(request), now)
        if wait:
            self._kit.metrics.refused.labels(why="rate").inc()
        return wait


def new_token() -> str:
    return secrets.token_urlsafe(24)


def is_token(text: str) -> bool:
    return re.fullmatch(CONVERSATION_FORM, text) is not None


def poll_path(token: str, after: int) -> str:
    return f"/api/v1/conversations/{token}/replies?after={after}"


def router(kit: Kit, door: Door) -> APIRouter:
    routes = APIRouter(prefix="/api/v1", tags=["conversation"])

    def wire(found: tuple[Outgoing, ...], background: BackgroundTasks) -> tuple[WireReply, ...]:
        background.add_task(delivered, kit, found)
        return tuple(render(outgoing, kit.short) for outgoing in found)

    @routes.post("/messages", response_model=Replies, responses={
        **ERRORS, 202: {"model": Replies, "description": "Stored, not yet answered: poll."},
        429: {"model": Problem, "description": "Too fast; see Retry-After."},
    })
    async def send(
        body: Send, request: Request, response: Response, background: BackgroundTasks,
        idempotency_key: Annotated[str | None, Header(
            max_length=128, description="Repeat it when you send the same message again after a failure: it is "
            "answered once.")] = None,
    ) -> Replies:
        """Says something to the assistant and waits for what it says back."""
        token = body.conversation or new_token()
        conversation = kit.keys.web(token)
        wait = door.wait_s(conversation, request)
        if wait:
            raise Refused(429, "too_fast", "Too many messages in this conversation.",
                          f"Wait {max(1, round(wait))} seconds and send it again.", wait)
        asked = await ask(
            kit, conversation, text=body.text, choice=body.choice, once=idempotency_key,
            hints=Hints(language=body.language, country=body.country, role=body.role),
        )
        last = asked.replies[-1].row if asked.replies else 0
        if not asked.done:
            newest = await kit.store.read(lambda connection: outbox.newest(connection, conversation))
            last, response.status_code = newest, 202
            response.headers.update({"Location": poll_path(token, newest), "Retry-After": "1"})
        return Replies(conversation=token, message=asked.message, answered=asked.done,
                       replies=wire(asked.replies, background), poll=poll_path(token, last))

    @routes.get("/conversations/{conversation}/replies", response_model=Replies, responses={422: ERRORS[422]})
    async def replies(
        conversation: Annotated[str, Path(pattern=CONVERSATION_FORM)], background: BackgroundTasks,
        after: Annotated[int, Query(ge=0, le=2**62, description="The number of the last reply you have.")] = 0,
        wait_s: Annotated[float, Query(ge=0, le=8, description="Wait this long for a first reply.")] = 0,
    ) -> Replies:
        """Replies newer than ``after``, oldest first, at most 50 at once. An unknown conversation has none."""
        internal = kit.keys.web(conversation)
        end = kit.now + wait_s
        while True:
            bell = kit.replies_bell.listen()
            found = await kit.store.read(lambda connection: outbox.after(connection, internal, after))
            left = end - kit.now
            if found or left <= 0:
                last = found[-1].row if found else after
                return Replies(conversation=conversation, replies=wire(found, background),
                               poll=poll_path(conversation, last))
            await heard(bell, min(GLANCE_S, left))

    return routes
