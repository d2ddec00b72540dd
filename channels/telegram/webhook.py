"""``POST /telegram/<secret path>``: updates pushed by Telegram in, the inbox out; 200 only once they are stored."""

from __future__ import annotations

import hmac
import json

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from telegram import Bot

from channels.keys import Keys
from channels.kit import Kit
from channels.telegram.accept import accept

HEADER = "x-telegram-bot-api-secret-token"


def path(keys: Keys) -> str:
    return f"/telegram/{keys.token('telegram-path')}"


def secret(keys: Keys) -> str:
    return keys.token("telegram-webhook")


def router(kit: Kit, bot: Bot) -> APIRouter:
    """Errors: 403 wrong or missing secret, 400 not an update, 413 too large (``BodyLimit``), 500 not stored."""
    routes = APIRouter(include_in_schema=False)
    wanted = secret(kit.keys).encode()

    @routes.post(path(kit.keys))
    async def hook(request: Request) -> JSONResponse:
        if not hmac.compare_digest(request.headers.get(HEADER, "").encode(), wanted):
            kit.metrics.refused.labels(why="webhook_secret").inc()
            return JSONResponse({"error": "secret"}, 403)
        try:
            update = json.loads(await request.body())
            int(update["update_id"])
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"error": "not an update"}, 400)
        await accept(kit, bot, [update])
        return JSONResponse({"ok": True})

    return routes
