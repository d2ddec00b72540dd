"""The Telegram offset: which update to ask for next, kept with the messages it covers."""

from __future__ import annotations

from sqlalchemy import Connection, select

from channels.store.tables import telegram_offset
from channels.store.upsert import insert

GOOD_FOR_S = 6 * 86_400.0
"""After a week without updates Telegram begins numbering anew, maybe lower; an old offset would then hide everything.
Asking without one is safe: what comes twice is recognised by the inbox."""


def get(connection: Connection, bot: str, now: float) -> int | None:
    """The next update id to ask for, or ``None`` when there is none yet or it is too old."""
    return connection.execute(
        select(telegram_offset.c.offset)
        .where(telegram_offset.c.bot == bot, telegram_offset.c.at > now - GOOD_FOR_S)
    ).scalar_one_or_none()


def put(connection: Connection, bot: str, offset: int, now: float) -> None:
    connection.execute(
        insert(connection, telegram_offset).values(bot=bot, offset=offset, at=now)
        .on_conflict_do_update(index_elements=["bot"], set_={"offset": offset, "at": now})
    )
