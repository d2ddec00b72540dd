"""The inbox: a message in, a claim out. A message is here before its sender is told that it arrived.

Order: only the oldest unfinished message of a conversation can be claimed, so one conversation is always worked on
in order and by one worker, however many workers there are. A claim is a lease: when its holder dies, the message
becomes claimable again after ``lease_s``; a holder that merely was slow finds its lease gone and stores nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, select, update

from bot.model import Channel, ConversationId, Message
from channels.errors import LeaseLost
from channels.model import Claimed, Hints, Inbound
from channels.store.tables import inbox
from channels.store.upsert import insert


def put(connection: Connection, inbound: Inbound) -> bool:
    """Stores the message; False when this ``(channel, update_id)`` was already here, which changes nothing."""
    message = inbound.message
    body = {"text": message.text, "choice": message.choice, "hints": inbound.hints.model_dump(exclude_none=True)}
    row = connection.execute(
        insert(connection, inbox)
        .values(
            channel=message.channel.value, update_id=inbound.update_id, conversation=message.conversation,
            message_id=message.id, body=json.dumps(body, ensure_ascii=False), address=inbound.address,
            received_at=message.received_at.timestamp(),
        )
        .on_conflict_do_nothing(index_elements=["channel", "update_id"])
        .returning(inbox.c.id)  # psycopg reports no row count here
    ).first()
    return row is not None


def message_of(connection: Connection, channel: Channel, update_id: str) -> str | None:
    """The message id under which this update was stored, or ``None``."""
    return connection.execute(
        select(inbox.c.message_id).where(inbox.c.channel == channel.value, inbox.c.update_id == update_id)
    ).scalar_one_or_none()


def due(connection: Connection, now: float) -> bool:
    """Whether a claim could succeed; a look that takes no lock."""
    return connection.execute(
        select(inbox.c.id).where(*_claimable(now)).limit(1)
    ).first() is not None


def claim(connection: Connection, now: float, lease_s: float) -> Claimed | None:
    """Takes the oldest claimable message for ``lease_s`` seconds, or ``None`` when there is none."""
    row = connection.execute(
        select(inbox)
        .where(*_claimable(now))
        .order_by(inbox.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=inbox)
    ).first()
    if row is None:
        return None
    lease = secrets.token_hex(8)
    connection.execute(
        update(inbox).where(inbox.c.id == row.id)
        .values(lease=lease, lease_until=now + lease_s, attempts=inbox.c.attempts + 1)
    )
    return _claimed(row, lease)


def finish(connection: Connection, claimed: Claimed, now: float, *, failed: bool = False) -> None:
    """Marks the message as done and forgets its text and address. Raises ``LeaseLost`` when it is no longer ours."""
    row = connection.execute(
        update(inbox)
        .where(inbox.c.id == claimed.row, inbox.c.lease == claimed.lease, inbox.c.state == "waiting")
        .values(state="failed" if failed else "done", body=None, address=None, lease=None, done_at=now)
        .returning(inbox.c.id)
    ).first()
    if row is None:
        raise LeaseLost(claimed.message.id)


def release(connection: Connection, claimed: Claimed, again_at: float) -> None:
    """Gives a message back after an error; it can be claimed from ``again_at`` on."""
    connection.execute(
        update(inbox).where(inbox.c.id == claimed.row, inbox.c.lease == claimed.lease)
        .values(lease=None, lease_until=again_at)
    )


def pending(connection: Connection, message_id: str) -> bool:
    """Whether a message still waits for its answer."""
    return connection.execute(
        select(inbox.c.id).where(inbox.c.message_id == message_id, inbox.c.state == "waiting")
    ).first() is not None


def backlog(connection: Connection, now: float) -> tuple[int, float]:
    """How many messages wait, and for how many seconds the oldest one has."""
    row = connection.execute(
        select(func.count(), func.min(inbox.c.received_at)).select_from(inbox).where(inbox.c.state == "waiting")
    ).one()
    return int(row[0]), max(0.0, now - float(row[1])) if row[1] is not None else 0.0


def _claimable(now: float) -> tuple[ColumnElement[bool], ...]:
    """Waiting, not leased, and the oldest unfinished of their conversation."""
    earlier = inbox.alias("earlier")
    return (
        inbox.c.state == "waiting", inbox.c.lease_until <= now,
        ~exists().where(and_(
            earlier.c.conversation == inbox.c.conversation, earlier.c.state == "waiting", earlier.c.id < inbox.c.id,
        )),
    )


def _claimed(row: Row[tuple[object, ...]], lease: str) -> Claimed:
    body = json.loads(row.body)
    return Claimed(
        row=row.id, lease=lease, attempt=row.attempts + 1, hints=Hints(**body["hints"]), address=row.address,
        message=Message(
            id=row.message_id, conversation=ConversationId(row.conversation), channel=Channel(row.channel),
            text=body["text"], choice=body["choice"], received_at=dt.datetime.fromtimestamp(row.received_at, dt.UTC),
        ),
    )
