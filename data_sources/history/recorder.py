"""The recorder: a thread that writes what the feeds bring to the history, and lets nothing of it go.

What is put in gets a number. `acknowledged` is the highest number up to which everything is on a disk: in the database,
or, while that is locked, full or out of reach, in a bounded spool from which the database is caught up later. Only if
the spool is full too and much waits in memory is the oldest given up, never once acknowledged; it is counted, and
the stretch then stands in the history as a gap.
"""

from __future__ import annotations

import logging
import random
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from data_sources.clock import Clock
from data_sources.history import entries
from data_sources.history.entries import Entry
from data_sources.history.errors import HistoryError
from data_sources.history.spool import LIMIT_BYTES, Spool
from data_sources.history.store import History
from data_sources.history.values import GapRow, KeyframeRow, Written
from twin.batch import RECEIVED_AT, Batch
from twin.feed_health import FeedState

FLUSH_S = 0.5
ROOM_ROWS = 500_000
"""Rows held in memory when neither database nor spool takes them."""
SILENCE_MS = 60_000
"""Between two runs of a recorder, more than this without records is a gap."""
NOT_RECORDING, GIVEN_UP = "not recording", "given up"

_FRAME_ROWS = 20_000
_BACKOFF_FIRST_S, _BACKOFF_MOST_S = 0.5, 15.0
_RATE_WINDOW_S = 10.0
_DOWN_AFTER_S = 3.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RecorderHealth:
    """The recorder at one instant. CONNECTING: the history is being opened. UP: what came is in the history. LATE: it
    waits on this machine's disk. DOWN: neither history nor disk takes it. Instants: session's clock, ms UTC."""

    name: str
    state: FeedState
    since: int
    where: str  # the history's URL, as it may be shown
    last_success_at: int | None = None
    last_error: str | None = None  # a sentence; stays after recovery
    last_error_at: int | None = None
    records: int = 0  # rows written since the start
    repeated: int = 0
    rate_per_s: float = 0.0
    waiting: int = 0  # rows that are not in the history yet
    spool_bytes: int = 0
    spool_limit: int = 0
    lost: int = 0  # rows given up; each stretch is a gap in the history


