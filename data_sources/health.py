"""The book a feed keeps of itself, from which its health is read at any instant, also while it waits for an answer."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from data_sources.clock import Clock
from twin.feed_health import FeedError, FeedErrorCode, FeedHealth, FeedState, Gap, Value

DOWN_AFTER_S = 3.0
"""A failure that a retry cures within this time shows as late, not as down: the wall of screens must not flicker."""
BEHIND_AFTER_S = 5.0
_RATE_WINDOW_S = 10.0
_GAPS_KEPT = 50
_NO_RETRY_HELPS = frozenset((FeedErrorCode.UNAUTHORISED, FeedErrorCode.FORBIDDEN, FeedErrorCode.REDIRECTED))


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of one answer or one stretch of reading, in rows."""

    records: int = 0
    rejected: int = 0
    repeated: int = 0
    flagged: int = 0
    ignored: int = 0


class HealthBook:
    """Written by the feed's thread, read by everyone. Durations are wall seconds, instants the session's clock."""

    def __init__(self, name: str, clock: Clock) -> None:
        self._name = name
        self._clock = clock
        self._lock = threading.Lock()
        self._since = clock.now()
        self._connected = False
        self._last_success_at: int | None = None
        self._last_error: FeedError | None = None
        self._trouble: tuple[int, float] | None = None  # when it began: session's clock, elapsed seconds
        self._behind: tuple[int, float] | None = None
        self._awaited: tuple[int, float, float] | None = None  # asked at, elapsed seconds then, seconds allowed
        self._taken = Taken()
        self._recent: deque[tuple[float, int]] = deque()
        self._lag_s: float | None = None
        self._lagging: tuple[int, float] | None = None
        self._gaps = 0
        self._recent_gaps: deque[Gap] = deque(maxlen=_GAPS_KEPT)
        self._run: str | None = None
        self._filling = False

    @property
    def troubled(self) -> bool:
        """Whether the last exchange failed."""
        return self._trouble is not None

    @property
    def last_success_at(self) -> int | None:
        """When an exchange last went well."""
        return self._last_success_at

    @property
    def lag_s(self) -> float | None:
        """Seconds of the source from its newest record to its clock, None before any."""
        return self._lag_s

    def asked(self, within_s: float) -> None:
        """A question is under way; an answer that takes longer than `within_s` is slow."""
        with self._lock:
            self._awaited = (self._clock.now(), self._clock.elapsed_s(), within_s)

    def heard(self) -> None:
        """An answer came and was readable, though the feed may not have caught up."""
        with self._lock:
            self._awaited = None
            self._last_success_at = self._clock.now()

    def well(self, *, behind: bool = False, run: str | None = None) -> bool:
        """The feed works. `behind`: more is waiting at the source. Returns whether this ends a trouble or the start."""
        with self._lock:
            now, elapsed_s = self._clock.now(), self._clock.elapsed_s()
            ended = self._trouble is not None or not self._connected
            if ended:
                self._since = now
            self._connected, self._trouble, self._awaited = True, None, None
            self._last_success_at = now
            self._run = run if run is not None else self._run
            if behind:
                self._fall_behind()
            else:
                if self._behind is not None and elapsed_s - self._behind[1] >= BEHIND_AFTER_S:
                    self._since = now
                self._behind = None
            return ended

    def held_up(self) -> None:
        """The feed does not ask because what it brought has not been taken yet."""
        with self._lock:
            if self._connected and self._trouble is None:
                self._fall_behind()

    def failed(self, code: FeedErrorCode, text: str, values: Mapping[str, Value] | None = None) -> bool:
        """An exchange failed. Returns whether this begins a trouble (so that it is logged once)."""
        with self._lock:
            now = self._clock.now()
            self._last_error = FeedError(code, now, text, MappingProxyType(dict(values or {})))
            begins = self._trouble is None
            if begins:
                waited = self._awaited if code is FeedErrorCode.TIMED_OUT else None
                self._trouble = waited[:2] if waited is not None else (now, self._clock.elapsed_s())
            self._awaited = None
            self._behind = None
            return begins

    def took(self, taken: Taken, lag_s: float | None = None, usual_lag_s: float = math.inf) -> None:
        """Rows came, were refused, were dropped as repeated. lag_s: age of the newest by the source's clock, s; beyond
        `usual_lag_s` for a while the source itself is behind.
        """
        with self._lock:
            mine = self._taken
            self._taken = Taken(
                mine.records + taken.records, mine.rejected + taken.rejected, mine.repeated + taken.repeated,
                mine.flagged + taken.flagged, mine.ignored + taken.ignored,
            )
            self._recent.append((self._clock.elapsed_s(), taken.records))
            self._forget()
            if lag_s is not None:
                self._lag_s = lag_s
                if lag_s <= usual_lag_s:
                    self._lagging = None
                elif self._lagging is None:
                    self._lagging = (self._clock.now(), self._clock.elapsed_s())

    def filling(self, goes_on: bool) -> None:
        """The source is saying what there is, or has said it."""
        with self._lock:
            self._filling = goes_on

    def gap(self, gap: Gap) -> None:
        """A stretch is lost."""
        with self._lock:
            self._gaps += 1
            self._recent_gaps.append(gap)

    def health(self) -> FeedHealth:
        """The feed at this instant."""
        with self._lock:
            state, since, error = self._state()
            self._forget()
            return FeedHealth(
                name=self._name, state=state, since=since, last_success_at=self._last_success_at, last_error=error,
                records=self._taken.records, rate_per_s=sum(rows for _, rows in self._recent) / _RATE_WINDOW_S,
                lag_s=self._lag_s, rejected=self._taken.rejected, gaps=self._gaps,
                recent_gaps=tuple(self._recent_gaps), repeated=self._taken.repeated, flagged=self._taken.flagged,
                ignored=self._taken.ignored, run=self._run, filling=self._filling,
            )

    def _state(self) -> tuple[FeedState, int, FeedError | None]:
        elapsed_s = self._clock.elapsed_s()
        error = self._last_error
        if self._trouble is not None:
            began_at, began_s = self._trouble
            hopeless = error is not None and error.code in _NO_RETRY_HELPS
            if hopeless or elapsed_s - began_s >= DOWN_AFTER_S:
                return FeedState.DOWN, began_at, error
            return (FeedState.LATE, began_at, error) if self._connected else (FeedState.CONNECTING, self._since, error)
        if self._awaited is not None and elapsed_s - self._awaited[1] > self._awaited[2]:
            waited_s = round(elapsed_s - self._awaited[1], 1)
            slow = FeedError(FeedErrorCode.SLOW, self._awaited[0], f"no answer for {waited_s:.0f} s",
                             MappingProxyType({"waited_s": waited_s}))
            return FeedState.LATE, self._awaited[0], slow
        if not self._connected:
            return FeedState.CONNECTING, self._since, error
        for began in (self._behind, self._lagging):
            if began is not None and elapsed_s - began[1] >= BEHIND_AFTER_S:
                behind_s = round(elapsed_s - began[1], 1)
                behind = FeedError(FeedErrorCode.BEHIND, began[0], f"behind the source for {behind_s:.0f} s",
                                   MappingProxyType({"behind_s": behind_s}))
                return FeedState.LATE, began[0], behind
        return FeedState.UP, self._since, error

    def _fall_behind(self) -> None:
        if self._behind is None:
            self._behind = (self._clock.now(), self._clock.elapsed_s())

    def _forget(self) -> None:
        oldest_s = self._clock.elapsed_s() - _RATE_WINDOW_S
        while self._recent and self._recent[0][0] < oldest_s:
            self._recent.popleft()
