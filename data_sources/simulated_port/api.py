"""The HTTP API of the simulated port: routes, tokens and the OpenAPI description.

`python -m data_sources.simulated_port.api FILE` writes the description; `docs/api.md` explains the API in words.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import hmac
import json
import pathlib
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

import anyio.to_thread
from fastapi import Depends, FastAPI, Path, Query, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from data_sources.simulated_port import encoding, schema
from data_sources.simulated_port.bell import Bell
from data_sources.simulated_port.cursor import CURSOR_PATTERN, cursor_of, parse_cursor
from data_sources.simulated_port.errors import ERROR_SCHEMA, ApiError, BodyLimit, install_handlers
from data_sources.simulated_port.intake import DecisionPost, GateHoldPost, Intake, TaskPost, plain
from data_sources.simulated_port.record_log import ALL_KINDS, CursorAheadError, CursorExpiredError, Extract, RecordLog
from twin.records import Kind, Record

API_VERSION = "1.0.0"
LARGEST_LIMIT = 50_000
LONGEST_WAIT_S = 30.0
_USUAL_LIMIT = 5_000
_BEARER = HTTPBearer(auto_error=False, description="The token the port was started with.")
_KINDS = "|".join(kind.value for kind in Kind)


@dataclass(frozen=True, slots=True)
class PortInfo:
    """What a client needs to know of the port before it reads: `rate` is simulated seconds a second."""

    code: str
    name_zh: str
    name_en: str
    datum: str
    origin_lon: float
    origin_lat: float
    seed: int
    date: str | None
    rate: float
    time_zone: str


@dataclass(frozen=True, slots=True, eq=False)
class Port:
    """What the API serves. `now`: the port's clock, ms UTC; `status`: "starting", "ok", or "failed" if it died."""

    info: PortInfo
    log: RecordLog
    intake: Intake
    now: Callable[[], int]
    status: Callable[[], str]
    bell: Bell = field(default_factory=Bell)
    run: str = field(default_factory=lambda: secrets.token_hex(6))


def create_app(port: Port, token: str) -> FastAPI:
    """The application. Every route but health wants `token` as bearer token."""
    app = FastAPI(title="Simulated port", version=API_VERSION, openapi_url=None, docs_url=None, redoc_url=None)
    app.add_middleware(BodyLimit)
    install_handlers(app)
    port.log.on_append = port.bell.ring
    guards = [Depends(_guard(token)), Depends(_known_parameters)]
    _add_reading(app, port, guards)
    _add_posting(app, port, guards)
    app.openapi = lambda: description(app)  # type: ignore[method-assign]
    return app


