"""What the database counts about a cohort, compared with counting the rows by hand, on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Connection, event, insert, select, text

from bot.drills.figures import HELD
from channels.desk import overview
from channels.desk.naming import Naming
from channels.store import asked, figures
from channels.store.database import Store
from channels.store.migrate import migrate
from channels.store.tables import decisions, journal
from knowledge_base.load import load_content
from knowledge_base.model import Content, Language
from tests.channels.desk import crowd

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)                # a Tuesday
SPAN = overview.span("12", NOW)
WEEK = 7 * 86_400.0


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content()


@pytest.fixture
def store(database: str, content: Content) -> Iterator[Store]:
    made = Store(database)
    migrate(made.engine)
    made.write_now(lambda c: crowd.fill(c, content, "c1", NOW, learners=12, decided=600, asked=150))
    made.write_now(lambda c: crowd.fill(c, content, "c2", NOW, learners=8, decided=300, seed=2, prefix="tg:"))
    made.write_now(lambda c: crowd.join(c, crowd.learner(1, "new:"), "c1", NOW))
    yield made
    made.close()


def mine(store: Store, since: float = SPAN.since, until: float = SPAN.until, who: str = "web:") -> list[dict[str, Any]]:
    with store.engine.connect() as connection:
        found = [dict(row) for row in connection.execute(select(decisions).order_by(decisions.c.id)).mappings()]
    return [row for row in found if row["conversation"].startswith(who) and since <= row["at"] < until]


def test_a_span_is_whole_weeks_and_ends_with_this_one() -> None:
    assert SPAN.weeks[-1] == "11-23" and SPAN.weeks[0] == "09-07" and len(SPAN.weeks) == 12
    assert SPAN.until == dt.datetime(2026, 11, 30, tzinfo=dt.UTC).timestamp() and SPAN.until - SPAN.since == 12 * WEEK
    for wrong in ("", "5", "-4", "abc", "12 "):
        assert overview.span(wrong, NOW) == SPAN
    assert len(overview.span("52", NOW).weeks) == 52 and overview.span("52", NOW, overview.ASKED_SPANS) == SPAN


@pytest.mark.parametrize("since", [SPAN.since, SPAN.until - 3 * WEEK])
def test_counts_are_those_of_the_rows(store: Store, since: float) -> None:
    rows = mine(store, since)
    graded = [row for row in rows if row["grade"]]
    assert len(graded) > 50 and len(rows) > len(graded), "free answers are there too"
    totals = store.read_now(lambda c: figures.totals(c, "c1", since, SPAN.until))
    assert totals == (len({row["conversation"] for row in rows}), len(rows), len(graded),
                      sum(row["grade"] in HELD for row in graded), sum(row["grade"] == "critical_fail" for row in graded))
    by_week: dict[tuple[str, int], list[bool]] = {}
    for row in graded:
        by_week.setdefault((row["competency"], int((row["at"] - since) // WEEK)), []).append(row["grade"] in HELD)
    found = store.read_now(lambda c: figures.mastery(c, "c1", since, SPAN.until))
    assert {(one.competency, one.week): (one.n, one.held) for one in found} == {
        key: (len(held), sum(held)) for key, held in by_week.items()} and len(found) == len(by_week)
    drilled = store.read_now(lambda c: figures.scenarios(c, "c1", since, SPAN.until))
    assert sum(one.n for one in drilled) == len(graded) and sorted(drilled, key=lambda one: -one.n)[0].n == drilled[0].n
    for one in drilled:
        here = [row for row in rows if row["scenario"] == one.scenario]
        count = {grade: sum(row["grade"] == grade for row in here) for grade in ("good", "acceptable", "poor", "critical_fail")}
        assert one == (one.scenario, len({row["run"] for row in here}), len({row["conversation"] for row in here}),
                       sum(count.values()), *count.values())


def test_a_moment_belongs_to_the_week_it_is_in(store: Store) -> None:
    """Just before and at midnight between two weeks."""
    with store.engine.connect() as connection:
        row = dict(connection.execute(select(decisions).where(decisions.c.conversation == crowd.learner(0)).limit(1)).mappings().one())
    del row["id"]
    edge = SPAN.since + 5 * WEEK

    def add(connection: Connection) -> None:
        for step, at in enumerate((edge - 0.01, edge, edge + WEEK - 0.01, SPAN.until, SPAN.since - 0.01)):
            connection.execute(insert(decisions).values(**{**row, "step": 500 + step, "at": at, "competency": "edge", "grade": "good"}))

    store.write_now(add)
    found = store.read_now(lambda c: figures.mastery(c, "c1", SPAN.since, SPAN.until))
    assert {one.week: one.n for one in found if one.competency == "edge"} == {4: 1, 5: 2}


def test_times_and_critical_fails(store: Store) -> None:
    rows = mine(store)
    times = store.read_now(lambda c: figures.times(c, "c1", SPAN.since, SPAN.until))
    for scenario in {row["scenario"] for row in rows} | {""}:
        values = [row["took_s"] for row in rows if scenario in ("", row["scenario"])]
        assert times[scenario].n == len(values)
        assert times[scenario][1:] == pytest.approx(np.percentile(values, [25, 50, 75]))
    counted: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in rows:
        if row["grade"] == "critical_fail":
            counted.setdefault((row["scenario"], row["scene"], row["option"]), []).append(row)
    found = store.read_now(lambda c: figures.critical(c, "c1", SPAN.since, SPAN.until, most=1000))
    assert len(found) == len(counted) > 5 and [one.n for one in found] == sorted((one.n for one in found), reverse=True)
    for one in found:
        here = counted[one.scenario, one.scene, one.option]
        assert (one.n, one.learners) == (len(here), len({row["conversation"] for row in here}))
        assert one.at == max(row["at"] for row in here)
    assert len(store.read_now(lambda c: figures.critical(c, "c1", SPAN.since, SPAN.until, most=3))) == 3


def test_only_first_decisions_count_for_items(store: Store) -> None:
    first: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in mine(store, 0, 1e12):
        if row["option"] is not None:
            first.setdefault((row["conversation"], row["scenario"], row["scene"]), row)
    standings = store.read_now(lambda c: figures.standings(c, "c1"))
    for who, standing in standings.items():
        own = [row for (person, _, _), row in first.items() if person == who]
        assert standing == (len(own), sum(row["grade"] in HELD for row in own))
    scenario = max({key[1] for key in first}, key=lambda one: sum(key[1] == one for key in first))
    takes = store.read_now(lambda c: figures.takes(c, "c1", scenario))
    assert sorted(takes) == sorted(
        (row["conversation"], row["scene"], row["option"], row["grade"], row["took_s"])
        for (_, name, _), row in first.items() if name == scenario)
    assert len(takes) < sum(row["scenario"] == scenario and row["option"] is not None for row in mine(store, 0, 1e12))


def test_rows_runs_and_what_one_learner_practised(store: Store) -> None:
    everybody = store.read_now(lambda c: figures.members(c, "c1"))
    assert len(everybody) == 13 and list(everybody) == sorted(everybody)
    rows = store.read_now(lambda c: list(figures.rows(c, "c1", everybody[1:4], SPAN.since, SPAN.until)))
    own = [row for row in mine(store) if row["conversation"] in everybody[1:4]]
    assert {row.id for row in rows} == {row["id"] for row in own} and rows == sorted(rows, key=lambda row: (row.conversation, row.id))
    stranger = crowd.learner(0, "tg:")
    assert not store.read_now(lambda c: list(figures.rows(c, "c1", [stranger], 0, 1e12))), "of another cohort"
    assert not store.read_now(lambda c: figures.finished(c, "c1", [stranger], 0, 1e12))
    assert not store.read_now(lambda c: figures.practised(c, "c1", stranger))
    runs = store.read_now(lambda c: figures.finished(c, "c1", everybody, SPAN.since, SPAN.until))
    ended = {run: max(row["at"] for row in mine(store, 0, 1e12) if row["run"] == run) for run in {row["run"] for row in mine(store, 0, 1e12)}}
    assert {run.run: run.ended_at for run in runs} == {run: at for run, at in ended.items() if SPAN.since <= at < SPAN.until}
    who = everybody[1]
    practised = store.read_now(lambda c: figures.practised(c, "c1", who))
    graded = [row for row in mine(store, 0, 1e12) if row["conversation"] == who and row["grade"]]
    assert {one.competency: (one.n, one.held, one.at) for one in practised} == {
        name: (len(here), sum(row["grade"] in HELD for row in here), max(row["at"] for row in here))
        for name in {row["competency"] for row in graded} for here in [[row for row in graded if row["competency"] == name]]}


def test_a_run_that_was_left_or_is_open_is_not_finished(store: Store) -> None:
    def leave(connection: Connection) -> None:
        body = json.loads(connection.execute(text("SELECT body FROM drill_runs WHERE id = 'web:r000000'")).scalar_one())
        connection.execute(text("UPDATE drill_runs SET body = :body WHERE id = 'web:r000000'"), {"body": json.dumps({**body, "over": False})})
        connection.execute(text("UPDATE drill_runs SET open = :open WHERE id = 'web:r000001'"), {"open": True})

    everybody = store.read_now(lambda c: figures.members(c, "c1"))
    before = {run.run for run in store.read_now(lambda c: figures.finished(c, "c1", everybody, 0, 1e12))}
    store.write_now(leave)
    after = {run.run for run in store.read_now(lambda c: figures.finished(c, "c1", everybody, 0, 1e12))}
    assert before - after == {"web:r000000", "web:r000001"}


def test_what_was_asked(store: Store, content: Content) -> None:
    with store.engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(select(journal).order_by(journal.c.id)).mappings()]
    again = {**rows[0], "id": 100_000, "message_id": "again", "action": "sources", "at": rows[0]["at"] + 1}
    other = {**rows[1], "id": 100_001, "message_id": "other", "answer_id": "other", "conversation": crowd.learner(0, "tg:")}
    store.write_now(lambda c: c.execute(insert(journal), [again, other]))
    inside = [row for row in rows if SPAN.since <= row["at"] < SPAN.until]
    weeks: dict[tuple[int, str], int] = {}
    for row in inside:
        key = int((row["at"] - SPAN.since) // WEEK), row["answer_kind"]
        weeks[key] = weeks.get(key, 0) + 1
    found = store.read_now(lambda c: asked.by_week(c, "c1", SPAN.since, SPAN.until))
    added: dict[tuple[int, str], int] = {}
    for one in found:
        added[one.week, one.kind] = added.get((one.week, one.kind), 0) + one.n
        assert (one.card is None) == (one.kind == "refusal")
    assert added == weeks
    refused = [row for row in inside if row["answer_kind"] == "refusal"]
    open_questions = store.read_now(lambda c: asked.unanswered(c, "c1", SPAN.since, SPAN.until, 5))
    assert [one.answer_id for one in open_questions] == [row["answer_id"] for row in refused[::-1][:5]]
    assert open_questions[0].question and open_questions[0].reason == "not_covered"
    assert store.read_now(lambda c: asked.refused(c, "c1", SPAN.since, SPAN.until)) == {"not_covered": len(refused)}
    whole = store.read_now(lambda c: overview.questions(c, "c1", SPAN, Naming(content, Language.PT)))
    assert whole.answered == len(inside) - len(refused) == sum(sum(topic.weeks) for topic in whole.topics)
    assert [sum(topic.weeks) for topic in whole.topics] == sorted((sum(topic.weeks) for topic in whole.topics), reverse=True)
    assert whole.topics[0].name in {label.in_(Language.PT) for label in content.vocabulary.topics.values()}


def test_an_empty_cohort_has_figures_too(store: Store, content: Content) -> None:
    found = store.read_now(lambda c: overview.overview(c, "nobody", SPAN, NOW.timestamp()))
    assert found.totals == (0, 0, 0, 0, 0) and not found.mastery and not found.times and not found.learners
    assert store.read_now(lambda c: overview.questions(c, "nobody", SPAN, Naming(content, Language.EN))).topics == ()


def test_who_is_idle_counts_decisions_of_all_times(store: Store) -> None:
    found = store.read_now(lambda c: overview.overview(c, "c1", overview.span("4", NOW), NOW.timestamp()))
    last = {who: max((row["at"] for row in mine(store, 0, 1e12) if row["conversation"] == who), default=None)
            for who in [one.conversation for one in found.learners]}
    assert {one.learner: one.at for one in found.idle} == {
        who: at for who, at in last.items() if at is None or NOW.timestamp() - at > 14 * 86_400}
    assert found.idle[0].learner == crowd.learner(1, "new:")


@pytest.mark.slow
def test_500_learners_with_50_000_decisions_are_found_by_indexes(tmp_path: Path, content: Content) -> None:
    """No query of the desk's pages reads a whole table; measured times are in docs/operations.md."""
    store = Store(f"sqlite:///{tmp_path / 'big.sqlite3'}")
    migrate(store.engine)
    store.write_now(lambda c: crowd.fill(c, content, "c1", NOW, learners=500, decided=50_000, asked=5_000))
    store.write_now(lambda c: crowd.fill(c, content, "c2", NOW, learners=50, decided=2_000, seed=2, prefix="tg:"))
    seen: list[tuple[str, Any]] = []
    event.listen(store.engine, "before_cursor_execute", lambda _, __, statement, values, *___: seen.append((statement, values)))
    everybody = store.read_now(lambda c: figures.members(c, "c1"))
    whole = store.read_now(lambda c: overview.overview(c, "c1", SPAN, NOW.timestamp()))
    store.read_now(lambda c: overview.questions(c, "c1", SPAN, Naming(content, Language.EN)))
    scenario = next(iter(content.scenarios.values()))
    items = store.read_now(lambda c: overview.items(c, "c1", scenario))
    store.read_now(lambda c: list(figures.rows(c, "c1", everybody[:25], SPAN.since, SPAN.until)))
    store.read_now(lambda c: figures.finished(c, "c1", everybody[:25], SPAN.since, SPAN.until))
    store.read_now(lambda c: figures.practised(c, "c1", everybody[0]))
    assert whole.totals.decisions > 40_000 and len(whole.learners) == 500 and items[0].n > 50
    selects = [one for one in seen if one[0].startswith("SELECT")]
    assert len(selects) >= 14
    with store.engine.connect() as connection:
        for statement, values in selects:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            whole_tables = [step for step in plan if step.startswith("SCAN") and any(
                name in step.split() for name in ("decisions", "journal", "profiles", "drill_runs", "feedback", "chain"))]
            assert not whole_tables, f"{whole_tables} in {statement}"
    store.close()
