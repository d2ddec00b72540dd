"""Feedback: thumbs up or down on an answer, appended."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.model import ConversationId
from channels.store.tables import feedback


def add(connection: Connection, conversation: ConversationId, answer_id: str, good: bool, now: float) -> None:
    connection.execute(feedback.insert().values(at=now, conversation=conversation, answer_id=answer_id, good=good))
