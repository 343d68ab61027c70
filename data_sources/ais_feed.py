"""AIS feeds: a recording that is played, or a receiver that is listened to, as positions and static data of vessels.

One plain thread each. Lines become records in `data_sources.ais_decoder`; what is refused goes to quarantine with its
reason. A recording knows no wall time of its own unless its lines carry stamps, so it is played at a steady pace and
its records are dated by the playing.
"""

from __future__ import annotations

import logging
import random
import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from data_sources.ais_decoder import AisDecoder
from data_sources.arguments import UsageError, bind
from data_sources.clock import Clock, WallClock
from data_sources.health import HealthBook, Taken
from data_sources.inbox import Inbox, cut
from data_sources.quarantine import Quarantine, Reason, Rejection
from data_sources.seen import SeenRecords
from twin.feed_health import FeedErrorCode, FeedHealth
from twin.records import Kind

LINES_PER_S = 40.0
"""Pace of a recording: a busy strait as one receiver hears it."""
SILENT_AFTER_S = 60.0
"""A receiver near a port hears something every few seconds."""
LONGEST_LINE = 1_024  # a sentence has 82 characters, with tag block and receiver's notes some 250
_TAKE_EVERY_S = 0.2
_CONNECT_TIMEOUT_S = 3.0
_BACKOFF_FIRST_S, _BACKOFF_MOST_S = 0.5, 10.0
_ROOM_WAIT_S = 0.2
_RECEIVE_BYTES = 16_384

_log = logging.getLogger(__name__)


class AisFeed(ABC):
    """What recordings and receivers have in common: the thread, the decoder, the book of health."""

    def __init__(self, name: str, inbox: Inbox, quarantine: Quarantine, clock: Clock, decoder: AisDecoder) -> None:
        self.name = name
        self._inbox = inbox
        self._quarantine = quarantine
        self._clock = clock
        self._decoder = decoder
        self._seen = SeenRecords(discrete_ids=1 << 14, sampled_ids=1 << 17)
        self._book = HealthBook(name, clock)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"feed-{name}", daemon=True)

    def health(self) -> FeedHealth:
        """The feed at this instant."""
        return self._book.health()

    def start(self) -> None:
        """Begin. Once only."""
        self._thread.start()

    def stop(self, timeout_s: float = 1.0) -> bool:
        """End. Returns whether the thread ended in time."""
        self._stopping.set()
        self._interrupt()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._work()
        except Exception as error:  # noqa: BLE001 - whatever it is, the desk must learn of it
            self._failed(FeedErrorCode.INTERNAL, f"a fault of this program: {error}", detail=str(error))
            _log.exception("feed %s: ended by a fault", self.name)

    @abstractmethod
    def _work(self) -> None:
        """Reads lines to the end or until the feed is stopped."""

    def _interrupt(self) -> None:  # noqa: B027 - most readers have nothing to break off
        """Break off what the thread waits for."""

    def _deliver(self) -> None:
        """Everything decoded goes into the inbox or into quarantine, as soon as there is room."""
        while not self._inbox.wait_for_room(_ROOM_WAIT_S):
            self._book.held_up()
            if self._stopping.is_set():
                return
        now = self._clock.now()
        tally = self._decoder.take(now)
        fresh = [self._seen.fresh(batch) for batch in tally.batches]
        self._inbox.put(piece for batch in fresh for piece in cut(batch))
        new, came = sum(map(len, fresh)), sum(map(len, tally.batches))
        rejected = self._quarantine.add(self.name, now, tally.rejections)
        newest = max((int(batch["observed_at"].max()) for batch in fresh if len(batch)), default=None)
        lag_s = None if newest is None else max(0.0, (now - newest) / 1000.0)
        self._book.took(Taken(new, rejected, came - new, 0, tally.ignored), lag_s)

    def _well(self) -> None:
        if self._book.troubled:
            _log.warning("feed %s: back", self.name)
        self._book.well()

    def _failed(self, code: FeedErrorCode, text: str, **values: str | float) -> None:
        if self._book.failed(code, text, values):
            _log.warning("feed %s: %s", self.name, text)


class AisFileFeed(AisFeed):
    """Plays a recording of NMEA lines."""

    def __init__(self, path: Path, inbox: Inbox, quarantine: Quarantine, *, name: str = "ais",
                 clock: Clock | None = None, lines_per_s: float | None = LINES_PER_S) -> None:
        """`lines_per_s`: pace in wall seconds; None plays as fast as the inbox takes it."""
        super().__init__(name, inbox, quarantine, clock or WallClock(), AisDecoder(name))
        self._path = path
        self._lines_per_s = lines_per_s
        self._ended = threading.Event()

    @property
    def ended(self) -> bool:
        """Whether the recording was played to its end."""
        return self._ended.is_set()

    def _work(self) -> None:
        taken_s = self._clock.elapsed_s()
        try:
            for number, line in enumerate(self._lines(), 1):
                self._decoder.feed(line, self._clock.now())
                if self._lines_per_s is not None and self._stopping.wait(1.0 / self._lines_per_s):
                    break
                if self._stopping.is_set():
                    break
                if number % 500 == 0 or self._clock.elapsed_s() - taken_s >= _TAKE_EVERY_S:
                    taken_s = self._clock.elapsed_s()
                    self._deliver()
                    self._well()
        except OSError as error:
            reason = error.strerror or str(error)
            self._failed(FeedErrorCode.NO_DATA, f"{self._path} cannot be read: {reason}", detail=reason)
            return
        if not self._stopping.is_set():
            self._decoder.finish()
            self._deliver()
            self._well()
            self._ended.set()
            self._failed(FeedErrorCode.NO_DATA, f"the recording {self._path.name} has ended", detail="ended")

    def _lines(self) -> Iterator[bytes]:
        with self._path.open("rb") as recording:
            while line := recording.readline(LONGEST_LINE):
                yield line


