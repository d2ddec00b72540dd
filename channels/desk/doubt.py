"""Which answers a trainer should look at first: what is known of an answer in, points and their reasons out. Pure.

The points are a plain sum, so that the page can say why an answer stands where it stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from channels.store.queue import Asked
from channels.store.reviews import Review, Verdict
from retrieval.model import AnswerKind, Reason

WEAK = 0.9
"""Best source below this: measured on the golden questions, 12 % of wrong but 7 % of right answers are below it."""
UNSURE = 0.5
RARE = 2
"""A topic that was asked about at most this often among the answers looked at is new."""


class Why(StrEnum):
    """Reasons for doubt; their names are in ``words.yaml`` under ``queue``."""

    DISAGREEMENT = "disagreement"
    ESCALATED = "escalated"
    THUMBS_DOWN = "thumbs_down"
    REFUSED = "refused"
    CLOSEST = "closest"
    WEAK = "weak"
    ALARM = "alarm"
    UNSURE = "unsure"
    NEW_TOPIC = "new_topic"


POINTS: Mapping[Why, int] = {
    Why.DISAGREEMENT: 5, Why.ESCALATED: 4, Why.THUMBS_DOWN: 4, Why.REFUSED: 3, Why.CLOSEST: 3, Why.WEAK: 2, Why.ALARM: 1,
    Why.UNSURE: 1, Why.NEW_TOPIC: 1,
}


@dataclass(frozen=True)
class Doubtful:
    """An answer with its points; ``topic``: of the card its first sentence came from; ``verdicts``: trainer → verdict."""

    asked: Asked
    topic: str | None
    verdicts: Mapping[int, str]
    points: int
    reasons: tuple[Why, ...]


def by_doubt(answers: Iterable[Asked], reviews: Mapping[str, tuple[Review, ...]], topics: Mapping[str, str], *,
             sees_escalated: bool) -> tuple[Doubtful, ...]:
    """Most doubtful first, newest first among equals.

    ``topics``: card → topic. ``sees_escalated``: leads, who must see that somebody asked for another look; to others
    it would tell a verdict before they gave their own.
    """
    all_answers = tuple(answers)
    often = Counter(topic for one in all_answers if (topic := topics.get(one.card or "")) is not None)
    found = []
    for one in all_answers:
        topic = topics.get(one.card or "")
        verdicts = {review.trainer: review.verdict for review in reviews.get(one.answer_id, ())}
        reasons = tuple(_reasons(one, verdicts, sees_escalated, topic is not None and often[topic] <= RARE))
        points = sum(POINTS[why] for why in reasons) + min(max(one.down - 1, 0), 2)
        found.append(Doubtful(one, topic, verdicts, points, reasons))
    return tuple(sorted(found, key=lambda one: (-one.points, -one.asked.at, one.asked.answer_id)))


def _reasons(one: Asked, verdicts: Mapping[int, str], sees_escalated: bool, new: bool) -> Iterable[Why]:
    if len(set(verdicts.values())) > 1:
        yield Why.DISAGREEMENT
    if sees_escalated and Verdict.ESCALATE in verdicts.values():
        yield Why.ESCALATED
    if one.down:
        yield Why.THUMBS_DOWN
    if one.kind == AnswerKind.REFUSAL and one.reason != Reason.HARMFUL:
        yield Why.REFUSED
    elif one.kind in (AnswerKind.SAFETY, AnswerKind.REFUSAL):
        yield Why.ALARM
    elif one.kind == AnswerKind.CLARIFY:
        yield Why.CLOSEST
    elif one.evidence is not None and one.evidence < WEAK:
        yield Why.WEAK
    if one.confidence is not None and one.confidence < UNSURE and not one.degraded:
        yield Why.UNSURE
    if new:
        yield Why.NEW_TOPIC
