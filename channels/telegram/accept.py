"""Updates into the inbox, in one transaction with the offset; only then does anything else happen."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from telegram import Bot, Update
from telegram.error import TelegramError

from bot.model import Channel
from channels.keys import new_id
from channels.kit import Kit
from channels.store import inbox, offset, outbox
from channels.store.database import Connection
from channels.telegram.receive import NOTHING, Received, read

log = logging.getLogger(__name__)


async def accept(kit: Kit, bot: Bot, updates: Sequence[dict[str, Any]], *, bot_id: str | None = None) -> None:
    """Stores the updates (raw JSON); with ``bot_id`` also the offset after the last. Raises what the store raises.

    One that cannot be read is skipped and counted: it would come again for ever.
    """
    received = [_read(kit, bot, raw) for raw in updates]

    def store(connection: Connection) -> list[bool]:
        for one in received:
            if one.blocked is not None:
                outbox.block(connection, one.blocked, kit.now)
        fresh = [inbox.put(connection, one.inbound) for one in received if one.inbound is not None]
        if bot_id is not None and updates:
            offset.put(connection, bot_id, max(int(raw["update_id"]) for raw in updates) + 1, kit.now)
        return fresh

    fresh = await kit.store.write(store)
    kit.metrics.received.labels(channel=Channel.TELEGRAM.value).inc(sum(fresh))
    kit.metrics.repeated.labels(channel=Channel.TELEGRAM.value).inc(len(fresh) - sum(fresh))
    kit.inbox_bell.ring()
    for one in received:
        if one.callback is not None:
            await _confirm(bot, one.callback)


def _read(kit: Kit, bot: Bot, raw: dict[str, Any]) -> Received:
    try:
        update = Update.de_json(raw, bot)
        return read(update, kit.keys, kit.clock(), new_id)
    except Exception as error:
        log.error("update %s cannot be read (%s); skipped", raw.get("update_id"), type(error).__name__)
        kit.metrics.refused.labels(why="unreadable_update").inc()
        return NOTHING


async def _confirm(bot: Bot, callback: str) -> None:
    """Stops the button's spinner. Too old or lost does not matter: the press itself is in the inbox."""
    try:
        await bot.answer_callback_query(callback)
    except TelegramError as error:
        log.info("a button press could not be confirmed (%s)", type(error).__name__)