class AisTcpFeed(AisFeed):
    """Listens to a receiver or a distributor of AIS sentences over TCP."""

    def __init__(self, host: str, port: int, inbox: Inbox, quarantine: Quarantine, *, name: str = "ais",
                 clock: Clock | None = None, silent_after_s: float = SILENT_AFTER_S) -> None:
        """`silent_after_s`: a connection that says nothing for so long shows as late."""
        super().__init__(name, inbox, quarantine, clock or WallClock(), AisDecoder(name, seconds_are_now=True))
        self._host = host
        self._port = port
        self._silent_after_s = silent_after_s
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._random = random.Random()

    def _interrupt(self) -> None:
        with self._lock:
            if self._socket is not None:
                try:
                    self._socket.shutdown(socket.SHUT_RDWR)
                except OSError:
                    return  # it was closed already

    def _work(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            before = self._book.last_success_at
            try:
                self._listen()
                if not self._stopping.is_set():
                    self._failed(FeedErrorCode.CUT_OFF, "the receiver closed the connection")
            except socket.gaierror:
                self._failed(FeedErrorCode.HOST_UNKNOWN, f"{self._host} has no address", host=self._host)
            except ConnectionRefusedError:
                host = f"{self._host}:{self._port}"
                self._failed(FeedErrorCode.REFUSED, f"nobody listens at {host}", host=host)
            except TimeoutError:
                self._failed(FeedErrorCode.TIMED_OUT, f"no connection within {_CONNECT_TIMEOUT_S:g} s",
                             timeout_s=_CONNECT_TIMEOUT_S)
            except OSError as error:
                self._failed(FeedErrorCode.CUT_OFF, f"the connection broke: {error.strerror or error}")
            failures = 0 if self._book.last_success_at != before else failures + 1
            most_s = min(_BACKOFF_MOST_S, _BACKOFF_FIRST_S * 2.0 ** min(failures, 10))
            self._stopping.wait(most_s * self._random.uniform(0.5, 1.0))

    def _listen(self) -> None:
        """Read until the other end closes. Raises OSError."""
        with socket.create_connection((self._host, self._port), timeout=_CONNECT_TIMEOUT_S) as connection:
            with self._lock:
                self._socket = connection
            try:
                connection.settimeout(_TAKE_EVERY_S)
                self._book.asked(self._silent_after_s)
                self._read(connection)
            finally:
                with self._lock:
                    self._socket = None
                self._decoder.finish()
                self._deliver()

    def _read(self, connection: socket.socket) -> None:
        rest = b""
        while not self._stopping.is_set():
            try:
                came = connection.recv(_RECEIVE_BYTES)
            except TimeoutError:
                continue
            if not came:
                return
            *lines, rest = (rest + came).split(b"\n")
            if len(rest) > LONGEST_LINE:
                self._too_long(rest)
                rest = b""
            now = self._clock.now()
            for line in lines:
                self._decoder.feed(line, now)
            self._deliver()
            self._well()
            self._book.asked(self._silent_after_s)

    def _too_long(self, begun: bytes) -> None:
        text = begun[:LONGEST_LINE // 8].decode("ascii", errors="backslashreplace")
        rejection = Rejection("ais", Reason.UNREADABLE, "sentence", text)
        rejected = self._quarantine.add(self.name, self._clock.now(), [rejection])
        self._book.took(Taken(rejected=rejected))


def ais_feed_of(text: str | None, inbox: Inbox, quarantine: Quarantine) -> AisFeed | None:
    """The feed that a command line's text asks for: a recording if there is such a file, else a receiver at HOST:PORT.

    None for no text. Raises UsageError naming the text.
    """
    if text is None:
        return None
    if Path(text).is_file():
        return AisFileFeed(Path(text), inbox, quarantine)
    try:
        host, port = bind(text, "--ais")
    except UsageError:
        raise UsageError(f"--ais {text!r} is neither a file nor HOST:PORT.") from None
    return AisTcpFeed(host, port, inbox, quarantine)


def centre_of(recording: Path) -> tuple[float, float] | None:
    """Longitude and latitude, degrees, of the middle (median) of a recording's positions; None if it has none."""
    decoder = AisDecoder("centre")
    with recording.open("rb") as lines:
        for line in lines:
            decoder.feed(line, 0)
    fixes = [batch for batch in decoder.take(0).batches if batch.kind is Kind.POSITION]
    if not fixes:
        return None
    return float(np.median(fixes[0]["lon"])), float(np.median(fixes[0]["lat"]))
