"""Decisions in, what to repeat and when out: FSRS per competency, fuzz off, the clock given from outside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from fsrs import Card, Rating, Scheduler

from bot.drills.model import Decision
from knowledge_base.model import Grade, Value

_RATING: dict[Grade, Rating] = {
    "good": Rating.Good, "acceptable": Rating.Hard, "poor": Rating.Again, "critical_fail": Rating.Again,
}
RETENTION = 0.9


class Item(Value):
    """One competency of one learner: when to practise it next. ``card`` is FSRS's own state as JSON."""

    competency: str
    due: dt.datetime
    stability: float | None
    card: str


def _scheduler() -> Scheduler:
    # No minute-long learning steps: a drill is not a flash card, and "repeat today" straight after it would be a nuisance.
    return Scheduler(desired_retention=RETENTION, learning_steps=(), relearning_steps=(), enable_fuzzing=False)


def review(item: Item | None, decision: Decision) -> Item:
    """The item after one graded decision. Raises ``ValueError`` for a decision without grade or competency."""
    if decision.grade is None or decision.competency is None:
        raise ValueError("only graded decisions are repeated")
    card = Card.from_json(item.card) if item else Card(card_id=1, due=decision.at)
    card, _ = _scheduler().review_card(card, _RATING[decision.grade], review_datetime=decision.at)
    return Item(competency=decision.competency, due=card.due, stability=card.stability, card=card.to_json())


def schedule(items: Sequence[Item], decisions: Sequence[Decision]) -> tuple[Item, ...]:
    """All items after ``decisions``; per competency and sitting the worst grade counts once."""
    known = {item.competency: item for item in items}
    worst: dict[tuple[str, str], Decision] = {}
    rank = {"good": 0, "acceptable": 1, "poor": 2, "critical_fail": 3}
    for decision in decisions:
        if decision.grade is None or decision.competency is None:
            continue
        key = (decision.run, decision.competency)
        if key not in worst or rank[decision.grade] > rank[worst[key].grade or "good"]:
            worst[key] = decision
    for decision in worst.values():
        assert decision.competency is not None
        known[decision.competency] = review(known.get(decision.competency), decision)
    return tuple(sorted(known.values(), key=lambda item: (item.due, item.competency)))


def due(items: Sequence[Item], now: dt.datetime) -> tuple[Item, ...]:
    """Items due at ``now``, longest overdue first."""
    return tuple(sorted((item for item in items if item.due <= now), key=lambda item: (item.due, item.competency)))
