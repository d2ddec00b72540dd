"""Typed words in, a fixed and reviewed answer out when they mean danger now, harm or personal data; else nothing.

Called first in every turn with typed words, before Rasa, the drill and the search, so it works with all of them down.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from retrieval.model import Answer, Question

FirstLook = Callable[[Question], Answer | None]
"""``retrieval.answer.first_look`` with its library: deterministic, never raises for any text, thread-safe."""


async def first_look(question: Question, look: FirstLook) -> Answer | None:
    """The alarm of these words, or ``None``. A pressed button says nothing new and raises none."""
    if not question.text.strip():
        return None
    return await asyncio.to_thread(look, question)
