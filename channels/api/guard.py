"""The door: every request in; too large ones, strangers to internal routes and missing headers out.

Written as plain ASGI, because Starlette's ``BaseHTTPMiddleware`` breaks streaming and disconnects.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.api.errors import response

CSP = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
       "form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
HEADERS = {
    "content-security-policy": CSP, "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=()", "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
}


class SecurityHeaders:
    """Adds the headers above where the route set none of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, with_headers)


ROOMY = {"/rasa/actions": 8_000_000, "/telegram/": 1_000_000}
"""Prefix → limit in bytes where a body is not a person's message: an action call carries Rasa's whole session."""


class BodyLimit:
    """Answers 413 as soon as a body is known to exceed ``limit`` bytes, announced or not."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app, self._limit = app, limit

    def _allowed(self, path: str) -> int:
        return next((limit for prefix, limit in ROOMY.items() if path.startswith(prefix)), self._limit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        limit = self._allowed(scope["path"])
        refusal = response(413, "too_large", f"The body is larger than {limit} bytes.", "Send a shorter text.",
                           {"connection": "close"})
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdigit() or int(announced) > limit:
            return await refusal(scope, receive, send)
        held, size = [], 0
        while True:  # bodies are small by definition: read them whole, so that no half-read request reaches a route
            message = await receive()
            held.append(message)
            size += len(message.get("body", b""))
            if size > limit:
                return await refusal(scope, receive, send)
            if message["type"] != "http.request" or not message.get("more_body", False):
                break

        async def replay() -> Message:
            return held.pop(0) if held else await receive()

        await self._app(scope, replay, send)


def address(connection: HTTPConnection) -> str:
    """The client's network address; behind a proxy uvicorn fills in the forwarded one."""
    return connection.client.host if connection.client else ""


def internal(connection: HTTPConnection, networks: Sequence[str]) -> bool:
    """Whether the client is in one of the networks; an address that is none is not."""
    try:
        client = ipaddress.ip_address(address(connection))
    except ValueError:
        return False
    mapped = getattr(client, "ipv4_mapped", None)
    return any((mapped or client) in ipaddress.ip_network(network.strip()) for network in networks if network.strip())
