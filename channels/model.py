"""Nouns of the channels: what came in, what goes out, and the journal entry of one turn. All frozen."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from bot.model import Channel, ConversationId, Message, Reply
from knowledge_base.model import Country, Language, Role, Value
from retrieval.model import Answer


class Hints(Value):
    """What the sending page already knows about the person; it overrides the profile."""

    language: Language | None = None
    country: Country | None = None
    role: Role | None = None


class Inbound(Value):
    """One message as it arrived. ``update_id`` is unique within its channel: the same one twice is one message.

    ``address`` is the sealed chat id for channels that push (Telegram), ``None`` for those that are pulled (web).
    """

    update_id: str
    message: Message
    hints: Hints = Hints()
    address: str | None = None


class Claimed(Value):
    """A message one worker holds. ``lease`` proves that it is still the holder when it stores the outcome."""

    row: int
    lease: str
    attempt: int
    message: Message
    hints: Hints
    address: str | None


class Sending(StrEnum):
    """Where a reply stands. ``AMBIGUOUS``: the send timed out, so it probably, but not surely, arrived."""

    PULL = "pull"
    WAITING = "waiting"
    SENT = "sent"
    AMBIGUOUS = "ambiguous"
    FAILED = "failed"
    BLOCKED = "blocked"


class Outgoing(Value):
    """One reply of the outbox; ``parts_sent`` of its rendered parts have already arrived.

    ``orphaned``: an earlier sender died while it held this reply, so its current part may already have arrived.
    """

    row: int
    conversation: ConversationId
    channel: Channel
    message_id: str
    reply: Reply
    address: str | None = None
    created_at: float = 0.0
    parts_sent: int = 0
    attempt: int = 0
    lease: str = ""
    orphaned: bool = False
    vanish: bool = False


class Entry(Value):
    """The journal of one turn: what was asked, what was answered and why. Deleted with the person or by age."""

    at: dt.datetime
    conversation: ConversationId
    channel: Channel
    message_id: str
    action: str
    language: Language
    country: Country | None = None
    role: Role | None = None
    question: str | None = None
    answer: Answer | None = None
    confidence: float | None = None
    degraded: bool = False
    turn_ms: float = 0.0
