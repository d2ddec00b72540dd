"""Counts of the content for people: a shelf in, tables of rows out; the coverage table has no empty cell when complete."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from knowledge_base.model import Country, Language
from knowledge_base.rules.coverage import serves
from knowledge_base.rules.shelf import Shelf


class Coverage(NamedTuple):
    """Cards and planned drills of one activity for one country."""

    activity: str
    country: Country
    cards: int
    drills: int


def totals(shelf: Shelf) -> dict[str, int]:
    """How many of each noun."""
    provisions = list(shelf.provisions.values())
    counted = {
        "instruments": len(shelf.instruments),
        "provisions": len(provisions),
        "guideline paragraphs": sum(i.kind == "project_guideline" for i, _ in provisions),
        "cards": len(shelf.cards),
        "statements": sum(len(card.statements) for _, card in shelf.cards),
        "scenarios": len(shelf.scenarios),
    }
    for language in Language:
        counted[f"ways of asking ({language})"] = sum(len(c.asked_as.in_(language)) for _, c in shelf.cards)
        if shelf.glossary:
            counted[f"glossary entries ({language})"] = len(getattr(shelf.glossary, language.value))
    return counted


def verification(shelf: Shelf) -> dict[str, int]:
    """Provisions per verification state: how much of the law was read, honestly."""
    return dict(Counter(provision.verification for _, provision in shelf.provisions.values()).most_common())


def coverage(shelf: Shelf) -> list[Coverage]:
    """One row per activity and country: cards that serve it and drills such cards or competencies point to."""
    rows = []
    for activity in shelf.vocabulary.activities if shelf.vocabulary else {}:
        for country in Country:
            cards = [c for _, c in shelf.cards if activity in c.activities and serves(c, country)]
            drills = {drill for card in cards for drill in card.drills} & {
                s.id for _, s in shelf.scenarios if country in s.countries
            }
            rows.append(Coverage(activity, country, len(cards), len(drills)))
    return rows
