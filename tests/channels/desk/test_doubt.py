"""The order of the review queue and the agreement of trainers."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from itertools import permutations

import pytest

from bot.model import ConversationId
from channels.desk.agreement import agreement
from channels.desk.doubt import POINTS, Why, by_doubt
from channels.store.queue import Asked
from channels.store.reviews import Review

ASKED = Asked("a", 100.0, ConversationId("web:x"), "c1", "may I?", "en", None, "grounded", None, 1.0, False, 0.99, "card-1", 0, 0)
TOPICS = {"card-1": "firearms", "card-2": "water"}


def judged(answer: str, *verdicts: str) -> tuple[Review, ...]:
    return tuple(Review(1.0, ConversationId("web:x"), answer, number, verdict, "") for number, verdict in enumerate(verdicts))


def reasons(asked: Asked, *verdicts: str, lead: bool = False) -> set[Why]:
    usual = [ASKED._replace(answer_id=f"u{number}") for number in range(3)]  # so that the topic is not new
    found = by_doubt([asked, *usual], {asked.answer_id: judged(asked.answer_id, *verdicts)}, TOPICS, sees_escalated=lead)
    return set(next(one for one in found if one.asked.answer_id == asked.answer_id).reasons)


@pytest.mark.parametrize(("changes", "verdicts", "why"), [
    ({}, (), set()),
    ({"kind": "refusal", "reason": "not_covered"}, (), {Why.REFUSED}),
    ({"kind": "refusal", "reason": "harmful"}, (), {Why.ALARM}),
    ({"kind": "safety", "reason": "emergency"}, (), {Why.ALARM}),
    ({"kind": "clarify", "evidence": 0.5}, (), {Why.CLOSEST}),
    ({"evidence": 0.85}, (), {Why.WEAK}),
    ({"evidence": None}, (), set()),
    ({"confidence": 0.2}, (), {Why.UNSURE}),
    ({"confidence": 0.0, "degraded": True}, (), set()),
    ({"down": 1}, (), {Why.THUMBS_DOWN}),
    ({"card": "card-2"}, (), {Why.NEW_TOPIC}),
    ({"card": None}, (), set()),
    ({}, ("right", "fix"), {Why.DISAGREEMENT}),
    ({}, ("right", "right"), set()),
])
def test_the_reasons_for_doubt(changes: dict[str, object], verdicts: tuple[str, ...], why: set[Why]) -> None:
    assert reasons(ASKED._replace(**changes), *verdicts) == why  # type: ignore[arg-type]


def test_only_leads_see_that_somebody_escalated() -> None:
    assert reasons(ASKED, "escalate") == set()
    assert reasons(ASKED, "escalate", lead=True) == {Why.ESCALATED}


def test_most_doubtful_first_then_newest() -> None:
    answers = [
        ASKED._replace(answer_id="plain-old", at=1), ASKED._replace(answer_id="plain-new", at=9),
        ASKED._replace(answer_id="refused", kind="refusal", reason="not_covered"),
        ASKED._replace(answer_id="thumbs", down=3), ASKED._replace(answer_id="both", down=1, kind="refusal"),
        ASKED._replace(answer_id="disputed"),
    ]
    expected = ["both", "thumbs", "disputed", "refused", "plain-new", "plain-old"]
    for order in list(permutations(answers))[::97]:
        found = by_doubt(order, {"disputed": judged("disputed", "right", "escalate")}, TOPICS, sees_escalated=False)
        assert [one.asked.answer_id for one in found] == expected
    assert [one.points for one in found] == [7, 6, 5, 3, 0, 0]
    assert set(POINTS) == set(Why)


def nominal(units: Iterable[Mapping[int, str]]) -> float:
    """Alpha from the coincidence matrix, written out by hand after Krippendorff (2011)."""
    given = [list(unit.values()) for unit in units if len(unit) > 1]
    n = sum(map(len, given))
    alike = sum(sum(a == b for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in given)
    totals = [sum(unit.count(value) for unit in given) for value in {v for unit in given for v in unit}]
    by_chance = sum(total * (total - 1) for total in totals)
    return ((n - 1) * alike - by_chance) / (n * (n - 1) - by_chance)


def test_krippendorffs_own_example() -> None:
    """Four observers, twelve units, missing data: nominal alpha is .743 (Krippendorff 2011, section C)."""
    observers = [
        (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None), (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
        (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None), (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None)]
    units = [{who: str(values[unit]) for who, values in enumerate(observers) if values[unit] is not None} for unit in range(12)]
    found = agreement(units)
    assert found.alpha == 0.743 == round(nominal(units), 3) and found.answers == 11


def test_alpha_agrees_with_an_independent_computation() -> None:
    chance = random.Random(5)
    for _ in range(50):
        units = [{trainer: chance.choice(["right", "right", "fix", "escalate"]) for trainer in range(4) if chance.random() < 0.6}
                 for _ in range(30)]
        found = agreement(units)
        assert found.alpha == pytest.approx(nominal(units), abs=0.0006)


@pytest.mark.parametrize(("units", "alpha", "answers", "pairs", "same"), [
    ([], None, 0, 0, 0),
    ([{1: "right"}, {2: "fix"}], None, 0, 0, 0),
    ([{1: "right", 2: "right"}], None, 1, 1, 1),
    ([{1: "right", 2: "right"}, {1: "fix", 2: "fix"}], 1.0, 2, 2, 2),
    ([{1: "right", 2: "fix", 3: "fix"}], 0.0, 1, 3, 1),
])
def test_what_agreement_rests_on(units: list[dict[int, str]], alpha: float | None, answers: int, pairs: int, same: int) -> None:
    assert agreement(units) == (alpha, answers, pairs, same)
