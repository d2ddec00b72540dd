"""What an update means: Telegram's ``Update`` in, a message for the inbox, a block notice or nothing out. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from telegram import Chat, Update
from telegram.constants import ChatMemberStatus, ChatType

from bot.buttons import Command, PressJoin, join_code, payload
from bot.model import Channel, ConversationId, Message
from channels.keys import Keys
from channels.model import Inbound
from knowledge_base.model import Value

ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member")
WITH_WORDS = {"ask"}
"""Commands whose words are the message: ``/ask may I search a bag?``."""
WITH_CODE = {Command.START, Command.JOIN}
"""Commands that may carry a cohort's code: ``/join 7K2Q-4MTX``, and ``/start 7K2Q4MTX`` from an opened link."""


class Received(Value):
    """``inbound``: for the inbox; ``callback``: id of a button press to confirm; ``blocked``: who blocked the bot."""

    inbound: Inbound | None = None
    callback: str | None = None
    blocked: ConversationId | None = None


NOTHING = Received()


def read(update: Update, keys: Keys, received_at: dt.datetime, new_id: Callable[[], str]) -> Received:
    """Only private chats are answered: in a group everybody would see who asked what.

    A photo, voice message or sticker becomes a message with neither text nor choice; the bot says it only reads text.
    """
    member = update.my_chat_member
    if member is not None:
        gone = member.chat.type == ChatType.PRIVATE and member.new_chat_member.status == ChatMemberStatus.BANNED
        return Received(blocked=keys.telegram(member.chat.id)) if gone else NOTHING
    press = update.callback_query
    if press is not None:
        chat = press.message.chat if press.message else None
        if chat is not None and chat.type != ChatType.PRIVATE:
            return Received(callback=press.id)
        chat_id = chat.id if chat is not None else press.from_user.id  # in private chats the two are equal
        inbound = _inbound(update, chat_id, keys, received_at, new_id(), choice=press.data)
        return Received(inbound=inbound, callback=press.id)
    message = update.message
    if message is None or not _private(message.chat):
        return NOTHING
    text, choice = _words(message.text or message.caption)
    return Received(inbound=_inbound(update, message.chat.id, keys, received_at, new_id(), text=text, choice=choice))


def _private(chat: Chat) -> bool:
    return chat.type == ChatType.PRIVATE


def _words(text: str | None) -> tuple[str | None, str | None]:
    """(text, choice) of what was typed. ``/help@our_bot`` is a command, an unknown command is a call for help."""
    if text is None or not text.strip():
        return None, None
    if not text.startswith("/"):
        return text, None
    head, _, rest = text[1:].strip().partition(" ")
    name = head.partition("@")[0].lower()
    if name in WITH_WORDS and rest.strip():
        return rest.strip(), None
    if name in WITH_CODE and rest.strip():
        code = join_code(rest)
        return (None, payload(PressJoin(code))) if code else (f"/{Command.JOIN} {rest.strip()[:40]}", None)
    return None, f"cmd:{name}" if name in set(Command) else f"cmd:{Command.HELP}"


def _inbound(update: Update, chat_id: int, keys: Keys, received_at: dt.datetime, message_id: str, *,
             text: str | None = None, choice: str | None = None) -> Inbound:
    return Inbound(
        update_id=str(update.update_id), address=keys.seal(chat_id),
        message=Message(id=message_id, conversation=keys.telegram(chat_id), channel=Channel.TELEGRAM,
                        text=text, choice=choice, received_at=received_at),
    )
