"""Questions, sources, contacts and opinions: what a person asks for and says about the answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.dialogue import Action, Directive
from bot.moment import Moment
from bot.outcome import Opinion, Outcome
from bot.settings import country_name, country_row
from bot.showing import UNSAFE, answer_reply, contact_lines, sources_reply
from retrieval.model import Answer, AnswerKind


async def ask(moment: Moment, directive: Directive) -> Outcome:
    """Answer the typed words from the library, in a thread so that other conversations go on."""
    answer = await asyncio.to_thread(moment.parts.answer, moment.question)
    outcome = answered(moment, Action.ASK, answer)
    if directive.degraded and answer.kind is not AnswerKind.GROUNDED and answer.reason not in UNSAFE:
        # It may have been a command that nobody could read just now.
        return replace(outcome, replies=(*outcome.replies, moment.told("degraded.note", *moment.menu())))
    return outcome


def answered(moment: Moment, action: Action, answer: Answer) -> Outcome:
    """The outcome that shows ``answer`` and remembers it."""
    remembered = moment.with_profile(last_answer=answer.id)
    row = country_row(moment) if answer.kind is AnswerKind.GROUNDED and moment.profile.country is None else ()
    reply = answer_reply(moment, answer)
    if row and moment.profile.greeted:
        reply = reply.model_copy(update={"buttons": (*reply.buttons, row)})
    memory = replace(remembered.memory, last_answer=answer)
    return replace(moment.end(action, reply, memory=memory), answer=answer)


async def sources(moment: Moment, answer_id: str | None = None) -> Outcome:
    """The sources of the named answer, or of the last one."""
    found = moment.memory.last_answer
    if answer_id is not None and (found is None or found.id != answer_id):
        found = await moment.parts.recall(moment.message.conversation, answer_id)
    if found is None:
        return moment.end(Action.SOURCES, moment.told("sources.none" if answer_id is None else "sources.gone"))
    return moment.end(Action.SOURCES, sources_reply(moment, found))


def opinion(moment: Moment, good: bool, answer_id: str | None = None) -> Outcome:
    """Thumbs on the named answer, or on the last one."""
    action = Action.FEEDBACK_GOOD if good else Action.FEEDBACK_BAD
    about = answer_id or moment.profile.last_answer
    if about is None:
        return moment.end(action, moment.told("feedback.nothing"))
    reply = moment.told("feedback.good" if good else "feedback.bad")
    return replace(moment.end(action, reply), feedback=Opinion(about, good))


def contacts(moment: Moment) -> Outcome:
    """Whom to call in the person's country; only checked values."""
    country = moment.profile.country
    if country is None:
        row = country_row(moment)
        return moment.end(Action.CONTACTS, moment.told("contacts.ask_country", row))
    lines = contact_lines(moment, country)
    name = country_name(moment, country)
    if not lines:
        return moment.end(Action.CONTACTS, moment.told("contacts.none", country=name))
    note = moment.parts.content.contacts[country].note.in_(moment.language)
    text = "\n".join([moment.say("contacts.header", country=name), *lines, "", note])
    return moment.end(Action.CONTACTS, moment.notice(text.strip()))
