"""What a cohort did in its drills: a cohort and a time span in, counts and rows made by the database out.

Who is in the cohort is read from the profiles at the moment of asking; what they did before they joined is
not seen. Times are seconds since 1970, spans ``[since, until)``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, Subquery, case, distinct, func, select

from bot.drills import figures
from bot.drills.figures import Count, Spread, Standing, Take
from bot.model import ConversationId
from channels.store import computed
from channels.store.joined import begun_inside, decided_inside
from channels.store.tables import decisions, drill_runs, profiles


class Drilled(NamedTuple):
    """One scenario: runs with a decision, learners who made one, graded decisions by grade."""

    scenario: str
    runs: int
    learners: int
    n: int
    good: int
    acceptable: int
    poor: int
    critical: int


class Failed(NamedTuple):
    """A critical fail: where, how often, by how many learners, when last."""

    scenario: str
    scene: str
    option: str
    n: int
    learners: int
    at: float


class Totals(NamedTuple):
    """Learners who decided something, all decisions, graded ones, held ones, critical fails."""

    learners: int
    decisions: int
    graded: int
    held: int
    critical: int


class Row(NamedTuple):
    """One decision for an export; ``body`` is the bot's own JSON of a free answer, empty where an option was chosen."""

    id: int
    at: float
    conversation: ConversationId
    run: str
    step: int
    scenario: str
    scene: str
    option: str | None
    grade: str | None
    competency: str | None
    place: int | None
    took_s: float | None
    body: str


class Finished(NamedTuple):
    """A run that came to an ending. ``ended_at``: its last decision."""

    run: str
    conversation: ConversationId
    scenario: str
    started_at: float
    ended_at: float


class Practised(NamedTuple):
    """One competency of one learner: graded decisions, held ones, the last one's time."""

    competency: str
    n: int
    held: int
    at: float


def mastery(connection: Connection, cohort: str, since: float, until: float) -> tuple[Count, ...]:
    """Graded decisions by competency and week, counted from ``since``."""
    week = computed.week(connection, decisions.c.at, since)
    rows = connection.execute(
        _of(cohort, decisions.c.competency, week, func.count(), func.count().filter(_held()))
        .where(decisions.c.grade.is_not(None), decisions.c.competency.is_not(None), *_within(since, until))
        .group_by(decisions.c.competency, week))
    return tuple(Count(*row) for row in rows)


def totals(connection: Connection, cohort: str, since: float, until: float) -> Totals:
    graded = decisions.c.grade.is_not(None)
    return Totals(*connection.execute(_of(
        cohort, func.count(distinct(decisions.c.conversation)), func.count(), func.count().filter(graded),
        func.count().filter(_held()), func.count().filter(decisions.c.grade == "critical_fail"),
    ).where(*_within(since, until))).one())


def scenarios(connection: Connection, cohort: str, since: float, until: float) -> tuple[Drilled, ...]:
    """Every scenario that was practised, most decisions first."""
    by_grade = [func.count().filter(decisions.c.grade == grade) for grade in figures.GRADES]
    n = func.count(decisions.c.grade)
    rows = connection.execute(
        _of(cohort, decisions.c.scenario, func.count(distinct(decisions.c.run)),
            func.count(distinct(decisions.c.conversation)), n, *by_grade)
        .where(*_within(since, until)).group_by(decisions.c.scenario).order_by(n.desc(), decisions.c.scenario))
    return tuple(Drilled(*row) for row in rows)


def critical(connection: Connection, cohort: str, since: float, until: float, most: int = 20) -> tuple[Failed, ...]:
    """The options with critical fails, taken most often first."""
    item = (decisions.c.scenario, decisions.c.scene, decisions.c.option)
    rows = connection.execute(
        _of(cohort, *item, func.count().label("n"), func.count(distinct(decisions.c.conversation)), func.max(decisions.c.at))
        .where(decisions.c.grade == "critical_fail", *_within(since, until))
        .group_by(*item).order_by(func.count().desc(), *item).limit(most))
    return tuple(Failed(*row) for row in rows)


def times(connection: Connection, cohort: str, since: float, until: float) -> dict[str, Spread]:
    """Scenario → quartiles of the time to decide; ``""`` → those of all scenarios together.

    The values are sorted here: SQLite has no percentiles, and ranking 50,000 rows in it took three times as long.
    """
    by_scenario: dict[str, list[float]] = {"": []}
    for scenario, took_s in connection.execute(_of(cohort, decisions.c.scenario, decisions.c.took_s).where(
            decisions.c.took_s.is_not(None), *_within(since, until))):
        by_scenario.setdefault(scenario, []).append(took_s)
        by_scenario[""].append(took_s)
    found = {scenario: figures.spread(values) for scenario, values in by_scenario.items()}
    return {scenario: one for scenario, one in found.items() if one is not None}


