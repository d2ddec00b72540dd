"""When somebody is reminded to practise, and in what words: what is due and what was sent in, a reply or nothing out. Pure.

Only people who asked for it. At most two in any seven days, with two days between; only by day where they are; never
to somebody who wrote within the last half day, and no more once they have been silent for two months.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.buttons import Command, PressCommand, PressReminders, payload
from bot.drills.spacing import Item, due
from bot.model import Button, Profile, Reply, ReplyKind
from bot.phrases import Phrases
from knowledge_base.model import Country, Language

ZONES = {Country.MOZ: ZoneInfo("Africa/Maputo"), Country.PER: ZoneInfo("America/Lima")}
FROM, UNTIL = dt.time(8), dt.time(19)
"""The day, by the clock of their country; without a country, where it is day in both."""
MOST, SPAN = 2, dt.timedelta(days=7)
APART = dt.timedelta(days=2)
QUIET = dt.timedelta(hours=12)
GIVEN_UP = dt.timedelta(days=60)
"""Who has not written for so long does not want to hear from us, whatever they once pressed."""


def is_day(now: dt.datetime, country: Country | None) -> bool:
    """Whether people there may be written to. ``now`` has a time zone."""
    zones = [ZONES[country]] if country is not None else list(ZONES.values())
    return all(FROM <= now.astimezone(zone).time() < UNTIL for zone in zones)


def is_time(now: dt.datetime, profile: Profile, last_seen: dt.datetime, sent: Sequence[dt.datetime]) -> bool:
    """Whether this person may be reminded now, if something is due. ``sent``: reminders already sent, in any order."""
    if not profile.reminders or not is_day(now, profile.country) or not QUIET <= now - last_seen <= GIVEN_UP:
        return False
    recent = [at for at in sent if now - at < SPAN]
    return len(recent) < MOST and all(now - at >= APART for at in recent)


def reminder(now: dt.datetime, profile: Profile, items: Sequence[Item], phrases: Phrases) -> Reply | None:
    """What to say when something is due at ``now``, with buttons to practise and to end the reminders; else ``None``."""
    waiting = due(items, now)
    if not waiting:
        return None
    language = profile.language or Language.EN
    key = "reminder.due_one" if len(waiting) == 1 else "reminder.due"

    def button(name: str, press: PressCommand | PressReminders) -> Button:
        return Button(label=phrases.say(language, name), payload=payload(press))

    return Reply(
        kind=ReplyKind.NOTICE, language=language, text=phrases.say(language, key, count=len(waiting)),
        buttons=((button("button.due", PressCommand(Command.DUE)),), (button("button.remind_off", PressReminders(on=False)),)),
    )
