"""Joining and leaving a cohort: from a Telegram link, a typed command and the web page, in three languages."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from telegram import Update

from bot.model import Profile
from bot.phrases import load_phrases
from channels.keys import Keys
from channels.kit import Kit
from channels.remind import remind_once
from channels.store import cohorts, profiles
from channels.telegram.receive import read
from knowledge_base.model import Language
from tests.channels import standin
from tests.channels.desk import desk
from tests.channels.desk.test_reminders import person
from tests.channels.test_api import TOKEN, client
from tests.channels.test_telegram_e2e import line
from tests.telegram_emulator.phone import Emulator

NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)


def telegram(text: str) -> tuple[str | None, str | None]:
    update = Update.de_json({"update_id": 1, "message": {
        "message_id": 5, "date": 0, "chat": {"id": 7, "type": "private"}, "text": text}}, None)
    found = read(update, Keys(standin.SECRET), NOW, lambda: "m-1").inbound
    assert found is not None
    return found.message.text, found.message.choice


@pytest.mark.parametrize(("typed", "means"), [
    ("/start 7K2Q4MTX", (None, "join:7K2Q4MTX")), ("/start", (None, "cmd:start")), ("/join 7k2q-4mtx", (None, "join:7K2Q4MTX")),
    ("/join@our_bot 7k2q 4mtx", (None, "join:7K2Q4MTX")), ("/join", (None, "cmd:join")), ("/leave", (None, "cmd:leave")),
    ("/join hello there", ("/join hello there", None)), ("/start from-our-web-page", ("/join from-our-web-page", None)),
])
def test_what_a_command_on_telegram_means(typed: str, means: tuple[str | None, str | None]) -> None:
    assert telegram(typed) == means


def profile(kit: Kit) -> Profile:
    found = kit.store.read_now(lambda connection: profiles.get(connection, kit.keys.web(TOKEN)))
    assert found is not None
    return found


@pytest.mark.parametrize(("language", "joined", "unknown", "left"), [
    (Language.EN, "You joined “Tete”. Your trainer sees your decisions", "I do not know this code", "You left"),
    (Language.ES, "Entró al grupo “Tete”. Su instructor ve", "No conozco este código", "Salió del grupo"),
    (Language.PT, "Entrou na turma “Tete”. O seu formador vê", "Não conheço este código", "Saiu da turma"),
])
async def test_join_and_leave_in_the_persons_language(kit: Kit, language: Language, joined: str, unknown: str, left: str) -> None:
    cohort = desk.cohort(kit, "Tete", desk.trainer(kit, "ana"), "7K2Q4MTX")
    async with client(kit) as web:
        async def write(**what: str) -> str:
            found = await web.post("/api/v1/messages", json={"conversation": TOKEN, "language": language.value, **what})
            assert found.status_code == 200, found.text
            return "\n".join(reply["text"] for reply in found.json()["replies"])

        assert unknown in await write(text="/join 0000-0000") and profile(kit).cohort is None
        assert unknown in await write(text="/join what is this")
        assert "/join 7K2Q-4MTX" in await write(choice="cmd:join")
        assert joined in await write(text="/join 7k2q-4mtx") and profile(kit).cohort == cohort.id
        assert "/leave" in await write(choice="join:7K2Q4MTX"), "already in"
        assert left in await write(text="/leave") and profile(kit).cohort is None
        assert left not in await write(text="/leave")


async def test_a_first_contact_by_a_link_is_told_in_all_three_languages(kit: Kit) -> None:
    desk.cohort(kit, "Tete", desk.trainer(kit, "ana"), "7K2Q4MTX")
    async with client(kit) as web:
        found = await web.post("/api/v1/messages", json={"conversation": TOKEN, "choice": "join:7K2Q4MTX"})
        text = "\n".join(reply["text"] for reply in found.json()["replies"])
        assert all(part in text for part in ("You joined “Tete”", "Entró al grupo “Tete”", "Entrou na turma “Tete”"))


async def test_another_code_moves_and_a_closed_cohort_takes_nobody(kit: Kit) -> None:
    ana = desk.trainer(kit, "ana")
    desk.cohort(kit, "Tete", ana, "7K2Q4MTX")
    other = desk.cohort(kit, "Puno", ana, "9999AAAA")
    async with client(kit) as web:
        for code in ("7K2Q4MTX", "9999AAAA"):
            await web.post("/api/v1/messages", json={"conversation": TOKEN, "choice": f"join:{code}", "language": "en"})
        assert profile(kit).cohort == other.id
        kit.store.write_now(lambda connection: cohorts.set_closed(connection, "id-Tete", True))
        await web.post("/api/v1/messages", json={"conversation": TOKEN, "choice": "join:7K2Q4MTX", "language": "en"})
        assert profile(kit).cohort == other.id


async def test_the_page_offers_to_join_without_javascript(kit: Kit) -> None:
    cohort = desk.cohort(kit, "Tete", desk.trainer(kit, "ana"), "7K2Q4MTX")
    async with client(kit) as web:
        page = await web.get("/?lang=pt&join=7k2q-4mtx")
        assert 'value="join:7K2Q4MTX"' in page.text and 'data-join="7K2Q4MTX"' in page.text and "Entrar na turma" in page.text
        assert "/?lang=es&amp;join=7K2Q4MTX" in page.text, "the other languages keep it"
        assert "join:" not in (await web.get("/?join=<script>")).text
        done = await web.post("/ask", data={"conversation": TOKEN, "choice": "join:7K2Q4MTX", "language": "pt"})
        assert done.status_code == 200 and "Entrou na turma" in done.text and profile(kit).cohort == cohort.id


async def test_from_the_opened_link_on_a_phone_to_a_reminder_weeks_later(tmp_path: Path) -> None:
    emulator, ana = Emulator(chat_limit=100), 1001
    async with line(tmp_path, emulator=emulator) as phone:
        cohort = desk.cohort(phone.kit, "Tete", desk.trainer(phone.kit, "ana"), "7K2Q4MTX")
        emulator.say(ana, "/start 7K2Q4MTX")
        await phone.answer(ana, 2)
        assert "Entrou na turma “Tete”" in phone.text(ana) and phone.state.name
        (joined,) = phone.kit.store.read_now(lambda connection: cohorts.learners(connection, cohort.id))
        assert joined.conversation == phone.kit.keys.telegram(ana)
        person(phone.kit, ana, conversation=joined.conversation)   # practised a month ago
        awake = replace(phone.kit, clock=lambda: dt.datetime.now(dt.UTC).replace(hour=10))
        before = len(emulator.chats[ana].seen)
        assert await remind_once(awake, load_phrases(), {}) == 1
        await phone.answer(ana, before + 1)
        assert "Tem 1 tema para rever." in emulator.chats[ana].seen[-1].text
