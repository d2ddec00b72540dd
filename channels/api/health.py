"""``/healthz``, ``/readyz``, ``/metrics``: the state of the parts out, for people and for machines that watch."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from channels.api.errors import Refused
from channels.api.guard import internal
from channels.kit import Kit
from channels.store import inbox, outbox

STUCK_S = 120.0
"""A message older than this means that no worker is doing its work."""


def router(kit: Kit) -> APIRouter:
    routes = APIRouter(tags=["operation"])
    networks = kit.settings.internal_networks.split(",")

    async def parts() -> dict[str, str]:
        found = {}
        for name, check in kit.checks.items():
            try:
                found[name] = await check()
            except Exception as error:  # a broken part is a state, not a broken health page
                found[name] = f"down: {type(error).__name__}"
        return found

    async def database() -> str:
        try:
            waiting, age = await kit.store.read(lambda connection: inbox.backlog(connection, kit.now))
            unsent = await kit.store.read(outbox.waiting)
        except Exception as error:
            return f"down: {type(error).__name__}"
        kit.metrics.backlog.set(waiting)
        kit.metrics.oldest.set(age)
        kit.metrics.outbox.set(unsent)
        return "ok" if age < STUCK_S else f"stuck: the oldest message waits for {age:.0f} s; is a worker running?"

    @routes.get("/healthz")
    async def healthz() -> JSONResponse:
        """The process lives; each part says ``ok`` or what is missing. 200 even with a part missing."""
        found = {"database": await database(), **await parts()}
        state = "ok" if all(text == "ok" for text in found.values()) else "degraded"
        return JSONResponse({"status": state, "parts": found, "content_version": kit.content.version})

    @routes.get("/readyz", responses={503: {"description": "Not ready: do not send messages here yet."}})
    async def readyz() -> JSONResponse:
        """200 when messages can be taken and answered. A missing dialogue engine does not count: questions work."""
        state = await database()
        return JSONResponse({"status": state}, 200 if state == "ok" else 503)

    @routes.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        if not internal(request, networks):
            raise Refused(404, "not_found", "There is nothing at this address.", "Metrics are read from inside.")
        await database()
        return Response(kit.metrics.text(), media_type="text/plain; version=0.0.4")

    return routes
