"""The journal: one entry per turn in, answers by id and rows for export out."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from bot.model import ConversationId
from channels.model import Entry
from channels.store.tables import journal
from retrieval.model import Answer

COLUMNS = ("id", "at", "conversation", "channel", "message_id", "action", "language", "country", "role", "question",
           "answer_id", "answer_kind", "answer_reason", "confidence", "degraded", "turn_ms")


def add(connection: Connection, entry: Entry) -> None:
    """Appends one entry; a second one for the same message violates a constraint."""
    answer = entry.answer
    connection.execute(journal.insert().values(
        at=entry.at.timestamp(), conversation=entry.conversation, channel=entry.channel.value,
        message_id=entry.message_id, action=entry.action, language=entry.language.value,
        country=entry.country.value if entry.country else None, role=entry.role.value if entry.role else None,
        question=entry.question, answer_id=answer.id if answer else None,
        answer_kind=answer.kind.value if answer else None,
        answer_reason=answer.reason.value if answer and answer.reason else None,
        answer=answer.model_dump_json() if answer else None,
        card=answer.sentences[0].card if answer and answer.sentences else None,
        confidence=entry.confidence, degraded=entry.degraded, turn_ms=entry.turn_ms,
    ))


def answer(connection: Connection, answer_id: str, conversation: ConversationId | None = None) -> Answer | None:
    """The answer with this id (of this conversation, if given), or ``None``."""
    query = select(journal.c.answer).where(journal.c.answer_id == answer_id, journal.c.answer.is_not(None))
    if conversation is not None:
        query = query.where(journal.c.conversation == conversation)
    found = connection.execute(query.order_by(journal.c.id.desc()).limit(1)).scalar_one_or_none()
    return Answer.model_validate_json(found) if found else None


def rows(connection: Connection, since: float = 0.0) -> Iterator[tuple[object, ...]]:
    """Entries from ``since`` on as tuples in the order of ``COLUMNS``, oldest first; streamed."""
    columns = [journal.c[name] for name in COLUMNS]
    for row in connection.execution_options(yield_per=500).execute(
        select(*columns).where(journal.c.at >= since).order_by(journal.c.id)
    ):
        yield tuple(row)
