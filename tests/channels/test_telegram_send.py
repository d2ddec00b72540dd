"""The sender against the emulator: edits in place, long replies, orphans, drills by buttons."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.model import Button, Channel, Reply, ReplyKind
from channels.keys import new_id
from channels.model import Sending
from channels.store import inbox, outbox, tables
from knowledge_base.model import Language
from tests.channels.test_telegram_e2e import ANA, Line, line
from tests.telegram_emulator.phone import Emulator, Fault


def step(text: str, *, edits: bool = False, kind: ReplyKind = ReplyKind.DRILL_STEP) -> Reply:
    return Reply(kind=kind, language=Language.EN, text=text, edits=edits,
                 buttons=((Button(label="A", payload="opt:run:0:0"),),))


def put(phone: Line, *made: Reply, chat: int = ANA) -> None:
    keys = phone.kit.keys
    phone.kit.store.write_now(lambda c: outbox.put(
        c, made, channel=Channel.TELEGRAM, conversation=keys.telegram(chat), message_id=new_id(), address=keys.seal(chat),
        now=phone.kit.now))
    phone.kit.replies_bell.ring()


async def test_a_drill_message_is_edited_in_place(tmp_path: Path) -> None:
    emulator = Emulator(chat_limit=100)
    emulator.chat(ANA)
    async with line(tmp_path, emulator=emulator) as phone:
        put(phone, step("one"))
        await phone.answer(ANA)
        put(phone, step("two", edits=True))
        await phone.until(lambda: phone.text(ANA) == "two")
        put(phone, step("two", edits=True), Reply(kind=ReplyKind.NOTICE, language=Language.EN, text="between"))
        await phone.answer(ANA, 2)
        put(phone, step("three", edits=True))
        seen = await phone.answer(ANA, 3)
        assert [shown.text for shown in seen] == ["two", "between", "three"], "nobody looks above the last message"
        del emulator.chats[ANA].messages[seen[-1].id]
        put(phone, step("four", edits=True))
        await phone.until(lambda: emulator.chats[ANA].seen[-1].text == "four")


async def test_an_edit_whose_answer_is_lost_is_simply_repeated(tmp_path: Path) -> None:
    emulator = Emulator(chat_limit=100)
    emulator.chat(ANA)
    async with line(tmp_path, emulator=emulator) as phone:
        put(phone, step("one"))
        await phone.answer(ANA)
        emulator.faults.append(Fault("editmessagetext", "drop_after"))
        put(phone, step("two", edits=True))
        await phone.until(lambda: not phone.kit.store.read_now(outbox.waiting))
        assert [shown.text for shown in emulator.chats[ANA].seen] == ["two"]


async def test_a_long_reply_comes_in_parts_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    emulator = Emulator(chat_limit=100)
    emulator.chat(ANA)
    async with line(tmp_path, emulator=emulator) as phone:
        text = " ".join(f"Sentence number {number}." for number in range(800))
        put(phone, step("first"))
        await phone.answer(ANA)
        put(phone, Reply(kind=ReplyKind.NOTICE, language=Language.EN, text=text,
                         buttons=((Button(label="A", payload="cmd:help"),),)))
        await phone.until(lambda: len(emulator.chats[ANA].seen) >= 3)
        emulator.faults.append(Fault("sendmessage", "html502"))
        seen = (await phone.answer(ANA, 5))[1:]
        assert " ".join(shown.text for shown in seen) == text, "no part twice, none missing"
        assert [bool(shown.buttons) for shown in seen] == [False] * (len(seen) - 1) + [True]


async def test_what_a_killed_sender_held_is_sent_and_counted(tmp_path: Path) -> None:
    emulator = Emulator(chat_limit=100)
    emulator.chat(ANA)
    async with line(tmp_path, emulator=emulator) as phone:
        await phone.until(lambda: phone.state.state == "ok")
        keys, now = phone.kit.keys, phone.kit.now

        def dead(connection: Any) -> None:
            outbox.put(connection, [step("held")], channel=Channel.TELEGRAM, conversation=keys.telegram(ANA),
                       message_id=new_id(), address=keys.seal(ANA), now=now)
            assert outbox.claim(connection, Channel.TELEGRAM, now, 0.5)

        phone.kit.store.write_now(dead)
        assert [shown.text for shown in await phone.answer(ANA)] == ["held"]
        assert phone.kit.metrics.ambiguous.labels(why="killed")._value.get() == 1


async def test_a_sent_reply_keeps_no_address(tmp_path: Path) -> None:
    emulator = Emulator(chat_limit=100)
    emulator.chat(ANA)
    async with line(tmp_path, emulator=emulator) as phone:
        put(phone, step("one"))
        await phone.answer(ANA)
        with phone.kit.store.engine.connect() as connection:
            row = connection.execute(tables.outbox.select()).one()
        assert (row.state, row.address, row.sent_ref is not None) == (Sending.SENT.value, None, True)


async def test_a_reply_sealed_with_another_secret_is_given_up_not_retried(tmp_path: Path) -> None:
    emulator = Emulator(chat_limit=100)
    async with line(tmp_path, emulator=emulator) as phone:
        phone.kit.store.write_now(lambda c: outbox.put(
            c, [step("x")], channel=Channel.TELEGRAM, conversation=phone.kit.keys.telegram(ANA), message_id=new_id(),
            address="not-ours", now=phone.kit.now))
        phone.kit.replies_bell.ring()
        await phone.until(lambda: not phone.kit.store.read_now(outbox.waiting))
        assert emulator.chats == {}


@pytest.mark.parametrize(("language", "scene", "good"), [
    ("en", "A man runs away.", "Good decision."),
    ("es", "Un hombre huye.", "Buena decisión."),
    ("pt", "Um homem foge.", "Boa decisão."),
])
async def test_a_drill_by_buttons_in_three_languages(tmp_path: Path, language: str, scene: str, good: str) -> None:
    emulator = Emulator(chat_limit=100)
    async with line(tmp_path, emulator=emulator) as phone:
        emulator.say(ANA, "/start")
        seen = await phone.answer(ANA)
        for payload in (f"lang:{language}", "country:PER", "role:guard", "drill:start:gate-at-night"):
            emulator.press(ANA, seen[-1], payload)
            seen = await phone.answer(ANA, len(seen) + 1)
        assert scene in seen[-1].text
        watch = {"en": "Watch and report.", "es": "Observar y avisar.", "pt": "Observar e comunicar."}[language]
        assert watch in seen[-1].text
        stepped = seen[-1]
        run = stepped.data("A").split(":")[1]
        emulator.press(ANA, stepped, stepped.data("A"))
        emulator.press(ANA, stepped, stepped.data("A"))
        before = len(seen)
        seen = await phone.answer(ANA, before + 2)
        step_now = seen[before - 1]
        assert step_now.edits == 1 and scene in step_now.text and not step_now.buttons, "what followed stands in place of the step"
        with phone.kit.store.engine.connect() as connection:
            made = connection.execute(tables.decisions.select()).all()
            runs = connection.execute(tables.drill_runs.select()).all()
        assert [(row.run, row.step) for row in made] == [(run, 0)], "pressed twice, decided once"
        assert [(row.id, row.open) for row in runs] == [(run, False)]
        took_watch = '"option":"watch"' in made[0].body
        assert (good in phone.text(ANA)) == took_watch
        assert emulator.refusals == []


async def test_a_drill_goes_on_after_a_restart(tmp_path: Path) -> None:
    emulator = Emulator(chat_limit=100)
    async with line(tmp_path, emulator=emulator) as phone:
        emulator.say(ANA, "/start")
        seen = await phone.answer(ANA)
        for payload in ("lang:en", "country:PER", "role:guard", "drill:start:gate-at-night"):
            emulator.press(ANA, seen[-1], payload)
            seen = await phone.answer(ANA, len(seen) + 1)
        stepped = seen[-1]
    async with line(tmp_path, emulator=emulator) as phone:
        emulator.press(ANA, stepped, stepped.data("B"))
        await phone.answer(ANA, len(seen) + 1)
        assert "End of the exercise" in phone.text(ANA)
        await asyncio.sleep(0)


async def test_an_update_that_cannot_be_stored_is_not_acknowledged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    emulator = Emulator(chat_limit=100)
    tries = []

    def broken(connection: Any, inbound: Any) -> bool:
        tries.append(inbound.update_id)
        if len(tries) <= 2:
            raise OSError("no space left on device")
        return real(connection, inbound)

    real = inbox.put
    async with line(tmp_path, emulator=emulator) as phone:
        await phone.until(lambda: phone.state.state == "ok")
        monkeypatch.setattr(inbox, "put", broken)
        emulator.say(ANA, "can I shoot?")
        await phone.answer(ANA)
        assert len(tries) == 3 and len(set(tries)) == 1


async def test_an_update_nobody_can_read_does_not_stop_the_others(tmp_path: Path) -> None:
    emulator = Emulator(chat_limit=100)
    async with line(tmp_path, emulator=emulator) as phone:
        emulator._push({"message": {"message_id": "broken", "chat": 5}})
        emulator.say(ANA, "can I shoot?")
        assert await phone.answer(ANA)
