"""A step, what followed from a choice, or the end of a drill in; the reply a person reads out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from bot.buttons import Command, PressDrillStop, PressOption, payload
from bot.drills.model import Decision, Feedback, Run, Said, View
from bot.model import Button, Reply, ReplyKind
from bot.moment import Moment, Row
from bot.options import LETTERS
from knowledge_base.model import Option, Ref, Scenario

MOST_RULES = 2
PAUSE_S = 600.0
"""Whoever took longer did something else meanwhile; that time says nothing about the decision."""


def step(moment: Moment, run: Run, view: View, opening: str = "") -> Reply:
    """The scene, its options as lettered lines, and one button per letter."""
    asked = moment.say("drill.pick" if view.options else "drill.say")
    options = [f"{LETTERS[at].upper()}) {text}" for at, text in enumerate(view.options)]
    timer = [moment.say("drill.timer", seconds=view.timer_s)] if view.timer_s else []
    parts = [opening, moment.say("drill.step", number=len(run.decisions) + 1), view.text, *timer, "\n".join(options), asked]
    letters: Row = tuple(
        Button(label=LETTERS[at].upper(), payload=payload(PressOption(run.id, len(run.decisions), at)))
        for at in range(len(view.options))
    )
    rows = (letters, (moment.button("button.stop", PressDrillStop(run.id)),))
    return Reply(
        kind=ReplyKind.DRILL_STEP, language=moment.language, text="\n\n".join(p for p in parts if p),
        buttons=tuple(row for row in rows if row), timer_s=view.timer_s,
    )


def feedback(moment: Moment, result: Feedback, asked: str) -> Reply:
    """Consequence, then how good it was and why, then the rule with its words.

    After a pressed button it stands in place of the step, whose text ``asked`` it repeats with the choice.
    """
    option, language = result.option, moment.language
    pressed = moment.message.choice is not None
    parts = [
        asked if pressed else "",
        moment.say("drill.chosen", option=option.text.in_(language)) if pressed else "",
        option.consequence.in_(language) if option.consequence else "",
        moment.say(f"drill.grade_{option.grade}"),
        moment.say("drill.because", because=option.because.in_(language)),
        moment.say("drill.better", option=result.better.text.in_(language)) if result.better else "",
        *rules(moment, option.sources),
    ]
    return Reply(
        kind=ReplyKind.DRILL_FEEDBACK, language=language, text="\n\n".join(p for p in parts if p), edits=pressed
    )


def said_reply(moment: Moment, result: Said) -> Reply:
    """What a free answer covered and what it left out: help to think on, never a mark."""
    language, total = moment.language, len(result.covered) + len(result.missed)
    lines = [moment.say("drill.covered", covered=len(result.covered), total=total)]
    lines += [moment.say("drill.covered_yes", point=point.text.in_(language)) for point in result.covered]
    lines += [moment.say("drill.covered_no", point=point.text.in_(language)) for point in result.missed]
    return Reply(kind=ReplyKind.DRILL_FEEDBACK, language=language, text="\n".join(lines))


def debrief(moment: Moment, run: Run, scenario: Scenario, again: dt.date | None) -> Reply:
    """The ending, every decision with its grade, what it protects, one question for the trainer, and the next date."""
    language = moment.language
    chosen = [option for decision in run.decisions if (option := option_of(scenario, decision)) is not None]
    good = sum(option.grade == "good" for option in chosen)
    critical = sum(option.grade == "critical_fail" for option in chosen)
    parts = [
        scenario.scenes[run.scene].text.in_(language) if run.scene in scenario.scenes else "",
        moment.say("drill.finished", title=scenario.title.in_(language)),
        moment.say("drill.summary", good=good, total=len(chosen)) if chosen else "",
        moment.say("drill.critical", count=critical) if critical else "",
        "\n".join([moment.say("drill.timeline") + ":", *_timeline(moment, chosen)]) if chosen else "",
        _times(moment, run, scenario),
        f"{moment.say('drill.protects')}: {scenario.debrief.protects.in_(language)}",
        f"{moment.say('drill.ask_trainer')}: {scenario.debrief.ask_your_trainer.in_(language)}",
        moment.say("drill.next_review", date=day(moment, again)) if again else "",
    ]
    return Reply(
        kind=ReplyKind.DRILL_DEBRIEF, language=language, text="\n\n".join(p for p in parts if p),
        buttons=((moment.command(Command.DRILL), moment.command(Command.ASK)),),
    )


def rules(moment: Moment, refs: Sequence[Ref]) -> list[str]:
    """The first rule with pinpoint and words, a second by name only: a phone shows no more.

    A source that left the content is passed over.
    """
    lines: list[str] = []
    for ref in refs:
        try:
            instrument, provision = moment.parts.content.place(ref)
        except KeyError:
            continue
        name = f"{instrument.short.in_(moment.language)}, {provision.label.in_(moment.language)}"
        words = "" if lines else f": {provision.words.in_(moment.language)}"
        lines.append(moment.say("drill.rule", rule=name + words))
    return lines[:MOST_RULES]


def option_of(scenario: Scenario, decision: Decision) -> Option | None:
    """The option a stored decision names, while the scenario still has it."""
    scene = scenario.scenes.get(decision.scene)
    return next((option for option in scene.options if option.id == decision.option), None) if scene else None


def day(moment: Moment, date: dt.date) -> str:
    """A date as people write it in this language."""
    return moment.say("date.day", day=date.day, month=date.month, year=date.year)


def _times(moment: Moment, run: Run, scenario: Scenario) -> str:
    """How long the decisions took for which a time was given; told, never graded."""
    told = [
        moment.say("drill.time_of", number=decision.number + 1, took=round(decision.took_s), given=scene.timer_s)
        for decision in run.decisions
        if (scene := scenario.scenes.get(decision.scene)) is not None and scene.timer_s and decision.took_s <= PAUSE_S
    ]
    return moment.say("drill.times", times="; ".join(told)) if told else ""


def _timeline(moment: Moment, chosen: Sequence[Option]) -> list[str]:
    signs = {"good": "✓", "acceptable": "○", "poor": "✗", "critical_fail": "✗✗"}
    return [f"{number}. {signs[o.grade]} {o.text.in_(moment.language)}" for number, o in enumerate(chosen, start=1)]
