"""Long polling: updates from the Bot API in, the inbox out.

PTB's own ``Updater`` acknowledges an update before it is handled, so a crash loses it (measured). Here an update is
acknowledged by the *next* call, whose offset was stored together with the messages.
"""

from __future__ import annotations

import asyncio
import logging
import warnings
from typing import Any

from telegram import Bot
from telegram.error import Conflict, NetworkError, RetryAfter, TelegramError

from channels.kit import Kit
from channels.logs import where
from channels.store import offset
from channels.telegram.accept import accept
from channels.telegram.receive import ALLOWED_UPDATES
from channels.telegram.state import Line

log = logging.getLogger(__name__)
LONGEST_PAUSE_S = 30.0


async def poll(kit: Kit, bot: Bot, line: Line) -> None:
    """Runs until cancelled; survives every error of the network and of the API."""
    pause = 0.0
    while True:
        try:
            start = await kit.store.read(lambda connection: offset.get(connection, line.bot_id, kit.now))
            updates = await _updates(bot, start, kit.settings.telegram_poll_s)
            await accept(kit, bot, updates, bot_id=line.bot_id)
            line.state, pause = "ok", 0.0
            continue
        except Conflict:
            kit.metrics.conflicts.inc()
            line.state = "conflict: another process polls with the same token; stop one of them"
            log.error("telegram: %s", line.state)
            pause = 5.0
        except RetryAfter as error:
            pause = _seconds(error)
        except NetworkError as error:
            line.state = f"down: {type(error).__name__}"
            log.warning("telegram: polling failed (%s)", type(error).__name__)
            pause = min(LONGEST_PAUSE_S, max(0.5, pause * 2))
        except TelegramError as error:
            line.state = f"refused: {error.message}"
            log.error("telegram: polling refused (%s)", error.message)
            pause = LONGEST_PAUSE_S
        except Exception as error:  # the store: keep polling, nothing was acknowledged
            line.state = "down: an update could not be stored"
            log.error("telegram: an update could not be stored (%s); it will come again", where(error))
            pause = min(LONGEST_PAUSE_S, max(0.5, pause * 2))
        await asyncio.sleep(pause)


async def _updates(bot: Bot, start: int | None, timeout_s: int) -> list[dict[str, Any]]:
    """Raw updates. ``Bot.get_updates`` would log what people wrote when one of them cannot be parsed."""
    arguments: dict[str, Any] = {"timeout": timeout_s, "allowed_updates": list(ALLOWED_UPDATES)}
    if start is not None:
        arguments["offset"] = start
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PTB recommends get_updates here
        found = await bot.do_api_request("getUpdates", arguments, read_timeout=timeout_s + 10)
    return list(found)


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return wait if isinstance(wait, (int, float)) else wait.total_seconds()
