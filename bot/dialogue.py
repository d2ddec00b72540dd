"""The port to the dialogue engine: what a person typed in, one directive out (what the app is to do)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from bot.model import ConversationId
from knowledge_base.model import Value


class Action(StrEnum):
    """Everything a turn can lead to."""

    ASK = "ask"
    GREET = "greet"
    HELP = "help"
    ABOUT = "about"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    SET_LANGUAGE = "set_language"
    SET_COUNTRY = "set_country"
    SET_ROLE = "set_role"
    LIST_DRILLS = "list_drills"
    START_DRILL = "start_drill"
    DRILL_CHOICE = "drill_choice"
    DRILL_REPEAT = "drill_repeat"
    STOP_DRILL = "stop_drill"
    SOURCES = "sources"
    PRIVACY = "privacy"
    FORGET = "forget"
    FEEDBACK_GOOD = "feedback_good"
    FEEDBACK_BAD = "feedback_bad"
    CONTACTS = "contacts"
    DUE_TODAY = "due_today"
    REMINDERS = "reminders"
    JOIN = "join"
    LEAVE = "leave"


class Directive(Value):
    """What to do with a typed message.

    ``option``: letter of the chosen option (``a`` = first); ``topic``: what a drill should be about, in the person's
    words; ``value``: a language, country or role code, ``on``/``off``, or a page. ``confidence`` in 0..1.
    ``degraded``: the engine was down and this is the stand-in's directive.
    """

    action: Action
    option: str | None = None
    topic: str | None = None
    value: str | None = None
    confidence: float = 1.0
    degraded: bool = False


class Dialogue(Protocol):
    """The engine. One turn of one conversation at a time."""

    async def turn(
        self, conversation: ConversationId, text: str, *, payload: bool, metadata: Mapping[str, object]
    ) -> Directive:
        """Read ``text``. ``payload``: it is an intent payload, not words. Raises ``DialogueDown``.

        ``metadata``: ``turn_id``, ``channel``, ``language``, ``country``, ``role`` (codes or None) and ``drill``:
        None or ``{"run": str, "scene": str, "options": int}``, the truth about the open drill.
        """
        ...

    async def forget(self, conversation: ConversationId) -> None:
        """Drop everything the engine remembers of the conversation, after its last turn. Raises ``DialogueDown``."""
        ...
