"""A port's API on a real socket that can be told to misbehave, for the tests of the feed."""

from __future__ import annotations

import gzip
import http.server
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from tests.feeds.trade import NOON, wire_batch
from twin.records import RECORD_CLASSES, SUBJECT_FIELD, Kind, Record

TOKEN = "open-sesame"
KIND_OF = {record_class: kind for kind, record_class in RECORD_CLASSES.items()}
Handler = http.server.BaseHTTPRequestHandler
Fault = Callable[[Handler, "ScriptedPort"], None]


class ScriptedPort:
    """Records in one order, a run, a token; `misbehave` queues faults that the next answers show."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.run = "run1"
        self.token = TOKEN
        self.now = NOON
        self.log: list[Record] = []  # sequence number = place + 1
        self.kept_from: dict[Kind, int] = {}  # by kind: sequence number up to which records were overwritten
        self.faults: deque[Fault] = deque()
        self.asked: list[str] = []
        self.posted: list[tuple[str, Any]] = []
        self.closing = False

    def say(self, *records: Record) -> None:
        with self.changed:
            self.log.extend(records)
            self.now = max([self.now, *(record.observed_at for record in records)])
            self.changed.notify_all()

    def misbehave(self, *faults: Fault) -> None:
        with self.changed:
            self.faults.extend(faults)
            self.changed.notify_all()

    def restart(self, log: list[Record]) -> None:
        """Another run, which holds `log`."""
        with self.changed:
            self.run = f"{self.run}x"
            self.log = list(log)
            self.kept_from = {}
            self.changed.notify_all()

    def overwrite(self, sequence: int, *kinds: Kind) -> None:
        """Records up to `sequence` of `kinds` (all if none is named) are no longer kept."""
        with self.changed:
            self.kept_from |= dict.fromkeys(kinds or Kind, sequence)

    def answer(self, path: str, question: dict[str, str]) -> tuple[int, Any]:
        with self.changed:
            kinds = [Kind(name) for name in question["kinds"].split(",")] if "kinds" in question else list(Kind)
            if path == "/v1/port":
                return 200, {"code": "CNJGY", "run": self.run, "now": self.now, "rate": 1.0}
            if path == "/v1/snapshot":
                latest = {(KIND_OF[type(r)], getattr(r, SUBJECT_FIELD[KIND_OF[type(r)]])): r for r in self.log}
                found = [r for (kind, _), r in latest.items() if kind in kinds]
                return 200, self._page(found, len(self.log), more=False)
            return self._records(kinds, question)

    def _records(self, kinds: list[Kind], question: dict[str, str]) -> tuple[int, Any]:
        earliest = max((self.kept_from.get(kind, 0) for kind in kinds), default=0)
        after = earliest
        if "cursor" in question:
            run, _, sequence = question["cursor"].partition(".")
            if run != self.run or int(sequence) < earliest:
                return 410, {"error": {"code": "cursor_expired", "message": "too old", "field": "cursor",
                                       "value": f"{self.run}.{earliest}"}}
            after = int(sequence)
        started_in = self.run

        def found() -> list[tuple[int, Record]]:
            rows = enumerate(self.log, start=1)
            return [(n, r) for n, r in rows if n > after and KIND_OF[type(r)] in kinds]

        self.changed.wait_for(lambda: found() or self.closing or self.faults or self.run != started_in,
                              float(question.get("wait_s", 0)))
        limit = int(question["limit"])
        page = found()
        more = len(page) > limit
        last = page[limit - 1][0] if more else len(self.log)
        return 200, self._page([r for _, r in page[:limit]], last, more=more)

    def _page(self, records: list[Record], last: int, *, more: bool) -> dict[str, Any]:
        batches: list[tuple[Kind, list[Record]]] = []
        for record in records:
            kind = KIND_OF[type(record)]
            if not batches or batches[-1][0] is not kind:
                batches.append((kind, []))
            batches[-1][1].append(record)
        return {"run": self.run, "cursor": f"{self.run}.{last}", "more": more, "now": self.now,
                "batches": [wire_batch(kind, rows) for kind, rows in batches]}


@contextmanager
def serving(port: ScriptedPort, at: int = 0) -> Iterator[str]:
    """The port on a free loopback port. Yields its address."""

    class Answers(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            question = {name: values[0] for name, values in parse_qs(parts.query).items()}
            port.asked.append(self.path)
            if self.headers.get("Authorization") != f"Bearer {port.token}":
                return send(self, 401, {"error": {"code": "unauthorized", "message": "who are you?"}})
            status, body = port.answer(parts.path, question)
            if port.faults:
                return port.faults.popleft()(self, port)
            return send(self, status, body)

        def do_POST(self) -> None:
            body = msgspec.json.decode(self.rfile.read(int(self.headers["Content-Length"])))
            if port.faults:
                return port.faults.popleft()(self, port)
            port.posted.append((self.path, body))
            if "refuse" in str(body):
                return send(self, 422, {"error": {"code": "invalid", "message": "no such truck", "field": "plate",
                                                  "value": "refuse"}})
            return send(self, 201, body)

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        allow_reuse_address = True

        def __init__(self) -> None:
            super().__init__(("127.0.0.1", at), Answers)
            self.connections: set[Any] = set()

        def process_request(self, request: Any, client_address: Any) -> None:
            self.connections.add(request)
            super().process_request(request, client_address)

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # a client that is cut off is what is being tested

    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        with port.changed:
            port.closing = True
            port.changed.notify_all()
        server.shutdown()
        server.server_close()
        for connection in server.connections:  # like a killed process: its connections die with it
            with suppress(OSError):
                connection.shutdown(2)
        port.closing = False


def send(handler: Handler, status: int, body: Any, **headers: str) -> None:
    data = body if isinstance(body, bytes) else msgspec.json.encode(body)
    handler.send_response(status)
    for name, value in ({"Content-Type": "application/json"} | headers).items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


# -- faults

def server_error(handler: Handler, port: ScriptedPort) -> None:
    send(handler, 500, {"error": {"code": "broken", "message": "out of memory"}})


def garbage(handler: Handler, port: ScriptedPort) -> None:
    send(handler, 200, b'{"run": "run1", "cursor": \x00\xff garbage')


def other_json(handler: Handler, port: ScriptedPort) -> None:
    send(handler, 200, {"weather": "fine"})


def proxy_page(handler: Handler, port: ScriptedPort) -> None:
    send(handler, 200, b"<html>please log in</html>", Content_Type="text/html")


def half_an_answer(handler: Handler, port: ScriptedPort) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"run":"run1","curs')
    handler.wfile.flush()
    handler.close_connection = True
    handler.connection.shutdown(2)


def broken_gzip(handler: Handler, port: ScriptedPort) -> None:
    send(handler, 200, b"\x1f\x8b" + b"no gzip at all", Content_Encoding="gzip")


def half_a_gzip(handler: Handler, port: ScriptedPort) -> None:
    whole = gzip.compress(msgspec.json.encode(port._page(port.log, len(port.log), more=False)) + b" " * 4000)
    send(handler, 200, whole[:len(whole) // 2], Content_Encoding="gzip")


def no_http(handler: Handler, port: ScriptedPort) -> None:
    handler.wfile.write(b"220 smtp.example ready\r\n\r\n")
    handler.close_connection = True


def hang_up(handler: Handler, port: ScriptedPort) -> None:
    handler.close_connection = True
    handler.connection.shutdown(2)


def moved(handler: Handler, port: ScriptedPort) -> None:
    send(handler, 302, b"", Location="http://elsewhere.example/v1/records")


def slow(seconds: float) -> Fault:
    def fault(handler: Handler, port: ScriptedPort) -> None:
        time.sleep(seconds)
        with suppress(OSError):
            send(handler, 500, b"")
    return fault


def trickling(seconds: float) -> Fault:
    def fault(handler: Handler, port: ScriptedPort) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        until = time.monotonic() + seconds
        with suppress(OSError):
            while time.monotonic() < until:
                handler.wfile.write(b" " * 200)
                time.sleep(0.02)
            handler.connection.shutdown(2)
    return fault
