"""Content in, searchable passages out: one per provision, per card phrasing and per card statement."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from knowledge_base.model import Card, CardId, Content, Instrument, Language, Provision, Ref
from retrieval.model import Passage, PassageId

ToEnglish = Callable[[str, Language], str]


def passages(content: Content, to_english: ToEnglish) -> list[Passage]:
    """Every passage in a fixed order. ``to_english`` gives repaired rough English of a phrasing for the search."""
    found: list[Passage] = []
    for _, instrument in sorted(content.instruments.items()):
        found.extend(_provision(instrument, provision) for provision in instrument.provisions)
    for _, card in sorted(content.cards.items()):
        found.extend(_statements(card))
        found.extend(_phrasings(card, to_english))
    return found


def _provision(instrument: Instrument, provision: Provision) -> Passage:
    ref = Ref(f"{instrument.id}#{provision.anchor}")
    native = {
        language: f"{instrument.short.in_(language)}, {provision.label.in_(language)}: {provision.words.in_(language)}"
        for language in Language
    }
    country = instrument.country
    return Passage(
        id=PassageId(ref),
        kind="provision",
        english=provision.words.en,
        native=native,
        refs=(ref, *provision.sources) if instrument.kind == "project_guideline" else (ref,),
        countries=(country,) if country else (),
        valid_from=provision.in_force.start,
        valid_until=provision.in_force.until,
    )


def _statements(card: Card) -> list[Passage]:
    return [
        Passage(
            id=PassageId(f"{card.id}/{statement.id}"),
            kind="statement",
            english=statement.text.en,
            native={language: statement.text.in_(language) for language in Language},
            refs=statement.sources,
            card=card.id,
            statement=statement.id,
            countries=statement.countries or card.countries,
            roles=statement.roles or card.roles,
        )
        for statement in card.statements
    ]


def _phrasings(card: Card, to_english: ToEnglish) -> list[Passage]:
    refs = tuple(dict.fromkeys(ref for statement in card.statements for ref in statement.sources))
    found = []
    for language in Language:
        for number, phrase in enumerate((card.title.in_(language), *card.asked_as.in_(language))):
            found.append(
                Passage(
                    id=PassageId(f"{card.id}?{language}{number}"),
                    kind="phrasing",
                    english=to_english(phrase, language),
                    native={language: phrase},
                    refs=refs,
                    card=card.id,
                    countries=card.countries,
                    roles=card.roles,
                )
            )
    return found


def card_words(found: Sequence[Passage]) -> list[str]:
    """All English of each card as one text, cards in sorted order."""
    texts: dict[CardId, list[str]] = {}
    for passage in found:
        if passage.card is not None:
            texts.setdefault(passage.card, []).append(passage.english)
    return [" ".join(texts[card]) for card in sorted(texts)]
