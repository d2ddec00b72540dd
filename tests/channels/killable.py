"""A worker process for the kill tests: ``python -m tests.channels.killable FOLDER [DATABASE_URL]``; runs until killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from channels.worker import Worker
from tests.channels import standin

TURN_S = 0.15


async def main() -> None:
    folder, url = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    kit = standin.kit(folder, url=url, lease_s=1.0, attempts=50)
    worker = Worker(kit, standin.parts(kit, standin.Asking(slow_s=TURN_S)))
    print("working", flush=True)
    await asyncio.gather(*(worker.run() for _ in range(3)))


if __name__ == "__main__":
    asyncio.run(main())
