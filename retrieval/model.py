"""Nouns of answering: question, passage, citation, answer. ``Answer.to_json`` is the stable form others read."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Literal, NewType

from pydantic import Field

from knowledge_base.model import CardId, Country, Language, Ref, Role, Value, Verification

PassageId = NewType("PassageId", str)


class AnswerKind(StrEnum):
    GROUNDED = "grounded"
    REFUSAL = "refusal"
    SAFETY = "safety"
    CLARIFY = "clarify"


class Reason(StrEnum):
    """Why an answer is not a plain grounded one."""

    NOT_COVERED = "not_covered"
    OFF_TOPIC = "off_topic"
    HARMFUL = "harmful"
    EMERGENCY = "emergency"
    WRONG_COUNTRY = "wrong_country"
    PERSONAL_LEGAL_STRATEGY = "personal_legal_strategy"
    REAL_TIME = "real_time"
    PERSONAL_DATA = "personal_data"
    CLOSEST_SOURCE = "closest_source"
    UNCLEAR = "unclear"


class Question(Value):
    """What was asked and by whom. ``None`` means not known: no filter is applied for it."""

    id: str
    text: str
    language: Language | None = None
    country: Country | None = None
    role: Role | None = None
    as_of: dt.date


class Passage(Value):
    """One searchable text: a provision's digest, a way of asking a card, or one statement of a card.

    ``english`` is searched by vectors and by words, ``native`` (per language) by words; ``refs`` are the provisions it
    stands for. English of a phrasing in es or pt is a rough translation: retrieval only, never shown.
    """

    id: PassageId
    kind: Literal["provision", "phrasing", "statement"]
    english: str
    native: dict[Language, str]
    refs: tuple[Ref, ...]
    card: CardId | None = None
    statement: str | None = None
    countries: tuple[Country, ...] = ()
    roles: tuple[Role, ...] = ()
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None


class Citation(Value):
    """One source of one sentence. ``quote`` is an exact span of the text of kind ``text_kind``."""

    instrument: str
    pinpoint: str
    anchor: str
    label: str
    url: str | None
    quote: str
    text_kind: Literal["digest", "official", "guideline"]
    verification: Verification
    verdict: Literal["exact", "inexact", "missing"]


class Sentence(Value):
    """One sentence of an answer; ``card`` names the card it was taken from, if any."""

    text: str
    card: str | None = None
    says: str | None = None
    citations: tuple[Citation, ...] = ()


class Source(Value):
    """One provision found, best first; ``score`` in 0..1."""

    instrument: str
    pinpoint: str
    score: float


class Answer(Value):
    """The stable answer. ``took_ms`` is the only field that differs between two replays."""

    id: str
    question: str
    language: Language
    country: Country | None
    role: Role | None
    as_of: dt.date
    kind: AnswerKind
    reason: Reason | None = None
    sentences: tuple[Sentence, ...] = ()
    sources: tuple[Source, ...] = ()
    drills: tuple[str, ...] = ()
    receipt: str = ""
    content_version: str = ""
    took_ms: float = Field(default=0.0)

    @property
    def text(self) -> str:
        """All sentences, one per line, without sources."""
        return "\n".join(sentence.text for sentence in self.sentences)
