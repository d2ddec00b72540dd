"""Small real parts for the channels' tests: content of two instruments, an answering function, a dialogue that asks."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.dialogue import Action, Directive
from bot.model import ConversationId
from bot.moment import Parts
from bot.phrases import load_phrases
from channels.assemble import cohort_of
from channels.keys import Keys
from channels.kit import Clock, Kit, utc_now
from channels.settings import Settings
from channels.store import journal
from channels.store.database import Store
from channels.store.migrate import migrate
from knowledge_base.load import load_content
from knowledge_base.model import Content, Language
from retrieval.model import Answer, AnswerKind, Citation, Question, Reason, Sentence, Source
from tests.knowledge_base import small

SECRET = "a secret for tests, long enough for every key"
SHOT = ("wounded", "herido", "ferido")


def content(folder: Path) -> Content:
    return load_content(small.write(folder / "content", small.files()))


def citation(content: Content, language: Language, ref: str = "un_test_1990#principle-9") -> Citation:
    instrument, provision = content.place(ref)  # type: ignore[arg-type]
    return Citation(
        instrument=instrument.id, pinpoint=provision.pinpoint, anchor=provision.anchor,
        label=provision.label.in_(language), url=instrument.official_url, quote=provision.words.in_(language),
        text_kind="digest", verification=provision.verification, verdict="exact",
    )


def answered(question: Question, content: Content) -> Answer:
    """Grounded for anything about shooting, refused otherwise."""
    language = question.language or Language.EN
    base = Answer(id=question.id, question=question.text, language=language, country=question.country,
                  role=question.role, as_of=question.as_of, kind=AnswerKind.REFUSAL, reason=Reason.NOT_COVERED,
                  sources=(Source(instrument="un_test_1990", pinpoint="Principle 9", score=1.0),),
                  receipt="test", content_version=content.version)
    if not any(word in question.text.lower() for word in ("shoot", "dispar")):
        return base
    (card,) = content.cards.values()
    sentence = Sentence(text=card.statements[0].text.in_(language), card=card.id, says="rule",
                        citations=(citation(content, language),))
    return base.model_copy(update={"kind": AnswerKind.GROUNDED, "reason": None, "sentences": (sentence,)})


def alarm(question: Question, content: Content) -> Answer | None:
    if not any(word in question.text.lower() for word in SHOT):
        return None
    return answered(question, content).model_copy(update={"kind": AnswerKind.SAFETY, "reason": Reason.EMERGENCY})


def detect(text: str, prior: Language | None) -> Language:
    for language, words in ((Language.PT, ("posso", "olá", "ferido")), (Language.ES, ("puedo", "hola", "herido"))):
        if any(word in text.lower() for word in words):
            return language
    return prior or Language.EN


@dataclass
class Asking:
    """A dialogue engine that takes everything for a question; ``slow_s`` makes each turn last."""

    slow_s: float = 0.0
    forgotten: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    before: Callable[[str], Any] | None = None

    async def turn(
        self, conversation: ConversationId, text: str, *, payload: bool, metadata: Mapping[str, object]
    ) -> Directive:
        self.heard.append(text)
        if self.before is not None:
            self.before(text)
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        return Directive(action=Action.ASK)

    async def forget(self, conversation: ConversationId) -> None:
        self.forgotten.append(conversation)


def parts(kit: Kit, dialogue: Any = None) -> Parts:
    """The bot's parts with real drills and phrases, and the small answering above."""

    async def recall(conversation: ConversationId, answer_id: str) -> Answer | None:
        return await kit.store.read(lambda connection: journal.answer(connection, answer_id, conversation))

    return Parts(
        content=kit.content, phrases=load_phrases(), answer=lambda question: answered(question, kit.content),
        look=lambda question: alarm(question, kit.content), detect=detect,
        dialogue=dialogue if dialogue is not None else Asking(), recall=recall, clock=kit.clock,
        cohort=lambda code: cohort_of(kit, code),
    )


def kit(folder: Path, clock: Clock = utc_now, url: str = "", **settings: Any) -> Kit:
    """A kit over a fresh (or the existing) database in ``folder``."""
    values: dict[str, Any] = {"data": folder, "secret": SECRET, "database_url": url, "poll_s": 0.05, "wait_s": 5.0}
    chosen = Settings(_env_file=None, **(values | settings))  # type: ignore[call-arg]
    store = Store(chosen.url)
    migrate(store.engine)
    return Kit(settings=chosen, store=store, keys=Keys(SECRET), content=content(folder), clock=clock)


@dataclass
class Hands:
    """A clock that moves only when told."""

    at: dt.datetime = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += dt.timedelta(seconds=seconds)


def with_checks(kit: Kit, checks: dict[str, Any]) -> Kit:
    return replace(kit, checks=checks)


def with_actions(kit: Kit, actions: Any) -> Kit:
    return replace(kit, actions=actions)
