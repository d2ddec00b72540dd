"""One web message and its replies: used by the JSON API and by the page without JavaScript."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence

from bot.model import Channel, ConversationId, Message
from channels.bell import heard
from channels.keys import new_id
from channels.kit import Kit
from channels.model import Hints, Inbound, Outgoing
from channels.receive import receive
from channels.store import inbox, outbox
from knowledge_base.model import Value

GLANCE_S = 0.25
"""How often a waiting request looks into the database when no bell rings: the worker may be another process."""


class Asked(Value):
    """``done`` False: the worker is still busy; ``replies`` may be fetched later."""

    message: str
    done: bool
    replies: tuple[Outgoing, ...] = ()


async def ask(kit: Kit, conversation: ConversationId, *, text: str | None, choice: str | None, hints: Hints,
              once: str | None = None, wait_s: float | None = None) -> Asked:
    """Stores the message and waits for its replies. The same ``once`` twice is the same message, asked again."""
    message = Message(id=new_id(), conversation=conversation, channel=Channel.WEB, text=text, choice=choice,
                      received_at=kit.clock())
    update = message.id if once is None else hashlib.sha256(f"{conversation}\0{once}".encode()).hexdigest()
    stored = message.id
    if not await receive(kit, Inbound(update_id=update, message=message, hints=hints)):
        known = await kit.store.read(lambda connection: inbox.message_of(connection, Channel.WEB, update))
        stored = known or message.id
    return await replies_to(kit, stored, kit.settings.wait_s if wait_s is None else wait_s)


async def replies_to(kit: Kit, message_id: str, wait_s: float) -> Asked:
    """The replies to a message, waiting at most ``wait_s`` seconds for the turn to end."""
    end = asyncio.get_running_loop().time() + wait_s
    while True:
        bell = kit.replies_bell.listen()
        pending, found = await kit.store.read(
            lambda connection: (inbox.pending(connection, message_id), outbox.to_message(connection, message_id))
        )
        left = end - asyncio.get_running_loop().time()
        if not pending or left <= 0:
            return Asked(message=message_id, done=not pending, replies=found)
        await heard(bell, min(GLANCE_S, left))


async def delivered(kit: Kit, replies: Sequence[Outgoing]) -> None:
    """Notes that a reader has these; those that must vanish are deleted."""
    rows = [outgoing.row for outgoing in replies if outgoing.vanish]
    if rows:
        await kit.store.write(lambda connection: outbox.drop(connection, rows))
        kit.forget_bell.ring()
