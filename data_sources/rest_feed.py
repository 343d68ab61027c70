"""The live feed: asks a port's API over HTTP and puts what it says into the inbox, each record once, in order.

One plain thread. It connects (port, snapshot of each kind), then reads on by cursor with long polls. Errors of the
world never end the thread: they show in the health, are logged once when the source is lost and once when it is back,
and are retried with jittered backoff. Pages are bounded (`PAGE_ROWS`), and snapshots are asked for one kind at a time:
decoding holds the interpreter, which the windows share, and a page must not hold it for longer than a picture takes.

When a cursor is too old or of another run, nothing that the source still has is skipped. The source keeps discrete
records (moves, seals, papers) far longer than the flood of positions, so they are read on from the old cursor first;
then the latest state of what was lost, then everything from the earliest kept record on. What came before is dropped by
its id. A stretch that the source no longer has is reported as a gap.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Iterable

import msgspec

from data_sources.clock import PortClock
from data_sources.datum import to_wgs84
from data_sources.health import HealthBook, Taken
from data_sources.inbox import Inbox, cut
from data_sources.quarantine import Quarantine
from data_sources.rest_client import ANSWER_TIMEOUT_S, ExchangeError, RestClient, StoppedError
from data_sources.seen import SeenRecords
from data_sources.wire import Answer, WireError, decode_answer
from twin.batch import Batch
from twin.feed_health import FeedErrorCode, FeedHealth, Gap
from twin.records import Kind

PAGE_ROWS = 4_000
WAIT_S = 10.0
"""How long the source may hold an answer back until there is something to say."""
PACE_S = 0.1
"""Rest after an answer that left nothing waiting: the picture beats at 10 Hz, more questions would only cost time."""
SLOW_AFTER_S = 3.0
_BACKOFF_FIRST_S, _BACKOFF_MOST_S = 0.25, 5.0
_ROOM_WAIT_S = 0.2
_STANDING_WAIT_S = 1.5
_FILLED_WITHIN_S = 45.0
USUAL_LAG_S = 30.0
"""How old the newest record of an answer may be by the source's clock, s of wall time; what is older tells of a source
that is behind."""
_REMARKS_SAID = 100
_DETAIL_CHARACTERS = 200

SAMPLED = (Kind.POSITION, Kind.CRANE_TELEMETRY)
"""Kinds that repeat every few seconds and of which a source keeps minutes, not days."""
DISCRETE = tuple(kind for kind in Kind if kind not in SAMPLED)
_STANDING = (Kind.VEHICLE, Kind.VESSEL_CALL, Kind.CONTAINER, Kind.INVENTORY)
_FIRST_SEEN = (*_STANDING, *(kind for kind in Kind if kind not in _STANDING))
"""The order of the first snapshots: what stands in the port is to be seen before its papers come."""

_log = logging.getLogger(__name__)


class PortInfo(msgspec.Struct, frozen=True):
    """What a backend says about itself."""

    code: str
    run: str
    now: int  # its clock, ms UTC
    rate: float = 1.0  # seconds of its clock in a wall second
    name_zh: str = ""
    name_en: str = ""
    time_zone: str = ""
    datum: str = ""
    origin_lon: float | None = None
    origin_lat: float | None = None


class _CursorExpiredError(Exception):
    """The source no longer has what follows our cursor, or it is another run."""


_PORT = msgspec.json.Decoder(PortInfo)


class RestFeed:
    """A feed from one backend. Made and stopped by the composition root; health may be asked from every thread."""

    def __init__(self, name: str, url: str, token: str, inbox: Inbox, quarantine: Quarantine, clock: PortClock, *,
                 ca_file: str | None = None, wait_s: float = WAIT_S, answer_timeout_s: float = ANSWER_TIMEOUT_S,
                 page_rows: int = PAGE_ROWS, seen: SeenRecords | None = None) -> None:
        """`clock` follows the backend's clock from the first answer on. Raises AddressError on a bad address or token.
        """
        self.name = name
        self._client = RestClient(url, token, answer_timeout_s=answer_timeout_s, ca_file=ca_file,
                                  elapsed_s=clock.elapsed_s)
        self._inbox = inbox
        self._quarantine = quarantine
        self._clock = clock
        self._wait_s = wait_s
        self._page_rows = page_rows
        self._seen = seen if seen is not None else SeenRecords()
        self._book = HealthBook(name, clock)
        self._random = random.Random()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"feed-{name}", daemon=True)
        self._port: PortInfo | None = None
        self._cursor: str | None = None
        self._heard_to: int | None = None  # the source's clock at the last answer after which nothing was waiting
        self._filled_by_s: float | None = None  # while the source says what there is: until when it is waited for
        self._due: list[Kind] = []  # kinds whose snapshot is still to be taken
        self._judged: tuple[str, tuple[Kind, ...]] | None = None  # an expired cursor, and the kinds lost with it
        self._said: set[str] = set()

    @property
    def port(self) -> PortInfo | None:
        """What the backend says about itself; None until it was reached."""
        return self._port

    def health(self) -> FeedHealth:
        """The feed at this instant."""
        return self._book.health()

    def start(self) -> None:
        """Begin. Once only."""
        self._thread.start()

    def stop(self, timeout_s: float = 1.0) -> bool:
        """End, also in the middle of a long poll. Returns whether the thread ended in time.

        Only an attempt to connect cannot be broken off; it ends by itself within seconds and changes nothing any more.
        """
        self._stopping.set()
        self._client.stop()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        ended = not self._thread.is_alive()
        if ended:
            self._client.close()
        return ended

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                behind = self._step()
                failures = 0
                if not behind:
                    self._stopping.wait(PACE_S)
            except StoppedError:
                return
            except Exception as error:  # noqa: BLE001 - whatever it is, the feed must live and say so
                if self._stopping.is_set():
                    return
                self._failed(error)
                failures += 1
                most_s = min(_BACKOFF_MOST_S, _BACKOFF_FIRST_S * 2.0 ** min(failures - 1, 10))
                self._stopping.wait(most_s * self._random.uniform(0.5, 1.0))

    def _step(self) -> bool:
        """One exchange that brings the feed on. Returns whether more is waiting."""
        if not self._inbox.wait_for_room(_ROOM_WAIT_S):
            self._book.held_up()
            return True
        if self._cursor is None:
            self._ask_port()
            self._begin_to_fill()
            first = self._snapshot(Kind.VEHICLE)
            self._cursor, self._heard_to = first.cursor, first.now
            self._due = [kind for kind in _FIRST_SEEN if kind is not Kind.VEHICLE]
        try:
            self._snapshots_due()
            answer = self._records(self._cursor, wait_s=self._wait_s)
        except _CursorExpiredError:
            self._recover(self._cursor)
            return True
        self._deliver(answer)
        self._cursor = answer.cursor
        self._well(behind=answer.more)
        if not answer.more:
            self._heard_to = answer.now
        self._see_whether_filled(answer)
        return answer.more

    # -- catching up

    def _begin_to_fill(self) -> None:
        self._book.filling(True)
        self._filled_by_s = self._clock.elapsed_s() + _FILLED_WITHIN_S

    def _see_whether_filled(self, answer: Answer) -> None:
        """All has been said once nothing waits and the newest record is of now; a source that lags is not awaited."""
        if self._filled_by_s is None:
            return
        lag_s = self._book.lag_s
        told = not answer.more and (lag_s is None or lag_s <= self._usual_lag_s())
        if told or self._clock.elapsed_s() >= self._filled_by_s:
            self._book.filling(False)
            self._filled_by_s = None

    def _usual_lag_s(self) -> float:
        return USUAL_LAG_S * max(1.0, self._port.rate if self._port is not None else 1.0)

    def _snapshots_due(self) -> None:
        """The latest record of every subject, one kind at a time.

        Reading goes on from the first snapshot's cursor, so that nothing that happens between them is lost.
        """
        if self._due:
            self._begin_to_fill()
            while self._due:
                self._snapshot(self._due[0])
                if self._due.pop(0) is _STANDING[-1]:
                    self._inbox.wait_until_taken(_STANDING_WAIT_S)
            self._well(behind=True)

    def _recover(self, old: str) -> None:
        """The cursor is of no use any more: catch up with everything the source still has, and say what it has not."""
        self._ask_port()
        page = self._records_or_none(old, DISCRETE)
        if page is not None:
            lost = self._judge(old, SAMPLED)
            self._read_on(page, DISCRETE)
            self._due += [kind for kind in SAMPLED if kind not in self._due]
            self._snapshots_due()
        else:
            page = self._records(None, DISCRETE)
            lost = self._judge(old, () if self._continues(page) else tuple(Kind))
            self._due = list(Kind)
            if lost:  # papers first: a container lifted without the release that was lost would alarm for nothing
                self._snapshots_due()
            self._read_on(page, DISCRETE)
            self._snapshots_due()
        page = self._records(None)
        if lost:
            self._gap(page, lost)
        self._deliver(page)
        self._cursor, self._judged = page.cursor, None
        self._well(behind=page.more)

    def _judge(self, old: str, lost: tuple[Kind, ...]) -> tuple[Kind, ...]:
        """What was lost with a cursor, as found the first time: after a recovery that broke off half way, the records
        it had brought already would look as if nothing had been missed."""
        if self._judged is not None and self._judged[0] == old:
            lost = max(lost, self._judged[1], key=len)
        self._judged = (old, lost)
        return lost

    def _continues(self, page: Answer) -> bool:
        """Whether a page from the earliest kept record on reaches back to what came before."""
        batches = page.decoded.batches
        if any(self._seen.known(batch).any() for batch in batches):
            return True
        return self._heard_to is None or _oldest(batches, page.now) <= self._heard_to

    def _gap(self, page: Answer, kinds: tuple[Kind, ...]) -> None:
        to_at = _oldest([batch for batch in page.decoded.batches if batch.kind in kinds], page.now)
        if self._heard_to is not None and to_at > self._heard_to:
            self._book.gap(Gap(self._heard_to, to_at, tuple(str(kind) for kind in kinds)))
            _log.warning("feed %s: %.0f s of %s are lost", self.name, (to_at - self._heard_to) / 1000.0,
                         "all kinds" if len(kinds) == len(Kind) else ", ".join(kinds))

    def _read_on(self, page: Answer, kinds: tuple[Kind, ...]) -> None:
        """Deliver a page and all that follow it now."""
        while True:
            self._deliver(page)
            if not page.more:
                return
            self._well(behind=True)
            while not self._inbox.wait_for_room(_ROOM_WAIT_S):
                if self._stopping.is_set():
                    raise StoppedError
            page = self._records(page.cursor, kinds)

    # -- single questions

    def _ask_port(self) -> PortInfo:
        self._book.asked(SLOW_AFTER_S)
        asked_s = self._clock.elapsed_s()
        body = self._client.get("/v1/port")
        try:
            port = _PORT.decode(body)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise WireError(str(error)) from error
        self._book.heard()
        new_run = self._port is None or self._port.run != port.run
        self._clock.synchronise(port.now, port.rate, taken_s=self._clock.elapsed_s() - asked_s, new_run=new_run)
        self._port = port
        return port

    def _snapshot(self, kind: Kind) -> Answer:
        """Deliver the latest record of every subject of a kind."""
        self._book.asked(SLOW_AFTER_S)
        answer = self._heard(self._client.get("/v1/snapshot", {"kinds": str(kind)}))
        self._deliver(answer)
        return answer

    def _records(self, cursor: str | None, kinds: tuple[Kind, ...] = (), wait_s: float = 0.0) -> Answer:
        """A page of records after a cursor, of all kinds or some. Raises _CursorExpiredError."""
        question: dict[str, str | int | float] = {"limit": self._page_rows}
        if cursor is not None:
            question["cursor"] = cursor
        if kinds:
            question["kinds"] = ",".join(kinds)
        if wait_s:
            question["wait_s"] = wait_s
        self._book.asked(wait_s + SLOW_AFTER_S)
        asked_s = self._clock.elapsed_s()
        try:
            body = self._client.get("/v1/records", question, wait_s)
        except ExchangeError as error:
            refused = error.told.code if error.told is not None else ""
            if error.status == 410 or (error.status == 400 and refused == "bad_cursor"):
                raise _CursorExpiredError from error
            raise
        answer = self._heard(body)
        self._clock.synchronise(answer.now, taken_s=self._clock.elapsed_s() - asked_s)
        return answer

    def _heard(self, body: bytes) -> Answer:
        """An answer, if it is of the run we know."""
        answer = decode_answer(body, self._clock.now())
        if self._port is not None and answer.run != self._port.run:
            raise _CursorExpiredError
        self._book.heard()
        return answer

    def _records_or_none(self, cursor: str, kinds: tuple[Kind, ...]) -> Answer | None:
        try:
            return self._records(cursor, kinds)
        except _CursorExpiredError:
            return None

    # -- what becomes of answers

    def _deliver(self, answer: Answer) -> None:
        """Everything new of an answer goes into the inbox, what was refused into quarantine."""
        decoded = answer.decoded
        came = new = 0
        newest: int | None = None
        for batch in decoded.batches:
            for piece in cut(batch):  # small pieces: this thread shares the interpreter with the windows
                fresh = self._seen.fresh(to_wgs84(piece))
                self._inbox.put([fresh])
                came, new = came + len(piece), new + len(fresh)
                if len(fresh):
                    newest = max(newest or 0, int(fresh["observed_at"].max()))
        rejected = self._quarantine.add(self.name, self._clock.now(), decoded.rejections)
        ignored = sum(decoded.ignored.values())
        taken = Taken(new, rejected, came - new, decoded.flagged if new else 0, ignored)
        lag_s = None if newest is None else max(0.0, (answer.now - newest) / 1000.0)
        self._book.took(taken, lag_s, self._usual_lag_s())
        for remark in (*decoded.remarks, *(f"kind {kind} is not known and left out" for kind in decoded.ignored)):
            if remark not in self._said and len(self._said) < _REMARKS_SAID:
                self._said.add(remark)
                _log.warning("feed %s: %s", self.name, remark)

    def _well(self, *, behind: bool) -> None:
        if self._book.troubled:
            _log.warning("feed %s: back", self.name)
        self._book.well(behind=behind, run=self._port.run if self._port is not None else None)

    def _failed(self, error: Exception) -> None:
        detail = str(error)[:_DETAIL_CHARACTERS]
        if isinstance(error, ExchangeError):
            begins = self._book.failed(error.code, error.text, error.values)
        elif isinstance(error, WireError):
            text = f"the answer cannot be read: {detail}"
            begins = self._book.failed(FeedErrorCode.GARBAGE, text, {"detail": detail})
        elif isinstance(error, _CursorExpiredError):
            detail = "the source drops records faster than they can be read, or was restarted meanwhile"
            begins = self._book.failed(FeedErrorCode.OVERRUN, detail)
        else:  # a bug here must show as a dead feed, not as silence
            _log.error("feed %s: fault of this program", self.name, exc_info=error)
            detail = f"{type(error).__name__}: {detail}"
            begins = self._book.failed(FeedErrorCode.INTERNAL, f"fault of this program: {detail}", {"detail": detail})
        if begins:
            _log.warning("feed %s: lost: %s", self.name, detail)


def _oldest(batches: Iterable[Batch], otherwise: int) -> int:
    return min((int(batch["observed_at"].min()) for batch in batches), default=otherwise)
