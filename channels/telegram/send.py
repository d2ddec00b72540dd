"""The outbox to Telegram: replies in, messages sent and what became of each.

Telegram has no idempotency key: a send whose answer got lost may have arrived. What we do, by what is known:

* refused connection, no free connection: surely not sent → sent again, until ``GIVE_UP_S``
* 429: not sent → this chat waits as long as Telegram says, other chats go on
* the answer timed out: measured, the message had been sent → **not** sent again; counted as ambiguous
* connection dropped, 5xx: unknown → tried ``TRIES`` times (an answer twice is better than none); counted as ambiguous
* the process was killed in between: unknown → sent again; counted as ambiguous
* edits may be repeated freely
"""

from __future__ import annotations

import asyncio
import logging
from enum import StrEnum

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.model import Channel, ReplyKind
from channels.bell import heard
from channels.bucket import Buckets
from channels.errors import LeaseLost
from channels.kit import Kit
from channels.logs import where
from channels.model import Outgoing, Sending
from channels.store import outbox
from channels.telegram.render import Part, render

log = logging.getLogger(__name__)
GIVE_UP_S = 86_400.0
TRIES = 3
LEASE_S = 60.0
BURST = 3
"""Messages to one chat at once; Telegram allows short bursts above one per second."""
DRILL_KINDS = (ReplyKind.DRILL_STEP.value, ReplyKind.DRILL_FEEDBACK.value, ReplyKind.DRILL_DEBRIEF.value)
_NO_CONNECTION = {"ConnectError", "ConnectTimeout", "PoolTimeout"}
"""Names of httpx's errors (PTB's transport) that mean: not one byte was sent."""
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Fault(StrEnum):
    """What is known after a failed call."""

    NOT_SENT = "not_sent"
    PROBABLY_SENT = "probably_sent"
    UNKNOWN = "unknown"


