"""The parts a turn may use, and the moment it happens in: message, memory and the person's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.buttons import Command, Press, PressCommand, payload
from bot.dialogue import Action, Dialogue
from bot.memory import Memory
from bot.model import Button, Cohort, ConversationId, Message, Profile, Reply, ReplyKind
from bot.outcome import Outcome
from bot.phrases import Phrases
from bot.safety import FirstLook
from knowledge_base.model import Content, Country, Language, Role
from retrieval.model import Answer, Question

Row = tuple[Button, ...]


async def no_cohort(_: str) -> Cohort | None:
    """There are no cohorts."""
    return None


@dataclass(frozen=True)
class Parts:
    """The ports. ``answer`` and ``look`` are synchronous, thread-safe and run in a thread; ``recall`` finds an earlier
    answer of this conversation by its id (never another person's); ``clock`` gives the time with a time zone;
    ``cohort`` finds the open cohort with a code."""

    content: Content
    phrases: Phrases
    answer: Callable[[Question], Answer]
    look: FirstLook
    detect: Callable[[str, Language | None], Language]
    dialogue: Dialogue
    recall: Callable[[ConversationId, str], Awaitable[Answer | None]]
    clock: Callable[[], dt.datetime]
    cohort: Callable[[str], Awaitable[Cohort | None]] = no_cohort


@dataclass(frozen=True)
class Moment:
    """One message in its context; what the action functions are given."""

    message: Message
    memory: Memory
    parts: Parts

    @property
    def profile(self) -> Profile:
        return self.memory.profile

    @property
    def language(self) -> Language:
        return self.profile.language or Language.EN

    @property
    def question(self) -> Question:
        """The typed words as a question of this person. It carries the message's id, so asking twice gives the same."""
        return Question(
            id=self.message.id,
            text=self.message.text or "",
            language=self.language,
            country=self.profile.country,
            role=self.profile.role,
            as_of=self.parts.clock().date(),
        )

    def say(self, key: str, **values: object) -> str:
        return self.parts.phrases.say(self.language, key, **values)

    def button(self, key: str, press: Press, **values: object) -> Button:
        return Button(label=self.say(key, **values), payload=payload(press))

    def command(self, command: Command) -> Button:
        """The menu button of a command, labelled in the person's language."""
        return self.button(f"button.{LABELS[command]}", PressCommand(command))

    def notice(self, text: str, *rows: Row) -> Reply:
        return Reply(kind=ReplyKind.NOTICE, language=self.language, text=text, buttons=tuple(row for row in rows if row))

    def told(self, key: str, *rows: Row, **values: object) -> Reply:
        """A notice of one phrase."""
        return self.notice(self.say(key, **values), *rows)

    def end(self, action: Action, *replies: Reply, memory: Memory | None = None) -> Outcome:
        """The outcome of this turn with ``replies``."""
        return Outcome(replies=replies, memory=memory or self.memory, action=action.value)

    def with_profile(self, **changes: Language | Country | Role | bool | str | None) -> Moment:
        """The same moment with a changed profile."""
        profile = self.profile.model_copy(update=changes)
        return replace(self, memory=replace(self.memory, profile=profile))

    def menu(self) -> tuple[Row, ...]:
        """What a person can do next, where nothing better fits."""
        return (
            (self.command(Command.DRILL), self.command(Command.CONTACTS)),
            (self.command(Command.LANGUAGE), self.command(Command.COUNTRY), self.command(Command.ROLE)),
            (self.command(Command.PRIVACY), self.command(Command.HELP)),
        )


LABELS = {
    Command.DRILL: "drill", Command.RESUME: "resume", Command.DUE: "due", Command.ASK: "ask", Command.HELP: "help",
    Command.CONTACTS: "contacts", Command.LANGUAGE: "language", Command.COUNTRY: "country", Command.ROLE: "role",
    Command.PRIVACY: "privacy", Command.DELETE_MY_DATA: "forget_ask", Command.SOURCES: "sources",
}
