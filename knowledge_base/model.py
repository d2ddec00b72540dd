"""The nouns of the knowledge base: instruments, provisions, cards, scenarios, contacts, vocabulary.

All are frozen pydantic values read from files under ``knowledge_base/content``; their form is in ``docs/content.md``.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from functools import cached_property
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


class Provision(Value):
    """One citable place of an instrument: our digest of it, or its own words for project guidelines."""

    pinpoint: str
    anchor: Anchor
    label: Text
    topics: tuple[str, ...]
    audience: tuple[str, ...]
    rule: Rule
    in_force: Period = Period()
    verification: Verification
    digest: Text | None = None
    text: Text | None = None
    sources: tuple[Ref, ...] = ()
    stricter_than: tuple[Ref, ...] = ()

    @property
    def words(self) -> Text:
        """What may be shown: the digest, or the authentic text of a project guideline."""
        found = self.digest or self.text
        assert found is not None, "the checker refuses a provision without words"
        return found


class Instrument(Value):
    """A treaty, law, code, judgment, institution list or project guideline with its provisions."""

    id: InstrumentId
    title: Text
    short: Text
    jurisdiction: Jurisdiction
    kind: Kind
    issuer: str
    adopted: PartialDate | None = None
    in_force: Period = Period()
    status: Text
    parties: dict[Country, int | str | None] = {}
    parties_checked: bool | None = None
    authentic_languages: tuple[str, ...] = ()
    official_url: str | None = None
    url_checked: bool = False
    provisions: tuple[Provision, ...]

    @property
    def country(self) -> Country | None:
        """The country whose national law this is, or ``None`` for international and regional instruments."""
        return Country(self.jurisdiction) if self.jurisdiction in ("MOZ", "PER") else None


class Statement(Value):
    """One sentence of a card with its own sources; it can be shown alone."""

    id: str
    says: Says
    roles: tuple[Role, ...] = ()
    countries: tuple[Country, ...] = ()
    text: Text
    sources: tuple[Ref, ...]


class Card(Value):
    """The direct answer to something people really ask."""

    id: CardId
    topic: str
    title: Text
    activities: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    countries: tuple[Country, ...] = ()
    asked_as: Phrasings
    statements: tuple[Statement, ...]
    drills: tuple[ScenarioId, ...] = ()
    related: tuple[CardId, ...] = ()


class KeyPoint(Value):
    """One thing a good free-text answer covers, with words that show it was covered."""

    id: str
    text: Text
    words: Phrasings
    sources: tuple[Ref, ...]


class Option(Value):
    """One choice in a scene, with its grade, reason and rule."""

    id: str
    text: Text
    grade: Grade
    because: Text
    consequence: Text | None = None
    sources: tuple[Ref, ...]
    next: str
    competency: str | None = None


class Scene(Value):
    """One moment of a drill: options, a 'what would you say?' step, or an ending."""

    text: Text
    timer_s: int | None = None
    options: tuple[Option, ...] = ()
    say: tuple[KeyPoint, ...] = ()
    next: str | None = None
    end: bool = False


class ScenarioDebrief(Value):
    protects: Text
    ask_your_trainer: Text


class Scenario(Value):
    """A drill: a graph of scenes from ``start`` to endings."""

    id: ScenarioId
    title: Text
    roles: tuple[Role, ...]
    countries: tuple[Country, ...]
    competencies: tuple[str, ...]
    start: str
    scenes: dict[str, Scene]
    debrief: ScenarioDebrief


class Contact(Value):
    """Someone to call or to write to. Only ``checked`` values are ever shown."""

    id: str
    name: Text
    role: Text
    use: Text
    situations: tuple[str, ...] = ()
    kind: Literal["phone", "email", "web", "address", "instruction"]
    value: str | None = None
    instruction: Text | None = None
    checked: bool
    seen_at: str = ""


class Contacts(Value):
    country: Country
    note: Text
    contacts: tuple[Contact, ...]


class Vocabulary(Value):
    """The closed sets, with labels in three languages."""

    topics: dict[str, Text]
    competencies: dict[str, Text]
    activities: dict[str, Text]
    roles: dict[Role, Text]
    countries: dict[Country, Text]
    audiences: dict[str, Text]
    situations: dict[str, Text]


class GlossaryEntry(Value):
    """Field word → the term the knowledge base uses; several words may follow ``to``."""

    word: str
    to: str
    kind: Literal["slang", "abbreviation", "misspelling", "term"] = "slang"


class Glossary(Value):
    en: tuple[GlossaryEntry, ...]
    es: tuple[GlossaryEntry, ...]
    pt: tuple[GlossaryEntry, ...]


class TriggerSet(Value):
    """Phrases of one situation or intent; ``not_when`` are near misses that must not trigger."""

    id: str
    card: CardId
    phrases: Phrasings
    not_when: Phrasings


class Triggers(Value):
    danger_now: tuple[TriggerSet, ...]
    harmful: tuple[TriggerSet, ...]
    personal_data: tuple[TriggerSet, ...] = ()


class Limits(Value):
    """What the assistant does not answer: example questions per reason, and the places that tell whose law is meant.

    The examples teach the evidence gate (they are never shown); ``other_countries`` are names and demonyms of countries
    whose law is not known, ``own_countries`` names, provinces and institutions of those that are.
    """

    off_topic: Phrasings
    real_time: Phrasings
    personal_legal_strategy: Phrasings
    not_covered: Phrasings
    small_talk: Phrasings
    other_countries: Phrasings
    own_countries: dict[Country, Phrasings]


class PivotTerms(Value):
    """Field words a general translator gets wrong, with the English our digests use. Retrieval only, never shown."""

    es: dict[str, str]
    pt: dict[str, str]

    def by_language(self) -> dict[Language, dict[str, str]]:
        return {Language.ES: self.es, Language.PT: self.pt}


class Cues(Value):
    """Small words that tell now from spoken about, and a question about a rule from a request for help with a deed."""

    now: Phrasings
    hypothetical: Phrasings
    past: Phrasings
    asking: Phrasings
    training: Phrasings
    ordered: Phrasings
    help_with: Phrasings


class Content(Value):
    """Everything the assistant knows, loaded; ``version`` is the SHA-256 over all files."""

    instruments: dict[InstrumentId, Instrument]
    cards: dict[CardId, Card]
    scenarios: dict[ScenarioId, Scenario]
    contacts: dict[Country, Contacts]
    vocabulary: Vocabulary
    glossary: Glossary
    triggers: Triggers
    limits: Limits
    cues: Cues
    pivot_terms: dict[Language, dict[str, str]]
    version: str

    @cached_property
    def _places(self) -> dict[str, tuple[Instrument, Provision]]:
        return {f"{i.id}#{p.anchor}": (i, p) for i in self.instruments.values() for p in i.provisions}

    def place(self, ref: Ref) -> tuple[Instrument, Provision]:
        """The provision behind ``instrument#anchor``; raises ``KeyError`` when it does not resolve."""
        return self._places[ref]
