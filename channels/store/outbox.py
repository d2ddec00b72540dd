"""The outbox: replies in, replies to send (or to pull) out, and what became of each.

Web replies are pulled by their reader (state ``pull``). Telegram replies are claimed by a sender, oldest of a chat
first, sent part by part and confirmed; a sender that dies leaves a lease that runs out, and the part it was about to
send is sent again (a message twice is better than an answer lost; it is counted). See ``channels/telegram/send.py``.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, exists, func, select, update

from bot.model import Channel, ConversationId, Reply
from channels.errors import LeaseLost
from channels.model import Outgoing, Sending
from channels.store.tables import outbox


def put(connection: Connection, replies: Sequence[Reply], *, channel: Channel, conversation: ConversationId,
        message_id: str, address: str | None, now: float, vanish: bool = False) -> None:
    """Stores the replies to one message, in order. ``vanish``: delete each as soon as it was delivered."""
    state = Sending.PULL if address is None else Sending.WAITING
    if replies:
        connection.execute(outbox.insert(), [
            {"channel": channel.value, "conversation": conversation, "message_id": message_id, "seq": seq,
             "kind": reply.kind.value, "body": reply.model_dump_json(), "address": address, "created_at": now,
             "state": state.value, "vanish": vanish}
            for seq, reply in enumerate(replies)
        ])


def after(connection: Connection, conversation: ConversationId, row: int, limit: int = 50) -> tuple[Outgoing, ...]:
    """Replies of a conversation with a number greater than ``row``, oldest first."""
    rows = connection.execute(
        select(outbox).where(outbox.c.conversation == conversation, outbox.c.id > row).order_by(outbox.c.id).limit(limit)
    ).all()
    return tuple(_outgoing(row) for row in rows)


def to_message(connection: Connection, message_id: str) -> tuple[Outgoing, ...]:
    """The replies to one message, in order."""
    rows = connection.execute(select(outbox).where(outbox.c.message_id == message_id).order_by(outbox.c.seq)).all()
    return tuple(_outgoing(row) for row in rows)


def newest(connection: Connection, conversation: ConversationId) -> int:
    """The number of the newest reply of a conversation, 0 when it has none."""
    return int(connection.execute(
        select(func.coalesce(func.max(outbox.c.id), 0)).where(outbox.c.conversation == conversation)
    ).scalar_one())


def drop(connection: Connection, rows: Sequence[int]) -> None:
    """Deletes delivered replies that must vanish."""
    connection.execute(delete(outbox).where(outbox.c.id.in_(rows), outbox.c.vanish))


def claim(connection: Connection, channel: Channel, now: float, lease_s: float) -> Outgoing | None:
    """Takes the oldest due reply of any chat that has no older one waiting, for ``lease_s`` seconds."""
    row = connection.execute(
        select(outbox)
        .where(*_first_of_chat(channel), outbox.c.next_at <= now)
        .order_by(outbox.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=outbox)
    ).first()
    if row is None:
        return None
    lease = secrets.token_hex(8)
    connection.execute(update(outbox).where(outbox.c.id == row.id).values(lease=lease, next_at=now + lease_s))
    return _outgoing(row).model_copy(update={"lease": lease, "orphaned": row.lease is not None})


def part_sent(connection: Connection, outgoing: Outgoing, parts: int, ref: int | None, lease_until: float) -> None:
    """Notes that the first ``parts`` parts arrived and renews the lease; ``ref`` is the channel's number of the last."""
    _ours(connection, outgoing, {"parts_sent": parts, "sent_ref": ref, "next_at": lease_until})


def settle(connection: Connection, outgoing: Outgoing, state: Sending, now: float) -> None:
    """Ends the work on a reply: its address is forgotten, and so is the reply if it must vanish."""
    _ours(connection, outgoing, {"state": state.value, "sent_at": now, "address": None, "lease": None})
    drop(connection, [outgoing.row])


def retry(connection: Connection, outgoing: Outgoing, at: float, *, count: bool) -> None:
    """Gives a reply back; it and what follows it in the same chat wait until ``at``. ``count``: as a failed attempt."""
    _ours(connection, outgoing, {"next_at": at, "lease": None, "attempts": outbox.c.attempts + int(count)})


def block(connection: Connection, conversation: ConversationId, now: float) -> None:
    """The person blocked the bot: nothing more is sent until they write again."""
    connection.execute(
        update(outbox)
        .where(outbox.c.conversation == conversation, outbox.c.state == Sending.WAITING.value)
        .values(state=Sending.BLOCKED.value, sent_at=now, address=None, lease=None)
    )


def last_ref(connection: Connection, conversation: ConversationId, kinds: Sequence[str], before: int) -> int | None:
    """The channel's number of the newest message sent before row ``before``, if that was one of ``kinds``."""
    row = connection.execute(
        select(outbox.c.kind, outbox.c.sent_ref)
        .where(outbox.c.conversation == conversation, outbox.c.id < before, outbox.c.state == Sending.SENT.value)
        .order_by(outbox.c.id.desc()).limit(1)
    ).first()
    return int(row.sent_ref) if row is not None and row.sent_ref is not None and row.kind in kinds else None


def waiting(connection: Connection) -> int:
    """How many replies wait to be sent."""
    return int(connection.execute(
        select(func.count()).select_from(outbox).where(outbox.c.state == Sending.WAITING.value)
    ).scalar_one())


def next_due(connection: Connection, channel: Channel) -> float | None:
    """When the next waiting reply becomes due (seconds since 1970), or ``None``."""
    found = connection.execute(
        select(func.min(outbox.c.next_at)).where(*_first_of_chat(channel))
    ).scalar_one_or_none()
    return float(found) if found is not None else None


def _first_of_chat(channel: Channel) -> tuple[ColumnElement[bool], ...]:
    """Waiting replies that have no older one of the same chat before them."""
    earlier = outbox.alias("earlier")
    return (
        outbox.c.state == Sending.WAITING.value, outbox.c.channel == channel.value,
        ~exists().where(and_(
            earlier.c.conversation == outbox.c.conversation, earlier.c.state == Sending.WAITING.value,
            earlier.c.id < outbox.c.id,
        )),
    )


def _ours(connection: Connection, outgoing: Outgoing, values: dict[str, Any]) -> None:
    row = connection.execute(
        update(outbox).where(outbox.c.id == outgoing.row, outbox.c.lease == outgoing.lease).values(**values)
        .returning(outbox.c.id)
    ).first()
    if row is None:
        raise LeaseLost(outgoing.message_id)


def _outgoing(row: Row[tuple[object, ...]]) -> Outgoing:
    return Outgoing(
        row=row.id, conversation=ConversationId(row.conversation), channel=Channel(row.channel),
        message_id=row.message_id, reply=Reply.model_validate_json(row.body), address=row.address,
        created_at=row.created_at, parts_sent=row.parts_sent, attempt=row.attempts, vanish=row.vanish,
    )
