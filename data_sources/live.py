"""What feeds a live desk: a backend that was given, or a simulated port of our own that is kept running."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from data_sources.clock import PortClock
from data_sources.health import HealthBook
from data_sources.inbox import Inbox
from data_sources.own_port import OwnPort, PortOptions
from data_sources.quarantine import Quarantine
from data_sources.simulated_port.process import PortProcess, PortStartError
from twin.feed_health import FeedErrorCode, FeedHealth

if TYPE_CHECKING:  # the HTTP side is imported while the port starts, not before
    from data_sources.desk_client import DeskClient, Outcome
    from data_sources.outbox import Outbox
    from data_sources.rest_feed import RestFeed

_log = logging.getLogger(__name__)

_RESTART_PAUSE_S = 1.0
_WATCH_S = 0.3


class LivePort:
    """The feed of one port and the way back to it.

    Given a URL it reads from there. Without one it starts a simulated port as a child; should that die, again on the
    same port number, with the same token, in the same world at the time that has come: so record ids are the same.
    """

    def __init__(
        self, inbox: Inbox, quarantine: Quarantine, clock: PortClock, *, url: str | None = None, token: str = "",
        own: OwnPort | None = None, outbox: Outbox | None = None,
    ) -> None:
        """`outbox`: keeps what waits to be sent beyond the end of the desk; no use to a port that ends with it."""
        self.clock = clock
        self._outbox = outbox
        self._inbox = inbox
        self._quarantine = quarantine
        self._own = own or OwnPort(PortOptions())
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._process: PortProcess | None = None
        self._book = HealthBook("port", clock)
        self._feed: RestFeed | None = None
        self._client: DeskClient | None = None
        self._waiting: list[Callable[[DeskClient], object]] = []
        self._keeper: threading.Thread | None = None
        if url is None:
            self._keeper = threading.Thread(target=self._keep, name="port-keeper", daemon=True)
        else:
            self._connect(url, token)

    def start(self) -> None:
        """Begin: start the port if it is ours, then its feed."""
        if self._keeper is not None:
            self._keeper.start()
        elif self._feed is not None:
            self._feed.start()

    def stop(self) -> None:
        """End in stages: the feed, what waits to be sent, then the port if it is ours."""
        self._stopping.set()
        with self._lock:
            feed, client, process = self._feed, self._client, self._process
        if feed is not None:
            feed.stop()
        if client is not None:
            client.stop()
        if process is not None:
            process.stop()
        if self._keeper is not None and self._keeper.is_alive():
            self._keeper.join(10.0)

    def healths(self) -> tuple[FeedHealth, ...]:
        """The health of the feed; of the port's start while there is no feed yet."""
        feed = self._feed
        return (feed.health() if feed is not None else self._book.health(),)

    def outcomes(self) -> list[Outcome]:
        """What became of what was sent, since this was last asked."""
        client = self._client
        return client.outcomes() if client is not None else []

    def decision(self, **fields: Any) -> None:
        """Sends an operator's step in the life of a warning: `DeskClient.decision`, as soon as there is a client."""
        self._send(lambda client: client.decision(**fields))

    def task(self, **fields: Any) -> None:
        """Sends a task for a patrol officer: `DeskClient.task`."""
        self._send(lambda client: client.task(**fields))

    def gate_hold(self, **fields: Any) -> None:
        """Sends a hold at the gate: `DeskClient.gate_hold`."""
        self._send(lambda client: client.gate_hold(**fields))

    def _send(self, what: Callable[[DeskClient], object]) -> None:
        with self._lock:
            client = self._client
            if client is None:
                self._waiting.append(what)
                return
        what(client)

    def _connect(self, url: str, token: str) -> RestFeed:
        from data_sources.desk_client import DeskClient
        from data_sources.rest_feed import RestFeed

        feed = RestFeed("port", url, token, self._inbox, self._quarantine, self.clock)
        client = DeskClient(url, token, outbox=self._outbox)
        client.start()
        with self._lock:
            self._feed, self._client = feed, client
            waiting, self._waiting = self._waiting, []
        for what in waiting:
            what(client)
        return feed

    def _keep(self) -> None:
        while not self._stopping.is_set():
            try:
                process = self._own.ready()
            except PortStartError as failed:
                self._book.failed(FeedErrorCode.REFUSED, str(failed), {"host": "127.0.0.1"})
                _log.error("%s", failed)
                if failed.usage:
                    return
                self._stopping.wait(_RESTART_PAUSE_S)
                continue
            with self._lock:
                self._process = process
            if self._stopping.is_set():
                process.stop()
                return
            if self._feed is None:
                self._connect(process.url, process.token).start()
            while process.running and not self._stopping.wait(_WATCH_S):
                pass
            if not self._stopping.is_set():
                _log.warning("the simulated port ended; starting it again")
                process.stop()
                self._own.goes_on_at(self.clock.now())
                self._stopping.wait(_RESTART_PAUSE_S)


class NoPort:
    """Stands in for `LivePort` where only vessels are watched: nothing to hear, nobody to send to."""

    def start(self) -> None:
        """Nothing to begin."""

    def stop(self) -> None:
        """Nothing to end."""

    def healths(self) -> tuple[FeedHealth, ...]:
        """No feed."""
        return ()

    def outcomes(self) -> list[Outcome]:
        """Nothing was sent."""
        return []

    def decision(self, **fields: Any) -> None:
        """Kept by the twin alone."""

    def task(self, **fields: Any) -> None:
        """Nobody to send."""

    def gate_hold(self, **fields: Any) -> None:
        """No gate to hold at."""
