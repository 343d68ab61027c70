"""Serves an application over HTTP on a socket that is already bound, and stops without waiting for long polls."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

from data_sources.arguments import UsageError
from data_sources.simulated_port.bell import Bell

_MOST_REQUESTS_AT_ONCE = 256
_GRACE_S = 3


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises UsageError if the address cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        made = socket.socket(family, kind, protocol)
        try:
            if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows: there SO_REUSEADDR would let two servers share a port
                made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(address)
            made.listen(128)
        except OSError:
            made.close()
            raise
    except OSError as problem:
        raise UsageError(f"The port cannot listen on {host}:{port}: {problem.strerror or problem}.") from None
    return made


def url_of(listener: socket.socket) -> str:
    """The URL under which this machine reaches a listening socket."""
    host, port = listener.getsockname()[:2]
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - a comparison, not a bind
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


class HttpServer:
    """uvicorn around one application. `serve` blocks until `stop` is called from any thread."""

    def __init__(self, app: ASGIApp, listener: socket.socket, bell: Bell) -> None:
        self._listener = listener
        self._bell = bell
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, lifespan="off", ws="none", loop="asyncio",
            limit_concurrency=_MOST_REQUESTS_AT_ONCE, timeout_keep_alive=75, timeout_graceful_shutdown=_GRACE_S,
        )
        self._server = _Server(config)

    def serve(self, on_ready: Callable[[], None]) -> None:
        """Serve until stopped. `on_ready` is called in this thread's event loop once requests are answered."""
        self._server.on_ready = on_ready
        try:
            self._server.run(sockets=[self._listener])
        finally:
            self._listener.close()

    def stop(self) -> None:
        """Make `serve` return soon. Any thread may call it."""
        self._server.should_exit = True
        self._bell.close()

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        """Serve in a thread while the context lasts. Yields the URL."""
        ready = threading.Event()
        thread = threading.Thread(target=self.serve, args=(ready.set,), name="http-server")
        thread.start()
        try:
            while not ready.wait(0.05):
                if not thread.is_alive():
                    raise RuntimeError("the HTTP server ended before it was ready")
            yield url_of(self._listener)
        finally:
            self.stop()
            thread.join()


class _Server(uvicorn.Server):
    """Leaves signals to the program and says when it is ready."""

    on_ready: Callable[[], None]

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self.on_ready()
