"""Rules for the whole: every topic and activity has cards for both countries, every instrument is used."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge_base.model import Card, Country
from knowledge_base.problem import Problem
from knowledge_base.rules.shelf import Shelf


def serves(card: Card, country: Country) -> bool:
    """Whether ``card`` says something to a person in ``country``."""
    if card.countries and country not in card.countries:
        return False
    return any(not s.countries or country in s.countries for s in card.statements)


def coverage_problems(shelf: Shelf) -> Iterator[Problem]:
    """Empty cells of topic x country and activity x country, and instruments that nothing cites."""
    if shelf.vocabulary is None:
        return
    for country in Country:
        usable = [card for _, card in shelf.cards if serves(card, country)]
        topics = {card.topic for card in usable}
        for topic in shelf.vocabulary.topics:
            if topic not in topics:
                yield Problem("guidance", topic, f"no card for {country}", f"write one under guidance/{topic}/")
        activities = {name for card in usable for name in card.activities}
        for activity in shelf.vocabulary.activities:
            if activity not in activities:
                yield Problem("guidance", activity, f"no card of this activity for {country}", "tag or write one")
    used = {ref.partition("#")[0] for ref in shelf.cited()}
    for file, instrument in shelf.instruments:
        if instrument.kind != "project_guideline" and instrument.id not in used:
            yield Problem(file, "id", "no card, drill or guideline cites this instrument", "cite it where it helps")
