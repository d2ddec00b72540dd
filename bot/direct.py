"""The stand-in for the dialogue engine, when it is down or not wanted: everything typed is a question.

One exception that is no guess: a lone letter or number while a drill waits for one.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue import Action, Directive
from bot.model import ConversationId
from bot.options import lone_option


def directive(text: str, metadata: Mapping[str, object]) -> Directive:
    """``metadata`` as in ``Dialogue.turn``."""
    drill = metadata.get("drill")
    if isinstance(drill, Mapping):
        letter = lone_option(text, int(drill.get("options") or 0))
        if letter is not None:
            return Directive(action=Action.DRILL_CHOICE, option=letter, degraded=True)
    return Directive(action=Action.ASK, confidence=0.0, degraded=True)


class DirectDialogue:
    """``Dialogue`` for an app that runs without Rasa (``CRM_DIALOGUE=none``). Remembers nothing."""

    async def turn(
        self, conversation: ConversationId, text: str, *, payload: bool, metadata: Mapping[str, object]
    ) -> Directive:
        return directive(text, metadata)

    async def forget(self, conversation: ConversationId) -> None:
        """There is nothing to drop."""
