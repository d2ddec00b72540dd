"""The worker: a message in the inbox becomes one stored turn, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.errors import DialogueDown
from bot.model import Channel, ConversationId, Message, Reply
from channels.ask import delivered
from channels.keys import new_id
from channels.kit import Kit
from channels.model import Hints, Inbound, Sending
from channels.receive import receive
from channels.store import erase, inbox, journal, outbox, profiles, tables
from channels.upkeep import forget
from channels.worker import Worker
from knowledge_base.model import Country, Language, Role
from retrieval.model import Reason
from tests.channels import standin

WEB = ConversationId("web:one")


async def say(kit: Kit, words: str | None = None, choice: str | None = None, *, conversation: str = WEB,
              address: str | None = None, **hints: Any) -> str:
    channel = Channel.WEB if address is None else Channel.TELEGRAM
    message = Message(id=new_id(), conversation=ConversationId(conversation), channel=channel, text=words, choice=choice,
                      received_at=kit.clock())
    await receive(kit, Inbound(update_id=message.id, message=message, hints=Hints(**hints), address=address))
    return message.id


def replies(kit: Kit, message_id: str) -> list[Reply]:
    return [one.reply for one in kit.store.read_now(lambda c: outbox.to_message(c, message_id))]


async def test_a_question_is_answered_and_everything_is_stored(kit: Kit) -> None:
    worker = Worker(kit, standin.parts(kit))
    asked = await say(kit, "posso disparar?", language=Language.PT, country=Country.MOZ, role=Role.GUARD)
    assert await worker.step() and not await worker.step()
    answers = [reply.answer for reply in replies(kit, asked) if reply.answer]
    assert [answer.kind for answer in answers] == ["grounded"]
    assert answers[0].language is Language.PT
    profile = kit.store.read_now(lambda c: profiles.get(c, WEB))
    assert profile is not None and profile.greeted and profile.last_answer == answers[0].id
    assert (profile.language, profile.country, profile.role) == (Language.PT, Country.MOZ, Role.GUARD)
    assert kit.store.read_now(lambda c: journal.answer(c, answers[0].id)) == answers[0]
    assert not kit.store.read_now(lambda c: inbox.pending(c, asked))


async def test_a_telegram_reply_waits_to_be_sent_a_web_reply_to_be_fetched(kit: Kit) -> None:
    worker = Worker(kit, standin.parts(kit))
    await say(kit, "can I shoot?", conversation="tg:x", address="sealed")
    await say(kit, "can I shoot?")
    await worker.step()
    await worker.step()
    with kit.store.engine.connect() as connection:
        rows = connection.execute(tables.outbox.select()).all()
    assert {(row.channel, row.state, row.address) for row in rows} == {
        ("telegram", Sending.WAITING.value, "sealed"), ("web", Sending.PULL.value, None)}


async def test_a_broken_turn_is_tried_again_and_then_apologised_for(tmp_path: Path) -> None:
    clock = standin.Hands()
    kit = standin.kit(tmp_path, clock, attempts=3)

    class Broken(standin.Asking):
        async def turn(self, *_: Any, **__: Any) -> Any:
            raise ValueError("the text of a person")

    worker = Worker(kit, standin.parts(kit, Broken()))
    asked, later = await say(kit, "puedo disparar?", language=Language.ES), await say(kit, None, "cmd:help")
    for _ in range(2):
        assert await worker.step()
        assert not await worker.step(), "neither this message nor the one behind it before the pause is over"
        clock.forward(60)
    assert await worker.step()
    (sorry,) = replies(kit, asked)
    assert sorry.language is Language.ES and sorry.answer is None
    assert await worker.step(), "the conversation goes on"
    assert replies(kit, later)


async def test_errors_are_logged_without_what_a_person_wrote(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(standin.Asking):
        async def turn(self, *_: Any, **__: Any) -> Any:
            raise ValueError("geheim")

    await say(kit, "a very private sentence")
    await Worker(kit, standin.parts(kit, Broken())).step()
    assert "a turn failed (ValueError at " in caplog.text
    assert "private" not in caplog.text and "geheim" not in caplog.text


async def test_a_dialogue_engine_that_is_down_does_not_stop_answers(kit: Kit) -> None:
    class Down(standin.Asking):
        async def turn(self, *_: Any, **__: Any) -> Any:
            raise DialogueDown("down")

    asked = await say(kit, "can I shoot?")
    await Worker(kit, standin.parts(kit, Down())).step()
    assert any(reply.answer for reply in replies(kit, asked))


async def test_two_workers_never_work_on_one_conversation_at_once(kit: Kit) -> None:
    busy: set[str] = set()

    class Watching(standin.Asking):
        async def turn(self, conversation: Any, text: str, **more: Any) -> Any:
            assert conversation not in busy
            busy.add(conversation)
            await asyncio.sleep(0.02)
            busy.discard(conversation)
            return await super().turn(conversation, text, **more)

    dialogue = Watching()
    asked = [await say(kit, f"can I shoot {n}?", conversation=f"web:{n % 3}") for n in range(12)]
    tasks = [asyncio.create_task(Worker(kit, standin.parts(kit, dialogue)).run()) for _ in range(4)]
    async with asyncio.timeout(20):
        while any(kit.store.read_now(partial(inbox.pending, message_id=one)) for one in asked):
            await asyncio.sleep(0.02)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert sorted(dialogue.heard) == sorted(f"can I shoot {n}?" for n in range(12))
    for conversation in range(3):
        own = [words for words in dialogue.heard if int(words[12:-1]) % 3 == conversation]
        assert own == sorted(own, key=lambda words: int(words[12:-1]))
    assert kit.metrics.turn_errors._value.get() == 0


async def test_a_turn_that_outlives_its_lease_changes_nothing(tmp_path: Path) -> None:
    clock = standin.Hands()
    kit = standin.kit(tmp_path, clock, lease_s=5)
    asked = await say(kit, "can I shoot?")

    def overtaken(_: str) -> None:
        clock.forward(6)
        kit.store.write_now(lambda c: inbox.claim(c, kit.now, 5))

    late = standin.Asking(before=overtaken)
    assert await Worker(kit, standin.parts(kit, late)).step()
    assert replies(kit, asked) == []
    assert kit.store.read_now(lambda c: profiles.get(c, WEB)) is None
    assert kit.metrics.lease_lost._value.get() == 1
    clock.forward(6)
    assert await Worker(kit, standin.parts(kit)).step()
    assert sum(reply.answer is not None for reply in replies(kit, asked)) == 1


async def test_a_question_with_personal_data_is_not_kept(kit: Kit, tmp_path: Path) -> None:
    def look(question: Any) -> Any:
        return standin.answered(question, kit.content).model_copy(update={"reason": Reason.PERSONAL_DATA})

    await say(kit, "the guard Fulano de Tal hit me", language=Language.EN)
    await Worker(kit, replace(standin.parts(kit), look=look)).step()
    kit.store.close()
    erase.scrub(kit.store)
    assert b"Fulano" not in everything(tmp_path)


async def test_deletion_leaves_no_byte_and_starts_anew(tmp_path: Path) -> None:
    kit = standin.kit(tmp_path)
    dialogue, scrubbed = standin.Asking(), set[ConversationId]()
    worker = Worker(kit, standin.parts(kit, dialogue))
    for number in range(30):
        await say(kit, f"can I shoot the Zambezi-{number}?", country=Country.MOZ)
        await say(kit, f"can I shoot a neighbour-{number}?", conversation=f"web:other{number}")
    gone = await say(kit, None, "forget:yes")
    last = await say(kit, "can I shoot again?")
    while await worker.step():
        pass
    await forget(kit, dialogue, WEB, scrubbed)
    assert dialogue.forgotten == [WEB]
    assert b"Zambezi" not in everything(tmp_path), "already before the confirmation was fetched"
    told = kit.store.read_now(lambda c: outbox.to_message(c, gone))
    assert ["deleted" in one.reply.text for one in told] == [True] and told[0].vanish
    await delivered(kit, told)
    await forget(kit, dialogue, WEB, scrubbed)
    assert kit.store.read_now(erase.to_forget) == () and not scrubbed
    assert any(reply.answer for reply in replies(kit, last)), "what came later is a new beginning"
    kit.store.close()
    assert everything(tmp_path).count(b"neighbour-") >= 30
    assert b"Zambezi" not in everything(tmp_path)


async def test_not_even_the_pseudonym_is_left(tmp_path: Path) -> None:
    kit = standin.kit(tmp_path)
    dialogue = standin.Asking()
    worker = Worker(kit, standin.parts(kit, dialogue))
    await say(kit, "can I shoot?")
    gone = await say(kit, None, "forget:yes")
    while await worker.step():
        pass
    await delivered(kit, kit.store.read_now(lambda c: outbox.to_message(c, gone)))
    await forget(kit, dialogue, WEB, set())
    kit.store.close()
    assert WEB.encode() not in everything(tmp_path)


async def test_a_dialogue_engine_that_cannot_forget_is_asked_again(kit: Kit) -> None:
    class Down(standin.Asking):
        down = True

        async def forget(self, conversation: ConversationId) -> None:
            if self.down:
                raise DialogueDown("down")
            await super().forget(conversation)

    dialogue = Down()
    await say(kit, None, "forget:yes", address="sealed", conversation="tg:x")
    await Worker(kit, standin.parts(kit, dialogue)).step()
    (conversation,) = kit.store.read_now(erase.to_forget)
    await forget(kit, dialogue, conversation, set())
    assert kit.store.read_now(erase.to_forget) == ("tg:x",) and not dialogue.forgotten
    dialogue.down = False
    await forget(kit, dialogue, conversation, set())
    assert dialogue.forgotten == ["tg:x"]
    assert kit.store.read_now(erase.to_forget) == ("tg:x",), "the confirmation was not sent yet"


def everything(folder: Path) -> bytes:
    """All bytes of the database's files."""
    return b"".join(path.read_bytes() for path in folder.glob("crm.sqlite3*"))
