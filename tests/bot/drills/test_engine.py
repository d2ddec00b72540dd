"""Every drill, every path: it ends, it can be replayed, and nothing gives the right option away."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.drills import engine, spacing
from knowledge_base.check import read_shelf
from knowledge_base.load import CONTENT
from knowledge_base.model import Language, Scenario
from knowledge_base.rules.scenarios import steps

NOW = dt.datetime(2026, 11, 24, 20, 0, tzinfo=dt.UTC)
SCENARIOS = [scenario for _, scenario in read_shelf(CONTENT, []).scenarios]


def paths(scenario: Scenario, scene: str | None = None) -> int:
    """How many ways lead from ``scene`` to an ending."""
    name = scene or scenario.start
    return 1 if scenario.scenes[name].end else sum(paths(scenario, following) for following in steps(scenario, name))


def test_enough_was_seen() -> None:
    assert len(SCENARIOS) >= 14
    assert sum(paths(scenario) for scenario in SCENARIOS) >= 400


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.id)
def test_a_drill_has_three_endings_and_decisions_enough(scenario: Scenario) -> None:
    assert sum(scene.end for scene in scenario.scenes.values()) >= 3
    assert 6 <= _longest(scenario, scenario.start) <= 10


def _longest(scenario: Scenario, name: str) -> int:
    return 0 if scenario.scenes[name].end else 1 + max(_longest(scenario, n) for n in steps(scenario, name))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SCENARIOS), st.integers(0, 2**32 - 1), st.lists(st.integers(0, 3), min_size=12, max_size=12))
def test_any_walk_ends_and_can_be_replayed(scenario: Scenario, seed: int, choices: list[int]) -> None:
    run = engine.start(scenario, seed, NOW)
    now = NOW
    for choice in choices:
        if run.over:
            break
        now += dt.timedelta(seconds=20)
        view = engine.view(run, scenario, Language.PT)
        if view.options:
            before = len(run.decisions)
            run, feedback = engine.choose(run, scenario, choice % len(view.options), now)
            assert len(run.decisions) == before + 1
            assert run.decisions[-1].option == feedback.option.id == view.order[choice % len(view.options)]
            assert run.decisions[-1].took_s == 20
        else:
            run, _ = engine.say(run, scenario, "mantenho a distância e chamo o supervisor", Language.PT, now)
    assert run.over
    assert engine.replay(scenario, seed, NOW, run.decisions) == run


def test_a_record_that_does_not_fit_is_refused() -> None:
    scenario = SCENARIOS[0]
    run = engine.start(scenario, 1, NOW)
    run, _ = engine.choose(run, scenario, 0, NOW)
    for update in ({"scene": "elsewhere"}, {"option": "nothing"}):
        with pytest.raises(ValueError, match="decision 0"):
            engine.replay(scenario, 1, NOW, [run.decisions[0].model_copy(update=update)])
    with pytest.raises(IndexError):
        engine.choose(engine.start(scenario, 1, NOW), scenario, 9, NOW)


def test_neither_place_nor_length_gives_the_right_option_away() -> None:
    """Measured over all scenes: guessing by length or by place in the file is hardly better than chance."""
    longest = shortest = first = scenes = 0
    chance = 0.0
    for scenario in SCENARIOS:
        for scene in scenario.scenes.values():
            right = {o.id for o in scene.options if o.grade == "good"}
            if len(scene.options) < 2 or not right:
                continue
            scenes += 1
            chance += len(right) / len(scene.options)
            by_length = sorted(scene.options, key=lambda o: mean(len(o.text.in_(language)) for language in Language))
            longest += by_length[-1].id in right
            shortest += by_length[0].id in right
            first += scene.options[0].id in right
    assert scenes > 80
    for name, hits in (("longest", longest), ("shortest", shortest), ("first", first)):
        assert hits / scenes <= chance / scenes + 0.25, f"the {name} option is right in {hits} of {scenes} scenes"


def test_the_order_shown_depends_on_the_seed_only() -> None:
    scenario = SCENARIOS[0]
    seen = Counter(engine.view(engine.start(scenario, seed, NOW), scenario, Language.EN).order for seed in range(60))
    assert len(seen) >= 2
    assert engine.view(engine.start(scenario, 5, NOW), scenario, Language.EN) == engine.view(
        engine.start(scenario, 5, NOW + dt.timedelta(days=3)), scenario, Language.EN
    )


def test_what_went_wrong_comes_back_sooner() -> None:
    def after(grade: str) -> dt.timedelta:
        scenario = next(s for s in SCENARIOS if any(o.grade == grade for o in s.scenes[s.start].options))
        run = engine.start(scenario, 1, NOW)
        options = engine.order(run, scenario.scenes[scenario.start])
        index = next(i for i, option in enumerate(options) if option.grade == grade)
        run, _ = engine.choose(run, scenario, index, NOW)
        return spacing.schedule((), run.decisions)[0].due - NOW

    assert after("good") > after("poor")


def test_the_schedule_is_the_same_every_time() -> None:
    scenario = SCENARIOS[0]
    run = engine.start(scenario, 3, NOW)
    while not run.over:
        if engine.view(run, scenario, Language.EN).options:
            run, _ = engine.choose(run, scenario, 0, NOW)
        else:
            run, _ = engine.say(run, scenario, "help", Language.EN, NOW)
    assert spacing.schedule((), run.decisions) == spacing.schedule((), run.decisions)
    items = spacing.schedule((), run.decisions)
    assert spacing.due(items, NOW + dt.timedelta(days=400)) == tuple(sorted(items, key=lambda i: (i.due, i.competency)))
