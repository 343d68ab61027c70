"""A session in the past beside the live one: opened at an instant, wound to others, closed. Live goes on meanwhile."""

from __future__ import annotations

import time

from data_sources.history.errors import HistoryError
from data_sources.history.store import History
from data_sources.replay_feed import ReplayFeed
from layers.layers import Layers
from layers.session import Session
from twin.port_index import PortIndex
from twin.rules.registry import Settings, changed_settings, make_rules
from twin.twin import Twin

_BUDGET_S = 0.015


class Past:
    """Opens a history beside whatever else goes on. For the GUI thread; all methods raise HistoryError.

    `session` is of the same type as the live one: show its layers instead, step it at each beat with `now()`, and the
    picture is that of the past. After `close` nothing of it is left.
    """

    def __init__(self, index: PortIndex, url: str, settings: Settings | None = None) -> None:
        """`url`: of the history, also one that is being written. `settings`: of the rules that judge again."""
        self._index = index
        self._url = url
        self._settings = settings or {}
        self._history: History | None = None
        self._feed: ReplayFeed | None = None
        self._session: Session | None = None

    @property
    def is_open(self) -> bool:
        """Whether the past is open."""
        return self._feed is not None

    @property
    def feed(self) -> ReplayFeed:
        """The replay, with its clock. Raises HistoryError while the past is closed."""
        if self._feed is None:
            raise HistoryError("The past is not open.")
        return self._feed

    @property
    def session(self) -> Session:
        """The session in the past. Raises HistoryError while it is closed."""
        if self._session is None:
            raise HistoryError("The past is not open.")
        return self._session

    def open(self, at: int) -> Session:
        """The session at `at` (ms UTC), standing still; the same one, moved there, if it is open already."""
        if self._feed is not None:
            self.seek(at)
            return self.session
        history = History.open(self._url, self._index.layout.code, create=False)
        twin = Twin(self._index, make_rules(self._settings), changed=changed_settings(self._settings))
        feed = ReplayFeed(history, twin)
        try:
            feed.seek(at)
        except BaseException:
            history.close()
            raise
        feed.start()
        self._history, self._feed = history, feed
        self._session = Session(feed.inbox, twin, Layers(self._index, twin), feed.healths)
        self.step()
        return self._session

    def seek(self, at: int) -> None:
        """Moves to `at` (ms UTC); whether time passes stays as it is."""
        self.feed.seek(at)
        self.step()

    def speed(self, speed: float) -> None:
        """Lets time pass at 0.1 to 3600 times its pace; 0 stops it. Raises ValueError for other speeds."""
        if speed:
            self.feed.play(speed)
        else:
            self.feed.pause()

    def now(self) -> int:
        """The clock of the past, ms UTC."""
        return self.feed.clock.now()

    def step(self) -> None:
        """One beat: what is due reaches twin and layers. (A heartbeat does the same with `session` and `now`.)"""
        self.feed.beat()
        self.session.step(self.now(), _BUDGET_S, time.perf_counter)

    def stop(self) -> None:
        """As a live port ends."""
        self.close()

    def close(self) -> None:
        """Back to now: lets go of everything. Safe to call twice."""
        if self._feed is not None:
            self._feed.stop()
        if self._history is not None:
            self._history.close()
        self._history = self._feed = self._session = None
