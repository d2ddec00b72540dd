"""Operational logs: a level in, one line per event on standard error out. Never what a person wrote, never an id.

Libraries are kept quiet where they would write more: httpx logs the Bot API's address with its token at INFO, PTB logs
updates when it cannot parse them, uvicorn's access log holds addresses of conversations.
"""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

_QUIET = (
    "httpx", "httpcore", "telegram", "apscheduler", "chromadb", "sentence_transformers", "alembic", "asyncio", "bm25s",
    "sse_starlette", "uvicorn.error",
)


def configure(level: str) -> None:
    logging.basicConfig(level=level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("telegram.Bot").setLevel(logging.CRITICAL + 1)
    logging.getLogger("uvicorn.access").disabled = True


def where(error: BaseException) -> str:
    """``ValueError at turn.py:120``: the kind and the place of an error without its message, which may quote a person."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
