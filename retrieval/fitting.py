"""Content in, the small models of an index out: safety, kind of request, evidence gate. Deterministic for one seed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import NamedTuple

import numpy as np

from knowledge_base.model import Content, Language
from retrieval import gate as gates
from retrieval.cues import CueCounter
from retrieval.encode import Encoder
from retrieval.kinds import KindModel, Lessons, fit
from retrieval.library import Library
from retrieval.memo import Memo
from retrieval.repair import Repair
from retrieval.requests import ANSWERABLE
from retrieval.safety import NONE, SORTS
from retrieval.search import search
from retrieval.views import Floats, spelled

ToEnglish = Callable[[str, Language], str]
Example = tuple[str, Language, str]
ALARMS = ("danger_now", "harmful", NONE, "personal_data")
FEWEST = 30
SEED = 7
REQUESTS = (ANSWERABLE, "off_topic", "real_time", "personal_legal_strategy", "not_covered", "small_talk")
LIMITS = ("off_topic", "real_time", "personal_legal_strategy", "not_covered", "small_talk")
MOST_POSITIVE = 800
MOST_NEGATIVE = 800
FITTED_ON = dt.date(2026, 11, 24)  # any day on which today's rules hold; fixed so that a build can be repeated


class Lesson(NamedTuple):
    """One example. ``group`` keeps translations together; ``tag`` is the card of a trigger."""

    text: str
    language: Language
    label: str
    group: str
    tag: str = ""


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


class Teacher:
    """Turns examples into what kind models learn from: repaired, translated, embedded, counted."""

    def __init__(
        self, content: Content, repairs: Mapping[Language, Repair], encoder: Encoder, to_english: ToEnglish, memo: Memo
    ) -> None:
        self._repairs = repairs
        self._encoder = encoder
        self._to_english = to_english
        self._memo = memo
        self._counter = CueCounter(content.cues)

    def teach(self, names: tuple[str, ...], lessons: Sequence[Lesson]) -> tuple[KindModel, Floats] | None:
        """The fitted model and held-out probabilities, or ``None`` when some label has too few examples."""
        labels = np.array([names.index(lesson.label) for lesson in lessons], dtype=np.int64)
        if min(int((labels == number).sum()) for number in range(len(names))) < FEWEST:
            return None
        languages = [lesson.language for lesson in lessons]
        repaired = [self._repairs[lesson.language](lesson.text) for lesson in lessons]
        english = [self._to_english(text, language) for text, language in zip(repaired, languages, strict=True)]
        vectors = self._memo.vectors(english, self._encoder.encode)
        cues = np.stack([self._counter.counts(lesson.text, lesson.language) for lesson in lessons])
        seen = Lessons(spelled(repaired, languages, english), vectors, cues)
        groups = np.array([int(hashlib.sha256(x.group.encode()).hexdigest()[:6], 16) for x in lessons], dtype=np.int64)
        return fit(names, [lesson.tag for lesson in lessons], seen, labels, groups, SEED)


def alarm_lessons(content: Content) -> list[Lesson]:
    """Triggers against near misses, limits and all card phrasings."""
    found = [Lesson(text, language, NONE, text) for text, language, _ in phrasing_examples(content, NONE)]
    found += [Lesson(text, language, NONE, text) for text, language, _ in limit_examples(content)]
    for sort in SORTS:
        for trigger in getattr(content.triggers, sort):
            for language in Language:
                for number, text in enumerate(trigger.phrases.in_(language)):
                    found.append(Lesson(text, language, sort, f"{trigger.id}+{number}", trigger.card))
                for number, text in enumerate(trigger.not_when.in_(language)):
                    found.append(Lesson(text, language, NONE, f"{trigger.id}-{number}"))
    return found


def request_lessons(content: Content) -> list[Lesson]:
    """Card phrasings and near misses of triggers (to be answered) against the limits (not to be answered)."""
    found = [Lesson(text, language, ANSWERABLE, text) for text, language, _ in phrasing_examples(content, ANSWERABLE)]
    for sort in SORTS:
        for trigger in getattr(content.triggers, sort):
            for language in Language:
                found += [Lesson(text, language, ANSWERABLE, text) for text in trigger.not_when.in_(language)]
    return found + [Lesson(text, language, label, text) for text, language, label in limit_examples(content)]


def fit_gate(library: Library, held: Mapping[str, float], random: Random) -> gates.Gate:
    """Search sampled phrasings, each without itself, and limit examples; then fit.

    ``held`` gives for each text how answerable a request model that never saw it thinks it is.
    """
    positions = [i for i, p in enumerate(library.stock.passages) if p.kind == "phrasing" and not p.id.endswith("0")]
    random.shuffle(positions)
    rows: list[tuple[float, ...]] = []
    answerable: list[int] = []
    for position in positions[:MOST_POSITIVE]:
        passage = library.stock.passages[position]
        language = next(iter(passage.native))
        rows.append(_row(library, passage.native[language], language, [position], held))
        answerable.append(1)
    limits = limit_examples(library.content)
    random.shuffle(limits)
    for text, language, _ in limits[:MOST_NEGATIVE]:
        rows.append(_row(library, text, language, [], held))
        answerable.append(0)
    return gates.fit(np.array(rows, dtype=np.float64), np.array(answerable, dtype=np.int64))


def _row(
    library: Library, text: str, language: Language, without: list[int], held: Mapping[str, float]
) -> tuple[float, ...]:
    heard = library.listener.hear(text, language, None)
    found = search(heard, library.stock, None, FITTED_ON, without)
    return gates.evidence(heard, found, held.get(text, 1.0))
