"""How the database finds what the desk asks for: SQLite's own plan of every large query, which must name an index."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event

from channels.desk import overview
from channels.desk.naming import Naming
from channels.store import asked, cohorts, figures, queue, reviews, waiting
from channels.store.database import Connection, Store
from channels.store.migrate import migrate
from knowledge_base.load import load_content
from knowledge_base.model import Language
from tests.channels.desk import crowd

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
SPAN = overview.span("12", NOW)
LARGE = ("decisions", "journal", "profiles", "drill_runs", "feedback", "reviews", "chain", "before")
BETWEEN = (SPAN.since, SPAN.until)
SOME = [crowd.learner(number) for number in range(8)]

ASKED: dict[str, tuple[Callable[[Connection], Any], str]] = {
    "totals": (lambda c: figures.totals(c, "c1", *BETWEEN), "COVERING INDEX ix_decisions_counted"),
    "mastery": (lambda c: figures.mastery(c, "c1", *BETWEEN), "COVERING INDEX ix_decisions_counted"),
    "scenarios": (lambda c: figures.scenarios(c, "c1", *BETWEEN), "COVERING INDEX ix_decisions_counted"),
    "critical fails": (lambda c: figures.critical(c, "c1", *BETWEEN), "COVERING INDEX ix_decisions_counted"),
    "times": (lambda c: figures.times(c, "c1", *BETWEEN), "COVERING INDEX ix_decisions_counted"),
    "standings": (lambda c: figures.standings(c, "c1"), "COVERING INDEX ix_decisions_counted"),
    "learners": (lambda c: cohorts.learners(c, "c1"), "COVERING INDEX ix_decisions_counted"),
    "takes": (lambda c: figures.takes(c, "c1", "ore-theft-at-night"), "INDEX ix_decisions_"),
    "practised": (lambda c: figures.practised(c, "c1", SOME[0]), "INDEX ix_decisions_"),
    "rows": (lambda c: list(figures.rows(c, "c1", SOME, *BETWEEN)), "INDEX ix_decisions_counted"),
    "finished": (lambda c: figures.finished(c, "c1", SOME, *BETWEEN), "INDEX ix_decisions_"),
    "members": (lambda c: figures.members(c, "c1"), "INDEX ix_profiles_cohort"),
    "asked by week": (lambda c: asked.by_week(c, "c1", *BETWEEN), "INDEX ix_journal_"),
    "unanswered": (lambda c: asked.unanswered(c, "c1", *BETWEEN, 100), "INDEX ix_journal_"),
    "refused": (lambda c: asked.refused(c, "c1", *BETWEEN), "INDEX ix_journal_"),
    "queue of a trainer": (lambda c: queue.waiting(c, ["c1"], *BETWEEN), "INDEX ix_journal_"),
    "queue of a lead": (lambda c: queue.waiting(c, None, *BETWEEN), "PRIMARY KEY"),
    "one answer": (lambda c: queue.one(c, "a000003"), "INDEX ix_journal_answer_id"),
    "verdicts": (lambda c: reviews.of_answers(c, ["a000003"]), "INDEX ix_reviews_answer_id"),
    "what waits": (lambda c: waiting.by_cohort(c, ["c1", "c2"], SPAN.since), "INDEX ix_decisions_counted"),
    "topics": (lambda c: overview.questions(c, "c1", SPAN, Naming(load_content(), Language.EN)), "INDEX ix_journal_"),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path_factory.mktemp('plans') / 'plans.sqlite3'}")
    migrate(made.engine)
    for seed, cohort, prefix in ((1, "c1", "web:"), (2, "c2", "tg:")):
        made.write_now(lambda c, seed=seed, cohort=cohort, prefix=prefix: crowd.fill(  # type: ignore[misc]
            c, load_content(), cohort, NOW, learners=20, decided=800, asked=0 if seed == 2 else 200, seed=seed, prefix=prefix))
    yield made
    made.close()


def plans(store: Store, work: Callable[[Connection], Any]) -> list[str]:
    """The steps of the plan of every query that ``work`` makes."""
    seen: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        seen.append((statement, values))

    event.listen(store.engine, "before_cursor_execute", note)
    store.read_now(work)
    event.remove(store.engine, "before_cursor_execute", note)
    with store.engine.connect() as connection:
        return [row[3] for statement, values in seen if statement.startswith("SELECT")
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]


def whole_tables(steps: list[str]) -> list[str]:
    """Steps that read a large table from end to end without an index."""
    return [step for step in steps if step.startswith("SCAN") and "USING" not in step and any(name in step.split() for name in LARGE)]


@pytest.mark.parametrize("name", ASKED)
def test_no_large_table_is_read_whole(store: Store, name: str) -> None:
    work, by = ASKED[name]
    steps = plans(store, work)
    assert steps and whole_tables(steps) == []
    assert any(by in step for step in steps), steps


def test_a_query_without_an_index_would_be_seen(store: Store) -> None:
    for statement in ("SELECT count(*) FROM decisions WHERE place = 1", "SELECT question FROM journal WHERE language = 'pt'"):
        assert whole_tables(plans(store, lambda c, statement=statement: c.exec_driver_sql(statement).all())), statement  # type: ignore[misc]