class Sender:
    """Several ``run`` tasks may share one; the order within a chat is kept by the outbox's claim."""

    def __init__(self, kit: Kit, bot: Bot) -> None:
        self._kit, self._bot = kit, bot
        self._chats = Buckets(kit.settings.telegram_chat_rate, BURST)
        self._all = Buckets(kit.settings.telegram_rate, kit.settings.telegram_rate)

    async def run(self) -> None:
        """Sends what is due until cancelled."""
        while True:
            bell = self._kit.replies_bell.listen()
            try:
                outgoing = await self._claim()
                if outgoing is not None:
                    await self.send(outgoing)
                    continue
                due = await self._kit.store.read(lambda connection: outbox.next_due(connection, Channel.TELEGRAM))
            except LeaseLost:
                self._kit.metrics.lease_lost.inc()
                continue
            except Exception as error:  # the store or a bug: nothing is settled, so it is tried again
                log.error("telegram: the outbox cannot be worked on (%s); trying again", where(error))
                await asyncio.sleep(2.0)
                continue
            await heard(bell, min(self._kit.settings.poll_s, max(0.01, (due or 1e12) - self._kit.now)))

    async def _claim(self) -> Outgoing | None:
        kit = self._kit
        idle = await kit.store.read(lambda connection: outbox.next_due(connection, Channel.TELEGRAM))
        if idle is None or idle > kit.now:
            return None  # looking costs no write lock
        return await kit.store.write(lambda connection: outbox.claim(connection, Channel.TELEGRAM, kit.now, LEASE_S))

    async def send(self, outgoing: Outgoing) -> None:
        """Sends the parts that are still missing and stores how it ended. Raises ``LeaseLost``."""
        kit = self._kit
        chat = kit.keys.unseal(outgoing.address) if outgoing.address else None
        if chat is None:
            log.error("telegram: a reply has no readable address; was CRM_SECRET changed?")
            return await self._settle(outgoing, Sending.FAILED, "no_address")
        if outgoing.orphaned:
            kit.metrics.ambiguous.labels(why="killed").inc()
        parts = render(outgoing.reply, kit.short, kit.settings.public_url)
        state = Sending.SENT
        for at in range(outgoing.parts_sent, len(parts)):
            wait = self._chats.take(outgoing.conversation, kit.now)
            if wait:
                return await self._later(outgoing, wait, count=False)
            await asyncio.sleep(self._all.reserve("all", kit.now))
            try:
                ref: int | None = await self._call(outgoing, chat, parts[at], alone=len(parts) == 1)
            except TelegramError as error:
                fault = _fault(error)
                if fault is not Fault.PROBABLY_SENT:
                    return await self._failed(outgoing, error, fault)
                kit.metrics.ambiguous.labels(why="timeout").inc()
                log.warning("telegram: a send timed out; it is not repeated")
                ref, state = None, Sending.AMBIGUOUS
            done = at + 1
            await kit.store.write(lambda connection, done=done, ref=ref: outbox.part_sent(  # type: ignore[misc]
                connection, outgoing, done, ref, kit.now + LEASE_S))
        await self._settle(outgoing, state, state.value)

    async def _call(self, outgoing: Outgoing, chat: int, part: Part, *, alone: bool) -> int:
        """One message of the Bot API: an edit of the drill message where asked for and possible. Returns its number."""
        keyboard = _keyboard(part)
        if outgoing.reply.edits and alone:
            ref = await self._kit.store.read(
                lambda connection: outbox.last_ref(connection, outgoing.conversation, DRILL_KINDS, outgoing.row))
            if ref is not None:
                try:
                    await self._bot.edit_message_text(part.html, chat, ref, parse_mode=ParseMode.HTML,
                                                      reply_markup=keyboard, link_preview_options=_NO_PREVIEW)
                    return ref
                except BadRequest as error:
                    if "not modified" in error.message.lower():
                        return ref
                    log.info("telegram: a drill message cannot be edited any more; sent anew")
                except TimedOut as error:
                    raise NetworkError("edit timed out") from (error.__cause__ or error)  # repeating an edit is safe
        sent = await self._bot.send_message(chat, part.html, parse_mode=ParseMode.HTML, reply_markup=keyboard,
                                            link_preview_options=_NO_PREVIEW)
        return sent.message_id

    async def _failed(self, outgoing: Outgoing, error: TelegramError, fault: Fault) -> None:
        kit = self._kit
        if isinstance(error, RetryAfter):
            kit.metrics.sends.labels(outcome="flood").inc()
            wait = error.retry_after
            return await self._later(outgoing, wait if isinstance(wait, (int, float)) else wait.total_seconds(), count=False)
        if isinstance(error, Forbidden):
            await self._settle(outgoing, Sending.BLOCKED, "blocked")
            return await kit.store.write(lambda connection: outbox.block(connection, outgoing.conversation, kit.now))
        if isinstance(error, (BadRequest, InvalidToken)) or not isinstance(error, NetworkError):
            log.error("telegram: a message was refused (%s)", type(error).__name__)
            return await self._settle(outgoing, Sending.FAILED, "refused")
        if kit.now - outgoing.created_at > GIVE_UP_S:
            return await self._settle(outgoing, Sending.FAILED, "too_old")
        if fault is Fault.UNKNOWN:
            kit.metrics.ambiguous.labels(why="dropped").inc()
            if outgoing.attempt + 1 >= TRIES:
                return await self._settle(outgoing, Sending.AMBIGUOUS, "ambiguous")
        kit.metrics.sends.labels(outcome="retry").inc()
        log.warning("telegram: a send failed (%s); trying again", fault.value)
        await self._later(outgoing, min(60.0, 0.5 * 2 ** min(outgoing.attempt, 10)), count=True)

    async def _later(self, outgoing: Outgoing, wait_s: float, *, count: bool) -> None:
        now = self._kit.now
        await self._kit.store.write(lambda connection: outbox.retry(connection, outgoing, now + wait_s, count=count))

    async def _settle(self, outgoing: Outgoing, state: Sending, outcome: str) -> None:
        self._kit.metrics.sends.labels(outcome=outcome).inc()
        await self._kit.store.write(lambda connection: outbox.settle(connection, outgoing, state, self._kit.now))
        if outgoing.vanish:
            self._kit.forget_bell.ring()


def _fault(error: TelegramError) -> Fault:
    """What the cause says about a failed call. ``BadRequest`` and 429 are answers: nothing was sent."""
    cause = error.__cause__
    if not isinstance(error, NetworkError) or isinstance(error, BadRequest):
        return Fault.NOT_SENT
    if type(cause).__name__ in _NO_CONNECTION:
        return Fault.NOT_SENT
    return Fault.PROBABLY_SENT if isinstance(error, TimedOut) else Fault.UNKNOWN


def _keyboard(part: Part) -> InlineKeyboardMarkup | None:
    if not part.buttons:
        return None
    return InlineKeyboardMarkup([
        [InlineKeyboardButton(button.label, callback_data=button.payload) for button in row] for row in part.buttons
    ])
