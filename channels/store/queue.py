"""Answers that wait for a trainer's look: a time span and whose people in, what is known of each answer out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, select

from bot.model import ConversationId
from channels.store import computed
from channels.store.joined import asked_inside, cohort_asked_in
from channels.store.tables import feedback, journal, profiles
from retrieval.model import Answer

MOST = 2000
"""Answers looked at for one page: the newest of the time span. The page takes 0.2 s with 40,000 in the journal."""


class Asked(NamedTuple):
    """One answer without its text. ``evidence``: score of its best source, 0..1; ``card``: of its first sentence;
    ``up`` and ``down``: thumbs; ``cohort``: where the person is now, if they asked it there."""

    answer_id: str
    at: float
    conversation: ConversationId
    cohort: str | None
    question: str
    language: str
    country: str | None
    kind: str
    reason: str | None
    confidence: float | None
    degraded: bool
    evidence: float | None
    card: str | None
    up: int
    down: int


class Found(NamedTuple):
    """One answer whole."""

    asked: Asked
    answer: Answer


def waiting(connection: Connection, within: Sequence[str] | None, since: float, until: float, *,
            kind: str | None = None, language: str | None = None, most: int = MOST) -> tuple[Asked, ...]:
    """Answers given in ``[since, until)``, newest first, each once. ``within``: of people in these cohorts; ``None``: of all."""
    chosen = select(journal.c.id).where(
        journal.c.at >= since, journal.c.at < until, journal.c.answer_id.is_not(None), journal.c.answer.is_not(None))
    if within is not None:
        chosen = chosen.join(profiles, profiles.c.conversation == journal.c.conversation).where(
            profiles.c.cohort.in_(within), asked_inside())
    if kind is not None:
        chosen = chosen.where(journal.c.answer_kind == kind)
    if language is not None:
        chosen = chosen.where(journal.c.language == language)
    # The numbers first: or the database would look into the text of every answer before it throws most away.
    numbers = chosen.order_by(journal.c.id.desc()).limit(most)
    query = _asked(connection).where(journal.c.id.in_(numbers)).order_by(journal.c.id.desc())
    return _once(connection, query, feedback.c.at >= since)


def one(connection: Connection, answer_id: str) -> Found | None:
    """The answer with this id, or ``None``."""
    query = _asked(connection).where(journal.c.answer_id == answer_id).order_by(journal.c.id).limit(1)
    found = _once(connection, query, feedback.c.answer_id == answer_id)
    text = connection.execute(select(journal.c.answer).where(
        journal.c.answer_id == answer_id, journal.c.answer.is_not(None)).order_by(journal.c.id).limit(1)).scalar_one_or_none()
    return Found(found[0], Answer.model_validate_json(text)) if found and text else None


def _asked(connection: Connection) -> Select[Any]:
    """Of every turn that had an answer: the first 13 fields of ``Asked``."""
    body = computed.as_json(connection, journal.c.answer)
    return select(
        journal.c.answer_id, journal.c.at, journal.c.conversation, cohort_asked_in(), func.coalesce(journal.c.question, ""),
        journal.c.language, journal.c.country, journal.c.answer_kind, journal.c.answer_reason, journal.c.confidence,
        journal.c.degraded, body["sources"][0]["score"].as_float(), journal.c.card,
    ).select_from(journal.outerjoin(profiles, profiles.c.conversation == journal.c.conversation)).where(
        journal.c.answer_id.is_not(None), journal.c.answer.is_not(None))


def _once(connection: Connection, query: Select[Any], thumbs_of: ColumnElement[bool]) -> tuple[Asked, ...]:
    thumbs: dict[str, list[int]] = {}
    for answer_id, good in connection.execute(select(feedback.c.answer_id, feedback.c.good).where(thumbs_of)):
        thumbs.setdefault(answer_id, [0, 0])[not good] += 1
    found: dict[str, Asked] = {}
    for row in connection.execute(query):  # an answer shown again, e.g. with its sources, has a second entry
        found.setdefault(row[0], Asked(*row, *thumbs.get(row[0], (0, 0))))
    return tuple(found.values())
