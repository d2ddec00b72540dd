"""Answers given before in, whether the same questions over the same index still give the same bytes out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from retrieval.answer import answer
from retrieval.library import Library
from retrieval.model import Answer, Question


class Replayed(NamedTuple):
    """One replay. ``same`` is ``None`` when the answer was made by another index or code and cannot be replayed here."""

    receipt: str
    same: bool | None


def replay(before: Answer, library: Library) -> Replayed:
    """Ask again and compare everything but the id (it holds the question's own id) and the time it took."""
    if before.receipt.partition(".")[0] != library.manifest.index_hash:
        return Replayed(before.receipt, None)
    now = answer(
        Question(
            id="replay", text=before.question, language=before.language, country=before.country, role=before.role,
            as_of=before.as_of,
        ),
        library,
    )
    same = {"id": "", "took_ms": 0.0}
    return Replayed(
        before.receipt, now.model_copy(update=same).model_dump_json() == before.model_copy(update=same).model_dump_json()
    )


def replay_all(answers: Iterable[Answer], library: Library) -> list[Replayed]:
    """``replay`` for each."""
    return [replay(found, library) for found in answers]
