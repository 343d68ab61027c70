"""Where in time the desk is: live, or in the past beside it. Of seeks that follow closely only the newest is made."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from data_sources.history.errors import HistoryError
from data_sources.replay_clock import FASTEST, SLOWEST

if TYPE_CHECKING:
    from data_sources.replay_feed import ReplayFeed
    from panels.desk import Desk
    from panels.heartbeat import Heartbeat

SPEEDS = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
STEP_MS = 1_000
REST_MS = 250
"""A hand that has not moved for so long rests."""
BEFORE_WARNING_MS = 30_000
_log = logging.getLogger(__name__)


class PastDesks(Protocol):
    """Makes desks in the past; one at a time."""

    def open(self, at: int) -> Desk:
        """A desk on a session at `at` (ms UTC), standing still, with its `replay`. Raises HistoryError."""
        ...

    def close(self) -> None:
        """Lets go of it."""
        ...


class TimeTravel(QObject):
    """Takes a desk through time. `opened` is emitted with the desk of the past, `closed` when it is over, `changed`
    whenever anything but the time is another, `said` with a sentence for the person."""

    opened = Signal(object)
    closed = Signal()
    changed = Signal()
    said = Signal(str)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._heart: Heartbeat | None = None
        self._feed: ReplayFeed | None = desk.replay
        self._wanted: int | None = None
        self._seeking = QTimer(self, singleShot=True, interval=0)
        self._seeking.timeout.connect(self._seek)
        self._near_ms: float | None = None  # of a drag: how far from what is wanted a picture may be
        self._resting = QTimer(self, singleShot=True, interval=REST_MS)
        self._resting.timeout.connect(self.rest)
        self._goal: int | None = None  # of a drag whose pictures are there at a glance only
        self._was_playing = False
        self.speed = self._feed.clock.speed if self._feed is not None else 1.0
        self.seek_ms: list[float] = []  # of the latest seeks, pictures included

    # where we are

    @property
    def feed(self) -> ReplayFeed | None:
        """The replay on screen; None while the desk is live."""
        return self._feed

    @property
    def in_past(self) -> bool:
        """Whether the picture is of the past."""
        return self._feed is not None

    @property
    def beside_live(self) -> bool:
        """Whether a live session goes on behind the picture of the past."""
        return self._feed is not None and self._desk.replay is None

    @property
    def playing(self) -> bool:
        """Whether the past goes on by itself."""
        return self._feed is not None and (self._feed.clock.running or (self._goal is not None and self._was_playing))

    def at(self) -> int:
        """The moment on screen, ms UTC."""
        if self._wanted is not None:
            return self._wanted
        return self._feed.clock.now() if self._feed is not None else self._desk.now()

    def live_now(self) -> int:
        """The live moment, ms UTC; 0 where there is none."""
        return self._desk.now() if self._desk.replay is None else 0

    def beats(self, heart: Heartbeat) -> None:
        """The heartbeat of what is on screen."""
        self._heart = heart

    # going elsewhere

    def seek(self, at: int) -> None:
        """To an instant, ms UTC, as soon as the window has answered; later wishes replace earlier ones."""
        self._want(at, None)

    def drag(self, at: int, near_ms: float) -> None:
        """A hand drags to an instant, ms UTC: the picture follows with what is at hand within `near_ms`, and all the
        rest comes when the hand rests."""
        self._want(at, near_ms)

    def _want(self, at: int, near_ms: float | None) -> None:
        if self._feed is None and self._desk.past is None:
            self.said.emit(self.tr("Nothing is on record here: start with --database to wind back"))
            return
        self._wanted, self._near_ms = int(at), near_ms
        if not self._seeking.isActive():
            self._seeking.start()

    def rest(self) -> None:
        """The hand rests: everything is as it was at the instant it wanted last."""
        self._resting.stop()
        if self._wanted is None:
            self._wanted = self._goal
        self._near_ms = None
        self._seeking.stop()
        self._seek()

    def open_at(self, at: int) -> None:
        """To an instant, ms UTC, at once: the past is open when this returns, if it can be."""
        self.seek(at)
        self._seeking.stop()
        self._seek()

    def _seek(self) -> None:
        at, self._wanted = self._wanted, None
        if at is None:
            return
        began_s = time.perf_counter()
        try:
            if self._feed is None:
                self._open(at)
            elif not self._glance(self._feed, at):
                self._feed.seek(at)
                self._whole(self._feed)
        except HistoryError as error:  # the feed is where it was before, and whole
            self.said.emit(str(error))
            if self._feed is not None:
                self._whole(self._feed)
            return
        if self._heart is not None:
            self._heart.step()
        self.seek_ms = [*self.seek_ms[-999:], (time.perf_counter() - began_s) * 1000.0]
        self.changed.emit()

    def _glance(self, feed: ReplayFeed, at: int) -> bool:
        """Show what is at hand of an instant. False where only a seek brings it."""
        if self._near_ms is None:
            return False
        playing = self.playing
        if feed.glance(at, self._near_ms) is None:
            return False
        self._goal, self._was_playing = at, playing
        if self._heart is not None:
            self._heart.glancing = True
        self._resting.start()
        return True

    def _end_drag(self) -> None:
        if self._goal is not None:
            self.rest()

    def _whole(self, feed: ReplayFeed) -> None:
        """After a seek everything is there, and time goes on if it did before the hand came."""
        again = self._goal is not None and self._was_playing
        self._resting.stop()
        self._goal = None
        if self._heart is not None:
            self._heart.glancing = False
        if again:
            feed.play(self.speed)

    def _open(self, at: int) -> None:
        if self._desk.past is None:
            return
        past = self._desk.past.open(at)
        self._feed = past.replay
        self.opened.emit(past)

    def home(self) -> None:
        """Back to now, or, where nothing is live, to the end of the recording."""
        self._wanted = self._goal = None
        self._resting.stop()
        if self._feed is None:
            return
        if self._desk.replay is not None:
            self.said.emit(self.tr("No live port is behind this recording: this is its end"))
            self.seek(2**53)
            return
        self._feed = None
        self._heart = None
        self.closed.emit()
        if self._desk.past is not None:
            self._desk.past.close()
        self.changed.emit()

    # running

    def play_or_pause(self) -> None:
        """Lets the past run, or stand. From live it opens the past where now is, standing."""
        self._end_drag()
        if self._feed is None:
            self.seek(self._desk.now())
        elif self._feed.clock.running:
            self._feed.pause()
        else:
            self._feed.play(self.speed)
        self.changed.emit()

    def set_speed(self, speed: float) -> None:
        """Recorded seconds a second, kept within what is possible."""
        self.speed = min(max(speed, SLOWEST), FASTEST)
        if self._feed is not None and self._feed.clock.running:
            self._feed.play(self.speed)
        self.changed.emit()

    def faster(self, step: int) -> None:
        """The next of `SPEEDS` up (1) or down (-1)."""
        beyond = [s for s in SPEEDS if (s > self.speed * 1.001 if step > 0 else s < self.speed * 0.999)]
        if beyond:
            self.set_speed(beyond[0] if step > 0 else beyond[-1])

    def step(self, by_ms: int) -> None:
        """On or back by so many ms, and stand."""
        self._end_drag()
        if self._feed is not None:
            self._feed.pause()
        self.seek(self.at() + by_ms)
        self.changed.emit()

    def set_loop(self, loop: tuple[int, int] | None) -> None:
        """Runs through a stretch again and again, ms UTC."""
        if self._feed is not None:
            self._feed.loop = loop
            self.changed.emit()

    def set_skip_quiet(self, *, skip: bool) -> None:
        """Leaves out the stretches in which nothing happens."""
        if self._feed is not None:
            self._feed.skip_quiet = skip
            self.changed.emit()

    def set_known_now(self, *, now: bool) -> None:
        """Shows the past as it is known now, or as it was known then."""
        if self._feed is None:
            return
        self._end_drag()
        try:
            self._feed.know((self._desk.now() if self._desk.replay is None else 2**53) if now else None)
        except HistoryError as error:
            self.said.emit(str(error))
        if self._heart is not None:
            self._heart.step()
        self.changed.emit()

    def tick(self) -> None:
        """Called with every beat of the desk: what is at its end goes on with what was recorded since, or to now."""
        feed = self._feed
        if feed is None:
            return
        try:
            feed.beat()
            if not (feed.clock.running and feed.at_end) or feed.loop is not None:
                return
            feed.seek(feed.clock.now())
        except HistoryError as error:
            _log.warning("%s", error)
            self.said.emit(str(error))
            feed.pause()
            return
        if feed.at_end:
            feed.pause()
            if self.beside_live:
                self.home()
            else:
                self.said.emit(self.tr("The recording ends here"))
            self.changed.emit()
