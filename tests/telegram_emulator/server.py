"""The emulator on the network: ``/bot<token>/<method>`` for bots, ``/control/…`` for tests in other processes."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from tests.telegram_emulator.markup import Refused
from tests.telegram_emulator.phone import Emulator, Fault, Json


class Server:
    """Serves one ``Emulator`` on ``127.0.0.1``; ``address`` is known after start."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.address = ""
        self._poll: asyncio.Future[None] | None = None
        self._hook: asyncio.Task[None] | None = None
        self._methods: dict[str, Callable[[Json], Any]] = {
            "getme": lambda _: {**emulator._bot(), "can_join_groups": True, "can_read_all_group_messages": False,
                                "supports_inline_queries": False},
            "sendmessage": emulator.send_message, "editmessagetext": emulator.edit_message_text,
            "answercallbackquery": emulator.answer_callback, "setmycommands": emulator.set_commands,
            "getmycommands": lambda given: emulator.commands.get(str(given.get("language_code") or ""), []),
            "sendchataction": lambda _: True, "getwebhookinfo": self._info,
        }

    @contextlib.asynccontextmanager
    async def running(self, port: int = 0) -> AsyncIterator[Server]:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_post("/control/{what}", self._control)
        app.router.add_get("/control/state", self._state)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port, shutdown_timeout=0.1)
        await site.start()
        assert site._server is not None
        self.address = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[attr-defined]
        try:
            yield self
        finally:
            if self._hook is not None:
                self._hook.cancel()
            await runner.cleanup()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        emulator, method = self.emulator, request.match_info["method"].lower()
        if request.match_info["token"] != emulator.token:
            return _answer(Refused(401, "Unauthorized"))
        given = await _given(request)
        emulator.calls.append((method, given))
        fault = emulator.fault(method, int(given["chat_id"]) if "chat_id" in given else None)
        early = await self._before(fault, request)
        if early is not None:
            return early
        try:
            result = await self._run(method, given)
        except Refused as refused:
            emulator.refusals.append((method, refused.description))
            return _answer(refused)
        if fault is not None and fault.kind == "drop_after":
            return _drop(request)
        if fault is not None and fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        return web.json_response({"ok": True, "result": result})

    async def _before(self, fault: Fault | None, request: web.Request) -> web.StreamResponse | None:
        match fault.kind if fault is not None else None:
            case "drop":
                return _drop(request)
            case "html502":
                return web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html")
            case "error500":
                return _answer(Refused(500, "Internal Server Error"))
            case "forbidden":
                return _answer(Refused(403, "Forbidden: user is deactivated"))
            case "flood":
                assert fault is not None
                return _answer(Refused(429, "Too Many Requests", retry_after=int(fault.seconds)))
        return None

    async def _run(self, method: str, given: Json) -> Any:
        if method == "getupdates":
            return await self._get_updates(given)
        if method in ("setwebhook", "deletewebhook"):
            return self._set_webhook(given if method == "setwebhook" else {})
        if method not in self._methods:
            raise Refused(404, "Not Found")
        return self._methods[method](given)

    async def _get_updates(self, given: Json) -> list[Json]:
        emulator = self.emulator
        if emulator.webhook["url"]:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first")
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(Refused(409, "Conflict: terminated by other getUpdates request"))
        mine = self._poll = asyncio.get_running_loop().create_future()
        offset, allowed = int(given.get("offset") or 0), given.get("allowed_updates")
        while emulator.updates and emulator.updates[0]["update_id"] < offset:
            emulator.updates.popleft()
        end = asyncio.get_running_loop().time() + float(given.get("timeout") or 0)
        while True:
            news = emulator.news
            found = [update for update in emulator.updates if not allowed or set(update) & set(allowed)]
            left = end - asyncio.get_running_loop().time()
            if found or left <= 0:
                if not mine.done():
                    mine.set_result(None)
                mine.result()
                return found[: int(given.get("limit") or 100)]
            ring = asyncio.ensure_future(news.wait())
            await asyncio.wait({ring, mine}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            ring.cancel()
            if mine.done():
                mine.result()

    def _set_webhook(self, given: Json) -> bool:
        if self._hook is not None:
            self._hook.cancel()
            self._hook = None
        secret = str(given.get("secret_token") or "")
        if not all(c.isalnum() or c in "_-" for c in secret):
            raise Refused(400, "Bad Request: secret token contains unallowed characters")
        self.emulator.webhook = {"url": str(given.get("url") or ""), "secret": secret, "attempts": 0, "statuses": []}
        if self.emulator.webhook["url"]:
            self._hook = asyncio.create_task(self._deliver())
        return True

    async def _deliver(self) -> None:
        """Pushes updates in order; one that is not taken with 2xx is tried again, as Telegram does."""
        emulator, hook = self.emulator, self.emulator.webhook
        async with ClientSession(timeout=ClientTimeout(5)) as session:
            while True:
                news = emulator.news
                if not emulator.updates:
                    await news.wait()
                    continue
                headers = {"X-Telegram-Bot-Api-Secret-Token": hook["secret"]} if hook["secret"] else {}
                hook["attempts"] += 1
                try:
                    async with session.post(hook["url"], json=emulator.updates[0], headers=headers) as response:
                        hook["statuses"].append(response.status)
                        if response.status < 300:
                            emulator.updates.popleft()
                            continue
                except (ClientError, TimeoutError):
                    hook["statuses"].append(0)
                await asyncio.sleep(0.2)

    def _info(self, _: Json) -> Json:
        return {"url": self.emulator.webhook["url"], "has_custom_certificate": False,
                "pending_update_count": len(self.emulator.updates)}

    async def _control(self, request: web.Request) -> web.Response:
        """say {chat, text} · press {chat, message, data} · block {chat} · fault {method, kind, …}"""
        given, emulator = await request.json(), self.emulator
        match request.match_info["what"]:
            case "say":
                found = emulator.say(int(given["chat"]), given["text"], given.get("language", "en"))
            case "press":
                chat = emulator.chats[int(given["chat"])]
                found = emulator.press(chat.id, chat.messages[int(given["message"])], given["data"])
            case "block":
                found = emulator.block(int(given["chat"]))
            case "fault":
                emulator.faults.append(Fault(**given))
                found = 0
            case _:
                raise web.HTTPNotFound
        return web.json_response({"update_id": found})

    async def _state(self, _: web.Request) -> web.Response:
        return web.json_response(self.emulator.state())


async def _given(request: web.Request) -> Json:
    if request.content_type == "application/json":
        found: Json = await request.json()
        return found
    values: Json = {**request.query, **(await request.post())}
    for name, value in values.items():
        if isinstance(value, str) and value[:1] in "[{" and name != "text":
            with contextlib.suppress(ValueError):
                values[name] = json.loads(value)
    return values


def _answer(refused: Refused) -> web.Response:
    body: Json = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return web.json_response(body, status=refused.code)


def _drop(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.close()
    return web.Response()
