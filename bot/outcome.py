"""What a turn led to: replies to send and what changed, for the worker to store in one transaction with the message."""

from __future__ import annotations

from dataclasses import dataclass

from bot.drills.model import Decision, Run
from bot.memory import Memory
from bot.model import Reply
from retrieval.model import Answer


@dataclass(frozen=True)
class Opinion:
    """Thumbs up or down on one answer."""

    answer: str
    good: bool


@dataclass(frozen=True)
class Outcome:
    """``run``: the drill run this turn opened, moved or closed; it is open afterwards when ``memory.drill`` is it.
    ``decisions``: those made in this turn. ``action``: its name for the journal. ``forget``: delete everything of this
    conversation, then call ``Dialogue.forget``; ``memory`` is then an empty one. ``degraded``: the engine was down.
    """

    replies: tuple[Reply, ...]
    memory: Memory
    action: str
    answer: Answer | None = None
    run: Run | None = None
    decisions: tuple[Decision, ...] = ()
    feedback: Opinion | None = None
    forget: bool = False
    degraded: bool = False
    confidence: float = 1.0
