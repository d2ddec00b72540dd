"""The words behind searching and refusing: glossary, triggers, limits, cues, and field words with their English."""

from __future__ import annotations

from typing import Literal

from knowledge_base.base import CardId, Country, Language, Phrasings, Value


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
