"""The people's side: chats, messages, updates, faults. Pure state; ``server.py`` puts it on the network."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from tests.telegram_emulator.markup import Parsed, Refused, parse

TOKEN = "123456:emulated-token-of-no-value"
Json = dict[str, Any]


@dataclass
class Shown:
    """One message as the person sees it."""

    id: int
    text: str
    links: tuple[tuple[str, str], ...]
    buttons: list[list[Json]]
    mine: bool = False
    edits: int = 0

    def data(self, label: str) -> str:
        """The payload of the button with this label (or that starts with it)."""
        for row in self.buttons:
            for button in row:
                if button["text"] == label or button["text"].startswith(label):
                    return str(button["callback_data"])
        raise LookupError(f"no button {label!r} among {[b['text'] for row in self.buttons for b in row]}")


@dataclass
class Chat:
    id: int
    language: str = "en"
    blocked: bool = False
    messages: dict[int, Shown] = field(default_factory=dict)
    ids: Any = field(default_factory=lambda: itertools.count(1))
    sent_at: deque[float] = field(default_factory=lambda: deque(maxlen=200))

    @property
    def seen(self) -> list[Shown]:
        """What the bot has said, oldest first."""
        return [message for message in self.messages.values() if not message.mine]


@dataclass
class Fault:
    """``kind``: drop, drop_after, delay, html502, flood, forbidden, error500. Used up after ``times`` calls."""

    method: str
    kind: str
    times: int = 1
    seconds: float = 1.0
    chat: int | None = None


class Emulator:
    """All state. ``chat_limit`` messages per second to one chat are taken, more get 429."""

    def __init__(self, chat_limit: int = 5, token: str = TOKEN) -> None:
        self.token, self.chat_limit = token, chat_limit
        self.chats: dict[int, Chat] = {}
        self.updates: deque[Json] = deque()
        self.faults: list[Fault] = []
        self.calls: list[tuple[str, Json]] = []
        self.refusals: list[tuple[str, str]] = []
        self.commands: dict[str, list[Json]] = {}
        self.callbacks: dict[str, bool] = {}
        self.webhook: Json = {"url": ""}
        self.news = asyncio.Event()
        self._update = itertools.count(int(time.time() * 10))

    # what a person does

    def chat(self, chat_id: int, language: str = "en") -> Chat:
        return self.chats.setdefault(chat_id, Chat(chat_id, language))

    def say(self, chat_id: int, text: str, language: str = "en", **more: Any) -> int:
        """The person writes; returns the update id."""
        chat = self.chat(chat_id, language)
        message = {**self._message(chat, next(chat.ids)), "from": self._person(chat), "text": text, **more}
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        chat.messages[message["message_id"]] = Shown(message["message_id"], text, (), [], mine=True)
        return self._push({"message": message})

    def send_photo(self, chat_id: int) -> int:
        chat = self.chat(chat_id)
        size = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}
        return self._push({"message": {**self._message(chat, next(chat.ids)), "from": self._person(chat), "photo": [size]}})

    def say_in_group(self, text: str) -> int:
        group = {"id": -100, "type": "group", "title": "Guards"}
        person = {"id": 5, "is_bot": False, "first_name": "A"}
        return self._push({"message": {"message_id": 1, "date": int(time.time()), "chat": group, "from": person, "text": text}})

    def press(self, chat_id: int, shown: Shown, data: str) -> int:
        """The person presses a button of a message."""
        chat = self.chats[chat_id]
        callback = f"cb{len(self.callbacks)}"
        self.callbacks[callback] = True
        message = {**self._message(chat, shown.id), "from": self._bot(), "text": shown.text}
        return self._push({"callback_query": {
            "id": callback, "from": self._person(chat), "chat_instance": "1", "data": data, "message": message}})

    def block(self, chat_id: int) -> int:
        chat = self.chats[chat_id]
        chat.blocked = True
        member = {"user": self._bot(), "status": "member"}
        return self._push({"my_chat_member": {
            "chat": {"id": chat.id, "type": "private"}, "from": self._person(chat), "date": int(time.time()),
            "old_chat_member": member, "new_chat_member": {"user": self._bot(), "status": "kicked", "until_date": 0}}})

    def repeat(self, update: Json) -> None:
        """Telegram delivers an update again."""
        self.updates.append(update)
        self._ring()

    # what the bot does

    def send_message(self, given: Json) -> Json:
        chat, parsed, buttons = self._to(given), *_content(given)
        self._flood(chat)
        shown = Shown(next(chat.ids), parsed.text, parsed.links, buttons)
        chat.messages[shown.id] = shown
        return {**self._message(chat, shown.id), "from": self._bot(), "text": parsed.text}

    def edit_message_text(self, given: Json) -> Json:
        chat, parsed, buttons = self._to(given), *_content(given)
        shown = chat.messages.get(int(given.get("message_id", 0)))
        if shown is None or shown.mine:
            raise Refused(400, "Bad Request: message to edit not found")
        if (shown.text, shown.buttons) == (parsed.text, buttons):
            raise Refused(400, "Bad Request: message is not modified: specified new message content and reply markup are "
                               "exactly the same as a current content and reply markup of the message")
        shown.text, shown.links, shown.buttons, shown.edits = parsed.text, parsed.links, buttons, shown.edits + 1
        return {**self._message(chat, shown.id), "from": self._bot(), "text": parsed.text}

    def answer_callback(self, given: Json) -> bool:
        if not self.callbacks.pop(str(given.get("callback_query_id")), False):
            raise Refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        return True

    def set_commands(self, given: Json) -> bool:
        commands = given["commands"]
        for command in commands:
            if not (1 <= len(command["command"]) <= 32 and 1 <= len(command["description"]) <= 256):
                raise Refused(400, "Bad Request: BOT_COMMAND_INVALID")
        self.commands[str(given.get("language_code") or "")] = commands
        return True

    def fault(self, method: str, chat: int | None) -> Fault | None:
        for fault in self.faults:
            if fault.times > 0 and fault.method == method and fault.chat in (None, chat):
                fault.times -= 1
                return fault
        return None

    def state(self) -> Json:
        """Everything seen, as JSON."""
        return {
            "pending": len(self.updates), "commands": self.commands, "webhook": self.webhook, "refusals": self.refusals,
            "chats": {chat.id: [{"id": m.id, "text": m.text, "mine": m.mine, "buttons": m.buttons, "edits": m.edits}
                                for m in chat.messages.values()] for chat in self.chats.values()},
        }

    def _push(self, body: Json) -> int:
        update = {"update_id": next(self._update), **body}
        self.updates.append(update)
        self._ring()
        return int(update["update_id"])

    def _ring(self) -> None:
        news, self.news = self.news, asyncio.Event()
        news.set()

    def _to(self, given: Json) -> Chat:
        chat = self.chats.get(int(given.get("chat_id", 0)))
        if chat is None:
            raise Refused(400, "Bad Request: chat not found")
        if chat.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        return chat

    def _flood(self, chat: Chat) -> None:
        now = time.monotonic()
        if sum(at > now - 1.0 for at in chat.sent_at) >= self.chat_limit:
            raise Refused(429, "Too Many Requests: retry after 1", retry_after=1)
        chat.sent_at.append(now)

    def _message(self, chat: Chat, message_id: int) -> Json:
        return {"message_id": message_id, "date": int(time.time()), "chat": {"id": chat.id, "type": "private"}}

    def _person(self, chat: Chat) -> Json:
        return {"id": chat.id, "is_bot": False, "first_name": "Ana", "language_code": chat.language}

    def _bot(self) -> Json:
        return {"id": int(self.token.partition(":")[0]), "is_bot": True, "first_name": "Bot", "username": "emulated_bot"}


def _content(given: Json) -> tuple[Parsed, list[list[Json]]]:
    return parse(str(given.get("text", "")), given.get("parse_mode")), _buttons(given.get("reply_markup"))


def _buttons(markup: Any) -> list[list[Json]]:
    if not markup:
        return []
    rows = (json.loads(markup) if isinstance(markup, str) else markup)["inline_keyboard"]
    for row in rows:
        if not 1 <= len(row) <= 8:
            raise Refused(400, "Bad Request: BUTTON_ROW_INVALID")
        for button in row:
            if not button.get("text"):
                raise Refused(400, "Bad Request: inline keyboard button text must be non-empty")
            if not 1 <= len(button.get("callback_data", "").encode()) <= 64:
                raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    return list(rows)


