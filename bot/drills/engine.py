"""A run and a choice in, the next run and what followed out. Pure: same seed, same choices, same record."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from random import Random

from bot.drills.model import Decision, Feedback, Run, Said, View
from bot.drills.saying import compare
from knowledge_base.model import Language, Option, Scenario, Scene

_RANK = {"good": 0, "acceptable": 1, "poor": 2, "critical_fail": 3}


def start(scenario: Scenario, seed: int, now: dt.datetime) -> Run:
    """A new run at the first scene. ``seed`` fixes the order in which options are shown."""
    identity = hashlib.sha256(f"{scenario.id}|{seed}|{now.isoformat()}".encode()).hexdigest()[:10]
    return Run(id=identity, scenario=scenario.id, seed=seed, scene=scenario.start, started_at=now, shown_at=now)


def order(run: Run, scene: Scene) -> list[Option]:
    """The options of a scene as this run shows them; place says nothing about which one is right."""
    options = list(scene.options)
    Random(f"{run.seed}:{run.scene}:{len(run.decisions)}").shuffle(options)
    return options


def view(run: Run, scenario: Scenario, language: Language) -> View:
    """What to show at the present scene."""
    scene = scenario.scenes[run.scene]
    options = order(run, scene)
    return View(
        text=scene.text.in_(language),
        options=tuple(option.text.in_(language) for option in options),
        order=tuple(option.id for option in options),
        timer_s=scene.timer_s,
    )


def choose(run: Run, scenario: Scenario, index: int, now: dt.datetime) -> tuple[Run, Feedback]:
    """Take the option shown at ``index`` (0-based). Raises ``IndexError`` when there is none, ``ValueError`` when over."""
    if run.over:
        raise ValueError("the drill is over; start it again")
    scene = scenario.scenes[run.scene]
    options = order(run, scene)
    if not 0 <= index < len(options):
        raise IndexError(f"option {index} of {len(options)}; choose one that is shown")
    chosen = options[index]
    decision = Decision(
        run=run.id, scenario=scenario.id, number=len(run.decisions), scene=run.scene,
        order=tuple(option.id for option in options), option=chosen.id, grade=chosen.grade,
        competency=chosen.competency or scenario.competencies[0], shown_at=run.shown_at, at=now,
    )
    best = min(scene.options, key=lambda option: _RANK[option.grade])
    better = best if _RANK[best.grade] < _RANK[chosen.grade] else None
    return _on(run, scenario, decision, chosen.next, now), Feedback(option=chosen, better=better)


def say(run: Run, scenario: Scenario, text: str, language: Language, now: dt.datetime) -> tuple[Run, Said]:
    """Answer a free step. Raises ``ValueError`` when the scene asks for an option instead."""
    scene = scenario.scenes[run.scene]
    if run.over or not scene.say or scene.next is None:
        raise ValueError("this step asks for one of its options")
    said = compare(text, scene.say, language)
    decision = Decision(
        run=run.id, scenario=scenario.id, number=len(run.decisions), scene=run.scene, competency=scenario.competencies[0],
        covered=tuple(p.id for p in said.covered), missed=tuple(p.id for p in said.missed), shown_at=run.shown_at, at=now,
    )
    return _on(run, scenario, decision, scene.next, now), said


def replay(scenario: Scenario, seed: int, started_at: dt.datetime, decisions: Sequence[Decision]) -> Run:
    """The run that a record describes. Raises ``ValueError`` when the record does not fit the scenario."""
    run = start(scenario, seed, started_at)
    for decision in decisions:
        scene = scenario.scenes[run.scene]
        if decision.scene != run.scene:
            raise ValueError(f"decision {decision.number} was made at {decision.scene}, the run is at {run.scene}")
        if decision.option is None:
            run = _on(run, scenario, decision, scene.next or "", decision.at)
            continue
        ids = [option.id for option in order(run, scene)]
        if decision.option not in ids:
            raise ValueError(f"decision {decision.number} took {decision.option}, which scene {run.scene} does not offer")
        run, _ = choose(run, scenario, ids.index(decision.option), decision.at)
    return run


def _on(run: Run, scenario: Scenario, decision: Decision, following: str, now: dt.datetime) -> Run:
    return run.model_copy(
        update={
            "scene": following,
            "over": scenario.scenes[following].end,
            "decisions": (*run.decisions, decision),
            "shown_at": now,
        }
    )
