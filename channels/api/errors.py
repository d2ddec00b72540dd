"""What a client is told when a request cannot be served: an exception in, ``{error, problem, cure}`` out.

FastAPI's own messages echo the input; ours never do, because the input is what somebody wrote.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from knowledge_base.model import Value


class Problem(Value):
    """Body of every error response."""

    error: str
    problem: str
    cure: str


class Refused(Exception):
    """A request this API does not serve; becomes a ``Problem`` with the given status."""

    def __init__(self, status: int, error: str, problem: str, cure: str, retry_after_s: float | None = None) -> None:
        super().__init__(error)
        self.status = status
        self.body = Problem(error=error, problem=problem, cure=cure)
        self.headers = {} if retry_after_s is None else {"Retry-After": str(max(1, -int(-retry_after_s // 1)))}


def response(status: int, error: str, problem: str, cure: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(Problem(error=error, problem=problem, cure=cure).model_dump(), status, headers)


def install(app: FastAPI) -> None:
    """Registers the handlers."""

    async def refused(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Refused)
        return JSONResponse(error.body.model_dump(), error.status, error.headers)

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        found = error.errors()[0]
        if found.get("type") == "json_invalid":
            return response(400, "bad_json", "The body is not valid JSON.", "Send a JSON object in UTF-8.")
        place = ".".join(str(step) for step in found.get("loc", ()))
        problem = str(found.get("msg", "is not valid")).removeprefix("Value error, ")
        return response(422, "invalid", f"{place}: {problem}.",
                        "Correct that value; /openapi.json describes every field.")

    async def http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        known = {404: ("not_found", "There is nothing at this address.", "/openapi.json lists all addresses."),
                 405: ("wrong_method", "This address does not take that method.", "/openapi.json lists the methods."),
                 400: ("bad_request", "The body could not be read.", "Send UTF-8 JSON, or a form where one is asked for.")}
        name, problem, cure = known.get(
            error.status_code, ("error", "The request could not be served.", "See /openapi.json."))
        return response(error.status_code, name, problem, cure, dict(error.headers or {}))

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)


ERRORS: dict[int | str, dict[str, object]] = {
    400: {"model": Problem, "description": "The body is not JSON in UTF-8."},
    413: {"model": Problem, "description": "The body is too large."},
    422: {"model": Problem, "description": "A value is missing or not valid."},
}
"""Documented for every route that takes a body, so that the published interface holds no surprise."""
