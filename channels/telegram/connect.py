"""The connection to Telegram: a token in; polling or webhook, senders and the command menu running out.

Everything starts in the background and keeps trying: the app must come up, and the web must work, while the Bot API
is away.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

from telegram import Bot
from telegram.error import InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from channels.background import running
from channels.errors import ChannelError
from channels.kit import Kit
from channels.settings import Settings
from channels.telegram import commands, webhook
from channels.telegram.poll import poll
from channels.telegram.receive import ALLOWED_UPDATES
from channels.telegram.send import Sender
from channels.telegram.state import Line

log = logging.getLogger(__name__)
SENDERS = 8
"""Chats that can be sent to at the same moment."""
LONGEST_PAUSE_S = 60.0


def make_bot(settings: Settings) -> Bot:
    """The client of the Bot API. Raises ``ChannelError`` for settings that cannot work."""
    token = settings.telegram_token.get_secret_value()
    number, colon, _ = token.partition(":")
    if not (number.isdigit() and colon):
        raise ChannelError("TELEGRAM_TOKEN is not a bot token.", "Copy it from @BotFather: digits, a colon, letters.")
    if settings.telegram_mode == "webhook" and not settings.public_url.startswith("https://"):
        raise ChannelError("Telegram's webhook needs an address with https.",
                           "Set CRM_PUBLIC_URL=https://… or CRM_TELEGRAM_MODE=polling.")
    api, wait = settings.telegram_api.rstrip("/"), settings.telegram_timeout_s

    def request(connections: int) -> HTTPXRequest:
        return HTTPXRequest(connection_pool_size=connections, read_timeout=wait, write_timeout=wait,
                            connect_timeout=wait, pool_timeout=wait)

    return Bot(token, base_url=f"{api}/bot", base_file_url=f"{api}/file/bot", request=request(SENDERS * 2),
               get_updates_request=request(1))


def line_of(settings: Settings) -> Line:
    return Line(settings.telegram_token.get_secret_value().partition(":")[0])


@contextlib.asynccontextmanager
async def connected(kit: Kit, bot: Bot, line: Line) -> AsyncIterator[None]:
    """Talks to Telegram while entered. A message under way at the end is confirmed or left to its lease."""
    async with running(_talk(kit, bot, line)):
        yield
    with contextlib.suppress(TelegramError, RuntimeError):
        await bot.shutdown()


async def _talk(kit: Kit, bot: Bot, line: Line) -> None:
    await _until_done(bot.initialize, line)
    line.name = bot.username
    await _until_done(lambda: _choose_mode(kit, bot), line)
    line.state = "ok"
    sender = Sender(kit, bot)
    work = [sender.run() for _ in range(SENDERS)]
    if kit.settings.telegram_mode == "polling":
        work.append(poll(kit, bot, line))
    work.append(_until_done(lambda: commands.publish(bot), None))
    async with asyncio.TaskGroup() as group:
        for one in work:
            group.create_task(one)


async def _choose_mode(kit: Kit, bot: Bot) -> None:
    """Never drops pending updates: they are somebody's questions."""
    if kit.settings.telegram_mode == "polling":
        await bot.delete_webhook(drop_pending_updates=False)
        return
    await bot.set_webhook(
        kit.settings.public_url.rstrip("/") + webhook.path(kit.keys), secret_token=webhook.secret(kit.keys),
        allowed_updates=list(ALLOWED_UPDATES), max_connections=20, drop_pending_updates=False,
    )


async def _until_done(call: Callable[[], Awaitable[None]], line: Line | None) -> None:
    """Calls until it works; the pause between tries grows to a minute."""
    pause = 0.5
    while True:
        try:
            return await call()
        except InvalidToken:
            state = "refused: Telegram does not know this TELEGRAM_TOKEN; copy it again from @BotFather"
            log.error("telegram: %s", state)
            pause = LONGEST_PAUSE_S
        except RetryAfter as error:
            wait = error.retry_after
            pause = wait if isinstance(wait, (int, float)) else wait.total_seconds()
            state = "waiting: too many requests"
        except TelegramError as error:
            state = f"down: {type(error).__name__}"
            log.warning("telegram: not reached (%s); trying again", type(error).__name__)
        if line is not None:
            line.state = state
        await asyncio.sleep(pause)
        pause = min(LONGEST_PAUSE_S, pause * 2)
