"""Telegram end to end: a person's phone in the emulator, our polling or webhook, worker and sender, over real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from channels.app import create_app
from channels.assemble import working
from channels.kit import Kit
from channels.store import inbox, outbox
from channels.telegram import connect, webhook
from channels.worker import Worker
from tests.channels import standin
from tests.conftest import free_port
from tests.telegram_emulator.phone import TOKEN, Emulator, Fault, Shown
from tests.telegram_emulator.server import Server

ANA, BETO = 1001, 1002


class Line:
    """One running assistant and the emulator it talks to."""

    def __init__(self, emulator: Emulator, kit: Kit, state: Any) -> None:
        self.emulator, self.kit, self.state = emulator, kit, state

    async def until(self, wanted: Callable[[], Any], seconds: float = 15.0) -> Any:
        async with asyncio.timeout(seconds):
            while not (found := wanted()):
                await asyncio.sleep(0.02)
        return found

    async def answer(self, chat: int, least: int = 1) -> list[Shown]:
        """Waits until the bot has said ``least`` things in the chat and nothing more is under way."""
        def quiet() -> list[Shown] | None:
            if len(self.emulator.updates) or self.kit.store.read_now(
                lambda c: inbox.backlog(c, self.kit.now)[0] + outbox.waiting(c)
            ):
                return None
            seen = self.emulator.chats[chat].seen
            return seen if len(seen) >= least else None

        found: list[Shown] = await self.until(quiet)
        return found

    def text(self, chat: int) -> str:
        return "\n".join(shown.text for shown in self.emulator.chats[chat].seen)


@contextlib.asynccontextmanager
async def line(folder: Path, mode: str = "polling", emulator: Emulator | None = None, dialogue: Any = None,
               **settings: Any) -> AsyncIterator[Line]:
    emulator = emulator or Emulator(chat_limit=100)
    async with Server(emulator).running() as server:
        port = free_port()
        kit = standin.kit(folder, telegram_token=emulator.token, telegram_api=server.address, telegram_poll_s=1,
                          telegram_timeout_s=2, telegram_mode="polling", **({"telegram_chat_rate": 50} | settings))
        bot, state = connect.make_bot(kit.settings), connect.line_of(kit.settings)
        worker = Worker(kit, standin.parts(kit, dialogue))
        if mode == "webhook":  # the emulator is on loopback: plain http instead of https
            values = {"telegram_mode": "webhook", "public_url": f"http://127.0.0.1:{port}"}
            kit = replace(kit, settings=kit.settings.model_copy(update=values))
        background = [connect.connected(kit, bot, state), working(kit, worker, 3)]
        app = create_app(kit, background, [webhook.router(kit, bot)])
        served = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", access_log=False, lifespan="on"))
        task = asyncio.create_task(served.serve())
        made = Line(emulator, kit, state)
        await made.until(lambda: served.started)
        try:
            yield made
        finally:
            served.should_exit = True
            await task
            kit.store.close()


@pytest.mark.parametrize("mode", ["polling", "webhook"])
@pytest.mark.parametrize(("language", "question", "rule"), [
    ("en", "can I shoot a thief?", "Never shoot to protect property. [1]"),
    ("es", "puedo disparar a un ladrón?", "Nunca dispare por bienes. [1]"),
    ("pt", "posso disparar contra um ladrão?", "Nunca dispare por bens. [1]"),
])
async def test_start_settings_and_a_question(
    tmp_path: Path, mode: str, language: str, question: str, rule: str
) -> None:
    async with line(tmp_path, mode) as phone:
        phone.emulator.say(ANA, "/start")
        seen = await phone.answer(ANA)
        label = {"en": "English", "es": "Español", "pt": "Português"}[language]
        phone.emulator.press(ANA, seen[-1], seen[-1].data(label))
        seen = await phone.answer(ANA, 2)
        phone.emulator.press(ANA, seen[-1], "country:MOZ")
        seen = await phone.answer(ANA, len(seen) + 1)
        phone.emulator.press(ANA, seen[-1], "role:guard")
        before = len(await phone.answer(ANA, len(seen) + 1))
        phone.emulator.say(ANA, question)
        seen = await phone.answer(ANA, before + 1)
        assert rule in seen[-1].text
        heading = {"en": "Sources", "es": "Fuentes", "pt": "Fontes"}[language]
        assert heading in seen[-1].text.split("\n")
        assert [target.endswith("/p/un_test_1990/principle-9?lang=" + language) if mode == "webhook"
                else target == "https://example.org/principles" for _, target in seen[-1].links] == [True]
        phone.emulator.say(ANA, "/sources")
        seen = await phone.answer(ANA, len(seen) + 1)
        words = {"en": "threat to life", "es": "amenaza a la vida", "pt": "ameaça à vida"}[language]
        assert words in seen[-1].text
        assert phone.emulator.refusals == []


async def test_the_menu_is_published_in_three_languages(tmp_path: Path) -> None:
    async with line(tmp_path) as phone:
        await phone.until(lambda: len(phone.emulator.commands) == 4)
        names = [command["command"] for command in phone.emulator.commands["pt"]]
        assert names == ["start", "ask", "drill", "sources", "help", "language", "privacy", "deletemydata"]
        assert phone.emulator.commands[""] == phone.emulator.commands["en"] != phone.emulator.commands["es"]


async def test_a_button_stops_spinning_and_a_stale_one_does_no_harm(tmp_path: Path) -> None:
    async with line(tmp_path) as phone:
        phone.emulator.say(ANA, "can I shoot?")
        seen = await phone.answer(ANA)
        good = next(shown for shown in seen if shown.buttons and "fb:" in str(shown.buttons))
        phone.emulator.press(ANA, good, next(b["callback_data"] for row in good.buttons for b in row
                                             if b["callback_data"].endswith(":good")))
        phone.emulator.callbacks.clear()
        phone.emulator.press(ANA, good, "cmd:help")
        seen = await phone.answer(ANA, len(seen) + 2)
        assert not phone.emulator.callbacks, "confirmed"


async def test_the_same_update_twice_is_answered_once(tmp_path: Path) -> None:
    async with line(tmp_path, "webhook") as phone:
        phone.emulator.say(ANA, "can I shoot?")
        update = phone.emulator.updates[0]
        await phone.answer(ANA)
        count = len(phone.emulator.chats[ANA].seen)
        phone.emulator.repeat(update)
        await phone.until(lambda: not phone.emulator.updates)
        await asyncio.sleep(0.3)
        assert len(phone.emulator.chats[ANA].seen) == count


async def test_groups_are_ignored_and_photos_are_told_to_write(tmp_path: Path) -> None:
    async with line(tmp_path) as phone:
        phone.emulator.say_in_group("can I shoot?")
        phone.emulator.say(ANA, "can I shoot?")
        before = len(await phone.answer(ANA))
        phone.emulator.send_photo(ANA)
        seen = await phone.answer(ANA, before + 1)
        assert "only read text" in seen[-1].text
        assert set(phone.emulator.chats) == {ANA}


@pytest.mark.parametrize(("kind", "copies", "ambiguous"), [
    ("drop", 1, "dropped"),            # not executed: sent again
    ("drop_after", 2, "dropped"),      # executed, nobody could know: an answer twice is better than none
    ("html502", 1, "dropped"),
    ("error500", 1, "dropped"),
    ("delay", 1, "timeout"),           # executed: not sent again
    ("flood", 1, None),
])
async def test_faults_of_the_network(tmp_path: Path, kind: str, copies: int, ambiguous: str | None) -> None:
    emulator = Emulator(chat_limit=100)
    async with line(tmp_path, emulator=emulator) as phone:
        emulator.say(ANA, "can I shoot?")
        first = len(await phone.answer(ANA))
        emulator.faults.append(Fault("sendmessage", kind, seconds=3.0 if kind == "delay" else 1.0))
        emulator.say(ANA, "/privacy")
        seen = await phone.answer(ANA, first + 1)
        same = [shown for shown in seen if shown.text == seen[-1].text]
        assert len(same) == copies
        counted = {why: phone.kit.metrics.ambiguous.labels(why=why)._value.get() for why in ("dropped", "timeout", "killed")}
        assert counted == {"dropped": 0, "timeout": 0, "killed": 0} | ({ambiguous: 1} if ambiguous else {})


async def test_one_chats_flood_does_not_hold_up_another_and_order_stays(tmp_path: Path) -> None:
    emulator = Emulator(chat_limit=100)
    async with line(tmp_path, emulator=emulator) as phone:
        for chat in (ANA, BETO):
            emulator.say(chat, "/help")
            await phone.answer(chat)
        emulator.faults.append(Fault("sendmessage", "flood", seconds=3, chat=ANA))
        for number in range(3):
            emulator.say(ANA, f"can I shoot {number}?")
        emulator.say(BETO, "can I shoot?")
        started = asyncio.get_running_loop().time()
        await phone.until(lambda: "Never shoot" in phone.text(BETO))
        assert asyncio.get_running_loop().time() - started < 2.5
        await phone.answer(ANA, 4)
        answers = [shown for shown in emulator.chats[ANA].seen if "fb:" in str(shown.buttons)]
        assert len(answers) == 3
        ids = [shown.id for shown in answers]
        assert ids == sorted(ids)


async def test_a_person_who_blocked_the_bot_is_left_alone(tmp_path: Path) -> None:
    emulator = Emulator(chat_limit=100)
    async with line(tmp_path, emulator=emulator) as phone:
        emulator.say(ANA, "/help")
        await phone.answer(ANA)
        emulator.say(ANA, "can I shoot?")
        emulator.block(ANA)
        await phone.until(lambda: phone.kit.store.read_now(lambda c: outbox.waiting(c)) == 0
                          and not phone.kit.store.read_now(lambda c: inbox.backlog(c, 0))[0])
        emulator.say(BETO, "/help")
        assert await phone.answer(BETO)


async def test_a_second_poller_is_told_to_the_operator(tmp_path: Path) -> None:
    emulator = Emulator(chat_limit=100)
    async with line(tmp_path, emulator=emulator) as phone:
        other = connect.make_bot(phone.kit.settings)
        async with other:
            for _ in range(20):
                with contextlib.suppress(Exception):
                    await other.get_updates(timeout=1)
                if phone.kit.metrics.conflicts._value.get():
                    break
        await phone.until(lambda: phone.kit.metrics.conflicts._value.get())
        emulator.say(ANA, "/help")
        assert await phone.answer(ANA), "it goes on when the other one is gone"


async def test_the_bot_api_may_be_away_at_the_start(tmp_path: Path) -> None:
    emulator = Emulator(chat_limit=100)
    emulator.faults += [Fault("getme", "html502", times=2), Fault("deletewebhook", "drop", times=1)]
    emulator.say(ANA, "/help")
    async with line(tmp_path, emulator=emulator) as phone:
        assert await phone.answer(ANA)
        assert phone.state.state == "ok"


async def test_what_came_in_while_the_bot_was_down_is_answered_once(tmp_path: Path) -> None:
    emulator = Emulator(chat_limit=100)
    async with line(tmp_path, emulator=emulator) as phone:
        emulator.say(ANA, "can I shoot?")
        before = len(await phone.answer(ANA))
    emulator.say(ANA, "can I shoot again?")
    async with line(tmp_path, emulator=emulator) as phone:
        await phone.answer(ANA, before + 1)
        assert sum("fb:" in str(shown.buttons) for shown in emulator.chats[ANA].seen) == 2


async def test_delete_my_data_is_confirmed_and_leaves_no_byte(tmp_path: Path) -> None:
    dialogue = standin.Asking()
    async with line(tmp_path, dialogue=dialogue) as phone:
        phone.emulator.say(ANA, "can I shoot the Zambezi?")
        before = len(await phone.answer(ANA))
        phone.emulator.say(ANA, "/deletemydata")
        seen = await phone.answer(ANA, before + 1)
        phone.emulator.press(ANA, seen[-1], "forget:yes")
        seen = await phone.answer(ANA, len(seen) + 1)
        assert "deleted" in seen[-1].text
        conversation = phone.kit.keys.telegram(ANA)
        assert set(dialogue.forgotten) == {conversation}, "asked at least once: forgetting twice is the same"
    left = b"".join(path.read_bytes() for path in tmp_path.glob("crm.sqlite3*"))
    assert b"Zambezi" not in left and conversation.encode() not in left and str(ANA).encode() not in left


async def test_the_webhook_refuses_strangers(tmp_path: Path) -> None:
    import httpx

    async with line(tmp_path, "webhook") as phone, httpx.AsyncClient(trust_env=False) as stranger:
        address = phone.emulator.webhook["url"]
        secret = {webhook.HEADER: phone.emulator.webhook["secret"]}
        update = {"update_id": 1}
        assert (await stranger.post(address, json=update)).status_code == 403
        assert (await stranger.post(address, json=update, headers={webhook.HEADER: "wrong"})).status_code == 403
        assert (await stranger.post(address, json=update, headers=secret)).status_code == 200
        assert (await stranger.post(address, content=b"{broken", headers=secret)).status_code == 400
        assert (await stranger.post(address, content=b"[]", headers=secret)).status_code == 400
        assert (await stranger.post(address, content=b"x" * 1_100_000, headers=secret)).status_code == 413
        assert (await stranger.post(address[:-4] + "0000", json=update, headers=secret)).status_code == 404
        assert TOKEN not in address


async def test_our_own_pace_stays_below_telegrams_limit(tmp_path: Path) -> None:
    emulator = Emulator(chat_limit=5)
    async with line(tmp_path, emulator=emulator, telegram_chat_rate=2.0) as phone:
        for number in range(6):
            emulator.say(ANA, f"can I shoot {number}?")
        seen = await phone.answer(ANA, 8)
        answers = [shown.id for shown in seen if "fb:" in str(shown.buttons)]
        assert len(answers) == 6 and answers == sorted(answers)
        assert emulator.refusals == []
