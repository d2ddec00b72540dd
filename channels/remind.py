"""Reminders to practise, beside the app: who wants one in, one reply in the outbox for each of them out."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging

from bot.memory import Memory
from bot.model import ConversationId
from bot.phrases import Phrases
from bot.reminding import SPAN, is_time, reminder
from channels import drill_memory
from channels.keys import Keys
from channels.kit import Kit
from channels.logs import where
from channels.store import reminders
from channels.store.database import Connection
from channels.store.reminders import Wanting

log = logging.getLogger(__name__)
EVERY_S = 600.0


async def remind(kit: Kit, phrases: Phrases) -> None:
    """Runs until cancelled. Whom nothing waits for is looked at again the next day: dates are days, not minutes."""
    looked: dict[ConversationId, dt.date] = {}
    while True:
        try:
            sent = await remind_once(kit, phrases, looked)
            if sent:
                log.info("%d reminders to practise", sent)
        except Exception as error:
            log.error("reminders failed (%s); trying again", where(error))
        await asyncio.sleep(EVERY_S)


async def remind_once(kit: Kit, phrases: Phrases, looked: dict[ConversationId, dt.date]) -> int:
    """Reminds everybody whose time it is; returns how many. ``looked`` is who was looked at on which day (UTC)."""
    now = kit.clock()
    found = await kit.store.read(lambda connection: reminders.wanting(connection, now - SPAN))
    sent = 0
    for one in found:
        person = one.profile.conversation
        if looked.get(person) == now.date() or not is_time(now, one.profile, one.last_seen, one.sent):
            continue
        looked[person] = now.date()
        sent += await _one(kit, phrases, one, now)
    if sent:
        kit.replies_bell.ring()
    return sent


async def _one(kit: Kit, phrases: Phrases, one: Wanting, now: dt.datetime) -> bool:
    """Stores the reminder for one person, if something is due."""
    def items(connection: Connection) -> Memory:
        return drill_memory.recall(connection, Memory(profile=one.profile))

    reply = reminder(now, one.profile, (await kit.store.read(items)).items, phrases)
    if reply is None:
        return False
    message = message_id(kit.keys, one.profile.conversation, now)
    return await kit.store.write(lambda connection: reminders.put(connection, one, reply, message, now))


def message_id(keys: Keys, conversation: ConversationId, now: dt.datetime) -> str:
    """The same for the same person and day (UTC): ``rm-`` and 16 characters."""
    return f"rm-{keys.token(f'reminder:{conversation}:{now.date()}')[:16]}"
