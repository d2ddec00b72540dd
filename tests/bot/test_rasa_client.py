"""The HTTP adapter against a tiny fake Rasa on a real socket: directives, faults, time-outs, the five seconds of rest."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from bot.dialogue import Action, Directive
from bot.errors import DialogueDown
from bot.model import ConversationId
from bot.rasa_client import RasaDialogue, read_turn

WHO = ConversationId("web:one")
Respond = Callable[[str, dict[str, Any]], Awaitable[tuple[int, bytes]]]


def custom(action: str, **values: str | None) -> dict[str, Any]:
    return {"recipient_id": "web:one", "custom": {"action": action, "option": None, "topic": None, "value": None} | values}


def turned(*messages: dict[str, Any], confidence: float = 0.8) -> bytes:
    return json.dumps({"messages": messages, "intent": "x", "confidence": confidence, "loop": None, "slots": {}}).encode()


@contextlib.asynccontextmanager
async def fake_rasa(respond: Respond) -> AsyncIterator[tuple[str, list[tuple[str, str, dict[str, Any]]]]]:
    """Yields its address and the list of (path, token, body) it was sent."""
    calls: list[tuple[str, str, dict[str, Any]]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                lines = head.split("\r\n")
                headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                path = lines[0].split()[1]
                calls.append((path, headers.get("x-crm-token", ""), json.loads(body) if body else {}))
                status, content = await respond(path, calls[-1][2])
                writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content)
                await writer.drain()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    try:
        yield f"http://{host}:{port}", calls
    finally:
        server.close()


def always(status: int, content: bytes) -> Respond:
    async def respond(path: str, body: dict[str, Any]) -> tuple[int, bytes]:
        return status, content

    return respond


async def test_a_turn_carries_token_words_and_metadata_and_brings_a_directive() -> None:
    answer = always(200, turned(custom("set_country", value="PER")))
    async with fake_rasa(answer) as (url, calls), RasaDialogue(url, "secret-token") as rasa:
        found = await rasa.turn(WHO, "perú", payload=False, metadata={"turn_id": "m1", "drill": None})
    assert found == Directive(action=Action.SET_COUNTRY, value="PER", confidence=0.8)
    assert calls == [
        ("/webhooks/crm/turn", "secret-token",
         {"sender": "web:one", "text": "perú", "payload": False, "metadata": {"turn_id": "m1", "drill": None}})
    ]  # fmt: skip


async def test_forgetting() -> None:
    async with fake_rasa(always(200, b'{"deleted": 1}')) as (url, calls), RasaDialogue(url, "secret-token") as rasa:
        await rasa.forget(WHO)
        assert await rasa.up()
    assert [path for path, _, _ in calls] == ["/webhooks/crm/forget", "/webhooks/crm/"]


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (502, b'{"error":"empty"}'), (401, b"{}"), (500, b"oops"), (200, b"not json"), (200, b"[]"), (200, b"{}"),
        (200, turned()), (200, turned(custom("fly"))), (200, b'{"messages": [{"text": "hello"}]}'), (200, b'{"messages": 7}'),
        (200, b'{"messages": [{"custom": {"action": "ask", "unknown": 1}}]}'),
    ],
)  # fmt: skip
async def test_every_fault_is_dialogue_down_and_names_no_words(status: int, content: bytes) -> None:
    async with fake_rasa(always(status, content)) as (url, _), RasaDialogue(url, "secret-token") as rasa:
        with pytest.raises(DialogueDown) as down:
            await rasa.turn(WHO, "palabras secretas", payload=False, metadata={})
    assert "secretas" not in str(down.value)


async def test_nobody_there() -> None:
    async with RasaDialogue("http://127.0.0.1:9", "secret-token") as rasa:
        with pytest.raises(DialogueDown, match="did not answer"):
            await rasa.turn(WHO, "hola", payload=False, metadata={})
        assert not await rasa.up()


async def test_a_slow_rasa_is_given_up_after_the_total_time() -> None:
    async def sleepy(path: str, body: dict[str, Any]) -> tuple[int, bytes]:
        await asyncio.sleep(5)
        return 200, turned(custom("ask"))

    async with fake_rasa(sleepy) as (url, _), RasaDialogue(url, "secret-token", total_s=0.2) as rasa:
        began = time.monotonic()
        with pytest.raises(DialogueDown):
            await rasa.turn(WHO, "hola", payload=False, metadata={})
        assert time.monotonic() - began < 2


async def test_after_a_fault_rasa_rests_and_is_asked_again_later() -> None:
    now = [100.0]
    answers = [(502, b"{}"), (200, turned(custom("ask")))]

    async def respond(path: str, body: dict[str, Any]) -> tuple[int, bytes]:
        return answers.pop(0)

    async with fake_rasa(respond) as (url, calls), RasaDialogue(url, "secret-token", tick=lambda: now[0]) as rasa:
        for _ in range(3):
            with pytest.raises(DialogueDown):
                await rasa.turn(WHO, "hola", payload=False, metadata={})
            now[0] += 1.0
        assert len(calls) == 1
        now[0] += 3.0
        assert (await rasa.turn(WHO, "hola", payload=False, metadata={})).action is Action.ASK
    assert len(calls) == 2


@pytest.mark.parametrize(
    ("actions", "chosen"),
    [
        (["drill_choice", "drill_repeat"], "drill_choice"),
        (["ask", "drill_repeat"], "ask"),
        (["drill_repeat"], "drill_repeat"),
        (["drill_repeat", "start_drill"], "start_drill"),
    ],
)
def test_rasas_own_return_to_the_step_is_not_what_was_meant(actions: list[str], chosen: str) -> None:
    assert read_turn(json.loads(turned(*(custom(a) for a in actions)))).action == chosen
