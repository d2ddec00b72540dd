"""What all nouns of the knowledge base are made of: ids, closed sets, frozen values, texts in three languages, periods."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal, NewType

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

InstrumentId = NewType("InstrumentId", str)
CardId = NewType("CardId", str)
ScenarioId = NewType("ScenarioId", str)
Anchor = NewType("Anchor", str)
Ref = NewType("Ref", str)
"""``instrument#anchor``: the address of one provision, as used in sources, links and logs."""


class Language(StrEnum):
    """The three languages of every text a person reads."""

    EN = "en"
    ES = "es"
    PT = "pt"


class Country(StrEnum):
    """Countries whose national law is known (ISO 3166-1 alpha-3)."""

    MOZ = "MOZ"
    PER = "PER"


class Role(StrEnum):
    """Who is asking; it selects statements and steers ranking."""

    GUARD = "guard"
    POLICE = "police"
    TRAINER = "trainer"
    COMMUNITY = "community"


Verification = Literal["text", "partial", "secondary", "unverified"]
Rule = Literal["must", "must_not", "may", "should", "right", "crime"]
Kind = Literal[
    "treaty", "soft_law", "industry_code", "guidance", "case_law", "customary", "constitution", "statute", "decree",
    "regulation", "protocol", "institution", "project_guideline",
]
Jurisdiction = Literal["international", "africa", "americas", "eu", "MOZ", "PER"]
Says = Literal["rule", "do", "do_not", "after", "why", "limit", "contact"]
Grade = Literal["good", "acceptable", "poor", "critical_fail"]


class Value(BaseModel):
    """Base of every noun: frozen, and an unknown key in a file is an error, not a silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Value):
    """The same words in the three languages."""

    en: str
    es: str
    pt: str

    def in_(self, language: Language) -> str:
        return str(getattr(self, language.value))


class Phrasings(Value):
    """Ways people really ask, per language."""

    en: tuple[str, ...]
    es: tuple[str, ...]
    pt: tuple[str, ...]

    def in_(self, language: Language) -> tuple[str, ...]:
        found: tuple[str, ...] = getattr(self, language.value)
        return found


class Period(Value):
    """When a rule holds. Both ends inclusive; ``None`` means unknown start or no end.

    In files the start is written ``from``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    start: dt.date | None = Field(default=None, alias="from")
    until: dt.date | None = None

    def holds_on(self, day: dt.date) -> bool:
        return (self.start is None or self.start <= day) and (self.until is None or day <= self.until)


PartialDate = Annotated[str, BeforeValidator(str), Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
"""``2015-08-16``, ``2015-08`` or ``2015``: as exact as the fact sheet is."""
