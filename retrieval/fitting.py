"""Content in, the small models of an index out: safety, kind of request, evidence gate. Deterministic for one seed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from random import Random

import numpy as np
from numpy.typing import NDArray

from knowledge_base.model import Content, Language
from retrieval import gate as gates
from retrieval.alarm import LABELS, AlarmModel, Floats, fit, see
from retrieval.alarm_file import Thresholds
from retrieval.cues import CueCounter
from retrieval.encode import Encoder
from retrieval.intent import IntentModel, train
from retrieval.library import Library
from retrieval.memo import Memo
from retrieval.repair import Repair
from retrieval.safety import NONE, SORTS
from retrieval.search import search

ToEnglish = Callable[[str, Language], str]
Example = tuple[str, Language, str]
ANSWERABLE = "answerable"
DANGER_RECALL = 0.92
HARM_FALSE = 0.04
DATA_FALSE = 0.02
LIMITS = ("off_topic", "real_time", "personal_legal_strategy", "not_covered", "small_talk")
MOST_POSITIVE = 800
MOST_NEGATIVE = 800
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


def all_examples(content: Content) -> list[Example]:
    """Every text that some small model learns from, with its label."""
    found = [*phrasing_examples(content, ANSWERABLE), *limit_examples(content)]
    for sort in SORTS:
        for trigger in getattr(content.triggers, sort):
            for language in Language:
                found += [(text, language, f"{sort}:{trigger.id}") for text in trigger.phrases.in_(language)]
                found += [(text, language, f"not:{trigger.id}") for text in trigger.not_when.in_(language)]
    return found


def train_alarm(
    content: Content, repairs: Mapping[Language, Repair], encoder: Encoder, to_english: ToEnglish, memo: Memo
) -> tuple[AlarmModel, Thresholds] | None:
    """The alarm model and its thresholds, or ``None`` when there are too few triggers to learn from."""
    texts: list[str] = []
    languages: list[Language] = []
    labels: list[int] = []
    groups: list[int] = []
    misses: list[bool] = []

    def add(text: str, language: Language, label: str, group: str, miss: bool) -> None:
        texts.append(text)
        languages.append(language)
        labels.append(LABELS.index(label))
        groups.append(int(hashlib.sha256(group.encode()).hexdigest()[:6], 16))
        misses.append(miss)

    for text, language, _ in [*phrasing_examples(content, NONE), *limit_examples(content)]:
        add(text, language, NONE, text, False)
    for sort in SORTS:
        for trigger in getattr(content.triggers, sort):
            for language in Language:
                for number, text in enumerate(trigger.phrases.in_(language)):
                    add(text, language, sort, f"{trigger.id}+{number}", False)
                for number, text in enumerate(trigger.not_when.in_(language)):
                    add(text, language, NONE, f"{trigger.id}-{number}", True)
    found = np.array(labels, dtype=np.int64)
    if min(int((found == label).sum()) for label in range(len(LABELS))) < 30:
        return None
    repaired = [repairs[language](text) for text, language in zip(texts, languages, strict=True)]
    english = [to_english(text, language) for text, language in zip(repaired, languages, strict=True)]
    seen = see(repaired, languages, memo.vectors(english, encoder.encode))
    counter = CueCounter(content.cues)
    cues = np.stack([counter.counts(text, language) for text, language in zip(texts, languages, strict=True)])
    model, held = fit(seen, found, cues, np.array(groups, dtype=np.int64))
    return model, _thresholds(held, found, np.array(misses))


def _thresholds(held: Floats, labels: NDArray[np.int64], misses: NDArray[np.bool_]) -> Thresholds:
    """Danger is rather raised once too often; harm is rather answered (every answer says no) than refused to a victim."""
    danger, harm, data = (LABELS.index(name) for name in ("danger_now", "harmful", "personal_data"))
    return Thresholds(
        danger_now=float(np.quantile(held[labels == danger, danger], 1 - DANGER_RECALL)),
        harmful=float(np.quantile(held[misses, harm], 1 - HARM_FALSE)),
        personal_data=float(np.quantile(held[misses, data], 1 - DATA_FALSE)),
    )


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
    limits = limit_examples(library.content)
    random.shuffle(limits)
    for text, language, _ in limits[:MOST_NEGATIVE]:
        rows.append(_row(library, text, language, []))
        answerable.append(0)
    return gates.fit(np.array(rows, dtype=np.float64), np.array(answerable, dtype=np.int64))


def _row(library: Library, text: str, language: Language, without: list[int]) -> tuple[float, ...]:
    heard = library.listener.hear(text, language)
    found = search(heard, library.stock, None, FITTED_ON, without)
    return gates.evidence(heard, found, library.requests.probabilities(text, heard.vector)[ANSWERABLE])


