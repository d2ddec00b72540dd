"""Content in, the small models of an index out: safety, kind of request, evidence gate. Deterministic for one seed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from random import Random

import numpy as np

from knowledge_base.model import Content, Language
from retrieval import gate as gates
from retrieval.encode import Encoder
from retrieval.intent import IntentModel, train
from retrieval.library import Library
from retrieval.memo import Memo
from retrieval.safety import NONE, SORTS
from retrieval.search import search

ToEnglish = Callable[[str, Language], str]
Example = tuple[str, Language, str]
ANSWERABLE = "answerable"
LIMITS = ("off_topic", "real_time", "personal_legal_strategy", "not_covered", "small_talk")
MOST_POSITIVE = 1500
FITTED_ON = dt.date(2026, 11, 24)  # any day on which today's rules hold; fixed so that a build can be repeated


def limit_examples(content: Content) -> list[Example]:
    """All example questions that must not be answered, with their reason."""
    return [
        (text, language, name)
        for name in LIMITS
        for language in Language
        for text in getattr(content.limits, name).in_(language)
    ]


def phrasing_examples(content: Content, label: str) -> list[Example]:
    """All ways of asking of all cards, labelled ``label``."""
    return [
        (text, language, label)
        for card in content.cards.values()
        for language in Language
        for text in card.asked_as.in_(language)
    ]


def train_safety(content: Content, encoder: Encoder, to_english: ToEnglish, memo: Memo) -> IntentModel:
    """Danger now, harmful, personal data, or none of them."""
    examples = phrasing_examples(content, NONE) + [(t, lang, NONE) for t, lang, _ in limit_examples(content)]
    for sort in SORTS:
        for trigger in getattr(content.triggers, sort):
            for language in Language:
                examples += [(text, language, str(sort)) for text in trigger.phrases.in_(language)]
                examples += [(text, language, NONE) for text in trigger.not_when.in_(language) for _ in range(2)]
    return _train(examples, encoder, to_english, memo)


def train_requests(content: Content, encoder: Encoder, to_english: ToEnglish, memo: Memo) -> IntentModel:
    """Answerable, or the reason why not."""
    examples = phrasing_examples(content, ANSWERABLE) + limit_examples(content)
    for sort in SORTS:
        for trigger in getattr(content.triggers, sort):
            for language in Language:
                examples += [(text, language, ANSWERABLE) for text in trigger.not_when.in_(language)]
    return _train(examples, encoder, to_english, memo)


def _train(examples: list[Example], encoder: Encoder, to_english: ToEnglish, memo: Memo) -> IntentModel:
    english = [to_english(text, language) for text, language, _ in examples]
    return train([t for t, _, _ in examples], memo.vectors(english, encoder.encode), [label for _, _, label in examples])


def fit_gate(library: Library, random: Random) -> gates.Gate:
    """Search each sampled phrasing without itself and its twin translations, and each limit example; then fit."""
    positions = [i for i, p in enumerate(library.stock.passages) if p.kind == "phrasing" and not p.id.endswith("0")]
    random.shuffle(positions)
    rows: list[tuple[float, ...]] = []
    answerable: list[int] = []
    for position in positions[:MOST_POSITIVE]:
        passage = library.stock.passages[position]
        language = next(iter(passage.native))
        rows.append(_row(library, passage.native[language], language, [position]))
        answerable.append(1)
    for text, language, _ in limit_examples(library.content):
        rows.append(_row(library, text, language, []))
        answerable.append(0)
    return gates.fit(np.array(rows, dtype=np.float64), np.array(answerable, dtype=np.int64))


def _row(library: Library, text: str, language: Language, without: list[int]) -> tuple[float, ...]:
    heard = library.listener.hear(text, language)
    found = search(heard, library.stock, None, FITTED_ON, without)
    return gates.evidence(heard, found, library.requests.probabilities(text, heard.vector)[ANSWERABLE])


