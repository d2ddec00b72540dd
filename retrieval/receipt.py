"""An answer in, the same answer with id and receipt out: what it was made of, so that it can be replayed to the same bytes."""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, version

from retrieval.model import Answer


def code_version() -> str:
    """The installed version of this project, or ``source``."""
    try:
        return version("crm-secure-assistant")
    except PackageNotFoundError:
        return "source"


def receipt(answer: Answer, question_id: str, index_hash: str, took_ms: float) -> Answer:
    """``receipt`` = ``index hash . SHA-256 of everything said``; ``id`` is derived from it and the question's id."""
    body = answer.model_copy(update={"id": "", "receipt": "", "took_ms": 0.0}).model_dump_json()
    digest = hashlib.sha256(f"{code_version()}\0{index_hash}\0{body}".encode()).hexdigest()
    identity = hashlib.sha256(f"{question_id}\0{digest}".encode()).hexdigest()[:16]
    return answer.model_copy(
        update={"id": identity, "receipt": f"{index_hash}.{digest[:32]}", "took_ms": round(took_ms, 2)}
    )
