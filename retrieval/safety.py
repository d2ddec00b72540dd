"""A message in, an alarm or nothing out, before any other part is asked: danger now, harmful intent, personal data.

Two looks that must not fail together: phrases of ``triggers.yaml`` found word by word in the message (needs only the
content), and a small model trained at index build on those phrases against the near misses and all card phrasings.
A near miss that is closer than the trigger wins, so that "they shot at us last week, what do I report?" is answered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from rapidfuzz import fuzz, process

from knowledge_base.model import CardId, Content, Language
from knowledge_base.pinpoint import fold
from retrieval.compose import Person, whole_card
from retrieval.cues import CueCounter
from retrieval.heard import REMEMBERED, Heard
from retrieval.kinds import KindModel
from retrieval.model import Reason, Sentence
from retrieval.words import terms, tokens

Sort = Literal["danger_now", "harmful", "personal_data"]
SORTS: tuple[Sort, ...] = ("danger_now", "harmful", "personal_data")
REASONS: dict[Sort, Reason] = {
    "danger_now": Reason.EMERGENCY,
    "harmful": Reason.HARMFUL,
    "personal_data": Reason.PERSONAL_DATA,
}
NONE = "none"
RAISED_FROM: dict[Sort, float] = {"danger_now": 0.06, "harmful": 0.17, "personal_data": 0.25}
"""Chosen on the tune half of the golden sets (docs/decisions/0005-alarms.md); danger is rather raised once too often."""
VERBATIM = 90.0  # how alike (0..100) a message and a phrase must be to need no model
SPREAD = 2  # words that may stand between the words of a phrase


@dataclass(frozen=True)
class Alarm:
    """What was seen, which card answers it, how sure (0..1), and how (``phrase`` or ``model``)."""

    sort: Sort
    card: CardId
    probability: float
    seen_by: Literal["phrase", "model"]


class FirstLook:
    """Deterministic; ``model`` may be missing (then only phrases are seen, and less exactly)."""

    def __init__(self, content: Content, model: KindModel | None = None) -> None:
        self._content = content
        self._model = model
        self._cues = CueCounter(content.cues)
        self._cards = {sort: sorted({t.card for t in getattr(content.triggers, sort)}) for sort in SORTS}
        self._phrases = [
            (sort, trigger, language, " ".join(tokens(fold(phrase))), terms(phrase, language))
            for sort in SORTS
            for trigger in getattr(content.triggers, sort)
            for language in Language
            for phrase in trigger.phrases.in_(language)
        ]
        self._spelled = [phrase for *_, phrase, _ in self._phrases]
        self._misses = {
            " ".join(tokens(fold(phrase)))
            for sort in SORTS
            for trigger in getattr(content.triggers, sort)
            for language in Language
            for phrase in trigger.not_when.in_(language)
        }

    @cached_property
    def look(self) -> Callable[[Heard], Alarm | None]:
        """``look(heard)``: the alarm of a message, or ``None``. The last few are remembered: a turn asks twice."""
        return lru_cache(maxsize=REMEMBERED)(self._look)

    def _look(self, heard: Heard) -> Alarm | None:
        said = " ".join(tokens(fold(heard.text)))
        if said in self._misses:
            return None
        if self._model is None:
            return self._by_words(heard.text)
        alike = self._by_letters(said)
        if alike is not None:
            return alike
        verdict = self._model.judge(heard, self._cues.counts(heard.text, heard.language))
        for sort in SORTS:
            if verdict.probabilities[sort] >= RAISED_FROM[sort]:
                card = max(self._cards[sort], key=lambda card: verdict.tags.get(card, -1.0))
                return Alarm(sort, card, verdict.probabilities[sort], "model")
        return None

    def _by_letters(self, said: str) -> Alarm | None:
        """A message that is a known phrase but for a letter or two."""
        found = process.extractOne(said, self._spelled, scorer=fuzz.ratio, score_cutoff=VERBATIM)
        if found is None:
            return None
        sort, trigger, *_ = self._phrases[found[2]]
        return Alarm(sort, trigger.card, 1.0, "phrase")

    def _by_words(self, text: str) -> Alarm | None:
        for language in Language:
            said = terms(text, language)
            for sort, trigger, spoken, _, wanted in self._phrases:
                if spoken is language and _holds(said, wanted):
                    return Alarm(sort, trigger.card, 1.0, "phrase")
        return None

    def sentences(self, alarm: Alarm, person: Person) -> tuple[Sentence, ...]:
        """The card of the alarm, for this person."""
        return whole_card(self._content.cards[alarm.card], self._content, person)


def _holds(said: list[str], wanted: list[str]) -> bool:
    """Whether ``wanted`` stands in ``said`` in order, with at most ``SPREAD`` other words between two of them."""
    if not wanted or (len(wanted) == 1 and len(said) > 2):
        return False
    for start, word in enumerate(said):
        if word != wanted[0]:
            continue
        at = start
        for following in wanted[1:]:
            try:
                at = said.index(following, at + 1, at + 2 + SPREAD)
            except ValueError:
                break
        else:
            return True
    return False
