"""Sentences in, only those out that are an exact span of a known text and whose every citation resolves exactly."""

from __future__ import annotations

from knowledge_base.model import CardId, Content, Language, Ref
from knowledge_base.quote import check_quote
from retrieval.model import Citation, Sentence


def ground(sentences: tuple[Sentence, ...], content: Content, language: Language) -> tuple[Sentence, ...]:
    """Drop every sentence that cannot be proved; the order stays."""
    return tuple(s for s in sentences if s.citations and _known(s, content, language) and _cited(s, content, language))


def _known(sentence: Sentence, content: Content, language: Language) -> bool:
    if sentence.card is not None:
        card = content.cards.get(CardId(sentence.card))
        return card is not None and any(s.text.in_(language) == sentence.text for s in card.statements)
    return any(check_quote(sentence.text, _words(c, content, language)) == "exact" for c in sentence.citations)


def _cited(sentence: Sentence, content: Content, language: Language) -> bool:
    return all(
        c.verdict == "exact" and check_quote(c.quote, _words(c, content, language)) == "exact"
        for c in sentence.citations
    )


def _words(citation: Citation, content: Content, language: Language) -> str:
    try:
        _, provision = content.place(Ref(f"{citation.instrument}#{citation.anchor}"))
    except KeyError:
        return ""
    return provision.words.in_(language)
