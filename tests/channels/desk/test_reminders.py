"""Reminders: when somebody is written to, what exactly is stored, and that nobody is written to twice."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.drills.model import Decision
from bot.drills.spacing import schedule
from bot.model import Channel, ConversationId, Message, Profile
from bot.phrases import load_phrases
from bot.reminding import MOST, is_day, is_time, reminder
from channels.drill_memory import _made
from channels.kit import Kit
from channels.model import Inbound
from channels.remind import message_id, remind_once
from channels.store import drills, erase, inbox, profiles
from channels.store.database import Connection
from knowledge_base.model import Country, Language
from tests.channels.desk import desk

PHRASES = load_phrases()
NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
WHO = Profile(conversation=ConversationId("tg:a"), channel=Channel.TELEGRAM, reminders=True, language=Language.PT, country=Country.MOZ)


def at(hour: int, minute: int = 0) -> dt.datetime:
    return NOON.replace(hour=hour, minute=minute)


@pytest.mark.parametrize(("now", "country", "day"), [
    (at(5, 59), Country.MOZ, False), (at(6), Country.MOZ, True), (at(16, 59), Country.MOZ, True), (at(17), Country.MOZ, False),
    (at(12, 59), Country.PER, False), (at(13), Country.PER, True), (at(23, 59), Country.PER, True), (at(0), Country.PER, False),
    (at(12, 59), None, False), (at(13), None, True), (at(16, 59), None, True), (at(17), None, False),
])
def test_it_is_day_where_they_are(now: dt.datetime, country: Country | None, day: bool) -> None:
    assert is_day(now, country) is day


@pytest.mark.parametrize(("ago", "sent", "wanted", "time"), [
    (3 * DAY, (), True, True), (3 * DAY, (), False, False), (dt.timedelta(hours=11), (), True, False),
    (dt.timedelta(hours=12), (), True, True), (61 * DAY, (), True, False),
    (9 * DAY, (DAY,), True, False), (9 * DAY, (2 * DAY,), True, True), (9 * DAY, (2 * DAY, 5 * DAY), True, False),
    (9 * DAY, (3 * DAY, 7 * DAY), True, True), (9 * DAY, (8 * DAY, 9 * DAY), True, True),
])
def test_it_is_time(ago: dt.timedelta, sent: tuple[dt.timedelta, ...], wanted: bool, time: bool) -> None:
    profile = WHO.model_copy(update={"reminders": wanted})
    assert is_time(NOON, profile, NOON - ago, [NOON - one for one in sent]) is time


def test_never_more_than_two_in_any_seven_days_nor_by_night() -> None:
    """Half a year, looked at every ten minutes, with something always due."""
    sent: list[dt.datetime] = []
    for step in range(180 * 144):
        now = NOON + step * dt.timedelta(minutes=10)
        if is_time(now, WHO, now - DAY, sent[-5:]):
            sent.append(now)
    assert len(sent) >= 45
    assert all(later - earlier >= 7 * DAY for earlier, later in zip(sent, sent[MOST:], strict=False))
    assert all(6 <= one.hour < 17 for one in sent)


def decision(number: int, competency: str, when: dt.datetime) -> Decision:
    return Decision(run="run-1", number=number, scenario="s", scene=f"scene-{number}", order=("a", "b"), option="a",
                    grade="poor", competency=competency, shown_at=when, at=when)


@pytest.mark.parametrize(("language", "one", "many"), [
    (Language.EN, "Something is due for practice: 1 topic.", "Something is due for practice: 2 topics."),
    (Language.ES, "Le toca repasar 1 tema.", "Le toca repasar 2 temas."),
    (Language.PT, "Tem 1 tema para rever.", "Tem 2 temas para rever."),
])
def test_what_it_says(language: Language, one: str, many: str) -> None:
    profile, long_ago = WHO.model_copy(update={"language": language}), NOON - 30 * DAY
    made = [decision(0, "search", long_ago), decision(1, "arrest", long_ago)]
    for decisions, says in ((made[:1], one), (made, many)):
        found = reminder(NOON, profile, schedule((), decisions), PHRASES)
        assert found is not None and found.text.startswith(says) and found.language is language
        assert [button.payload for row in found.buttons for button in row] == ["cmd:due", "remind:off"]
    assert reminder(NOON, profile, (), PHRASES) is None
    assert reminder(NOON, profile, schedule((), [decision(0, "search", NOON)]), PHRASES) is None, "not due yet"


def person(kit: Kit, number: int, **changes: object) -> ConversationId:
    """Somebody who practised a month ago and wants reminders."""
    conversation, before = kit.keys.telegram(number), kit.clock() - 30 * DAY
    profile = WHO.model_copy(update={"conversation": conversation, **changes})

    def work(connection: Connection) -> None:
        profiles.put(connection, profile, before.timestamp(), kit.keys.seal(number))
        made = _made(decision(0, "search", before).model_copy(update={"run": f"run-{number}"}))
        drills.put_run(connection, conversation, f"run-{number}", "s", "{}", before.timestamp(), is_open=False)
        drills.add_decisions(connection, conversation, f"run-{number}", [made], before.timestamp(), kit.keys.evidence)

    kit.store.write_now(work)
    return conversation


def rows(kit: Kit, query: str) -> list[tuple[object, ...]]:
    with kit.store.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


async def test_the_exact_rows(tmp_path: Path) -> None:
    kit, clock = desk.kit(tmp_path)
    asked = person(kit, 1)
    person(kit, 2, reminders=False)
    person(kit, 3, country=Country.PER)       # 07:00 in Lima
    assert await remind_once(kit, PHRASES, {}) == 1
    message = message_id(kit.keys, asked, clock.at)
    assert len(message) <= 20
    (sent,) = rows(kit, "SELECT conversation, channel, message_id, seq, kind, state, vanish, created_at, body, address FROM outbox")
    assert sent[:8] == (asked, "telegram", message, 0, "notice", "waiting", 0, clock.at.timestamp())
    assert "Tem 1 tema para rever." in str(sent[8]) and kit.keys.unseal(str(sent[9])) == 1
    assert rows(kit, "SELECT conversation, channel, message_id, action, language, country, role, question, answer, at FROM journal") == [
        (asked, "telegram", message, "reminder", "pt", "MOZ", None, None, None, clock.at.timestamp())]
    kit.store.close()


async def test_two_processes_send_one_and_two_weeks_send_four(tmp_path: Path) -> None:
    kit, clock = desk.kit(tmp_path)
    person(kit, 1)
    assert await remind_once(kit, PHRASES, {}) == 1 and await remind_once(kit, PHRASES, {}) == 0
    looked: dict[ConversationId, dt.date] = {}
    total = 1
    for _ in range(13 * 24):
        clock.forward(3600)
        total += await remind_once(kit, PHRASES, looked)
    assert total == 4
    kit.store.close()


async def test_who_just_wrote_or_changed_their_mind_is_left_alone(tmp_path: Path) -> None:
    kit, clock = desk.kit(tmp_path)
    busy, gone = person(kit, 1), person(kit, 2)
    kit.store.write_now(lambda connection: inbox.put(connection, Inbound(update_id="9", message=Message(
        id="m-9", conversation=busy, channel=Channel.TELEGRAM, text="wait", received_at=clock.at))))
    kit.store.write_now(partial(erase.erase, conversation=gone, now=kit.now, key=kit.keys.evidence))
    assert await remind_once(kit, PHRASES, {}) == 0
    assert rows(kit, "SELECT id FROM outbox") == []
    kit.store.close()


async def test_two_months_of_silence_are_an_answer(tmp_path: Path) -> None:
    kit, clock = desk.kit(tmp_path)
    person(kit, 1)
    clock.forward(31 * 86_400)
    assert await remind_once(kit, PHRASES, {}) == 0
    kit.store.close()