class Recorder:
    """Records one port. `put` never waits and may be called from every thread; `start` and `stop` once each."""

    def __init__(self, open_history: Callable[[], History], where: str, spool_file: Path, clock: Clock, *,
                 flush_s: float = FLUSH_S, spool_bytes: int = LIMIT_BYTES, room_rows: int = ROOM_ROWS) -> None:
        """
        Args:
            open_history: opens the history; called in the recorder's thread, again after a failure.
            where: what to show for it.
            spool_file: where to keep what the history cannot take.
            clock: the session's clock.
            flush_s: how long records are gathered before they are written.
            spool_bytes: size of the spool.
            room_rows: rows held in memory before the oldest are given up.
        """
        self._open_history = open_history
        self._where = where
        self._spool_file, self._spool_bytes = spool_file, spool_bytes
        self._clock = clock
        self._flush_s, self._room_rows = flush_s, room_rows
        self._changed = threading.Condition()
        self._queue: deque[tuple[int, Entry | Callable[[], KeyframeRow]]] = deque()
        self._queued_rows = 0
        self._last = 0
        self._acknowledged = 0
        self._stopping = False
        self._history: History | None = None
        self._spool: Spool | None = None
        self._unkept: deque[tuple[int, list[Entry]]] = deque()  # neither history nor spool took these
        self._gaps: list[GapRow] = []
        self._spooled_rows = 0
        self._failures, self._retry_s = 0, 0.0
        self._trouble_s: float | None = None
        self._recent: deque[tuple[float, int]] = deque()
        self._since = clock.now()
        self._success_at: int | None = None
        self._error: tuple[str, int] | None = None
        self._written = Written()
        self._lost = 0
        self._thread = threading.Thread(target=self._run, name="recorder")

    @property
    def acknowledged(self) -> int:
        """The highest number given by `put` up to which everything is on a disk."""
        return self._acknowledged

    def start(self) -> None:
        """Begin to write. What an earlier run left in the spool comes first."""
        self._thread.start()

    def put(self, given: Iterable[Entry]) -> int:
        """Take batches, steps of warnings, keyframes or gaps, in their order. Returns the number to wait for."""
        return self._put(list(given))

    def put_keyframe(self, make: Callable[[], KeyframeRow]) -> int:
        """Take a keyframe that is made (encoded) later, in the recorder's thread."""
        return self._put([make])

    def wait_for(self, number: int, timeout_s: float) -> bool:
        """Wait until everything up to a number is on a disk; False when `timeout_s` passed first."""
        with self._changed:
            return self._changed.wait_for(lambda: self._acknowledged >= number, timeout_s)

    def stop(self, timeout_s: float = 10.0) -> bool:
        """Write what is there, then end. Returns whether it ended in time with everything on a disk."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.ident is None:
            return not self._queue
        self._thread.join(timeout_s)
        return not self._thread.is_alive() and not self._unkept and not self._queue

    def health(self) -> RecorderHealth:
        """The recorder at this instant."""
        with self._changed:
            elapsed_s = self._clock.elapsed_s()
            while self._recent and self._recent[0][0] < elapsed_s - _RATE_WINDOW_S:
                self._recent.popleft()
            unkept = sum(entries.rows_of(several) for _, several in self._unkept)
            spool = self._spool
            return RecorderHealth(
                "history", self._state(elapsed_s), self._since, self._where, self._success_at,
                None if self._error is None else self._error[0], None if self._error is None else self._error[1],
                self._written.records + self._written.fixes, self._written.repeated,
                sum(rows for _, rows in self._recent) / _RATE_WINDOW_S,
                self._queued_rows + self._spooled_rows + unkept, 0 if spool is None else spool.used_bytes,
                self._spool_bytes, self._lost,
            )

    def _state(self, elapsed_s: float) -> FeedState:
        if self._unkept:
            return FeedState.DOWN
        if self._trouble_s is not None:
            return FeedState.LATE if self._spool is not None or elapsed_s - self._trouble_s < _DOWN_AFTER_S \
                else FeedState.DOWN
        if self._history is None:
            return FeedState.CONNECTING
        return FeedState.LATE if self._backlog else FeedState.UP

    def _put(self, given: Sequence[Entry | Callable[[], KeyframeRow]]) -> int:
        with self._changed:
            for entry in given:
                self._last += 1
                self._queue.append((self._last, entry))
                self._queued_rows += len(entry) if isinstance(entry, Batch) else 1
            self._changed.notify_all()
            return self._last

    def _run(self) -> None:
        try:
            self._spool = Spool(self._spool_file, self._spool_bytes)
            self._spooled_rows = sum(entries.rows_of(entries.unpacked(frame)) for frame in self._spool.frames())
        except HistoryError as error:
            self._note(error)
        while self._wait():
            self._step()
        self._retry_s = 0.0
        self._step()
        if self._spool is not None:
            self._spool.close()
        if self._history is not None:
            self._history.close()

    def _wait(self) -> bool:
        """Wait for something to do; False when it is time to end."""
        with self._changed:
            idle = self._history is not None and not self._backlog
            self._changed.wait_for(lambda: self._stopping or bool(self._queue), None if idle else self._flush_s)
            if not self._stopping:
                self._changed.wait_for(lambda: self._stopping or self._queued_rows >= _FRAME_ROWS, self._flush_s)
            return not self._stopping

    @property
    def _backlog(self) -> bool:
        return bool(self._unkept) or bool(self._gaps) or (self._spool is not None and self._spool.used_bytes > 0)

    def _step(self) -> None:
        """One round: catch up if that is due, then write what came."""
        number, taken = self._take()
        if self._trouble_s is None or self._clock.elapsed_s() >= self._retry_s:
            try:
                self._catch_up()
                if taken:
                    self._write(taken)
                self._well(number)
                return
            except HistoryError as error:
                self._failed(error)
            except Exception as error:  # noqa: BLE001 - a bug of ours must not cost records
                _log.exception("the recorder failed")
                self._failed(HistoryError(f"The recorder failed: {error!r}."))
        if taken:
            self._set_aside(number, taken)

    def _take(self) -> tuple[int, list[Entry]]:
        with self._changed:
            waiting, self._queue = list(self._queue), deque()
            self._queued_rows = 0
        taken: list[Entry] = []
        for _, entry in waiting:
            if not callable(entry):
                taken.append(entry)
                continue
            try:
                taken.append(entry())
            except Exception:  # noqa: BLE001 - whatever was handed in; the records go on
                _log.exception("a keyframe could not be made")
        return (waiting[-1][0] if waiting else self._last), taken

    def _catch_up(self) -> None:
        """Open the history if need be, and bring it what was set aside, oldest first. Raises HistoryError."""
        if self._history is None:
            history = self._open_history()
            with self._changed:
                self._history = history
            self._last_at = history.last_received()
        spool = self._spool
        if spool is not None and spool.used_bytes:
            for frame in spool.frames():
                try:
                    several = entries.unpacked(frame)
                except HistoryError as error:
                    _log.error("%s", error)  # its sum is right: a program of another version wrote it
                    continue
                self._write(several)
                self._spooled_rows = max(0, self._spooled_rows - entries.rows_of(several))
            spool.clear()
            self._spooled_rows = 0
        while self._unkept:
            self._write(self._unkept[0][1])
            number, _ = self._unkept.popleft()
            self._acknowledge(number)
        while self._gaps:
            self._history.write_gap(self._gaps[0])
            self._gaps.pop(0)

    def _write(self, several: list[Entry]) -> None:
        assert self._history is not None  # noqa: S101 - opened by `_catch_up`
        if self._last_at is not None:
            first = min((int(e[RECEIVED_AT].min()) for e in several if isinstance(e, Batch) and len(e)), default=None)
            if first is not None:
                if first - self._last_at > SILENCE_MS:
                    self._history.write_gap(GapRow(self._last_at, first, NOT_RECORDING))
                self._last_at = None
        done = entries.write(self._history, several)
        with self._changed:
            self._written += done
            self._recent.append((self._clock.elapsed_s(), done.records + done.fixes))

    def _set_aside(self, number: int, taken: list[Entry]) -> None:
        """To the spool; what that cannot hold stays in memory, and the oldest of it is given up when it is too much."""
        if self._spool is not None and not self._unkept:
            try:
                self._spool.append(entries.packed(taken))
                self._spooled_rows += entries.rows_of(taken)
                self._acknowledge(number)
                return
            except (HistoryError, OSError) as error:
                self._note(HistoryError(str(error)))
        self._unkept.append((number, taken))
        rows = sum(entries.rows_of(several) for _, several in self._unkept)
        while rows > self._room_rows and len(self._unkept) > 1:
            _, given_up = self._unkept.popleft()
            rows -= entries.rows_of(given_up)
            self._give_up(given_up)

    def _give_up(self, several: list[Entry]) -> None:
        times = [int(at) for entry in several if isinstance(entry, Batch) and len(entry)
                 for at in (entry[RECEIVED_AT].min(), entry[RECEIVED_AT].max())]
        self._lost += entries.rows_of(several)
        if not times:
            return
        gap = GapRow(min(times) - 1, max(times), GIVEN_UP)
        if self._gaps and self._gaps[-1].until_at >= gap.from_at - SILENCE_MS:
            gap = GapRow(self._gaps.pop().from_at, gap.until_at, GIVEN_UP)
        self._gaps.append(gap)

    def _acknowledge(self, number: int) -> None:
        with self._changed:
            self._acknowledged = max(self._acknowledged, number)
            self._changed.notify_all()

    def _well(self, number: int) -> None:
        with self._changed:
            self._success_at = self._clock.now()
            if self._trouble_s is not None:
                _log.warning("the history at %s takes records again", self._where)
                self._since = self._clock.now()
            self._trouble_s, self._failures = None, 0
        self._acknowledge(number)

    def _failed(self, error: HistoryError) -> None:
        if self._trouble_s is None:
            _log.warning("%s Records are set aside until it takes them.", error)
        with self._changed:
            if self._trouble_s is None:
                self._trouble_s, self._since = self._clock.elapsed_s(), self._clock.now()
            self._failures += 1
            wait_s = min(_BACKOFF_MOST_S, _BACKOFF_FIRST_S * 2.0 ** min(self._failures - 1, 10))
            self._retry_s = self._clock.elapsed_s() + wait_s * random.uniform(0.7, 1.3)
        self._note(error)

    def _note(self, error: HistoryError) -> None:
        self._error = (str(error), self._clock.now())
