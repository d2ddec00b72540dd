"""Rules for guidance cards."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from knowledge_base.model import Card, Language, Statement
from knowledge_base.pinpoint import fold
from knowledge_base.problem import Problem
from knowledge_base.rules.shelf import Shelf

FEWEST_PHRASINGS = 6
LONGEST_STATEMENT = 220


def card_problems(shelf: Shelf) -> Iterator[Problem]:
    """Ids, vocabulary, phrasings, statements and sources of every card."""
    phrased: dict[tuple[Language, str], list[str]] = defaultdict(list)
    for file, card in shelf.cards:
        yield from _card(file, card, shelf)
        for statement in card.statements:
            yield from _statement(file, card, statement, shelf)
        for language in Language:
            for phrase in card.asked_as.in_(language):
                phrased[language, fold(phrase).strip(" ?!.¿¡")].append(card.id)
    for (language, phrase), cards in phrased.items():
        if len(cards) > 1:
            yield Problem(
                "guidance", f"asked_as.{language}", f"{phrase!r} stands in {', '.join(sorted(set(cards)))}",
                "keep it in the card that answers it",
            )


def _card(file: str, card: Card, shelf: Shelf) -> Iterator[Problem]:
    if not file.endswith(f"{card.topic}/{card.id}.yaml"):
        yield Problem(file, "id", "file is not <topic>/<id>.yaml", "move or rename the file")
    vocabulary = shelf.vocabulary
    if vocabulary and card.topic not in vocabulary.topics:
        yield Problem(file, "topic", f"unknown topic {card.topic!r}", "use a topic of vocabulary.yaml")
    for activity in card.activities:
        if vocabulary and activity not in vocabulary.activities:
            yield Problem(file, "activities", f"unknown activity {activity!r}", "use one of vocabulary.yaml")
    for language in Language:
        phrases = card.asked_as.in_(language)
        if len(phrases) < FEWEST_PHRASINGS:
            yield Problem(
                file, f"asked_as.{language}", f"{len(phrases)} ways of asking",
                f"write at least {FEWEST_PHRASINGS}, as people really ask",
            )
    if not card.statements:
        yield Problem(file, "statements", "none", "write the direct answer first")
    for name, times in Counter(s.id for s in card.statements).items():
        if times > 1:
            yield Problem(file, name, f"statement id stands {times} times", "make ids unique within the card")
    for other in card.related:
        if other not in shelf.card_ids:
            yield Problem(file, "related", f"no card {other!r}", "correct or remove it")
    for drill in card.drills:
        if drill not in shelf.drill_ids:
            yield Problem(file, "drills", f"no scenario {drill!r}", "correct or remove it")


def _statement(file: str, card: Card, statement: Statement, shelf: Shelf) -> Iterator[Problem]:
    if not statement.sources:
        yield Problem(file, statement.id, "no source", "name the provisions that say this")
    countries = statement.countries or card.countries
    for ref in statement.sources:
        if ref not in shelf.provisions:
            yield Problem(file, statement.id, f"{ref} does not resolve", "correct instrument id or anchor")
            continue
        country = shelf.country_of(ref)
        if country and countries != (country,):
            yield Problem(
                file, statement.id, f"{ref} is law of {country} but the statement is for {list(countries) or 'all'}",
                f"write countries: [{country}]",
            )
    for language in Language:
        length = len(statement.text.in_(language))
        if length > LONGEST_STATEMENT:
            yield Problem(
                file, f"{statement.id}.{language}", f"{length} characters, more than {LONGEST_STATEMENT}",
                "one short sentence; split it",
            )
        if length < 10:
            yield Problem(file, f"{statement.id}.{language}", "too short", "write one full sentence")
