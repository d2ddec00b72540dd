"""What a cohort's trainers may see of a person: what they decided and asked from joining on, never what came before.

At joining a learner is told what the trainer sees; what they did before that they did unseen. Conditions on rows out, for
queries in which ``profiles`` stands beside ``decisions`` or ``journal``. Where the moment is not known, nothing is seen.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, case, exists

from channels.store.tables import decisions, drill_runs, journal, profiles


def decided_inside() -> ColumnElement[bool]:
    """The decision was made in the cohort the person is in now."""
    return decisions.c.at >= profiles.c.joined_at


def begun_inside() -> ColumnElement[bool]:
    """The run was begun there too; one that was begun before and finished after would tell of the time before."""
    return drill_runs.c.started_at >= profiles.c.joined_at


def asked_inside() -> ColumnElement[bool]:
    """The question was asked there; an earlier one whose answer was looked at again afterwards was not."""
    before = journal.alias("before")
    return and_(journal.c.at >= profiles.c.joined_at, ~exists().where(
        before.c.answer_id == journal.c.answer_id, before.c.at < profiles.c.joined_at))


def cohort_asked_in() -> ColumnElement[str | None]:
    """The cohort, if the question was asked there, else null: then it belongs to nobody's group."""
    return case((asked_inside(), profiles.c.cohort), else_=None)
