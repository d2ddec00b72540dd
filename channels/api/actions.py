"""``POST /rasa/actions``: Rasa's action calls in, what ``bot.actions`` says out. Internal network and token only."""

from __future__ import annotations

import hmac
import json

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from bot.errors import UnknownAction
from channels.api.guard import internal
from channels.kit import Kit, action_token


def router(kit: Kit) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    token = action_token(kit.settings, kit.keys).encode()
    networks = kit.settings.internal_networks.split(",")

    @routes.post("/rasa/actions")
    async def act(request: Request) -> JSONResponse:
        if not internal(request, networks):
            return JSONResponse({"error": "internal only"}, 404)
        if not hmac.compare_digest(request.headers.get("x-action-token", "").encode(), token):
            return JSONResponse({"error": "token"}, 401)
        try:
            call = json.loads(await request.body())
            name = str(call["next_action"])
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"error": "not an action call"}, 400)
        if kit.actions is None:
            return JSONResponse({"error": "no actions", "action_name": name}, 404)
        try:
            return JSONResponse(dict(kit.actions(call)))
        except UnknownAction as unknown:
            return JSONResponse({"error": str(unknown), "action_name": name}, 404)

    return routes