def description(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI description with the schema of every record kind."""
    made = get_openapi(
        title=app.title,
        version=app.version,
        summary="Reads what a port's systems say, in order and resumable, and takes what a desk sends back.",
        description="Times are milliseconds since 1970-01-01T00:00:00Z, UTC. Batches are columns, not rows.",
        routes=app.routes,
    )
    schemas = made["components"]["schemas"]
    schemas |= schema.components() | {"Error": ERROR_SCHEMA}
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    for route in made["paths"].values():
        for operation in route.values():
            for parameter in operation.get("parameters", ()):
                _without_null(parameter["schema"])
    return made


def _without_null(given: dict[str, Any]) -> None:
    """A parameter may be left out, but a URL has no null."""
    for choice in given.pop("anyOf", ()):
        if choice != {"type": "null"}:
            given |= choice


_Cursor = Annotated[
    str | None,
    Query(description="From an earlier answer; without it: from the earliest kept.", max_length=64,
          json_schema_extra={"pattern": CURSOR_PATTERN}),
]
_Limit = Annotated[int, Query(ge=1, le=LARGEST_LIMIT, description="At most so many records.")]
_Wait = Annotated[
    float,
    Query(ge=0, le=LONGEST_WAIT_S, allow_inf_nan=False, description="Wait so long for a first record. Unit: s."),
]
_Kinds = Annotated[
    str | None,
    Query(description="Record kinds with commas between; without it: all.",
          json_schema_extra={"pattern": f"^({_KINDS})(,({_KINDS}))*$"}),
]
_OneKind = Annotated[Kind, Path(description="The record kind.")]


def _add_reading(app: FastAPI, port: Port, guards: list[Any]) -> None:
    @app.get("/v1/health", responses=_answers("Health"), response_class=Response)
    async def health() -> Response:
        """Whether the port is alive. Needs no token."""
        return _json(
            {"status": port.status(), "run": port.run, "now": port.now(), "rate": port.info.rate,
             "records": port.log.last}
        )

    @app.get("/v1/port", responses=_answers("Port", 401), response_class=Response, dependencies=guards)
    async def about() -> Response:
        """The port, its clock and its run."""
        return _json(dataclasses.asdict(port.info) | {"now": port.now(), "run": port.run})

    @app.get("/v1/snapshot", responses=_answers("Snapshot", 401), response_class=Response, dependencies=guards)
    async def snapshot(request: Request, kinds: _Kinds = None) -> Response:
        """The latest record of each subject."""
        return await _snapshot(port, request, _kinds_of(kinds))

    @app.get(
        "/v1/snapshot/{kind}", responses=_answers("Snapshot", 401), response_class=Response, dependencies=guards
    )
    async def snapshot_of_kind(request: Request, kind: _OneKind) -> Response:
        """The latest record of each subject of one kind."""
        return await _snapshot(port, request, (kind,))

    @app.get(
        "/v1/records", responses=_answers("Records", 400, 401, 410), response_class=Response, dependencies=guards
    )
    async def records(
        request: Request, kinds: _Kinds = None, cursor: _Cursor = None, limit: _Limit = _USUAL_LIMIT, wait_s: _Wait = 0
    ) -> Response:
        """Records after the cursor, all kinds in one order."""
        return await _records(port, request, _kinds_of(kinds), cursor, limit, wait_s)

    @app.get(
        "/v1/records/{kind}", responses=_answers("Records", 400, 401, 410), response_class=Response,
        dependencies=guards,
    )
    async def records_of_kind(
        request: Request, kind: _OneKind, cursor: _Cursor = None, limit: _Limit = _USUAL_LIMIT, wait_s: _Wait = 0.0
    ) -> Response:
        """Records of one kind after the cursor."""
        return await _records(port, request, (kind,), cursor, limit, wait_s)


def _add_posting(app: FastAPI, port: Port, guards: list[Any]) -> None:
    @app.post(
        "/v1/tasks", responses=_stored("TaskRecord"), response_class=Response, status_code=201, dependencies=guards
    )
    async def post_task(post: TaskPost) -> Response:
        """Send a patrol. Its answers appear as task records: accepted, then done with a result."""
        return _json_stored(*port.intake.task(post))

    @app.post(
        "/v1/gate-holds", responses=_stored("TaskRecord"), response_class=Response, status_code=201,
        dependencies=guards,
    )
    async def post_gate_hold(post: GateHoldPost) -> Response:
        """Hold a truck at the gate. Its progress appears as records of a task of kind gate_hold."""
        return _json_stored(*port.intake.gate_hold(post))

    @app.post(
        "/v1/decisions", responses=_stored("ActionRecord"), response_class=Response, status_code=201,
        dependencies=guards,
    )
    async def post_decision(post: DecisionPost) -> Response:
        """Write back what an operator decided about a warning. It appears as an action record."""
        return _json_stored(*port.intake.decision(post))


async def _snapshot(port: Port, request: Request, kinds: tuple[Kind, ...]) -> Response:
    def made() -> Response:
        now = port.now()
        found = port.log.snapshot(kinds)
        head = {
            "run": port.run, "cursor": cursor_of(port.run, found.last),
            "earliest": cursor_of(port.run, found.earliest), "now": now,
        }
        return _packed(request, encoding.answer_bytes(head, found.batches))

    return await anyio.to_thread.run_sync(made)


async def _records(
    port: Port, request: Request, kinds: tuple[Kind, ...], cursor: str | None, limit: int, wait_s: float
) -> Response:
    after = None if cursor is None else _sequence_after(port, kinds, cursor)
    try:
        now, found = await _await_records(port, kinds, after, limit, wait_s)
    except CursorExpiredError as expired:
        raise _expired(port, expired.earliest) from None
    except CursorAheadError:
        raise ApiError(400, "bad_cursor", "The cursor was not given out by this port.", "cursor", cursor) from None

    def made() -> Response:
        head = {"run": port.run, "cursor": cursor_of(port.run, found.last), "more": found.more, "now": now}
        return _packed(request, encoding.answer_bytes(head, found.batches))

    return await anyio.to_thread.run_sync(made)


async def _await_records(
    port: Port, kinds: tuple[Kind, ...], after: int | None, limit: int, wait_s: float
) -> tuple[int, Extract]:
    """The clock and the records, as soon as there are any or `wait_s` is over."""
    loop = asyncio.get_running_loop()
    until = loop.time() + wait_s
    with port.bell.listening() as rung:
        while True:
            rung.clear()
            now = port.now()
            found = port.log.read(kinds, after, limit)
            left_s = until - loop.time()
            if len(found) or left_s <= 0 or port.bell.closed:
                return now, found
            after = found.last
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(rung.wait(), left_s)


def _sequence_after(port: Port, kinds: tuple[Kind, ...], cursor: str) -> int:
    try:
        run, sequence = parse_cursor(cursor)
    except ValueError:
        raise ApiError(400, "bad_cursor", "The cursor is not one that this API gives out.", "cursor", cursor) from None
    if run != port.run:
        raise _expired(port, port.log.earliest(kinds))
    return sequence


def _expired(port: Port, earliest: int) -> ApiError:
    return ApiError(
        410, "cursor_expired", "Records after this cursor are no longer kept; take a snapshot and read on from there.",
        "cursor", cursor_of(port.run, earliest),
    )


def _kinds_of(text: str | None) -> tuple[Kind, ...]:
    if text is None:
        return ALL_KINDS
    known = {kind.value: kind for kind in Kind}
    for name in text.split(","):
        if name not in known:
            raise ApiError(422, "invalid", f"{name!r} is not a record kind.", "kinds", name)
    return tuple(known[name] for name in text.split(","))


def _guard(token: str) -> Callable[..., None]:
    expected = token.encode()

    def check(given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> None:
        # compare_digest takes the same time wherever the texts differ
        if given is None or not hmac.compare_digest(given.credentials.encode(), expected):
            raise ApiError(401, "unauthorized", "Send the port's token in the header Authorization: Bearer TOKEN.")

    return check


def _known_parameters(request: Request) -> None:
    """Refuses parameters the route does not have: `kind=move` must not quietly read everything."""
    known = {parameter.alias for parameter in request.scope["route"].dependant.query_params}
    names = [name for name, _ in request.query_params.multi_items()]
    for name in names:
        if name not in known:
            raise ApiError(422, "invalid", "There is no such parameter here.", name, request.query_params[name])
        if names.count(name) > 1:
            raise ApiError(422, "invalid", f"{name} is given more than once.", name, request.query_params[name])


def _packed(request: Request, body: bytes) -> Response:
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    wants_gzip = encoding.accepts_gzip(request.headers.get("accept-encoding", ""))
    if wants_gzip and len(body) >= encoding.GZIP_FROM_BYTES:
        body = encoding.compressed(body)
        headers["Content-Encoding"] = "gzip"
    return Response(body, 200, headers, "application/json")


def _json(value: dict[str, Any], status: int = 200) -> Response:
    return Response(encoding.json_bytes(value), status, {"Cache-Control": "no-store"}, "application/json")


def _json_stored(record: Record, new: bool) -> Response:
    return _json(plain(record), 201 if new else 200)


_ERRORS = {
    400: "The cursor is none, or the body cannot be read.",
    401: "The token is missing or wrong.",
    409: "The id was used before with other content.",
    410: "cursor_expired: records after the cursor are no longer kept, or the port has been restarted.",
    413: "The body is too large.",
    422: "A parameter or member is missing or has a value that is not allowed.",
}


def _content(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": schema.reference(name)}}


def _answers(name: str, *errors: int) -> dict[int | str, dict[str, Any]]:
    found: dict[int | str, dict[str, Any]] = {200: {"description": "The answer.", "content": _content(name)}}
    return found | {status: {"description": _ERRORS[status], "content": _content("Error")} for status in (*errors, 422)}


def _stored(name: str) -> dict[int | str, dict[str, Any]]:
    return {201: {"description": "Stored.", "content": _content(name)}} | _answers(name, 400, 401, 409, 413) | {
        200: {"description": "Stored earlier under this id; the record as it was stored.", "content": _content(name)}
    }


def write_description(path: pathlib.Path) -> None:
    """Write the OpenAPI description as it is committed in docs/api/openapi.json."""
    path.write_text(description_text(), encoding="utf-8", newline="\n")


def description_text() -> str:
    """The OpenAPI description as text, the same for every port."""
    log = RecordLog()
    info = PortInfo("", "", "", "WGS-84", 0.0, 0.0, 0, None, 1.0, "UTC")
    intake = Intake(log, lambda: 0, lambda _subject, _until: None, lambda _subject: None, lambda _subject, _at: "")
    app = create_app(Port(info, log, intake, lambda: 0, lambda: "ok"), "unused")
    return json.dumps(app.openapi(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    write_description(pathlib.Path(sys.argv[1]))
