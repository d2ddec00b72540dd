"""One turn of conversation: a message and what is remembered in, replies and what changed out.

safety -> pressed button or command -> dialogue engine -> action -> first contact and open drill around it. Pure apart
from the ports in ``Parts``; stores nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot import asking, direct, drilling, joining, settings, small_talk
from bot.buttons import (
    Command,
    Press,
    PressCommand,
    PressCountry,
    PressDrillList,
    PressDrillStart,
    PressDrillStop,
    PressFeedback,
    PressForget,
    PressJoin,
    PressLanguage,
    PressOption,
    PressReminders,
    PressRole,
    PressSources,
    join_code,
    parse,
)
from bot.dialogue import Action, Directive
from bot.errors import DialogueDown
from bot.memory import Memory
from bot.model import Message, Profile
from bot.moment import Moment, Parts
from bot.outcome import Outcome
from bot.safety import first_look
from retrieval.model import Answer

LONGEST = 2000
"""Characters of one message that are read; more is not a question."""

_MOVES = frozenset({Action.START_DRILL, Action.DRILL_CHOICE, Action.DRILL_REPEAT, Action.STOP_DRILL, Action.FORGET})
_KNOWN_COMMANDS = {f"/{command}": command for command in Command}
_JOINING = f"/{Command.JOIN} "


async def turn(message: Message, memory: Memory, parts: Parts) -> Outcome:
    """Answer one message. Never raises for what a person may send; a broken port may raise.

    The answer of a question gets the message's id, so a repeated message gives the same answer.
    """
    profile = heard(message, memory.profile, parts)
    moment = Moment(message, replace(memory, profile=profile, drill=drilling.open_drill(memory, parts.content)), parts)
    alarm = None if is_command(message) else await first_look(moment.question, parts.look)
    if alarm is not None:
        return first_contact(moment, alarmed(moment, alarm))
    return first_contact(moment, await acted(moment))


def is_command(message: Message) -> bool:
    """Whether the message is a typed command: nothing to be alarmed about, whatever its letters look like."""
    text = (message.text or "").strip().lower()
    return text in _KNOWN_COMMANDS or text.startswith(_JOINING)


def heard(message: Message, profile: Profile, parts: Parts) -> Profile:
    """The profile in the language of the message, unless the person chose one. A single word changes nothing."""
    words = (message.text or "").split()
    if profile.language_chosen or not words or words[0].startswith("/") or (profile.language is not None and len(words) == 1):
        return profile
    return profile.model_copy(update={"language": parts.detect(message.text or "", profile.language)})


def alarmed(moment: Moment, alarm: Answer) -> Outcome:
    """The reviewed answer to danger or harm. The words may have belonged to an open drill, so it goes on or is shown again.

    Where free words are wanted ("what would you say?") people write of wounds and weapons: both the alarm and the drill get
    their answer, or nobody could pass that step. The words are kept as little as other free answers.
    """
    text = (moment.message.text or "").strip()
    said = bool(text) and drilling.is_said(moment, text)
    outcome = asking.answered(moment, Action.ASK, alarm.model_copy(update={"question": ""}) if said else alarm)
    if moment.memory.drill is None:
        return outcome
    if said:
        moved = drilling.said(replace(moment, memory=outcome.memory), text)
        return replace(moved, answer=outcome.answer, replies=(*outcome.replies, *moved.replies))
    again = drilling.step_reply(moment, opening=moment.say("safety.in_drill"))
    return replace(outcome, replies=(*outcome.replies, again))


async def acted(moment: Moment) -> Outcome:
    """What the message asks for, done."""
    message = moment.message
    text = (message.text or "").strip()
    command = _KNOWN_COMMANDS.get(text.lower())
    if message.choice is not None:
        press = parse(message.choice)
        if press is None:
            return moment.end(Action.HELP, moment.told("error.old_button", *moment.menu()))
        return await pressed(moment, press)
    if command is not None:
        return await pressed(moment, PressCommand(command))
    if text.lower().startswith(_JOINING):
        code = join_code(text.partition(" ")[2])
        return await pressed(moment, PressJoin(code)) if code else joining.unknown(moment)
    if not text:
        return moment.end(Action.HELP, moment.told("error.only_text"))
    if len(text) > LONGEST:
        return moment.end(Action.ASK, moment.told("error.too_long"))
    return await typed(moment, text)


async def pressed(moment: Moment, press: Press) -> Outcome:
    """A button or a command. Buttons carry their own state and never need Rasa."""
    match press:
        case PressCommand(command):
            return await commanded(moment, command)
        case PressLanguage(language):
            return settings.set_language(moment, language)
        case PressCountry(country):
            return settings.set_country(moment, country)
        case PressRole(role):
            return settings.set_role(moment, role)
        case PressReminders(on):
            return settings.set_reminders(moment, "on" if on else "off")
        case PressSources(answer):
            return await asking.sources(moment, answer)
        case PressFeedback(answer, good):
            return asking.opinion(moment, good, answer)
        case PressForget(sure):
            return settings.forget(moment, sure)
        case PressDrillList(page):
            return drilling.list_drills(moment, page)
        case PressDrillStart(scenario):
            return drilling.start(moment, scenario)
        case PressDrillStop(run):
            return drilling.stop(moment, run)
        case PressOption():
            return drilling.press_option(moment, press)
        case PressJoin(code):
            return await joining.join(moment, code)


async def commanded(moment: Moment, command: Command) -> Outcome:
    """A slash command or menu button."""
    match command:
        case Command.START:
            return small_talk.greet(moment)
        case Command.HELP:
            return small_talk.help(moment)
        case Command.ASK:
            return moment.end(Action.HELP, moment.told("help.ask"))
        case Command.DRILL:
            return drilling.list_drills(moment)
        case Command.RESUME:
            return drilling.repeat(moment)
        case Command.DUE:
            return drilling.due_today(moment)
        case Command.SOURCES:
            return await asking.sources(moment)
        case Command.CONTACTS:
            return asking.contacts(moment)
        case Command.LANGUAGE:
            return settings.set_language(moment, None)
        case Command.COUNTRY:
            return settings.set_country(moment, None)
        case Command.ROLE:
            return settings.set_role(moment, None)
        case Command.REMINDERS:
            return settings.set_reminders(moment, None)
        case Command.PRIVACY:
            return small_talk.privacy(moment)
        case Command.DELETE_MY_DATA:
            return settings.forget(moment)
        case Command.JOIN:
            return joining.how(moment)
        case Command.LEAVE:
            return joining.leave(moment)


async def typed(moment: Moment, text: str) -> Outcome:
    """Words: the dialogue engine says what they are; without it they are a question."""
    metadata = told_to_rasa(moment)
    try:
        directive = await moment.parts.dialogue.turn(
            moment.message.conversation, text, payload=False, metadata=metadata
        )
    except DialogueDown:
        directive = direct.directive(text, metadata)
    if directive.action is Action.ASK and drilling.is_said(moment, text):
        outcome = drilling.said(moment, text)
    else:
        outcome = await directed(moment, directive)
    outcome = replace(outcome, degraded=directive.degraded, confidence=directive.confidence)
    if outcome.memory.drill is not None and outcome.action not in _MOVES:
        # Asked in the middle of a drill: answered, and back to the same step.
        later = replace(moment, memory=outcome.memory)
        outcome = replace(outcome, replies=(*outcome.replies, drilling.step_reply(later, opening=later.say("drill.again"))))
    return outcome


def told_to_rasa(moment: Moment) -> Mapping[str, object]:
    """What Rasa is told with each message: the profile and the open drill, as the app knows them."""
    profile = moment.profile
    return {
        "turn_id": moment.message.id,
        "channel": moment.message.channel.value,
        "language": moment.language.value,
        "country": profile.country.value if profile.country else None,
        "role": profile.role.value if profile.role else None,
        "drill": drilling.told_to_rasa(moment),
    }


async def directed(moment: Moment, directive: Directive) -> Outcome:
    """Do what a directive says."""
    match directive.action:
        case Action.ASK:
            return await asking.ask(moment, directive)
        case Action.GREET:
            return small_talk.greet(moment)
        case Action.HELP:
            return small_talk.help(moment)
        case Action.ABOUT:
            return small_talk.about(moment)
        case Action.THANKS:
            return small_talk.thanks(moment)
        case Action.GOODBYE:
            return small_talk.goodbye(moment)
        case Action.PRIVACY:
            return small_talk.privacy(moment)
        case Action.SET_LANGUAGE:
            return settings.set_language(moment, directive.value)
        case Action.SET_COUNTRY:
            return settings.set_country(moment, directive.value)
        case Action.SET_ROLE:
            return settings.set_role(moment, directive.value)
        case Action.REMINDERS:
            return settings.set_reminders(moment, directive.value)
        case Action.JOIN:
            return joining.how(moment)
        case Action.LEAVE:
            return joining.leave(moment)
        case Action.FORGET:
            return settings.forget(moment)
        case Action.SOURCES:
            return await asking.sources(moment)
        case Action.CONTACTS:
            return asking.contacts(moment)
        case Action.FEEDBACK_GOOD:
            return asking.opinion(moment, good=True)
        case Action.FEEDBACK_BAD:
            return asking.opinion(moment, good=False)
        case Action.LIST_DRILLS:
            return drilling.list_drills(moment)
        case Action.START_DRILL:
            return drilling.start_about(moment, directive.topic)
        case Action.DRILL_CHOICE:
            return drilling.choose(moment, directive.option)
        case Action.DRILL_REPEAT:
            return drilling.repeat(moment)
        case Action.STOP_DRILL:
            return drilling.stop(moment)
        case Action.DUE_TODAY:
            return drilling.due_today(moment)


def first_contact(moment: Moment, outcome: Outcome) -> Outcome:
    """Say once that this is a machine, and ask for language, country and job; the question itself is answered at once.

    With nothing typed and no language known there is no language to explain in: three short lines and the choice.
    """
    profile = outcome.memory.profile
    if profile.greeted or outcome.forget:
        return outcome
    if profile.language is None:
        shown = () if outcome.action == Action.GREET else outcome.replies
        return replace(outcome, replies=(small_talk.first_words(moment), *shown))
    later = replace(moment, memory=outcome.memory).with_profile(greeted=True)
    notice = later.told("greeting.notice")
    if outcome.answer is not None and outcome.answer.reason is not None and outcome.answer.reason in small_talk.URGENT:
        return replace(outcome, replies=(*outcome.replies, notice), memory=later.memory)
    rows = settings.missing_rows(later)
    setup = (later.notice(later.say("setup.ask"), *rows),) if rows else ()
    asked_already = any(reply.buttons == rows for reply in outcome.replies)
    replies = () if outcome.action == Action.GREET else outcome.replies
    if not replies and not rows:
        replies = (settings.ready(later),)
    return replace(outcome, replies=(notice, *replies, *(() if asked_already else setup)), memory=later.memory)
