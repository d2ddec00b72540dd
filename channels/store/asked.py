"""What the people of a cohort ask: a cohort and a time span in, topics by week and unanswered questions out.

What somebody asked before they joined is not in it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, distinct, func, select

from channels.store import computed
from channels.store.joined import asked_inside
from channels.store.tables import journal, profiles
from retrieval.model import AnswerKind


class Asked(NamedTuple):
    """Answers given in one week (0 = the first). ``card``: of the first sentence, ``None`` where there is none."""

    week: int
    kind: str
    card: str | None
    n: int


class Unanswered(NamedTuple):
    """One question that was refused. ``reason``: of the refusal; the words are empty where they are not kept."""

    answer_id: str
    at: float
    question: str
    language: str
    reason: str


def by_week(connection: Connection, cohort: str, since: float, until: float) -> tuple[Asked, ...]:
    """Answers by week from ``since`` on, by kind and card; one that was shown again counts once."""
    week = computed.week(connection, journal.c.at, since)
    # the first entry of each answer, so that looking at its sources later does not count as another question
    first = _answers(cohort, since, until, func.min(journal.c.id).label("id")).group_by(journal.c.answer_id).subquery()
    rows = connection.execute(
        select(week, journal.c.answer_kind, journal.c.card, func.count())
        .join(first, first.c.id == journal.c.id).group_by(week, journal.c.answer_kind, journal.c.card))
    return tuple(Asked(*row) for row in rows)


def unanswered(connection: Connection, cohort: str, since: float, until: float, most: int) -> tuple[Unanswered, ...]:
    """The newest refused questions."""
    first = _answers(cohort, since, until, func.min(journal.c.id).label("id")).where(
        journal.c.answer_kind == AnswerKind.REFUSAL.value).group_by(journal.c.answer_id).subquery()
    rows = connection.execute(
        select(journal.c.answer_id, journal.c.at, func.coalesce(journal.c.question, ""), journal.c.language,
               func.coalesce(journal.c.answer_reason, ""))
        .join(first, first.c.id == journal.c.id).order_by(journal.c.id.desc()).limit(most))
    return tuple(Unanswered(*row) for row in rows)


def refused(connection: Connection, cohort: str, since: float, until: float) -> dict[str, int]:
    """Reason of a refusal → answers refused for it."""
    rows = connection.execute(
        _answers(cohort, since, until, journal.c.answer_reason, func.count(distinct(journal.c.answer_id)))
        .where(journal.c.answer_kind == AnswerKind.REFUSAL.value).group_by(journal.c.answer_reason))
    return {row[0] or "": row[1] for row in rows}


def _answers(cohort: str, since: float, until: float, *columns: Any) -> Select[Any]:
    return select(*columns).select_from(
        journal.join(profiles, profiles.c.conversation == journal.c.conversation)).where(
        profiles.c.cohort == cohort, asked_inside(), journal.c.answer_id.is_not(None), journal.c.answer.is_not(None),
        journal.c.at >= since, journal.c.at < until)
