"""Ranked cards and provisions in, the sentences of an answer out: extractive, direct answer first, phone-sized.

Sentences are statements of the best card that hold for this person's role and country, or sentences of a provision's
digest when a text itself was asked for. At most 900 characters, but for a text asked for by name with the stricter standard
that overrides it: both come whole. When not all of a card fits, the direct answer stays, then the
duty to help and to report, then what is nearest to the question.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from knowledge_base.model import Card, CardId, Content, Country, Language, Ref, Role, Statement
from retrieval.cite import cite, sentences
from retrieval.model import Sentence
from retrieval.words import terms

LONGEST = 900
OTHER_CARD = 0.93
SAME = 0.6


class Person(NamedTuple):
    """Whom the answer is for and by the law of which day; ``None`` is not known."""

    language: Language
    country: Country | None
    role: Role | None
    day: dt.date


def concerns(card: Card, statement: Statement, content: Content, person: Person) -> bool:
    """Whether a statement holds for this person, and none of its sources is younger than that day.

    A source that has ended may stay: "this decree was repealed" cites the decree.
    """
    starts = (content.place(ref)[1].in_force.start for ref in statement.sources)
    if any(start is not None and start > person.day for start in starts):
        return False
    countries = statement.countries or card.countries
    if person.country and countries and person.country not in countries:
        return False
    return not (person.role and statement.roles and person.role not in statement.roles)


def from_cards(
    ranked: Sequence[tuple[CardId, float]], near: dict[tuple[str, str], float], content: Content, person: Person
) -> tuple[Sentence, ...]:
    """The answer from the best card, and from a second one that is as near and says something new.

    ``near`` holds the search score of each (card, statement).
    """
    if not ranked:
        return ()
    best, top = ranked[0]
    chosen = _choose(content.cards[best], near, content, person, LONGEST)
    length = sum(len(s.text.in_(person.language)) + 1 for _, s in chosen)
    for other, score in ranked[1:3]:
        if score < OTHER_CARD * top or LONGEST - length < 120:
            break
        card = content.cards[other]
        extra = [s for s in card.statements if concerns(card, s, content, person)]
        extra.sort(key=lambda s: -near.get((card.id, s.id), 0.0))
        for statement in extra[:2]:
            text = statement.text.in_(person.language)
            fresh = all(_overlap(text, s.text.in_(person.language), person.language) < SAME for _, s in chosen)
            if fresh and length + len(text) < LONGEST:
                chosen.append((card, statement))
                length += len(text) + 1
    return tuple(_sentence(card, statement, content, person) for card, statement in chosen)


def whole_card(card: Card, content: Content, person: Person) -> tuple[Sentence, ...]:
    """Every statement of one card that holds for this person, in order, within the length of an answer."""
    return tuple(_sentence(card, s, content, person) for card, s in _choose(card, {}, content, person, LONGEST))


def _choose(
    card: Card, near: dict[tuple[str, str], float], content: Content, person: Person, room: int
) -> list[tuple[Card, Statement]]:
    usable = [s for s in card.statements if concerns(card, s, content, person)]
    if person.country is None:
        usable = _without_country_first(usable, card)
    order = {s.id: number for number, s in enumerate(usable)}
    urgency = {"after": 0.35, "rule": 0.25, "do_not": 0.25, "do": 0.25, "contact": 0.1, "limit": 0.05, "why": 0.0}

    def worth(statement: Statement) -> float:
        if order[statement.id] == 0:
            return 10.0
        return urgency[statement.says] + near.get((card.id, statement.id), 0.0) - 0.02 * order[statement.id]

    kept: list[Statement] = []
    length = 0
    for statement in sorted(usable, key=worth, reverse=True):
        size = len(statement.text.in_(person.language)) + 1
        if length + size <= room + 1 or not kept:
            kept.append(statement)
            length += size
    kept.sort(key=lambda s: order[s.id])
    return [(card, statement) for statement in kept]


def _without_country_first(statements: list[Statement], card: Card) -> list[Statement]:
    """When the country is not known: what holds everywhere first, then each country's law."""
    return sorted(statements, key=lambda s: bool(s.countries or card.countries))


def _sentence(card: Card, statement: Statement, content: Content, person: Person) -> Sentence:
    text = statement.text.in_(person.language)
    return Sentence(
        text=text,
        card=card.id,
        says=statement.says,
        citations=tuple(cite(content, ref, person.language, text) for ref in statement.sources),
    )


def from_provisions(
    refs: Sequence[Ref], content: Content, person: Person, room: int = LONGEST, most: int = 3
) -> tuple[Sentence, ...]:
    """The digests of ``refs`` sentence by sentence, each after the stricter standards that override it.

    A digest comes whole or not at all: its last sentence may be the exception. The first place always comes, with what
    overrides it, even where that is longer than ``room``; others only where they fit.
    """
    said: dict[Ref, list[str]] = {}
    length = 0
    for place in refs[:most]:
        more = {
            ref: sentences(content.place(ref)[1].words.in_(person.language))
            for ref in (*content.stricter(place), place) if ref not in said
        }
        size = sum(len(text) + 1 for texts in more.values() for text in texts)
        if said and length + size > room + 1:
            break
        said.update(more)
        length += size
    spoken = [(ref, text) for ref, texts in said.items() for text in texts]
    return tuple(Sentence(text=text, citations=(cite(content, ref, person.language, text),)) for ref, text in spoken)


def _overlap(one: str, other: str, language: Language) -> float:
    a, b = set(terms(one, language)), set(terms(other, language))
    return len(a & b) / max(1, min(len(a), len(b)))
