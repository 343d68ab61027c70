"""The replay feed: a recorded day behind the interface of a live one.

A thread reads ahead and puts what it reads into the inbox in steps; the session takes those whose time has come. So
every record reaches the rules at any speed, in steps that are never longer than when it was recorded, and a speed that
cannot be kept makes the clock slower, not the picture wrong. A seek happens at once, in the caller's thread, which is
the one that owns the twin.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

from data_sources.health import HealthBook, Taken
from data_sources.history.errors import HistoryError
from data_sources.history.steps import STEP_MS, RecordedStep, steps
from data_sources.history.store import History
from data_sources.history.values import Axis, WarningStep
from data_sources.inbox import ROOM_ROWS
from data_sources.replay_clock import ReplayClock
from data_sources.rewind import Rewind, by_operators, operate
from twin.batch import RECEIVED_AT, Batch
from twin.feed_health import FeedErrorCode, FeedHealth
from twin.records import Kind
from twin.twin import Twin

if TYPE_CHECKING:
    from data_sources.desk_client import Outcome

AHEAD_S = 2.0
"""How much of the coming time, in seconds of ours, is read before it is due."""
_LEAST_AHEAD_MS = 20_000
_LEAST_STEP_MS = 100
_WAIT_S = 0.05
BEAT_S = 0.1
QUIET_MS = 120_000
"""A stretch this long without anything that happens is quiet."""
HAPPENINGS = frozenset({
    Kind.MOVE, Kind.GATE_PASSAGE, Kind.INSPECTION, Kind.TRANSIT_TRIP, Kind.DECLARATION, Kind.TASK, Kind.ACTION,
    Kind.VESSEL_CALL,
})
_log = logging.getLogger(__name__)


class ReplayInbox:
    """Steps that were read ahead; the session is given those whose time has come, one at a time."""

    def __init__(self, clock: ReplayClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._steps: deque[RecordedStep] = deque()
        self._held = 0
        self.reached: int | None = None
        """Up to when what was drained last is complete, ms UTC; None: up to now."""

    @property
    def rows(self) -> int:
        """Rows of steps that are due, at least one for each such step."""
        now = self._clock.now()
        with self._lock:
            due = 0
            for step in self._steps:
                if step.until > now:
                    break
                due += max(1, _rows(step))
            return due

    @property
    def held(self) -> int:
        """Rows read, due or not."""
        return self._held

    def put(self, step: RecordedStep) -> None:
        """A step that follows those put before."""
        with self._lock:
            self._steps.append(step)
            self._held += _rows(step)

    def drain(self, max_rows: int) -> list[Batch]:  # noqa: ARG002 - a step is never divided
        """The batches of the oldest step that is due."""
        now = self._clock.now()
        with self._lock:
            self.reached = None
            if not self._steps or self._steps[0].until > now:
                return []
            step = self._steps.popleft()
            self._held -= _rows(step)
            self.reached = step.until
            return list(step.batches)

    def clear(self) -> None:
        """Forgets what was read ahead."""
        with self._lock:
            self._steps.clear()
            self._held, self.reached = 0, None

    def next_happening(self) -> int | None:
        """When the next step comes in which something happens; None if none was read yet."""
        with self._lock:
            return next((s.until for s in self._steps if any(b.kind in HAPPENINGS for b in s.batches)), None)


class ReplayFeed:
    """Plays a history to a twin. All but `healths` belongs to the thread that owns the twin."""

    def __init__(self, history: History, twin: Twin, name: str = "history") -> None:
        """`twin`: one that has heard nothing yet."""
        self.clock = ReplayClock(0)
        self.inbox = ReplayInbox(self.clock)
        self.loop: tuple[int, int] | None = None
        self.skip_quiet = False
        self.known_at: int | None = None
        self._history = history
        self._twin = twin
        self._rewind = Rewind(history, twin)
        self._book = HealthBook(name, self.clock)
        self._end = 0
        self._state = threading.Condition()
        self._run_number = 0
        self._read_to = 0
        self._operated: deque[WarningStep] = deque()
        self._at_a_glance = False  # nothing is read ahead: the hand is elsewhere in a moment
        self._stopping = False
        self._thread = threading.Thread(target=self._read, name=f"feed-{name}", daemon=True)

    # As a live port

    def start(self) -> None:
        """Begin to read ahead. Once only, after a seek."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        with self._state:
            self._stopping = True
            self._state.notify_all()
        if self._thread.is_alive():
            self._thread.join(5.0)

    def healths(self) -> tuple[FeedHealth, ...]:
        """The health of the replay: late while it cannot keep its speed, down when the history cannot be read."""
        return (self._book.health(),)

    def outcomes(self) -> list[Outcome]:
        """Nothing is sent from the past."""
        return []

    def decision(self, **fields: Any) -> None:
        """Kept by the twin alone: the past is not changed."""

    def task(self, **fields: Any) -> None:
        """Nobody to send."""

    def gate_hold(self, **fields: Any) -> None:
        """No gate to hold at."""

    # As a recording

    def seek(self, at: int) -> None:
        """The twin, and time, at `at` (ms UTC). Raises HistoryError; then everything stays where it was, if it can."""
        with self._state:
            self._run_number += 1
        before = self.clock.now()
        try:
            self._end = self._history.last_received() or 0
            at = min(at, self._end)
            self._rewind.to(at, self.known_at)
        except HistoryError:
            if before:
                self._rewind.to(before, self.known_at)
                self._begin(before)
            raise
        self._begin(at)

    def glance(self, at: int, within_ms: float) -> int | None:
        """The picture at the newest keyframe up to `at`, for a hand that drags through time: time stands, and the twin
        hears nothing until `seek`. When that was, ms UTC; None, and nothing changed, if none is within `within_ms`."""
        if self.known_at is not None:  # keyframes know what was known then
            return None
        with self._state:
            self._run_number += 1
        found = self._rewind.glance(at, within_ms)
        if found is not None:
            self.pause()
            self._begin(found, at_a_glance=True)
        return found

    def _begin(self, at: int, *, at_a_glance: bool = False) -> None:
        self.inbox.clear()
        self.clock.set(at)
        with self._state:
            self._run_number += 1
            self._at_a_glance = at_a_glance
            self._read_to = at
            self._operated.clear()
            self._state.notify_all()

    def play(self, speed: float) -> None:
        """Runs at a speed from 0.1 to 3600. Raises ValueError."""
        narrower = step_ms_of(speed) < step_ms_of(self.clock.speed)
        self.clock.run(speed)
        if narrower and self._read_to > self.clock.now():
            self._read_again()
        with self._state:
            self._state.notify_all()

    def pause(self) -> None:
        """Time stands."""
        self.clock.stand()

    def catch_up(self, at: int) -> None:
        """Goes on from an instant a little later (ms UTC), as far as what comes before it has been read already."""
        self.clock.skip(min(at, self._read_to))

    def step(self, by_ms: int) -> None:
        """Goes on or back by `by_ms` and stands there. Raises HistoryError."""
        self.pause()
        self.seek(self.clock.now() + by_ms)

    def know(self, known_at: int | None) -> None:
        """Shows the past as it is known at `known_at` (ms UTC), None as it was known then. Raises HistoryError."""
        self.known_at = known_at
        self.seek(self.clock.now())

    @property
    def at_end(self) -> bool:
        """Whether nothing more is recorded."""
        return self.clock.now() >= self._end

    def beat(self) -> None:
        """To be called at each beat, before the session's step: operators' steps, loop, quiet stretches."""
        now = self.clock.now()
        if self._at_a_glance:
            return
        if self.loop is not None and now >= self.loop[1]:
            self.seek(self.loop[0])
            return
        with self._state:
            due = []
            while self._operated and self._operated[0].at <= self._twin.now:
                due.append(self._operated.popleft())
        for step in due:
            operate(self._twin, step)
        if self.skip_quiet and self.clock.running:
            happens = self.inbox.next_happening()
            read_to = self._read_to
            if happens is None and read_to - now > QUIET_MS:
                self.clock.skip(read_to)
            elif happens is not None and happens - now > QUIET_MS:
                self.clock.skip(happens - _LEAST_STEP_MS)
        if self.clock.held_up() and not self.at_end:
            self._book.held_up()

    # The thread that reads ahead

    def _read_again(self) -> None:
        """What was read ahead in longer steps is read again in shorter ones, from where the twin stands."""
        self.inbox.clear()
        with self._state:
            self._run_number += 1
            self._read_to = self._twin.now

    def _read(self) -> None:
        while True:
            with self._state:
                while not self._stopping and not self._wanted():
                    self._state.wait(_WAIT_S)
                if self._stopping:
                    return
                number, after = self._run_number, self._read_to
            try:
                self._read_on(number, after)
                if self._book.troubled:
                    _log.warning("the history can be read again")
                self._book.well()
            except HistoryError as failed:
                if self._book.failed(FeedErrorCode.INTERNAL, str(failed), {"detail": str(failed)}):
                    _log.warning("the replay cannot read on: %s", failed)
                with self._state:
                    self._state.wait(1.0)

    def _wanted(self) -> bool:
        if self._at_a_glance:
            return False
        ahead_ms = max(_LEAST_AHEAD_MS, AHEAD_S * 1000.0 * self.clock.speed, QUIET_MS * 2 if self.skip_quiet else 0)
        return self._read_to < min(self._end, self.clock.now() + ahead_ms) and self.inbox.held < ROOM_ROWS

    def _read_on(self, number: int, after: int) -> None:
        """Reads the next minute or so."""
        until = min(self._end, (after // 60_000 + 1) * 60_000)
        by = Axis.RECEIVED if self.known_at is None else Axis.OBSERVED
        operated = by_operators(self._history.warnings(after, until))
        for step in steps(self._history, after, until, step_ms_of(self.clock.speed), by):
            found = step if by is Axis.RECEIVED else _unheard(step, self.known_at or 0)
            with self._state:
                if number != self._run_number or self._stopping:
                    return
                if found.batches or step.until % STEP_MS == 0:
                    self.inbox.put(found)
                self._read_to = step.until
            self.clock.read_to(step.until)
            self._book.took(Taken(_rows(found)))
        with self._state:
            if number == self._run_number:
                self._operated.extend(operated)


def step_ms_of(speed: float) -> int:
    """How long a step is at a speed: about a beat, but never longer than when it was recorded."""
    wanted = max(_LEAST_STEP_MS, round(speed * BEAT_S * 1000.0))
    return next(width for width in (100, 200, 500, 1_000, 2_000, 5_000, STEP_MS) if width >= min(wanted, STEP_MS))


def _rows(step: RecordedStep) -> int:
    return sum(map(len, step.batches))


def _unheard(step: RecordedStep, known_at: int) -> RecordedStep:
    """Of a step by device time what was known at `known_at`."""
    kept = [batch.take(np.flatnonzero(batch[RECEIVED_AT] <= known_at)) for batch in step.batches]
    return RecordedStep(step.until, [batch for batch in kept if len(batch)])
