"""What waits for a trainer: cohorts and a time span in, for each cohort how much there is to look at out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, exists, func, or_, select

from channels.store.joined import asked_inside, decided_inside
from channels.store.tables import decisions, feedback, journal, profiles, reviews
from retrieval.model import AnswerKind


@dataclass(frozen=True)
class Waiting:
    """``doubtful``: answers refused or with a thumb down that nobody judged; ``practised``: learners who decided
    something; ``critical``: critical fails. All within the time span and since the learner joined."""

    doubtful: int = 0
    practised: int = 0
    critical: int = 0


def by_cohort(connection: Connection, cohorts: Sequence[str], since: float) -> dict[str, Waiting]:
    """Cohort id → what happened since then; every id is there."""
    thumb_down = exists().where(feedback.c.answer_id == journal.c.answer_id, ~feedback.c.good)
    judged = exists().where(reviews.c.answer_id == journal.c.answer_id)
    doubtful = connection.execute(
        select(profiles.c.cohort, func.count(func.distinct(journal.c.answer_id)))
        .join(profiles, profiles.c.conversation == journal.c.conversation)
        .where(profiles.c.cohort.in_(cohorts), asked_inside(), journal.c.at >= since, journal.c.answer.is_not(None), ~judged,
               or_(journal.c.answer_kind == AnswerKind.REFUSAL.value, thumb_down))
        .group_by(profiles.c.cohort)).all()
    practice = connection.execute(
        select(profiles.c.cohort, func.count(func.distinct(decisions.c.conversation)),
               func.count().filter(decisions.c.grade == "critical_fail"))
        .join(profiles, profiles.c.conversation == decisions.c.conversation)
        .where(and_(profiles.c.cohort.in_(cohorts), decided_inside(), decisions.c.at >= since)).group_by(profiles.c.cohort)).all()
    asked = {cohort: count for cohort, count in doubtful}
    done = {cohort: (learners, critical) for cohort, learners, critical in practice}
    return {cohort: Waiting(asked.get(cohort, 0), *done.get(cohort, (0, 0))) for cohort in cohorts}
