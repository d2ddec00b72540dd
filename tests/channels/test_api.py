"""The HTTP API through the real app, worker and store."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot import actions
from channels.app import create_app
from channels.assemble import working
from channels.kit import Kit
from channels.worker import Worker
from tests.channels import standin

TOKEN = "a-conversation-token-1"
LOCAL, FAR = "127.0.0.1", "203.0.113.9"


@contextlib.asynccontextmanager
async def client(kit: Kit, dialogue: Any = None, workers: int = 2, address: str = FAR) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(kit)
    transport = httpx.ASGITransport(app, client=(address, 4242))
    worker = Worker(kit, standin.parts(kit, dialogue))
    async with working(kit, worker, workers), httpx.AsyncClient(transport=transport, base_url="http://assistant") as made:
        yield made


async def test_a_question_is_answered_in_one_request(kit: Kit) -> None:
    async with client(kit) as web:
        found = await web.post("/api/v1/messages", json={
            "text": "posso disparar?", "language": "pt", "country": "MOZ", "role": "guard"})
        assert found.status_code == 200, found.text
        body = found.json()
        assert body["answered"] and len(body["conversation"]) >= 16
        (reply,) = [reply for reply in body["replies"] if reply["answer"]]
        answer = reply["answer"]
        assert answer["kind"] == "grounded" and answer["sentences"][0]["numbers"] == [1]
        assert {"text": "Nunca dispare por bens.", "numbers": [1]} in reply["lines"]
        assert answer["sources"][0]["label"] == "Princípio 9, Princípios"
        assert answer["sources"][0]["path"] == "/p/un_test_1990/principle-9?lang=pt"
        stable = (await web.get(f"/api/v1/answers/{answer['id']}")).json()
        assert stable["id"] == answer["id"] and stable["language"] == "pt" and stable["country"] == "MOZ"
        assert set(stable) == {
            "id", "question", "language", "country", "role", "as_of", "kind", "reason", "sentences", "sources", "drills",
            "receipt", "content_version", "took_ms"}
        again = await web.get(f"/api/v1/conversations/{body['conversation']}/replies", params={"after": 0})
        assert again.json()["replies"] == body["replies"]
        newer = await web.get(body["poll"])
        assert newer.json()["replies"] == []


async def test_a_button_is_a_choice(kit: Kit) -> None:
    async with client(kit) as web:
        found = await web.post("/api/v1/messages", json={"conversation": TOKEN, "choice": "cmd:help", "language": "es"})
        assert found.json()["replies"][0]["language"] == "es"


async def test_a_slow_turn_is_polled_for(tmp_path: Path) -> None:
    kit = standin.kit(tmp_path, wait_s=0.2)
    async with client(kit, standin.Asking(slow_s=0.8)) as web:
        found = await web.post("/api/v1/messages", json={"conversation": TOKEN, "text": "can I shoot?"})
        assert found.status_code == 202 and not found.json()["answered"]
        assert found.headers["location"] == found.json()["poll"] and found.headers["retry-after"] == "1"
        later = await web.get(found.json()["poll"], params={"after": 0, "wait_s": 8})
        assert any(reply["answer"] for reply in later.json()["replies"])


async def test_the_same_message_sent_again_after_a_failure_is_one(kit: Kit) -> None:
    dialogue = standin.Asking()
    async with client(kit, dialogue) as web:
        body = {"conversation": TOKEN, "text": "can I shoot?"}
        first = await web.post("/api/v1/messages", json=body, headers={"Idempotency-Key": "one"})
        again = await web.post("/api/v1/messages", json=body, headers={"Idempotency-Key": "one"})
        other = await web.post("/api/v1/messages", json=body, headers={"Idempotency-Key": "two"})
        assert first.json()["replies"] == again.json()["replies"] != other.json()["replies"]
        assert len(dialogue.heard) == 2


@pytest.mark.parametrize(("body", "status", "says"), [
    ({}, 422, "either text or choice"),
    ({"text": "a", "choice": "b"}, 422, "either text or choice"),
    ({"text": "  "}, 422, "empty"),
    ({"text": "x" * 4097}, 422, "4096"),
    ({"text": "a", "conversation": "short"}, 422, "conversation"),
    ({"text": "a", "conversation": "with spaces in it"}, 422, "conversation"),
    ({"text": "a", "language": "fr"}, 422, "language"),
    ({"text": "a", "unknown": 1}, 422, "unknown"),
    ({"choice": "x" * 65}, 422, "choice"),
    ([], 422, "body"),
])
async def test_a_wrong_body_is_explained_and_not_repeated(kit: Kit, body: Any, status: int, says: str) -> None:
    async with client(kit) as web:
        found = await web.post("/api/v1/messages", json=body)
        assert found.status_code == status
        problem = found.json()
        assert set(problem) == {"error", "problem", "cure"} and says in problem["problem"]
        assert "xxxx" not in found.text


async def test_broken_json_is_400_and_a_large_body_413(kit: Kit) -> None:
    async with client(kit) as web:
        kind = {"content-type": "application/json"}
        assert (await web.post("/api/v1/messages", content=b'{"text": "a', headers=kind)).status_code == 400
        assert (await web.post("/api/v1/messages", content=b'{"text": "\xff"}', headers=kind)).status_code == 400
        large = await web.post("/api/v1/messages", content=b"x" * 70_000, headers=kind)
        assert large.status_code == 413 and large.json()["error"] == "too_large"

        async def drip() -> AsyncIterator[bytes]:
            for _ in range(80):
                yield b"x" * 1000

        assert (await web.post("/api/v1/messages", content=drip(), headers=kind)).status_code == 413


async def test_too_fast_is_429_with_a_pause(tmp_path: Path) -> None:
    clock = standin.Hands()
    kit = standin.kit(tmp_path, clock, rate_burst=2, rate_per_minute=6)
    async with client(kit) as web:
        body = {"conversation": TOKEN, "choice": "cmd:help"}
        statuses = [(await web.post("/api/v1/messages", json=body)).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        refused = await web.post("/api/v1/messages", json=body)
        assert refused.headers["retry-after"] == "10" and "Wait" in refused.json()["cure"]
        other = await web.post("/api/v1/messages", json={"choice": "cmd:help"})
        assert other.status_code == 200, "others are not held up"
        clock.forward(10)
        assert (await web.post("/api/v1/messages", json=body)).status_code == 200


async def test_the_stream_says_sentence_by_sentence(kit: Kit) -> None:
    async with client(kit) as web:
        sent = await web.post("/api/v1/messages", json={"text": "can I shoot?"})
        (answer,) = [reply["answer"] for reply in sent.json()["replies"] if reply["answer"]]
        async with web.stream("GET", f"/api/v1/answers/{answer['id']}/stream") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            events, name = [], ""
            async for line in stream.aiter_lines():
                key, _, value = line.partition(": ")
                if key == "event":
                    name = value
                elif key == "data":
                    events.append((name, json.loads(value)))
        assert [name for name, _ in events] == ["sentence", "source", "done"]
        assert events[0][1]["numbers"] == [1] and events[2][1]["kind"] == "grounded"


async def test_nobody_else_finds_an_answer_or_a_conversation(kit: Kit) -> None:
    async with client(kit) as web:
        assert (await web.get("/api/v1/answers/AAAAAAAAAAAAAAAA")).status_code == 404
        assert (await web.get("/api/v1/answers/AAAAAAAAAAAAAAAA/stream")).status_code == 404
        assert (await web.get("/api/v1/answers")).status_code == 404
        await web.post("/api/v1/messages", json={"conversation": TOKEN, "choice": "cmd:help"})
        other = await web.get(f"/api/v1/conversations/{TOKEN}x/replies")
        assert other.status_code == 200 and other.json()["replies"] == []
        with kit.store.engine.connect() as connection:
            stored = str(connection.exec_driver_sql("SELECT * FROM inbox").all())
        assert TOKEN not in stored, "the token that opens a conversation is not in the database"


async def test_a_provision_and_its_page(kit: Kit) -> None:
    async with client(kit) as web:
        found = (await web.get("/api/v1/provisions/un_test_1990/principle-9")).json()
        assert found["label"]["pt"] == "Princípio 9" and found["text_kind"] == "digest"
        assert found["official_url"] == "https://example.org/principles"
        missing = await web.get("/api/v1/provisions/un_test_1990/none")
        assert missing.status_code == 404 and missing.json()["cure"]
        page = await web.get(found["page"], params={"lang": "es"})
        assert page.status_code == 200 and "Principio 9" in page.text and 'lang="es"' in page.text
        assert (await web.get("/p/un_test_1990/none?lang=pt")).status_code == 404


async def test_deletion_over_the_web_is_confirmed_once_and_gone(tmp_path: Path) -> None:
    kit = standin.kit(tmp_path)
    async with client(kit) as web:
        await web.post("/api/v1/messages", json={"conversation": TOKEN, "text": "can I shoot the Zambezi?"})
        gone = await web.post("/api/v1/messages", json={"conversation": TOKEN, "choice": "forget:yes"})
        assert "deleted" in gone.json()["replies"][0]["text"]
        assert (await web.get(f"/api/v1/conversations/{TOKEN}/replies")).json()["replies"] == []
        conversation = kit.keys.web(TOKEN).encode()
        for _ in range(100):
            left = b"".join(path.read_bytes() for path in tmp_path.glob("crm.sqlite3*"))
            if b"Zambezi" not in left and conversation not in left:
                return
            await asyncio.sleep(0.05)
        raise AssertionError("something is left")


async def test_health_says_what_is_missing_and_metrics_stay_inside(kit: Kit) -> None:
    async def broken() -> str:
        raise OSError

    async def missing() -> str:
        return "missing: no translator"

    kit = standin.with_checks(kit, {"a": broken, "b": missing})
    async with client(kit) as far, client(kit, address=LOCAL) as near:
        await far.post("/api/v1/messages", json={"text": "can I shoot?"})
        health = await far.get("/healthz")
        assert health.status_code == 200 and health.json()["status"] == "degraded"
        assert health.json()["parts"] == {"database": "ok", "a": "down: OSError", "b": "missing: no translator"}
        assert (await far.get("/readyz")).status_code == 200
        assert (await far.get("/metrics")).status_code == 404
        numbers = (await near.get("/metrics")).text
        assert 'crm_turns_total{action="ask",channel="web",degraded="false"} 1.0' in numbers
        assert "shoot" not in numbers


async def test_rasa_calls_actions_from_inside_with_the_token(kit: Kit) -> None:
    kit = standin.with_actions(kit, actions.respond)
    token = {"x-action-token": kit.keys.token("rasa-actions")}
    call = {"next_action": "action_help", "tracker": {"padding": "x" * 200_000}}
    async with client(kit, address=LOCAL) as near, client(kit) as far:
        said = await near.post("/rasa/actions", json=call, headers=token)
        assert said.status_code == 200 and said.json()["responses"][0]["custom"]["action"] == "help"
        assert (await near.post("/rasa/actions", json=call)).status_code == 401
        assert (await far.post("/rasa/actions", json=call, headers=token)).status_code == 404
        unknown = await near.post("/rasa/actions", json={"next_action": "action_none"}, headers=token)
        assert unknown.status_code == 404 and unknown.json()["action_name"] == "action_none"
        assert (await near.post("/rasa/actions", content=b"[", headers=token)).status_code == 400


async def test_every_page_has_the_security_headers(kit: Kit) -> None:
    async with client(kit) as web:
        for path in ("/", "/widget.js", "/api/v1/answers/none-at-all", "/p/x/y", "/healthz", "/openapi.json"):
            found = await web.get(path)
            assert "default-src 'none'" in found.headers["content-security-policy"], path
            assert found.headers["x-content-type-options"] == "nosniff"
            assert found.headers["referrer-policy"] == "no-referrer"
            assert "unsafe" not in found.headers["content-security-policy"]


async def test_other_sites_may_embed_the_widget(kit: Kit) -> None:
    async with client(kit) as web:
        asked = {"origin": "https://mine.example", "access-control-request-method": "POST",
                 "access-control-request-headers": "content-type,idempotency-key"}
        allowed = await web.options("/api/v1/messages", headers=asked)
        assert allowed.status_code == 200 and allowed.headers["access-control-allow-origin"] == "*"
        script = await web.get("/widget.js")
        assert script.headers["content-type"].startswith("text/javascript")


async def test_the_interface_is_published_with_its_errors(kit: Kit) -> None:
    async with client(kit) as web:
        spec = (await web.get("/openapi.json")).json()
        posted = spec["paths"]["/api/v1/messages"]["post"]
        assert {"200", "202", "400", "413", "422", "429"} <= set(posted["responses"])
        assert not any(path.startswith(("/rasa", "/telegram", "/metrics")) for path in spec["paths"])
