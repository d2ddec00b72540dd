"""The emulator refuses what Telegram refuses; otherwise the end-to-end tests would prove nothing."""

from __future__ import annotations

import asyncio

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter

from tests.telegram_emulator.markup import Refused, parse
from tests.telegram_emulator.phone import Emulator, Fault
from tests.telegram_emulator.server import Server


@pytest.mark.parametrize(("html", "text"), [
    ("a &lt;b&gt; &amp; &quot;c&quot; &#39;", "a <b> & \"c\" '"),
    ('<b>x <a href="https://e.org/?a=1&amp;b=2">y</a></b>', "x y"),
    ("  padded  ", "padded"),
])
def test_markup_is_read(html: str, text: str) -> None:
    assert parse(html, "HTML").text == text


@pytest.mark.parametrize("html", [
    "<b>open", "</b>", "<b><i>x</b></i>", "a < b", "a & b", "&nbsp;", "<script>x</script>", "<a>x</a>", "<b class='x'>y</b>",
    "", "   ", "<b></b>", "x" * 4097, "😀" * 2049, "<b>x</b>" * 101,
])
def test_markup_is_refused(html: str) -> None:
    with pytest.raises(Refused):
        parse(html, "HTML")


async def test_a_real_client_gets_telegrams_errors() -> None:
    emulator = Emulator(chat_limit=2)
    async with Server(emulator).running() as server:
        with pytest.raises(InvalidToken):
            await Bot("1:wrong", base_url=f"{server.address}/bot").get_me()
        async with Bot(emulator.token, base_url=f"{server.address}/bot") as bot:
            with pytest.raises(BadRequest, match="Chat not found"):
                await bot.send_message(7, "hello")
            emulator.say(7, "hi")
            with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
                await bot.send_message(7, "x", reply_markup=InlineKeyboardMarkup(
                    [[InlineKeyboardButton("x", callback_data="é" * 33)]]))
            sent = await bot.send_message(7, "<b>one</b>", parse_mode="HTML")
            with pytest.raises(BadRequest, match="not modified"):
                await bot.edit_message_text("one", 7, sent.message_id)
            with pytest.raises(BadRequest, match=r"(?i)query is too old"):
                await bot.answer_callback_query("none")
            await bot.send_message(7, "two")
            with pytest.raises(RetryAfter):
                await bot.send_message(7, "three")
            emulator.block(7)
            with pytest.raises(Forbidden):
                await bot.send_message(7, "four")
            emulator.faults.append(Fault("getme", "html502"))
            with pytest.raises(NetworkError):
                await bot.get_me()


async def test_updates_are_kept_until_acknowledged_and_one_may_poll() -> None:
    emulator = Emulator()
    async with Server(emulator).running() as server, \
            Bot(emulator.token, base_url=f"{server.address}/bot") as bot, \
            Bot(emulator.token, base_url=f"{server.address}/bot") as second:
        first = emulator.say(7, "one")
        emulator.say(7, "two")
        assert [u.update_id for u in await bot.get_updates()] == [first, first + 1]
        assert [u.update_id for u in await bot.get_updates(offset=first + 1)] == [first + 1]
        assert await bot.get_updates(offset=first + 2) == ()
        waiting = asyncio.create_task(bot.get_updates(offset=first + 2, timeout=5))
        await asyncio.sleep(0.1)
        await second.get_updates(offset=first + 2)
        with pytest.raises(Conflict):
            await waiting
        assert Emulator().say(7, "later") > first, "ids rise across restarts"
