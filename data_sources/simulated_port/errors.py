"""What the API answers when it cannot do what was asked: one JSON shape for every error."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data_sources.simulated_port.encoding import json_bytes

LARGEST_BODY_BYTES = 64 * 1024
_LONGEST_ECHO = 200
_log = logging.getLogger(__name__)

_CODES = {401: "unauthorized", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}

ERROR_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong.",
    "required": ["error"],
    "additionalProperties": False,
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "field", "value"],
            "additionalProperties": False,
            "properties": {
                "code": {"type": "string", "description": "For programs; stable."},
                "message": {"type": "string", "description": "For people; one sentence."},
                "field": {"type": ["string", "null"], "description": "The parameter or member it is about."},
                "value": {"description": "The value found there; of cursor_expired the earliest readable cursor."},
            },
        }
    },
}


class ApiError(Exception):
    """An error to be answered with `status` and the API's error shape."""

    def __init__(self, status: int, code: str, message: str, field: str | None = None, value: Any = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.value = value


def error_response(error: ApiError, headers: dict[str, str] | None = None) -> Response:
    """An error in the API's error shape."""
    inner = {"code": error.code, "message": error.message, "field": error.field, "value": _echo(error.value)}
    return Response(json_bytes({"error": inner}), error.status, headers, "application/json")


def install_handlers(app: FastAPI) -> None:
    """Make every error of the app answer in the one shape, without details of the inside."""

    @app.exception_handler(ApiError)
    async def known(_: Request, error: ApiError) -> Response:
        return error_response(error, {"WWW-Authenticate": "Bearer"} if error.status == 401 else None)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place = [str(part) for part in first["loc"][1:]]
        if first["type"] == "json_invalid":
            return error_response(ApiError(422, "invalid", "The body is not JSON."))
        field = ".".join(place) or None
        named = f"{field}: {first['msg']}" if field else f"The body: {first['msg']}"
        value = first.get("input") if first["type"] != "missing" else None
        return error_response(ApiError(422, "invalid", named + ".", field, value))

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> Response:
        code = _CODES.get(error.status_code, "bad_request")
        known_headers = dict(error.headers) if error.headers else None
        return error_response(ApiError(error.status_code, code, f"{error.detail}."), known_headers)

    @app.exception_handler(Exception)
    async def bug(request: Request, error: Exception) -> Response:
        _log.error("error in %s %s", request.method, request.url.path, exc_info=error)
        return error_response(ApiError(500, "internal", "The port failed to answer this request; its log says why."))


class BodyLimit:
    """ASGI middleware: refuses bodies above LARGEST_BODY_BYTES, whether they state their length or not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        for name, value in scope["headers"]:
            if name != b"content-length":
                continue
            if len(value) > 10 or not value.isdigit() or int(value) > LARGEST_BODY_BYTES:
                too_large = ApiError(413, "too_large", f"The body is larger than {LARGEST_BODY_BYTES} bytes.")
                await error_response(too_large)(scope, receive, send)
                return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > LARGEST_BODY_BYTES:
                raise HTTPException(413, f"The body is larger than {LARGEST_BODY_BYTES} bytes")
            return message

        await self._app(scope, counted, send)


def _echo(value: Any) -> Any:
    """A value fit to be sent back: plain and short."""
    if value is None or isinstance(value, bool | int | float):
        return value if not isinstance(value, int) or abs(value) < 2**63 else str(value)[:_LONGEST_ECHO]
    return str(value)[:_LONGEST_ECHO]
