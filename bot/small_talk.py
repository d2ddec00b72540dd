"""The bot's own words: greeting, help, who it is, thanks, goodbye, privacy."""

from __future__ import annotations

from bot.buttons import Command
from bot.dialogue import Action
from bot.drills.spacing import due
from bot.model import Reply
from bot.moment import Moment
from bot.outcome import Outcome
from bot.settings import language_row
from knowledge_base.model import Language
from retrieval.model import Reason

URGENT = frozenset({Reason.EMERGENCY})


def first_words(moment: Moment) -> Reply:
    """That this is a machine, in the three languages, and the choice of one."""
    lines = [moment.parts.phrases.say(language, "greeting.first") for language in Language]
    return moment.notice("\n".join(lines), language_row(moment))


def greet(moment: Moment) -> Outcome:
    """Hello again; what waits today is named, never pushed."""
    text, row = moment.say("greeting.again"), (moment.command(Command.DRILL), moment.command(Command.HELP))
    waiting = due(moment.memory.items, moment.parts.clock())
    if waiting:
        text = f"{text}\n{moment.say('greeting.due', count=len(waiting))}"
        row = (moment.command(Command.DUE), moment.command(Command.HELP))
    if moment.memory.drill is not None:
        row = (moment.command(Command.RESUME), moment.command(Command.HELP))
    return moment.end(Action.GREET, moment.notice(text, row))


def help(moment: Moment) -> Outcome:
    """What one can do here, with buttons for it."""
    return moment.end(Action.HELP, moment.told("help.text", *moment.menu()))


def about(moment: Moment) -> Outcome:
    """A machine, its limits, where its answers come from."""
    return moment.end(Action.ABOUT, moment.told("about.text", (moment.command(Command.PRIVACY), moment.command(Command.HELP))))


def thanks(moment: Moment) -> Outcome:
    return moment.end(Action.THANKS, moment.told("thanks.text"))


def goodbye(moment: Moment) -> Outcome:
    return moment.end(Action.GOODBYE, moment.told("goodbye.text"))


def privacy(moment: Moment) -> Outcome:
    """What is kept, and the button that deletes it."""
    return moment.end(Action.PRIVACY, moment.told("privacy.text", (moment.command(Command.DELETE_MY_DATA),)))
