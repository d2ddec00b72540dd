"""Drills as conversation: list, start, choose, stop, repeat, due. The engine decides; this file only says it.

The run in memory is the truth; buttons name run and step, so an old or doubled press is seen and never counted twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from bot import drill_reply
from bot.buttons import Command, PressDrillList, PressDrillStart, PressOption, payload
from bot.dialogue import Action
from bot.drill_topic import about, suitable, to_repeat
from bot.drills import engine, spacing
from bot.drills.model import Run
from bot.memory import Memory
from bot.model import Button, Reply
from bot.moment import Moment
from bot.options import LETTERS
from bot.outcome import Outcome
from knowledge_base.model import Content, Scenario, ScenarioId

PAGE = 6
_QUESTION_SIGNS = frozenset("?¿")


def open_drill(memory: Memory, content: Content) -> Run | None:
    """The open run, unless the content it belongs to is gone."""
    run = memory.drill
    scenario = content.scenarios.get(ScenarioId(run.scenario)) if run else None
    return run if run and scenario and run.scene in scenario.scenes else None


def list_drills(moment: Moment, page: int = 0) -> Outcome:
    """Drills for this person's job and country, ``PAGE`` at a time, those to repeat today first."""
    every = suitable(moment.parts.content, moment.profile)
    today = to_repeat(every, _due(moment))
    found = today + [scenario for scenario in every if scenario not in today]
    shown = found[page * PAGE : (page + 1) * PAGE]
    if not shown:
        return moment.end(Action.LIST_DRILLS, moment.told("drill.none", (moment.command(Command.HELP),)))
    rows = [(_start_button(moment, scenario),) for scenario in shown]
    if len(found) > (page + 1) * PAGE:
        rows.append((moment.button("button.more", PressDrillList(page + 1)),))
    return moment.end(Action.LIST_DRILLS, moment.told("drill.choose" if page == 0 else "drill.choose_more", *rows))


def start(moment: Moment, scenario_id: str) -> Outcome:
    """Open a run of this scenario. The seed comes from the message: the same message gives the same order of options."""
    if moment.memory.drill is not None:
        return moment.end(Action.START_DRILL, moment.told("drill.open_already"), step_reply(moment))
    scenario = moment.parts.content.scenarios.get(ScenarioId(scenario_id))
    if scenario is None:
        return moment.end(Action.START_DRILL, moment.told("drill.gone", (moment.command(Command.DRILL),)))
    seed = int.from_bytes(hashlib.sha256(moment.message.id.encode()).digest()[:4])
    run = engine.start(scenario, seed, moment.parts.clock())
    begun = _with_run(moment, run)
    intro = begun.told("drill.intro", title=scenario.title.in_(begun.language))
    return replace(begun.end(Action.START_DRILL, intro, step_reply(begun)), run=run)


def start_about(moment: Moment, topic: str | None) -> Outcome:
    """Start the drill the person's words point to; the most urgent one when they point nowhere; else let choose."""
    if moment.memory.drill is not None:
        return moment.end(Action.START_DRILL, moment.told("drill.open_already"), step_reply(moment))
    candidates = suitable(moment.parts.content, moment.profile)
    meant = about(topic or "", candidates, moment.parts.content.vocabulary)
    if len(meant) == 1:
        return start(moment, meant[0].id)
    if meant:
        rows = [(_start_button(moment, scenario),) for scenario in meant[:PAGE]]
        return moment.end(Action.START_DRILL, moment.told("drill.choose", *rows))
    today = to_repeat(candidates, _due(moment))
    if today:
        return start(moment, today[0].id)
    return replace(list_drills(moment), action=Action.START_DRILL.value)


def press_option(moment: Moment, press: PressOption) -> Outcome:
    """A pressed option: counted only for the open run and its present step."""
    run = moment.memory.drill
    if run is None or run.id != press.run:
        return _nothing_open(moment, Action.DRILL_CHOICE, "drill.old_run")
    if press.step != len(run.decisions):
        return moment.end(Action.DRILL_CHOICE, step_reply(moment, opening=moment.say("drill.old_step")))
    return _decide(moment, run, press.index)


def choose(moment: Moment, letter: str | None) -> Outcome:
    """A typed option: ``a`` is the first one shown; ``None`` when none was clearly meant."""
    run = moment.memory.drill
    if run is None:
        return _nothing_open(moment, Action.DRILL_CHOICE)
    index = LETTERS.index(letter) if letter and letter in LETTERS else -1
    return _decide(moment, run, index)


def stop(moment: Moment, run_id: str | None = None) -> Outcome:
    """Close the open run. Its decisions are stored already."""
    run = moment.memory.drill
    if run is None or (run_id is not None and run.id != run_id):
        return _nothing_open(moment, Action.STOP_DRILL, "drill.not_open" if run_id is None else "drill.old_run")
    closed = _closed(moment, run)
    return replace(closed.end(Action.STOP_DRILL, closed.told("drill.stopped", (closed.command(Command.DRILL),))), run=run)


