"""All figures of a cohort at once: a connection, a cohort and a time span in, what page, charts and report show out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from bot.drills import figures as drilled
from bot.drills.figures import Item, Mastery, Practice, Spread
from channels.desk.charts import Bar, Heat
from channels.desk.members import FEW
from channels.desk.naming import Naming
from channels.store import asked, cohorts, figures
from channels.store.asked import Asked, Unanswered
from channels.store.cohorts import Cohort, Learner
from channels.store.database import Connection
from channels.store.figures import Drilled, Failed, Totals
from knowledge_base.model import Scenario

WEEK = dt.timedelta(days=7)
SPANS = (4, 12, 26, 52)
"""Weeks one can look at."""
ASKED_SPANS = (4, 12)
"""For questions: as far back as the journal is kept by default."""
USUAL = 12
LISTED = 100
"""Unanswered questions on one page."""


class Span(NamedTuple):
    """Whole weeks, Monday 00:00 UTC to Monday 00:00 UTC, the last one being this week. Seconds since 1970."""

    since: float
    until: float
    weeks: tuple[str, ...]


class Overview(NamedTuple):
    """The drills of a cohort in a span. ``times``: scenario → time to decide, ``""`` → all; ``idle``: of all times."""

    span: Span
    totals: Totals
    mastery: tuple[Mastery, ...]
    scenarios: tuple[Drilled, ...]
    critical: tuple[Failed, ...]
    times: dict[str, Spread]
    learners: tuple[Learner, ...]
    idle: tuple[Practice, ...]


class Questions(NamedTuple):
    """What was asked in a span. ``answered`` and ``refused``: numbers of answers."""

    span: Span
    topics: tuple[Heat, ...]
    answered: int
    refused: int
    reasons: dict[str, int]
    unanswered: tuple[Unanswered, ...]


def shown(cohort: Cohort) -> bool:
    """Whether figures are shown: of fewer than five learners only to who owns the cohort, for one could tell who is who."""
    return cohort.owner or cohort.learners >= FEW


def span(weeks: str, now: dt.datetime, offered: Sequence[int] = SPANS) -> Span:
    """The span for ``?weeks=``; anything that is not offered is the usual one."""
    count = int(weeks) if weeks in {str(one) for one in offered} else USUAL
    monday = dt.datetime.combine((now - dt.timedelta(days=now.weekday())).date(), dt.time(), dt.UTC)
    first = monday - (count - 1) * WEEK
    return Span(first.timestamp(), (monday + WEEK).timestamp(),
                tuple((first + number * WEEK).strftime("%m-%d") for number in range(count)))


def overview(connection: Connection, cohort: str, within: Span, now: float) -> Overview:
    since, until = within.since, within.until
    learners = cohorts.learners(connection, cohort)
    return Overview(
        within, figures.totals(connection, cohort, since, until),
        drilled.mastery(figures.mastery(connection, cohort, since, until), len(within.weeks)),
        figures.scenarios(connection, cohort, since, until), figures.critical(connection, cohort, since, until),
        figures.times(connection, cohort, since, until), learners,
        drilled.idle((Practice(one.conversation, one.practised_at) for one in learners), now),
    )


def questions(connection: Connection, cohort: str, within: Span, naming: Naming) -> Questions:
    """Topics by name of the card that was answered from, most asked first."""
    since, until = within.since, within.until
    found = asked.by_week(connection, cohort, since, until)
    reasons = asked.refused(connection, cohort, since, until)
    return Questions(
        within, _topics(found, len(within.weeks), naming), sum(one.n for one in found if one.kind != "refusal"),
        sum(reasons.values()), reasons, asked.unanswered(connection, cohort, since, until, LISTED))


def items(connection: Connection, cohort: str, scenario: Scenario) -> tuple[Item, ...]:
    """The scenes of one scenario, from each learner's first decision at each, of all times."""
    return drilled.items(scenario, figures.takes(connection, cohort, scenario.id), figures.standings(connection, cohort))


def bars(found: Sequence[Drilled], naming: Naming) -> list[Bar]:
    return [Bar(naming.scenario(one.scenario), (one.good, one.acceptable, one.poor, one.critical)) for one in found]


def _topics(found: Sequence[Asked], weeks: int, naming: Naming) -> tuple[Heat, ...]:
    counts: dict[str, list[int]] = {}
    for one in found:
        topic = naming.topic_of(one.card) if one.card else None
        if topic is not None and 0 <= one.week < weeks:
            counts.setdefault(topic, [0] * weeks)[one.week] += one.n
    rows = [Heat(naming.topic(topic), tuple(by_week)) for topic, by_week in counts.items()]
    return tuple(sorted(rows, key=lambda row: (-sum(row.weeks), row.name)))
