"""A source address in, a citation with an exact quote in the reader's language out."""

from __future__ import annotations

import re
from functools import lru_cache

from knowledge_base.model import Content, Language, Ref
from knowledge_base.quote import check_quote
from retrieval.model import Citation
from retrieval.words import terms

_END = re.compile(r"(?<=[.!?])\s+(?=[^a-z\s])")
_SHORT = re.compile(
    r"(?:^|[\s(«\"'])(?:arts?|p[aá]rrs?|paras?|n[úu]ms?|nos?|n|inc|incs|lits?|al|als|caps?|secs?|p[aá]gs?|pp?|cf|vs)\.$", re.I
)
"""An abbreviation at the end: with a number behind it, no sentence ends there."""


def sentences(text: str) -> list[str]:
    """The sentences of a digest, each an exact span of it. "art. 11" and "16 to 20 years" stay with what they belong to."""
    whole, found, start = text.strip(), [], 0
    for end in _END.finditer(whole):
        if whole[end.end()].isdigit() and _SHORT.search(whole[start : end.start()]):
            continue
        found.append(whole[start : end.start()])
        start = end.end()
    return [part for part in (*found, whole[start:]) if part]


def cite(content: Content, ref: Ref, language: Language, about: str) -> Citation:
    """Cite ``ref`` with the sentence of its digest nearest to ``about``. Raises ``KeyError`` when it does not resolve."""
    instrument, provision = content.place(ref)
    words = provision.words.in_(language)
    wanted = set(terms(about, language))
    quote, _ = max(_spans(words, language), key=lambda span: (len(wanted & span[1]), -len(span[0])))
    return Citation(
        instrument=instrument.id,
        pinpoint=provision.pinpoint,
        anchor=provision.anchor,
        label=provision.label.in_(language),
        url=instrument.official_url,
        quote=quote,
        text_kind="guideline" if instrument.kind == "project_guideline" else "digest",
        verification=provision.verification,
        verdict=check_quote(quote, words),
    )


@lru_cache(maxsize=4096)
def _spans(words: str, language: Language) -> tuple[tuple[str, frozenset[str]], ...]:
    """The sentences of a digest with their search terms; many statements cite the same few digests."""
    return tuple((span, frozenset(terms(span, language))) for span in sentences(words))
