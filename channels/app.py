"""The app: a kit in, a FastAPI application out; while it runs, so do workers, Telegram and housekeeping."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack

from fastapi import APIRouter, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from channels.api import actions, answers, errors, health, messages, provisions
from channels.api.guard import BodyLimit, SecurityHeaders
from channels.api.messages import Door
from channels.kit import Kit
from channels.web import routes as web

Background = contextlib.AbstractAsyncContextManager[None]
"""Something that runs while the app does: entered at start, left at the end."""


def create_app(kit: Kit, background: Sequence[Background] = (), extra: Sequence[APIRouter] = ()) -> FastAPI:
    """``extra``: routers of other doors, e.g. Telegram's webhook and the trainers' desk."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for part in background:
                await stack.enter_async_context(part)
            yield

    app = FastAPI(
        title="CRM Secure Assistant", version="1", lifespan=lifespan, docs_url=None, redoc_url=None,
        description="Sourced answers and drills on human rights, use of force and critical raw materials. "
                    "Errors are {error, problem, cure}.",
    )
    errors.install(app)
    door = Door(kit)
    for router in (messages.router(kit, door), answers.router(kit), provisions.router(kit), health.router(kit),
                   actions.router(kit), web.router(kit, door), *extra):
        app.include_router(router)
    app.mount("/static", web.static(), name="static")
    # The last added is the outermost.
    app.add_middleware(GZipMiddleware, minimum_size=600)
    app.add_middleware(
        CORSMiddleware, allow_origins=[origin.strip() for origin in kit.settings.embed_origins.split(",")],
        allow_methods=["GET", "POST"], allow_headers=["content-type", "idempotency-key"],
        expose_headers=["location", "retry-after"], max_age=86_400,
    )
    app.add_middleware(BodyLimit, limit=kit.settings.body_limit)
    app.add_middleware(SecurityHeaders)
    return app