def repeat(moment: Moment) -> Outcome:
    """Show the open step again."""
    if moment.memory.drill is None:
        return _nothing_open(moment, Action.DRILL_REPEAT)
    return moment.end(Action.DRILL_REPEAT, step_reply(moment))


def due_today(moment: Moment) -> Outcome:
    """What spaced repetition asks for today."""
    today = to_repeat(suitable(moment.parts.content, moment.profile), _due(moment))
    if today:
        rows = [(_start_button(moment, scenario),) for scenario in today[:PAGE]]
        return moment.end(Action.DUE_TODAY, moment.told("due.some", *rows, count=len(today)))
    text = moment.say("due.none")
    coming = [item.due.date() for item in moment.memory.items if item.due.date() > moment.parts.clock().date()]
    if coming:
        text = f"{text} {moment.say('due.next', date=drill_reply.day(moment, min(coming)))}"
    return moment.end(Action.DUE_TODAY, moment.notice(text, (moment.command(Command.DRILL),)))


def is_said(moment: Moment, text: str) -> bool:
    """Whether the open step waits for free words and these are no question of law."""
    run = moment.memory.drill
    return run is not None and bool(_scenario(moment, run).scenes[run.scene].say) and not set(text) & _QUESTION_SIGNS


def said(moment: Moment, text: str) -> Outcome:
    """Free words in a "what would you say?" step: compared with the key points, never graded."""
    run = moment.memory.drill
    if run is None:
        return _nothing_open(moment, Action.DRILL_CHOICE)
    later, result = engine.say(run, _scenario(moment, run), text, moment.language, moment.parts.clock())
    return _moved(moment, run, later, drill_reply.said_reply(moment, result))


def told_to_rasa(moment: Moment) -> Mapping[str, object] | None:
    """The open drill as Rasa needs to know it; ``options`` is 0 where free words are wanted."""
    run = moment.memory.drill
    if run is None:
        return None
    return {"run": run.id, "scene": run.scene, "options": len(_scenario(moment, run).scenes[run.scene].options)}


def step_reply(moment: Moment, opening: str = "") -> Reply:
    """The open step with its options; a notice when no drill is open."""
    run = moment.memory.drill
    if run is None:
        return moment.told("drill.not_open", (moment.command(Command.DRILL),))
    return drill_reply.step(moment, run, engine.view(run, _scenario(moment, run), moment.language), opening)


def _decide(moment: Moment, run: Run, index: int) -> Outcome:
    scenario = _scenario(moment, run)
    options = len(scenario.scenes[run.scene].options)
    if not 0 <= index < options:
        opening = moment.say("drill.pick_letter", letters=", ".join(LETTERS[:options].upper())) if options else ""
        return moment.end(Action.DRILL_CHOICE, step_reply(moment, opening))
    later, feedback = engine.choose(run, scenario, index, moment.parts.clock())
    asked = scenario.scenes[run.scene].text.in_(moment.language)
    return _moved(moment, run, later, drill_reply.feedback(moment, feedback, asked))


def _moved(moment: Moment, before: Run, run: Run, told: Reply) -> Outcome:
    """The outcome of a decision: what followed, then the next step or the debrief."""
    made = run.decisions[len(before.decisions) :]
    if run.over:
        closed = _closed(moment, run)
        practised = {decision.competency for decision in run.decisions}
        today = moment.parts.clock().date()
        again = [item.due.date() for item in closed.memory.items if item.competency in practised and item.due.date() > today]
        end = drill_reply.debrief(closed, run, _scenario(moment, run), min(again, default=None))
        outcome = closed.end(Action.DRILL_CHOICE, told, end)
    else:
        later = _with_run(moment, run)
        outcome = later.end(Action.DRILL_CHOICE, told, step_reply(later))
    return replace(outcome, decisions=made, run=run)


def _closed(moment: Moment, run: Run) -> Moment:
    """No drill open any more, and what it taught put on the calendar."""
    items = spacing.schedule(moment.memory.items, run.decisions)
    return replace(moment, memory=replace(moment.memory, drill=None, items=items))


def _due(moment: Moment) -> tuple[spacing.Item, ...]:
    return spacing.due(moment.memory.items, moment.parts.clock())


def _with_run(moment: Moment, run: Run) -> Moment:
    return replace(moment, memory=replace(moment.memory, drill=run))


def _scenario(moment: Moment, run: Run) -> Scenario:
    return moment.parts.content.scenarios[ScenarioId(run.scenario)]


def _nothing_open(moment: Moment, action: Action, key: str = "drill.not_open") -> Outcome:
    if moment.memory.drill is not None:
        return moment.end(action, step_reply(moment, opening=moment.say(key)))
    return moment.end(action, moment.told(key, (moment.command(Command.DRILL), moment.command(Command.ASK))))


def _start_button(moment: Moment, scenario: Scenario) -> Button:
    return Button(label=scenario.title.in_(moment.language), payload=payload(PressDrillStart(scenario.id)))
