"""Reminders to practise: who wants them and when they got one; a reminder stored once, whoever else tries.

A reminder is a journal entry and a reply in the outbox, in one transaction. Its message id is made of the person and
the day, so two processes that decide at the same moment store one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, select

from bot.model import Profile, Reply
from channels.store import outbox
from channels.store.tables import inbox, journal, profiles
from channels.store.upsert import insert
from knowledge_base.model import Language

ACTION = "reminder"


@dataclass(frozen=True)
class Wanting:
    """Somebody who wants reminders. ``address``: sealed; ``sent``: when they got one since the time asked for."""

    profile: Profile
    address: str
    last_seen: dt.datetime
    sent: tuple[dt.datetime, ...]


def wanting(connection: Connection, since: dt.datetime) -> tuple[Wanting, ...]:
    """Everybody who asked for reminders and can be written to, with the reminders they got since ``since``."""
    rows = connection.execute(select(profiles.c.conversation, profiles.c.body, profiles.c.address, profiles.c.updated_at)
                              .where(profiles.c.address.is_not(None)).order_by(profiles.c.conversation)).all()
    sent: dict[str, list[dt.datetime]] = {}
    for conversation, at in connection.execute(select(journal.c.conversation, journal.c.at).where(
            journal.c.at >= since.timestamp(), journal.c.action == ACTION)):
        sent.setdefault(conversation, []).append(_time(at))
    found = [Wanting(Profile.model_validate_json(row.body), row.address, _time(row.updated_at),
                     tuple(sent.get(row.conversation, ()))) for row in rows]
    return tuple(one for one in found if one.profile.reminders)


def put(connection: Connection, wanting: Wanting, reply: Reply, message_id: str, now: dt.datetime) -> bool:
    """Stores the reminder to be sent; False when it is there already, or the person has just written or changed
    their mind: what was decided a moment ago no longer holds."""
    conversation = wanting.profile.conversation
    body = connection.execute(select(profiles.c.body).where(
        profiles.c.conversation == conversation, profiles.c.address.is_not(None))).scalar_one_or_none()
    busy = connection.execute(select(inbox.c.id).where(
        inbox.c.conversation == conversation, inbox.c.state == "waiting").limit(1)).first()
    if body is None or busy is not None or not Profile.model_validate_json(body).reminders:
        return False
    profile = wanting.profile
    made = connection.execute(insert(connection, journal).values(
        at=now.timestamp(), conversation=conversation, channel=profile.channel.value, message_id=message_id,
        action=ACTION, language=(profile.language or Language.EN).value,
        country=profile.country.value if profile.country else None, role=profile.role.value if profile.role else None,
    ).on_conflict_do_nothing(index_elements=["message_id"]).returning(journal.c.id)).scalar_one_or_none()
    if made is None:
        return False
    outbox.put(connection, [reply], channel=profile.channel, conversation=conversation, message_id=message_id,
               address=wanting.address, now=now.timestamp())
    return True


def _time(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