def takes(connection: Connection, cohort: str, scenario: str) -> tuple[Take, ...]:
    """Every learner's first decision at each scene of the scenario since they joined."""
    first = _first(cohort, decisions.c.scenario == scenario)
    rows = connection.execute(
        select(first.c.conversation, first.c.scene, first.c.option, first.c.grade, first.c.took_s)
        .where(first.c.turn == 1).order_by(first.c.id))
    return tuple(Take(*row) for row in rows)


def standings(connection: Connection, cohort: str) -> dict[str, Standing]:
    """Conversation → first decisions at all scenes of all scenarios, and how many were held."""
    first = _first(cohort)
    held = func.count().filter(first.c.grade.in_(figures.HELD))
    rows = connection.execute(
        select(first.c.conversation, func.count(), held).where(first.c.turn == 1).group_by(first.c.conversation))
    return {row[0]: Standing(row[1], row[2]) for row in rows}


def members(connection: Connection, cohort: str) -> tuple[ConversationId, ...]:
    """Who is in the cohort, in a stable order."""
    return tuple(connection.execute(select(profiles.c.conversation).where(
        profiles.c.cohort == cohort).order_by(profiles.c.conversation)).scalars())


def rows(connection: Connection, cohort: str, learners: Sequence[ConversationId], since: float, until: float) -> Iterator[Row]:
    """The decisions of some learners, person by person, oldest first; of who has left the cohort meanwhile, none."""
    body = case((decisions.c.option.is_(None), decisions.c.body), else_="")
    columns = [*(decisions.c[name] for name in Row._fields[:-1]), body]
    for row in connection.execute(
        _of(cohort, *columns).where(decisions.c.conversation.in_(learners), *_within(since, until))
        .order_by(decisions.c.conversation, decisions.c.id)
    ):
        yield Row._make(row)


def finished(connection: Connection, cohort: str, learners: Sequence[ConversationId], since: float,
             until: float) -> tuple[Finished, ...]:
    """The runs some learners began since they joined and ended in the span, in the order they did."""
    body = computed.as_json(connection, drill_runs.c.body)
    ended = select(decisions.c.run, func.max(decisions.c.at).label("at")).where(
        decisions.c.conversation.in_(learners)).group_by(decisions.c.run).subquery()
    found = connection.execute(
        select(drill_runs.c.id, drill_runs.c.conversation, drill_runs.c.scenario, drill_runs.c.started_at, ended.c.at)
        .join(ended, ended.c.run == drill_runs.c.id)
        .join(profiles, profiles.c.conversation == drill_runs.c.conversation)
        .where(profiles.c.cohort == cohort, begun_inside(), drill_runs.c.conversation.in_(learners), ~drill_runs.c.open,
               body["over"].as_boolean(), ended.c.at >= since, ended.c.at < until)
        .order_by(ended.c.at, drill_runs.c.id))
    return tuple(Finished(*row) for row in found)


def practised(connection: Connection, cohort: str, learner: ConversationId) -> tuple[Practised, ...]:
    """What one learner of the cohort practised, most decisions first."""
    n = func.count()
    found = connection.execute(
        _of(cohort, decisions.c.competency, n, func.count().filter(_held()), func.max(decisions.c.at))
        .where(decisions.c.conversation == learner, decisions.c.grade.is_not(None), decisions.c.competency.is_not(None))
        .group_by(decisions.c.competency).order_by(n.desc(), decisions.c.competency))
    return tuple(Practised(*row) for row in found)


def _of(cohort: str, *columns: Any) -> Select[Any]:
    """Columns of the decisions that everybody in the cohort made since they joined."""
    return select(*columns).select_from(
        decisions.join(profiles, profiles.c.conversation == decisions.c.conversation)).where(
        profiles.c.cohort == cohort, decided_inside())


def _first(cohort: str, *conditions: ColumnElement[bool]) -> Subquery:
    """Graded decisions; those with ``turn`` 1 are a learner's first at their scene."""
    turn = func.row_number().over(
        partition_by=(decisions.c.conversation, decisions.c.scenario, decisions.c.scene), order_by=decisions.c.id)
    return _of(cohort, decisions.c.id, decisions.c.conversation, decisions.c.scene, decisions.c.option, decisions.c.grade,
               decisions.c.took_s, turn.label("turn")).where(
        decisions.c.grade.is_not(None), decisions.c.option.is_not(None), *conditions).subquery()


def _held() -> ColumnElement[bool]:
    return decisions.c.grade.in_(figures.HELD)


def _within(since: float, until: float) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return decisions.c.at >= since, decisions.c.at < until
