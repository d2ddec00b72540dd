"""Figures about drills, compared with scipy, numpy and plain counting."""

from __future__ import annotations

import math
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from bot.drills import figures
from bot.drills.figures import Count, Practice, Remark, Standing, Take
from knowledge_base.model import Grade, Option, Scenario, ScenarioDebrief, ScenarioId, Scene, Text

WORDS = Text(en="a", es="b", pt="c")
DAY = 86_400.0


def scenario(*scenes: tuple[str, tuple[Grade, ...]]) -> Scenario:
    made = {name: Scene(text=WORDS, options=tuple(
        Option(id=f"{name}-{number}", text=WORDS, grade=grade, because=WORDS, sources=(), next="end")
        for number, grade in enumerate(grades))) for name, grades in scenes}
    return Scenario(id=ScenarioId("s"), title=WORDS, roles=(), countries=(), competencies=("c",), start=scenes[0][0],
                    scenes={**made, "end": Scene(text=WORDS, end=True)},
                    debrief=ScenarioDebrief(protects=WORDS, ask_your_trainer=WORDS))


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=3, max_size=60))
def test_point_biserial_is_scipys(pairs: list[tuple[bool, float]]) -> None:
    held, scores = [one for one, _ in pairs], [score for _, score in pairs]
    found = figures.point_biserial(held, scores)
    if len(set(held)) < 2 or np.std(scores) < 1e-12:
        assert found is None
        return
    assume(np.std(scores) > 1e-6)
    assert found == pytest.approx(stats.pointbiserialr(held, scores).statistic, abs=1e-6)


def test_point_biserial_of_lists_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="2 answers and 1 scores"):
        figures.point_biserial([True, False], [0.5])


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=80))
def test_spread_is_numpys(times: list[float]) -> None:
    found = figures.spread(times)
    assert found is not None and found.n == len(times)
    assert found[1:] == pytest.approx(np.percentile(times, [25, 50, 75]), rel=1e-9, abs=1e-9)


def test_spread_of_nothing() -> None:
    assert figures.spread([]) is None


@pytest.mark.parametrize(("grade", "standing", "expected"), [
    ("good", Standing(5, 4), 0.75), ("poor", Standing(5, 4), 1.0), ("acceptable", Standing(2, 1), 0.0),
    ("critical_fail", Standing(1, 0), None), ("good", None, None),
])
def test_the_rest_score_leaves_the_scene_itself_out(grade: Grade, standing: Standing | None, expected: float | None) -> None:
    assert figures.rest_score(Take("a", "x", "o", grade, None), standing) == expected


def test_items_are_counted_as_by_hand() -> None:
    """A crowd with two scenes; everything again with numpy and plain loops."""
    chance, grades = Random(7), {"x-0": "good", "x-1": "acceptable", "x-2": "poor", "x-3": "critical_fail", "y-0": "good", "y-1": "poor"}
    takes, standings = [], {}
    for number in range(200):
        skill = chance.random()
        mine = [Take(str(number), name, option, grades[option], chance.uniform(1, 90))  # type: ignore[arg-type]
                for name, options in (("x", ("x-0", "x-1", "x-2")), ("y", ("y-0", "y-1")))
                for option in [chance.choice(options[:1] if chance.random() < skill else options)]]
        takes += mine
        more = [chance.random() < skill for _ in range(chance.randint(0, 9))]
        standings[str(number)] = Standing(2 + len(more), sum(more) + sum(one.grade in figures.HELD for one in mine))
    known = scenario(("x", ("good", "acceptable", "poor", "critical_fail")), ("y", ("good", "poor")))
    x, y = figures.items(known, takes, standings)
    for item, name in ((x, "x"), (y, "y")):
        mine = [one for one in takes if one.scene == name]
        held = np.array([one.grade in ("good", "acceptable") for one in mine])
        rest = np.array([(standings[one.learner].held - was) / (standings[one.learner].n - 1)
                         for one, was in zip(mine, held, strict=True)])
        assert item.n == 200 and item.facility == pytest.approx(held.mean())
        assert item.discrimination == pytest.approx(float(np.corrcoef(held, rest)[0, 1])) and (item.discrimination or 0) > 0.2
        assert item.time is not None and item.time.median == pytest.approx(np.median([one.took_s for one in mine]))
        for choice in item.choices:
            of_it = np.array([one.option == choice.option for one in mine])
            assert choice.n == of_it.sum() and choice.share == pytest.approx(float(of_it.mean()))
            assert choice.rest == (pytest.approx(rest[of_it].mean()) if of_it.any() else None)
    assert [choice.grade for choice in x.choices] == ["good", "acceptable", "poor", "critical_fail"]
    assert x.remarks == (Remark.IDLE,) and y.remarks == ()


