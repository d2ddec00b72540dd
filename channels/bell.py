"""A bell: one side rings when there is something to do, the other waits for it or for a time-out.

It only saves waiting; what is to be done stands in the database, so a lost ring loses nothing.
"""

from __future__ import annotations

import asyncio


class Bell:
    """Wakes every waiter at once. For one event loop."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        rung, self._rung = self._rung, asyncio.Event()
        rung.set()

    def listen(self) -> asyncio.Event:
        """Take this *before* looking into the database, then wait on it: a ring in between is not missed."""
        return self._rung


async def heard(event: asyncio.Event, timeout_s: float) -> bool:
    """Waits for the ring; False after ``timeout_s`` seconds.

    Not ``asyncio.wait_for``: in Python 3.11 it loses a cancellation that comes together with the ring (seen: a worker
    that could not be stopped).
    """
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return False
    return True
