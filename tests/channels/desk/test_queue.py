"""What waits for review, read from the store: whose answers, in which week, with which thumbs; verdicts that count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import insert, text

from bot.model import Channel, ConversationId, Profile
from channels.model import Entry
from channels.store import feedback, journal, profiles, queue, reviews
from channels.store.database import Connection, Store
from channels.store.migrate import migrate
from channels.store.reviews import Review
from channels.store.tables import trainers
from knowledge_base.model import Language
from retrieval.model import Answer, AnswerKind, Reason, Sentence, Source

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
AT = NOW.timestamp()
KEY = b"a key for tests"


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    made = Store(database)
    migrate(made.engine)
    with made.engine.begin() as connection:
        for name in ("ana", "joao", "rosa"):
            connection.execute(insert(trainers).values(name=name, shown=name.title(), password="-", role="trainer", created_at=AT))
    yield made
    made.close()


def give(connection: Connection, answer_id: str, who: str, days_ago: float = 0.0, language: Language = Language.EN,
         action: str = "ask", **changes: object) -> None:
    at = NOW - dt.timedelta(days=days_ago)
    found = Answer(id=answer_id, question=f"about {answer_id}?", language=language, country=None, role=None, as_of=at.date(),
                   kind=AnswerKind.GROUNDED, sentences=(Sentence(text="No.", card="card-1"),),
                   sources=(Source(instrument="i", pinpoint="p", score=0.75),)).model_copy(update=changes)
    journal.add(connection, Entry(
        at=at, conversation=ConversationId(who), channel=Channel.WEB, message_id=f"{answer_id}-{action}", action=action,
        language=language, question=found.question, answer=found, confidence=0.5))


@pytest.fixture
def filled(store: Store) -> Store:
    def fill(connection: Connection) -> None:
        for who, cohort in (("web:a", "c1"), ("web:b", "c2"), ("web:c", None)):
            profiles.put(connection, Profile(conversation=ConversationId(who), channel=Channel.WEB, cohort=cohort), AT - 90 * 86_400)
        give(connection, "a-new", "web:a")
        give(connection, "a-old", "web:a", 20, Language.PT)
        give(connection, "b-one", "web:b", 1, kind=AnswerKind.REFUSAL, reason=Reason.NOT_COVERED, sentences=(), sources=())
        give(connection, "c-one", "web:c", 2)
        give(connection, "a-new", "web:a", action="sources")
        journal.add(connection, Entry(at=NOW, conversation=ConversationId("web:a"), channel=Channel.WEB, message_id="m",
                                      action="help", language=Language.EN))
        for good in (True, False, False):
            feedback.add(connection, ConversationId("web:a"), "a-new", good, AT)
        feedback.add(connection, ConversationId("web:b"), "b-one", True, AT)

    store.write_now(fill)
    return store


def ids(store: Store, cohorts: list[str] | None, since: float = 0.0, until: float = AT + 1, **filters: object) -> list[str]:
    return [one.answer_id for one in store.read_now(
        lambda c: queue.waiting(c, cohorts, since, until, **filters))]  # type: ignore[arg-type]


def test_each_answer_once_with_what_is_known_of_it(filled: Store) -> None:
    found = filled.read_now(lambda c: queue.waiting(c, ["c1"], AT - 1, AT + 1))
    assert found == (queue.Asked(
        "a-new", AT, ConversationId("web:a"), "c1", "about a-new?", "en", None, "grounded", None, 0.5, False, 0.75, "card-1", 1, 2),)
    (refused,) = filled.read_now(lambda c: queue.waiting(c, ["c2"], 0.0, AT + 1))
    assert (refused.kind, refused.reason, refused.evidence, refused.card, refused.up, refused.down) == (
        "refusal", "not_covered", None, None, 1, 0)


@pytest.mark.parametrize(("cohorts", "expected"), [
    (None, ["a-new", "c-one", "b-one", "a-old"]), (["c1"], ["a-new", "a-old"]), (["c1", "c2"], ["a-new", "b-one", "a-old"]),
    (["c3"], []), ([], []),
])
def test_whose_answers(filled: Store, cohorts: list[str] | None, expected: list[str]) -> None:
    assert ids(filled, cohorts) == expected


def test_filters(filled: Store) -> None:
    assert ids(filled, None, since=AT - 86_400 * 7) == ["a-new", "c-one", "b-one"]
    assert ids(filled, None, until=AT - 86_400 * 7) == ["a-old"]
    assert ids(filled, None, kind="refusal") == ["b-one"]
    assert ids(filled, None, language="pt") == ["a-old"]
    assert ids(filled, None, most=1) == ["a-new"]


def test_one_answer_with_its_person_and_cohort(filled: Store) -> None:
    found = filled.read_now(lambda c: queue.one(c, "a-new"))
    assert found is not None and found.answer.question == "about a-new?" and found.asked.cohort == "c1" and found.asked.down == 2
    assert filled.read_now(lambda c: queue.one(c, "nothing")) is None


def test_a_trainers_latest_verdict_counts_and_all_are_kept(filled: Store) -> None:
    def judge(connection: Connection, trainer: int, verdict: str, answer: str = "a-new") -> None:
        reviews.add(connection, KEY, Review(AT, ConversationId("web:a"), answer, trainer, verdict, f"{verdict}!"))

    for trainer, verdict in ((1, "right"), (2, "right"), (1, "fix")):
        filled.write_now(partial(judge, trainer=trainer, verdict=verdict))
    filled.write_now(partial(judge, trainer=3, verdict="escalate", answer="a-old"))
    found = filled.read_now(lambda c: reviews.of_answer(c, "a-new"))
    assert [(one.shown, one.verdict, one.note) for one in found] == [("Joao", "right", "right!"), ("Ana", "fix", "fix!")]
    many = filled.read_now(lambda c: reviews.of_answers(c, ["a-new", "a-old", "b-one"]))
    assert {answer: len(given) for answer, given in many.items()} == {"a-new": 2, "a-old": 1}
    first = filled.read_now(lambda c: reviews.of_answers(c, ["a-new"], first=True))
    assert [(one.shown, one.verdict) for one in first["a-new"]] == [("Ana", "right"), ("Joao", "right")]
    with filled.engine.connect() as connection:
        assert len(connection.execute(text("SELECT id FROM reviews")).all()) == 4
    with pytest.raises(ValueError, match="maybe"):
        filled.write_now(partial(judge, trainer=1, verdict="maybe"))
