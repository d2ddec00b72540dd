"""Accounts, sessions, cohorts and what waits, on SQLite and on PostgreSQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Barrier, Thread

import pytest

from bot.model import Channel, ConversationId
from bot.phrases import load_phrases
from channels.kit import Kit
from channels.model import Entry
from channels.remind import remind_once
from channels.store import cohorts, drills, feedback, journal, reviews, sessions, trainers, waiting
from channels.store.database import Connection
from channels.store.reviews import Review
from channels.store.trainers import DeskRole, Try
from channels.store.waiting import Waiting
from knowledge_base.model import Language
from retrieval.model import Answer, AnswerKind, Question
from tests.channels import standin
from tests.channels.desk import desk
from tests.channels.desk.test_reminders import person


@pytest.fixture
def kit(database: str, tmp_path: Path) -> Iterator[Kit]:
    made = standin.kit(tmp_path, clock=standin.Hands(), url=database)
    yield made
    made.store.close()


def test_a_name_is_taken_once_however_it_is_written(kit: Kit) -> None:
    ana = desk.trainer(kit, "Ana")
    assert kit.store.write_now(lambda c: trainers.add(
        c, " ANA ", "x", "x", DeskRole.ADMIN, Language.EN, kit.now)) is None
    found = kit.store.read_now(lambda c: trainers.named(c, "aNa"))
    assert found is not None and found.trainer == ana and found.trainer.role is DeskRole.TRAINER


def test_twenty_threads_get_five_tries(kit: Kit) -> None:
    desk.trainer(kit, "ana")
    found: list[Try | None] = []
    together = Barrier(20)

    def attempt() -> None:
        together.wait()
        found.append(kit.store.write_now(lambda c: trainers.begin_try(c, "ana", kit.now, 5, 900, 86_400)))

    threads = [Thread(target=attempt) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one is not None and one.open for one in found].count(True) == 5


def test_the_lock_doubles_up_to_a_day(kit: Kit) -> None:
    ana, now, locks = desk.trainer(kit, "ana"), kit.now, []
    for _ in range(16):
        kit.store.write_now(partial(trainers.begin_try, name="ana", now=now, free=5, first_lock_s=900, longest_s=86_400))
        found = kit.store.read_now(lambda c: trainers.account(c, ana.id))
        assert found is not None
        locks.append(max(0, round((found.locked_until - now) / 60)))
        now = max(now, found.locked_until) + 1
    assert locks == [0, 0, 0, 0, 15, 30, 60, 120, 240, 480, 960, 1440, 1440, 1440, 1440, 1440]


def test_sessions_are_found_while_good_and_swept_afterwards(kit: Kit) -> None:
    ana = desk.trainer(kit, "ana")
    kit.store.write_now(lambda c: sessions.begin(c, "h1", ana.id, "token", 100.0))
    kit.store.write_now(lambda c: sessions.used(c, "h1", 200.0))
    for used_since, created_since, good in ((199.0, 99.0, True), (200.0, 99.0, False), (199.0, 100.0, False)):
        assert (kit.store.read_now(partial(
            sessions.find, hashed="h1", used_since=used_since, created_since=created_since)) is not None) is good
    assert kit.store.write_now(lambda c: sessions.sweep(c, 199.0, 99.0)) == 0
    assert kit.store.write_now(lambda c: sessions.sweep(c, 199.0, 100.0)) == 1


def test_who_sees_which_cohort(kit: Kit) -> None:
    ana, eve, zoe = desk.trainer(kit, "ana"), desk.trainer(kit, "eve"), desk.trainer(kit, "zoe", DeskRole.LEAD)
    desk.cohort(kit, "A", ana, "AAAA2222", eve)
    desk.cohort(kit, "B", eve, "BBBB2222")
    with pytest.raises(AssertionError):
        desk.cohort(kit, "C", eve, "AAAA2222")
    desk.learner(kit, 1, kit.store.read_now(lambda c: cohorts.by_code(c, "BBBB2222")))

    def seen(trainer: trainers.Trainer) -> list[tuple[str, bool, int]]:
        return [(one.name, one.owner, one.learners) for one in kit.store.read_now(lambda c: cohorts.seen_by(c, trainer))]

    assert seen(ana) == [("A", True, 0)] and seen(eve) == [("A", False, 0), ("B", True, 1)]
    assert seen(zoe) == [("A", False, 0), ("B", False, 1)]
    assert kit.store.read_now(lambda c: cohorts.see(c, ana, "id-B")) is None
    assert kit.store.read_now(lambda c: cohorts.ids_seen_by(c, zoe)) is None
    hers = kit.store.read_now(lambda c: cohorts.ids_seen_by(c, eve))
    assert hers is not None and sorted(hers) == ["id-A", "id-B"]
    assert [one.name for one in kit.store.read_now(lambda c: cohorts.others(c, "id-B"))] == ["ana", "zoe"]
    assert kit.store.write_now(lambda c: cohorts.set_code(c, "id-A", "BBBB2222")) is False


def answered(kit: Kit, who: ConversationId, answer_id: str, kind: AnswerKind) -> None:
    text = "can I shoot?" if kind is AnswerKind.GROUNDED else "what is the weather?"
    answer: Answer = standin.answered(
        Question(id=answer_id, text=text, language=Language.EN, as_of=kit.clock().date()), kit.content)
    assert answer.kind is kind
    kit.store.write_now(lambda c: journal.add(c, Entry(
        at=kit.clock(), conversation=who, channel=Channel.WEB, message_id=answer_id, action="ask", language=Language.EN,
        question=text, answer=answer)))


def test_what_waits(kit: Kit) -> None:
    ana = desk.trainer(kit, "ana")
    one, other = desk.cohort(kit, "A", ana, "AAAA2222"), desk.cohort(kit, "B", ana, "BBBB2222")
    people = [desk.learner(kit, number, one) for number in range(3)]
    answered(kit, people[0], "refused", AnswerKind.REFUSAL)
    answered(kit, people[0], "judged", AnswerKind.REFUSAL)
    answered(kit, people[1], "fine", AnswerKind.GROUNDED)
    answered(kit, people[1], "disliked", AnswerKind.GROUNDED)
    answered(kit, desk.learner(kit, 9, None), "elsewhere", AnswerKind.REFUSAL)
    key = kit.keys.evidence

    def work(connection: Connection) -> None:
        feedback.add(connection, people[2], "disliked", False, kit.now)
        feedback.add(connection, people[1], "disliked", False, kit.now)
        feedback.add(connection, people[1], "fine", True, kit.now)
        reviews.add(connection, key, Review(kit.now, people[0], "judged", ana.id, "right", ""))
        for number, grade in enumerate(("good", "critical_fail", "critical_fail")):
            who = people[number % 2]
            drills.put_run(connection, who, f"run-{number}", "s", "{}", kit.now, is_open=False)
            drills.add_decisions(connection, who, f"run-{number}", [drills.Made(
                step=0, body="{}", scenario="s", scene="a", option="x", grade=grade, competency="arrest", place=0, took_s=2.0,
            )], kit.now, key)

    kit.store.write_now(work)
    ids = [one.id, other.id]
    assert kit.store.read_now(lambda c: waiting.by_cohort(c, ids, kit.now - 60)) == {
        one.id: Waiting(doubtful=2, practised=2, critical=2), other.id: Waiting()}
    assert kit.store.read_now(lambda c: waiting.by_cohort(c, ids, kit.now + 60)) == dict.fromkeys(ids, Waiting())
    assert kit.store.read_now(lambda c: waiting.by_cohort(c, [], kit.now)) == {}
    inside = kit.store.read_now(lambda c: cohorts.learners(c, one.id))
    assert {found.conversation: found.decisions for found in inside} == {people[0]: 2, people[1]: 1, people[2]: 0}


async def test_a_reminder_is_stored_once_by_both(kit: Kit) -> None:
    person(kit, 1)
    phrases = load_phrases()
    looked: dict[ConversationId, dt.date] = {}
    assert [await remind_once(kit, phrases, looked), await remind_once(kit, phrases, {})] == [1, 0]
