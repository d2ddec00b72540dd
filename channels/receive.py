"""A message that arrived: into the inbox, then the bell. Whoever calls this acknowledges only after it returned."""

from __future__ import annotations

from channels.kit import Kit
from channels.model import Inbound
from channels.store import inbox


async def receive(kit: Kit, inbound: Inbound) -> bool:
    """Stores the message durably and wakes a worker; False when it had already been stored."""
    fresh = await kit.store.write(lambda connection: inbox.put(connection, inbound))
    counter = kit.metrics.received if fresh else kit.metrics.repeated
    counter.labels(channel=inbound.message.channel.value).inc()
    kit.inbox_bell.ring()
    return fresh
