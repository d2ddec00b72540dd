"""The state of the connection to Telegram, as ``/healthz`` shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Line:
    """``bot_id``: the public number in front of the token. ``state``: ``ok``, or what is wrong in one line.
    ``name``: how people find the bot, without ``@``; known once Telegram was reached."""

    bot_id: str
    state: str = "starting"
    name: str | None = None

    async def check(self) -> str:
        return self.state
