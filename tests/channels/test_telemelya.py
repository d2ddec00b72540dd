"""The same bot against somebody else's emulation of the Bot API, so that ours cannot merely agree with itself.

``telemelya`` (MIT) wants old and new packages of its own, so it lives in an environment of its own; without it, and
without ``redis-server``, this test is skipped:

    python -m venv .venv-telemelya && .venv-telemelya/bin/pip install telemelya==0.2.2 "moto[server]"

It pushes to a webhook but never sends the secret header: first our refusal is seen, then a small proxy adds the header.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from aiohttp import ClientSession, web

from channels.app import create_app
from channels.assemble import working
from channels.telegram import connect, webhook
from channels.worker import Worker
from tests.channels import standin
from tests.conftest import free_port

ROOT = Path(__file__).parents[2]
HOME = Path(os.environ.get("TELEMELYA_VENV", str(ROOT / ".venv-telemelya"))) / "bin"
TOKEN, KEY = "123456:contract-test-of-no-value", "k1"
CHAT = 1001

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (HOME / "telemelya-server").exists() or shutil.which("redis-server") is None,
                       reason="telemelya is not installed here; see the first lines of this file"),
]


@pytest.fixture(scope="module")
def telemelya(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a running telemelya with its Redis and a stand-in for its object store."""
    folder = tmp_path_factory.mktemp("telemelya")
    redis, store, port = free_port(), free_port(), free_port()
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "AUTH_KEYS": KEY, "MOCK_SERVER_HOST": "127.0.0.1",
        "MOCK_SERVER_PORT": str(port), "REDIS_URL": f"redis://127.0.0.1:{redis}/0", "MINIO_ENDPOINT": f"127.0.0.1:{store}",
    }
    with contextlib.ExitStack() as stack:
        for command, wanted in (
            (["redis-server", "--bind", "127.0.0.1", "--port", str(redis), "--save", "", "--appendonly", "no"], redis),
            ([str(HOME / "moto_server"), "-H", "127.0.0.1", "-p", str(store)], store),
            ([str(HOME / "telemelya-server")], port),
        ):
            log = stack.enter_context((folder / f"{Path(command[0]).name}.log").open("wb"))
            process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            _wait(wanted, process)
        yield f"http://127.0.0.1:{port}"


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    import socket
    import time

    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None, "it ended while starting"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"nothing listens on {port}")


class Person:
    """Somebody who writes through telemelya's control API."""

    def __init__(self, address: str, http: httpx.AsyncClient) -> None:
        self._address, self._http = address, http

    async def update(self, **what: Any) -> int:
        """Pushes an update; returns the status our webhook gave it."""
        found = await self._http.post(f"{self._address}/api/v1/test/send_update", params={"bot_token": TOKEN},
                                      json={"chat_id": CHAT, **what}, headers={"Authorization": f"Bearer {KEY}"})
        found.raise_for_status()
        return int(found.json()["delivery"]["status_code"])

    async def seen(self, least: int) -> list[dict[str, Any]]:
        """All messages of the bot, once there are ``least`` and the number stands still."""
        async with asyncio.timeout(20):
            before = -1
            while True:
                found = await self._http.get(f"{self._address}/api/v1/test/responses",
                                             headers={"Authorization": f"Bearer {KEY}"})
                said = [one for one in found.json()["responses"] if one["method"] == "sendMessage"]
                if len(said) >= least and len(said) == before:
                    return said
                before = len(said)
                await asyncio.sleep(0.3)


@contextlib.asynccontextmanager
async def secret_adding_proxy(target: str, secret: str) -> AsyncIterator[str]:
    async def forward(request: web.Request) -> web.Response:
        async with ClientSession() as session, session.post(
            target, data=await request.read(), headers={webhook.HEADER: secret}
        ) as answer:
            return web.Response(status=answer.status, body=await answer.read())

    app = web.Application()
    app.router.add_post("/", forward)
    runner, port = web.AppRunner(app, access_log=None), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"http://127.0.0.1:{port}/"
    await runner.cleanup()


async def test_a_conversation_over_a_third_party_emulation(telemelya: str, tmp_path: Path) -> None:
    port = free_port()
    kit = standin.kit(tmp_path, telegram_token=TOKEN, telegram_api=telemelya, telegram_chat_rate=50)
    bot, state = connect.make_bot(kit.settings), connect.line_of(kit.settings)
    kit = replace(kit, settings=kit.settings.model_copy(update={
        "telegram_mode": "webhook", "public_url": f"http://127.0.0.1:{port}"}))
    app = create_app(kit, [connect.connected(kit, bot, state), working(kit, Worker(kit, standin.parts(kit)), 2)],
                     [webhook.router(kit, bot)])
    served = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", access_log=False))
    task = asyncio.create_task(served.serve())
    async with asyncio.timeout(20):
        while state.state != "ok":
            await asyncio.sleep(0.05)
    ours = kit.settings.public_url + webhook.path(kit.keys)
    async with httpx.AsyncClient(trust_env=False, timeout=20) as http, \
            secret_adding_proxy(ours, webhook.secret(kit.keys)) as proxy:
        ana = Person(telemelya, http)
        assert await ana.update(text="/start") == 403, "no secret, no message"
        await bot.set_webhook(proxy)
        assert await ana.update(text="/start") == 200
        said = await ana.seen(1)
        assert "machine" in said[0]["text"] and "lang:pt" in str(said[0]["reply_markup"])
        assert await ana.update(callback_data="lang:pt") == 200
        said = await ana.seen(len(said) + 1)
        assert await ana.update(text="posso disparar?") == 200
        said = await ana.seen(len(said) + 1)
        answer = next(one for one in said if "fb:" in str(one["reply_markup"]))
        assert "Nunca dispare por bens. [1]" in answer["text"] and "<b>Fontes</b>" in answer["text"]
        assert answer["raw"]["parse_mode"] == "HTML"
    served.should_exit = True
    await task
    kit.store.close()