def many(right: int, wrong: int) -> list[Take]:
    return [Take(str(number), "x", "x-0" if number < right else "x-1", "good" if number < right else "poor", None)
            for number in range(right + wrong)]


@pytest.mark.parametrize(("takes", "expected"), [
    (many(5, 14), ()),                                     # too few to say anything
    (many(96, 4), (Remark.EASY,)), (many(95, 5), ()), (many(30, 70), ()), (many(29, 71), (Remark.HARD,)),
    (many(20, 0), (Remark.EASY, Remark.IDLE)),
])
def test_remarks(takes: list[Take], expected: tuple[Remark, ...]) -> None:
    (item,) = figures.items(scenario(("x", ("good", "poor"))), takes, {})
    assert item.remarks == expected and item.discrimination is None and item.time is None


def test_a_scene_that_separates_nobody_is_remarked_on() -> None:
    """Who holds here does worse elsewhere."""
    standings = {str(number): Standing(11, 1 if number < 20 else 10) for number in range(40)}
    (item,) = figures.items(scenario(("x", ("good", "poor"))), many(20, 20), standings)
    assert item.discrimination == pytest.approx(-1.0) and item.remarks == (Remark.FLAT,)


def test_scenes_nobody_met_and_options_that_are_gone_are_shown() -> None:
    takes = [Take("a", "x", "old", "poor", None), Take("a", "gone", "old", "good", None)]
    x, y, gone = figures.items(scenario(("x", ("good",)), ("y", ("good", "poor"))), takes, {})
    assert [(one.option, one.n) for one in x.choices] == [("x-0", 0), ("old", 1)]
    assert y.n == 0 and y.facility is None and [one.share for one in y.choices] == [0.0, 0.0]
    assert gone.scene == "gone" and gone.facility == 1.0


def test_mastery_by_week_the_least_mastered_first() -> None:
    counts = [Count("a", 0, 4, 4), Count("a", 2, 4, 3), Count("b", 1, 10, 2), Count("b", 3, 9, 9), Count("b", -1, 9, 9),
              Count("a", 2, 4, 1), Count("c", 1, 0, 0)]
    low, high = figures.mastery(counts, 3)
    assert (low.competency, low.n, low.share) == ("b", 10, 0.2)
    assert [tuple(week) for week in low.weeks] == [(0, None), (10, 0.2), (0, None)]
    assert (high.competency, high.n) == ("a", 12) and high.share == pytest.approx(8 / 12)
    assert [week.n for week in high.weeks] == [4, 0, 8] and high.weeks[2].share == 0.5
    assert figures.mastery([], 3) == ()


@given(st.lists(st.builds(Count, st.sampled_from("abc"), st.integers(0, 3), st.just(3), st.integers(0, 3)), max_size=30))
def test_no_decision_is_lost_or_counted_twice(counts: list[Count]) -> None:
    found = figures.mastery(counts, 4)
    assert sum(one.n for one in found) == 3 * len(counts)
    assert math.isclose(sum(one.share * one.n for one in found), sum(count.held for count in counts))
    assert all(sum(week.n for week in one.weeks) == one.n for one in found)


def test_who_has_not_practised() -> None:
    now = 100 * DAY
    some = [Practice("today", now), Practice("edge", now - 14 * DAY), Practice("late", now - 14 * DAY - 1),
            Practice("never", None), Practice("long ago", 0.0)]
    assert [one.learner for one in figures.idle(some, now)] == ["never", "long ago", "late"]
    assert [one.learner for one in figures.idle(some, now, days=200)] == ["never"]
