"""Nouns of a conversation: profile, message, button, reply, and the outcome of one turn."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import NewType

from knowledge_base.model import Country, Language, Role, Value
from retrieval.model import Answer

ConversationId = NewType("ConversationId", str)
"""Pseudonymous: ``web:<random>`` or ``tg:<keyed hash of the chat id>``; never a real account id."""


class Channel(StrEnum):
    WEB = "web"
    TELEGRAM = "telegram"


class Profile(Value):
    """What is remembered about a person between turns; all of it is deleted by ``/deletemydata``.

    ``language_chosen``: the person chose the language; until then it follows the language of what they write.
    """

    conversation: ConversationId
    channel: Channel
    language: Language | None = None
    language_chosen: bool = False
    country: Country | None = None
    role: Role | None = None
    greeted: bool = False
    reminders: bool = False
    cohort: str | None = None
    last_answer: str | None = None


class Cohort(Value):
    """What a learner is told of the group they join: ``id`` for their profile, ``name`` to read."""

    id: str
    name: str


class Message(Value):
    """One incoming message: typed ``text``, or ``choice`` = the payload of a pressed button or a slash command.

    Command payloads look like ``cmd:help``; button payloads are listed in ``bot/buttons.py``.
    """

    id: str
    conversation: ConversationId
    channel: Channel
    text: str | None = None
    choice: str | None = None
    received_at: dt.datetime


class Button(Value):
    """A choice the person can press. ``payload`` is at most 64 bytes (Telegram's limit)."""

    label: str
    payload: str


class ReplyKind(StrEnum):
    NOTICE = "notice"          # the bot's own words: greeting, help, privacy, settings
    ANSWER = "answer"          # carries an Answer
    SOURCES = "sources"        # the sources of an earlier answer
    DRILL_STEP = "drill_step"  # a scene with options
    DRILL_FEEDBACK = "drill_feedback"
    DRILL_DEBRIEF = "drill_debrief"


class Reply(Value):
    """One thing to say. ``text`` is plain text with line breaks; channels add their own markup.

    ``edits`` asks the channel to replace the previous reply of the same drill in place where it can.
    """

    kind: ReplyKind
    language: Language
    text: str
    answer: Answer | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()
    timer_s: int | None = None
    edits: bool = False
