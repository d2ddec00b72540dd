"""Language, country, job, reminders and deletion: what a person decides about the conversation itself."""

from __future__ import annotations

from dataclasses import replace

from bot.buttons import Command, PressCountry, PressForget, PressLanguage, PressReminders, PressRole, member, payload
from bot.dialogue import Action
from bot.memory import Memory
from bot.model import Button, Profile, Reply
from bot.moment import Moment, Row
from bot.outcome import Outcome
from knowledge_base.model import Country, Language, Role

NAMES = {Language.EN: "button.english", Language.ES: "button.spanish", Language.PT: "button.portuguese"}


def language_row(moment: Moment) -> Row:
    return tuple(moment.button(NAMES[language], PressLanguage(language)) for language in Language)


def country_row(moment: Moment) -> Row:
    return tuple(Button(label=country_name(moment, c), payload=payload(PressCountry(c))) for c in Country)


def role_rows(moment: Moment) -> tuple[Row, ...]:
    """Two jobs per row: four in one do not fit a phone."""
    buttons = [Button(label=role_name(moment, role), payload=payload(PressRole(role))) for role in Role]
    return tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))


def country_name(moment: Moment, country: Country) -> str:
    return moment.parts.content.vocabulary.countries[country].in_(moment.language)


def role_name(moment: Moment, role: Role) -> str:
    return moment.parts.content.vocabulary.roles[role].in_(moment.language)


def missing_rows(moment: Moment) -> tuple[Row, ...]:
    """Buttons for what is not known yet."""
    rows: list[Row] = []
    if not moment.profile.language_chosen:
        rows.append(language_row(moment))
    if moment.profile.country is None:
        rows.append(country_row(moment))
    if moment.profile.role is None:
        rows += role_rows(moment)
    return tuple(rows)


def set_language(moment: Moment, code: str | None) -> Outcome:
    """Take the language, or ask for it."""
    language = member(Language, code)
    if language is None:
        return moment.end(Action.SET_LANGUAGE, moment.told("settings.language", language_row(moment)))
    chosen = moment.with_profile(language=language, language_chosen=True)
    return _set(chosen, Action.SET_LANGUAGE, chosen.say("settings.language_set"))


def set_country(moment: Moment, code: str | None) -> Outcome:
    """Take the country, or ask for it."""
    country = member(Country, code)
    if country is None:
        return moment.end(Action.SET_COUNTRY, moment.told("settings.country", country_row(moment)))
    chosen = moment.with_profile(country=country)
    return _set(chosen, Action.SET_COUNTRY, chosen.say("settings.country_set", country=country_name(chosen, country)))


def set_role(moment: Moment, code: str | None) -> Outcome:
    """Take the job, or ask for it."""
    role = member(Role, code)
    if role is None:
        return moment.end(Action.SET_ROLE, moment.told("settings.role", *role_rows(moment)))
    chosen = moment.with_profile(role=role)
    return _set(chosen, Action.SET_ROLE, chosen.say("settings.role_set", role=role_name(chosen, role)))


def set_reminders(moment: Moment, value: str | None) -> Outcome:
    """``on``, ``off``, or ask."""
    if value not in ("on", "off"):
        row = (
            moment.button("button.remind_on", PressReminders(on=True)),
            moment.button("button.remind_off", PressReminders(on=False)),
        )
        return moment.end(Action.REMINDERS, moment.told("settings.reminders", row))
    chosen = moment.with_profile(reminders=value == "on")
    return chosen.end(Action.REMINDERS, chosen.told(f"settings.reminders_{value}"))


def ready(moment: Moment) -> Reply:
    """Everything is known: an example to try."""
    role = moment.profile.role or Role.GUARD
    text = moment.say("setup.ready", example=moment.say(f"setup.example_{role}"))
    return moment.notice(text, (moment.command(Command.DRILL), moment.command(Command.HELP)))


def forget(moment: Moment, sure: bool | None = None) -> Outcome:
    """Ask first (``None``); then delete everything, or nothing."""
    if sure is None:
        row = (
            moment.button("button.forget_yes", PressForget(sure=True)),
            moment.button("button.forget_no", PressForget(sure=False)),
        )
        return moment.end(Action.FORGET, moment.told("forget.ask", row))
    if not sure:
        return moment.end(Action.FORGET, moment.told("forget.kept"))
    nobody = Profile(conversation=moment.profile.conversation, channel=moment.profile.channel)
    outcome = moment.end(Action.FORGET, moment.told("forget.done"), memory=Memory(profile=nobody))
    return replace(outcome, forget=True)


def _set(chosen: Moment, action: Action, done: str) -> Outcome:
    """Confirm; ask for what is still missing, or say that everything is ready."""
    rows = missing_rows(chosen)
    if rows:
        return chosen.end(action, chosen.notice(done, *rows))
    return chosen.end(action, chosen.notice(done), ready(chosen))
