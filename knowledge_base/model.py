"""The nouns of the knowledge base: instruments, provisions, cards, scenarios, contacts, vocabulary, and all of them together.

All are frozen pydantic values read from files under ``knowledge_base/content``; their form is in ``docs/content.md``.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from pydantic import Field

from knowledge_base.base import (
    Anchor,
    CardId,
    Country,
    Grade,
    InstrumentId,
    Jurisdiction,
    Kind,
    Language,
    PartialDate,
    Period,
    Phrasings,
    Ref,
    Role,
    Rule,
    Says,
    ScenarioId,
    Text,
    Value,
    Verification,
)
from knowledge_base.lexicon import Cues, Glossary, GlossaryEntry, Limits, PivotTerms, Triggers, TriggerSet

__all__ = [
    "Anchor", "Card", "CardId", "Contact", "Contacts", "Content", "Country", "Cues", "Glossary", "GlossaryEntry",
    "Grade", "Instrument", "InstrumentId", "Jurisdiction", "KeyPoint", "Kind", "Language", "Limits", "Option",
    "PartialDate", "Period", "Phrasings", "PivotTerms", "Provision", "Ref", "Role", "Rule", "Says", "Scenario",
    "ScenarioDebrief", "ScenarioId", "Scene", "Statement", "Text", "TriggerSet", "Triggers", "Value", "Verification",
    "Vocabulary",
]


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


_COUNTRIES: dict[str, Country] = {country.value: country for country in Country}


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
    parties: dict[Country, int | str | None] = Field(default_factory=dict)
    parties_checked: bool | None = None
    authentic_languages: tuple[str, ...] = ()
    official_url: str | None = None
    url_checked: bool = False
    provisions: tuple[Provision, ...]

    @property
    def country(self) -> Country | None:
        """The country whose national law this is, or ``None`` for international and regional instruments."""
        return _COUNTRIES.get(self.jurisdiction)


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

    @cached_property
    def _stricter(self) -> dict[str, tuple[Ref, ...]]:
        found: dict[str, tuple[Ref, ...]] = {}
        for instrument in self.instruments.values():
            for provision in instrument.provisions:
                for weaker in provision.stricter_than:
                    found[weaker] = (*found.get(weaker, ()), Ref(f"{instrument.id}#{provision.anchor}"))
        return found

    def stricter(self, ref: Ref) -> tuple[Ref, ...]:
        """The standards that override ``ref`` in our advice."""
        return self._stricter.get(ref, ())

    def place(self, ref: Ref) -> tuple[Instrument, Provision]:
        """The provision behind ``instrument#anchor``; raises ``KeyError`` when it does not resolve."""
        return self._places[ref]
