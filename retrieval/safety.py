"""A message in, an alarm or nothing out, before any other part is asked: danger now, harmful intent, personal data.

Two looks that must not fail together: phrases of ``triggers.yaml`` found word by word in the message (needs only the
content), and a small model trained at index build on those phrases against the near misses and all card phrasings.
A near miss that is closer than the trigger wins, so that "they shot at us last week, what do I report?" is answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from knowledge_base.model import CardId, Content, Country, Language, Role, TriggerSet
from knowledge_base.pinpoint import fold
from retrieval.alarm import AlarmModel
from retrieval.alarm_file import Thresholds
from retrieval.compose import Person, whole_card
from retrieval.cues import CueCounter
from retrieval.encode import Vectors
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
SPREAD = 2  # words that may stand between the words of a phrase
CLOSER = 3.0  # how much closer (0..100) a near miss must be to win


@dataclass(frozen=True)
class Alarm:
    """What was seen, which card answers it, and how (``phrase`` or ``model``)."""

    sort: Sort
    card: CardId
    seen_by: Literal["phrase", "model"]


class FirstLook:
    """Deterministic; ``model`` may be missing (then only phrases are seen)."""

    def __init__(self, content: Content, model: AlarmModel | None = None, thresholds: Thresholds | None = None) -> None:
        self._content = content
        self._model = model
        self._thresholds = thresholds
        self._cues = CueCounter(content.cues)
        self._phrases = [
            (sort, trigger, language, phrase, terms(phrase, language))
            for sort in SORTS
            for trigger in getattr(content.triggers, sort)
            for language in Language
            for phrase in trigger.phrases.in_(language)
        ]
        self._misses = [
            fold(phrase)
            for sort in SORTS
            for trigger in getattr(content.triggers, sort)
            for language in Language
            for phrase in trigger.not_when.in_(language)
        ]

    def look(self, text: str, repaired: str, language: Language, vector: Vectors | None) -> Alarm | None:
        """The alarm of a message, or ``None``. ``vector`` is its English meaning where there is an encoder."""
        probable: dict[str, float] = {}
        if self._model is not None and vector is not None:
            probable = self._model.probabilities(repaired, language, vector, self._cues.counts(text, language))
        found = self._by_phrase(text) or self._by_phrase(repaired)
        if found is not None:
            if probable and probable[NONE] > 0.9 and not self._verbatim(text):
                return None
            return found
        if not probable or self._thresholds is None:
            return None
        for sort in SORTS:
            if probable[sort] >= getattr(self._thresholds, sort):
                return Alarm(sort, self._nearest(sort, repaired).card, "model")
        return None

    def _verbatim(self, text: str) -> bool:
        said = " ".join(tokens(fold(text)))
        return any(" ".join(tokens(fold(phrase))) == said for _, _, _, phrase, _ in self._phrases)

    def _by_phrase(self, text: str) -> Alarm | None:
        for language in Language:
            said = terms(text, language)
            for sort, trigger, spoken, phrase, wanted in self._phrases:
                if spoken is language and _holds(said, wanted):
                    if len(said) > len(wanted) and self._miss_is_closer(text, phrase):
                        continue
                    return Alarm(sort, trigger.card, "phrase")
        return None

    def _miss_is_closer(self, text: str, phrase: str) -> bool:
        folded = fold(text)
        own = fuzz.token_set_ratio(folded, fold(phrase)) * 0.5 + fuzz.ratio(folded, fold(phrase)) * 0.5
        best = max(
            (fuzz.token_set_ratio(folded, miss) * 0.5 + fuzz.ratio(folded, miss) * 0.5 for miss in self._misses),
            default=0.0,
        )
        return best > own + CLOSER

    def _nearest(self, sort: Sort, text: str) -> TriggerSet:
        folded = fold(text)
        candidates: list[tuple[TriggerSet, str]] = [(trigger, phrase) for s, trigger, _, phrase, _ in self._phrases if s == sort]
        best = max(candidates, key=lambda pair: fuzz.token_set_ratio(folded, fold(pair[1])))
        return best[0]

    def sentences(self, alarm: Alarm, language: Language, country: Country | None, role: Role | None) -> tuple[Sentence, ...]:
        """The card of the alarm, for this person."""
        return whole_card(self._content.cards[alarm.card], self._content, Person(language, country, role))


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
