"""What the running parts of the channels share: built once at the edge (``assemble.py``), handed to everyone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from channels.bell import Bell
from channels.keys import Keys
from channels.metrics import Metrics
from channels.settings import Settings
from channels.sources import ShortName
from channels.store.database import Store
from knowledge_base.model import Content, InstrumentId, Language

Clock = Callable[[], dt.datetime]
"""The time now, with a time zone."""


Check = Callable[[], Awaitable[str]]
"""The state of a part now: ``ok``, or what is missing in one line."""


def channel_token(settings: Settings, keys: Keys) -> str:
    """The token from the app to Rasa."""
    return settings.rasa_channel_token.get_secret_value() or keys.token("rasa-channel")


def action_token(settings: Settings, keys: Keys) -> str:
    """The token from Rasa to the app."""
    return settings.action_token.get_secret_value() or keys.token("rasa-actions")


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Kit:
    """``inbox_bell`` rings when a message came in, ``replies_bell`` when replies were stored,
    ``forget_bell`` when a deletion can go on."""

    settings: Settings
    store: Store
    keys: Keys
    content: Content
    metrics: Metrics = field(default_factory=Metrics)
    clock: Clock = utc_now
    inbox_bell: Bell = field(default_factory=Bell)
    replies_bell: Bell = field(default_factory=Bell)
    forget_bell: Bell = field(default_factory=Bell)
    actions: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
    """Rasa's action calls (``bot.actions.respond``)."""
    checks: Mapping[str, Check] = field(default_factory=dict)
    """The parts ``/healthz`` asks, by name."""
    bot_name: Callable[[], str | None] = lambda: None
    """The bot's name on Telegram without ``@``, once it is known."""

    @property
    def now(self) -> float:
        return self.clock().timestamp()

    @property
    def short(self) -> ShortName:
        return short_name(self.content)


def short_name(content: Content) -> ShortName:
    """Short titles of instruments; the id itself where a journal entry is older than the content."""

    def short(instrument: str, language: Language) -> str:
        found = content.instruments.get(InstrumentId(instrument))
        return found.short.in_(language) if found else instrument

    return short
