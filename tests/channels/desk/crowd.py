"""A crowd for tests: learners, runs, decisions and questions made from a seed. Rows go straight into the tables."""

from __future__ import annotations

import datetime as dt
from random import Random

from sqlalchemy import insert

from bot.drills.model import Decision, Run
from bot.model import Channel, ConversationId, Profile
from channels.store.database import Connection
from channels.store.tables import decisions, drill_runs, journal, profiles
from knowledge_base.model import Content, Language, Scenario
from retrieval.model import Answer, AnswerKind, Reason, Sentence, Source

DAY = dt.timedelta(days=1)


def learner(number: int, prefix: str = "web:") -> ConversationId:
    return ConversationId(f"{prefix}{number:05d}")


def join(connection: Connection, who: ConversationId, cohort: str | None, now: dt.datetime, days_ago: float = 400.0) -> None:
    """A person who joined ``days_ago``: before everything ``fill`` makes."""
    profile = Profile(conversation=who, channel=Channel.WEB, cohort=cohort)
    connection.execute(insert(profiles).values(conversation=who, body=profile.model_dump_json(), cohort=cohort,
                                               joined_at=(now - DAY * days_ago).timestamp(), updated_at=now.timestamp()))


def fill(connection: Connection, content: Content, cohort: str, now: dt.datetime, *, learners: int, decided: int,
         asked: int = 0, seed: int = 1, prefix: str = "web:") -> None:
    """``learners`` people who made at least ``decided`` decisions in the twelve weeks before ``now``, and asked."""
    chance = Random(seed)
    people = [learner(number, prefix) for number in range(learners)]
    for who in people:
        join(connection, who, cohort, now)
    skill = {who: chance.betavariate(4, 2) for who in people}
    scenarios = sorted(content.scenarios.values(), key=lambda one: one.id)
    runs: list[dict[str, object]] = []
    rows: list[dict[str, object]] = []
    while len(rows) < decided:
        who, scenario = chance.choice(people), chance.choice(scenarios)
        at = now - DAY * chance.uniform(0.1, 84)
        run = play(f"{prefix}r{len(runs):06d}", scenario, at, skill[who], chance)
        runs.append({"id": run.id, "conversation": who, "scenario": scenario.id, "open": not run.over,
                     "body": run.model_dump_json(), "started_at": at.timestamp(), "changed_at": run.shown_at.timestamp()})
        rows += [row(who, one) for one in run.decisions]
    connection.execute(insert(drill_runs), runs)
    connection.execute(insert(decisions), sorted(rows, key=lambda one: str(one["at"])))
    if asked:
        connection.execute(insert(journal), [question(chance.choice(people), content, number, now, chance)
                                             for number in range(asked)])


def play(name: str, scenario: Scenario, at: dt.datetime, skill: float, chance: Random) -> Run:
    """One run to its ending by somebody who takes a good option with probability ``skill``."""
    run = Run(id=name, scenario=scenario.id, seed=1, scene=scenario.start, started_at=at, shown_at=at)
    made: list[Decision] = []
    scene = scenario.scenes[run.scene]
    place = run.scene
    shown = at
    while not scene.end:
        after = shown + dt.timedelta(seconds=chance.lognormvariate(3, 0.7))
        if scene.options:
            held = [one for one in scene.options if one.grade in ("good", "acceptable")]
            option = chance.choice(held if held and chance.random() < skill else list(scene.options))
            made.append(Decision(run=name, scenario=scenario.id, number=len(made), scene=place,
                                 order=tuple(one.id for one in scene.options), option=option.id, grade=option.grade,
                                 competency=option.competency or scenario.competencies[0], shown_at=shown, at=after))
            place = option.next
        else:
            points = tuple(one.id for one in scene.say)
            made.append(Decision(run=name, scenario=scenario.id, number=len(made), scene=place,
                                 competency=scenario.competencies[0], covered=points[:1], missed=points[1:],
                                 shown_at=shown, at=after))
            place = scene.next or ""
        scene, shown = scenario.scenes[place], after
    return run.model_copy(update={"scene": place, "over": True, "decisions": tuple(made), "shown_at": shown})


def row(who: ConversationId, one: Decision) -> dict[str, object]:
    """A decision as ``channels/store/drills.py`` stores it."""
    return {"run": one.run, "step": one.number, "conversation": who, "at": one.at.timestamp(), "body": one.model_dump_json(),
            "scenario": one.scenario, "scene": one.scene, "option": one.option, "grade": one.grade,
            "competency": one.competency, "took_s": one.took_s,
            "place": one.order.index(one.option) if one.option in one.order else None}


def question(who: ConversationId, content: Content, number: int, now: dt.datetime, chance: Random) -> dict[str, object]:
    """A journal row: four of five questions are answered from a card."""
    at = now - DAY * chance.uniform(0, 84)
    card = chance.choice(sorted(content.cards))
    good = chance.random() < 0.8
    answer = Answer(
        id=f"a{number:06d}", question=f"question {number}?", language=Language.EN, country=None, role=None, as_of=at.date(),
        kind=AnswerKind.GROUNDED if good else AnswerKind.REFUSAL, reason=None if good else Reason.NOT_COVERED,
        sentences=(Sentence(text="A sentence of the usual length stands here. " * 4, card=card),) * 5 if good else (),
        sources=(Source(instrument="un_test_1990", pinpoint="Principle 9", score=0.7),) * 10)
    return {"at": at.timestamp(), "conversation": who, "channel": "web", "message_id": f"m{number}", "action": "ask",
            "language": "en", "question": answer.question, "answer_id": answer.id, "answer_kind": answer.kind.value,
            "answer_reason": answer.reason.value if answer.reason else None, "answer": answer.model_dump_json(),
            "card": card if good else None,
            "degraded": False, "turn_ms": 12.0}
