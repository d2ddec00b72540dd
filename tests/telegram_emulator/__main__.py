"""``python -m tests.telegram_emulator [PORT]``: the emulator for a bot in another process or for trying things by hand."""

from __future__ import annotations

import asyncio
import sys

from tests.telegram_emulator.phone import Emulator
from tests.telegram_emulator.server import Server


async def main() -> None:
    emulator = Emulator()
    async with Server(emulator).running(int(sys.argv[1]) if len(sys.argv) > 1 else 9104) as server:
        print(f"TELEGRAM_TOKEN={emulator.token} CRM_TELEGRAM_API={server.address}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
