"""The desk's routers and files: an app in, the same app with ``/desk`` out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import cast

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from channels.desk import answer_page, cohort_page, door, exports_page, members, people, queue_page
from channels.desk.accounts import Accounts
from channels.desk.guard import Guard, Turned
from channels.desk.pages import Desk, static
from channels.kit import Kit

WHY: Mapping[int, str] = {403: "stale_form", 404: "missing", 405: "missing", 422: "wrong_form"}


def install(app: FastAPI, kit: Kit) -> None:
    """Adds every page of the desk, its files under ``/desk/static``, and a page for what went wrong there."""
    desk, guard = Desk(kit), Guard(kit)

    async def turned(request: Request, error: Exception) -> Response:
        assert isinstance(error, Turned)
        if error.to:
            return RedirectResponse(error.to, 303)
        return desk.page("turned.html", request, error.signed, error.status, why=error.why)

    def for_people(kind: type[Exception], status_of: Callable[[Exception], int]) -> None:
        """Under ``/desk`` an error is a page; everywhere else it stays what it was."""
        before = cast(Callable[[Request, Exception], Awaitable[Response]], app.exception_handlers[kind])

        async def handle(request: Request, error: Exception) -> Response:
            status = status_of(error)
            if not request.url.path.startswith("/desk/") or status not in WHY:
                return await before(request, error)
            return desk.page("turned.html", request, await guard.known(request), status, why=WHY[status])

        app.add_exception_handler(kind, handle)

    app.add_exception_handler(Turned, turned)
    for_people(HTTPException, lambda error: error.status_code if isinstance(error, HTTPException) else 500)
    for_people(RequestValidationError, lambda _: 422)
    for router in routers(kit, desk, guard):
        app.include_router(router)
    app.mount("/desk/static", static(), name="desk-static")


def routers(kit: Kit, desk: Desk, guard: Guard) -> tuple[APIRouter, ...]:
    """One of each page module. Fixed addresses stand before those with a name in them."""
    known = Accounts(kit)
    return (
        door.router(kit, desk, guard, known), people.router(kit, desk, guard, known), members.router(kit, desk, guard),
        queue_page.router(kit, desk, guard), answer_page.router(kit, desk, guard),
        cohort_page.router(kit, desk, guard), exports_page.router(kit, desk, guard),
    )
