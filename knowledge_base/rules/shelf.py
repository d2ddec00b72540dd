"""What the rules look at: every content file that could be read, with its path, and an index of all provisions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from knowledge_base.model import (
    Card,
    Contacts,
    Country,
    Cues,
    Glossary,
    Instrument,
    Limits,
    PivotTerms,
    Provision,
    Ref,
    Scenario,
    Triggers,
    Vocabulary,
)


@dataclass(frozen=True)
class Shelf:
    """Readable files only; unreadable ones are problems already."""

    instruments: tuple[tuple[str, Instrument], ...] = ()
    cards: tuple[tuple[str, Card], ...] = ()
    scenarios: tuple[tuple[str, Scenario], ...] = ()
    contacts: tuple[tuple[str, Contacts], ...] = ()
    vocabulary: Vocabulary | None = None
    glossary: Glossary | None = None
    triggers: Triggers | None = None
    limits: Limits | None = None
    cues: Cues | None = None
    pivot_terms: PivotTerms | None = None

    @cached_property
    def provisions(self) -> dict[Ref, tuple[Instrument, Provision]]:
        return {
            Ref(f"{instrument.id}#{provision.anchor}"): (instrument, provision)
            for _, instrument in self.instruments
            for provision in instrument.provisions
        }

    @cached_property
    def drill_ids(self) -> frozenset[str]:
        return frozenset(scenario.id for _, scenario in self.scenarios)

    @cached_property
    def card_ids(self) -> frozenset[str]:
        return frozenset(card.id for _, card in self.cards)

    def country_of(self, ref: Ref) -> Country | None:
        """The country of a national source; ``None`` for international ones and unknown refs."""
        found = self.provisions.get(ref)
        return found[0].country if found else None

    def cited(self) -> Iterator[Ref]:
        """Every source of every card statement, drill option and guideline paragraph."""
        for _, card in self.cards:
            for statement in card.statements:
                yield from statement.sources
        for _, scenario in self.scenarios:
            for scene in scenario.scenes.values():
                for option in scene.options:
                    yield from option.sources
                for point in scene.say:
                    yield from point.sources
        for _, instrument in self.instruments:
            for provision in instrument.provisions:
                yield from provision.sources
