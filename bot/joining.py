"""Joining and leaving a cohort: a code in, what the trainer will see told, and the profile that belongs to it out."""

from __future__ import annotations

from bot.buttons import Command
from bot.dialogue import Action
from bot.moment import Moment
from bot.outcome import Outcome
from knowledge_base.model import Language


async def join(moment: Moment, code: str) -> Outcome:
    """In at once, told what that means and how it ends. Another cohort's code moves the person there."""
    cohort = await moment.parts.cohort(code)
    if cohort is None:
        return unknown(moment)
    if moment.profile.cohort == cohort.id:
        return _told(moment, Action.JOIN, "cohort.already", name=cohort.name)
    joined = moment.with_profile(cohort=cohort.id)
    return _told(joined, Action.JOIN, "cohort.joined", name=cohort.name)


def unknown(moment: Moment) -> Outcome:
    """No open cohort has this code: nothing changes."""
    return _told(moment, Action.JOIN, "cohort.unknown")


def how(moment: Moment) -> Outcome:
    """Where the code comes from and how it is written."""
    return _told(moment, Action.JOIN, "cohort.how")


def leave(moment: Moment) -> Outcome:
    """Out at once."""
    if moment.profile.cohort is None:
        return _told(moment, Action.LEAVE, "cohort.none")
    return _told(moment.with_profile(cohort=None), Action.LEAVE, "cohort.left")


def _told(moment: Moment, action: Action, key: str, **values: object) -> Outcome:
    """In the person's language; in all three while it is not known: an opened link is often the very first contact."""
    languages = (moment.profile.language,) if moment.profile.language is not None else tuple(Language)
    text = "\n\n".join(moment.parts.phrases.say(language, key, **values) for language in languages)
    return moment.end(action, moment.notice(text, (moment.command(Command.DRILL), moment.command(Command.HELP))))
