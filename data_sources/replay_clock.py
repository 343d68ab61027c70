"""The clock of a replay: recorded time at any speed, standing while paused, never ahead of what has been read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

SLOWEST, FASTEST = 0.1, 3600.0


class ReplayClock:
    """Recorded time. Safe to use from every thread."""

    def __init__(self, at: int, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._monotonic_s = monotonic_s
        self._anchor_ms, self._anchor_s = at, monotonic_s()
        self._speed, self._running = 1.0, False
        self._horizon = at

    @property
    def speed(self) -> float:
        """Recorded seconds in a second while it runs."""
        return self._speed

    @property
    def running(self) -> bool:
        """Whether time passes."""
        return self._running

    def now(self) -> int:
        """Milliseconds UTC of the recording."""
        with self._lock:
            return self._now()

    def elapsed_s(self) -> float:
        """Seconds on a clock that runs evenly and is never set."""
        return self._monotonic_s()

    def held_up(self) -> bool:
        """Whether it stands because what follows has not been read yet."""
        with self._lock:
            return self._running and self._wanted() > self._horizon

    def set(self, at: int) -> None:
        """Jumps. Nothing beyond `at` has been read then."""
        with self._lock:
            self._anchor_ms, self._anchor_s, self._horizon = at, self._monotonic_s(), at

    def skip(self, at: int) -> None:
        """Goes on from a later instant, of which everything before has been read."""
        with self._lock:
            if at > self._now():
                self._anchor_ms, self._anchor_s = at, self._monotonic_s()

    def run(self, speed: float) -> None:
        """Lets time pass. Raises ValueError for a speed that is none from 0.1 to 3600."""
        if not SLOWEST <= speed <= FASTEST:
            raise ValueError(f"{speed:g} is no speed from {SLOWEST:g} to {FASTEST:g}")
        with self._lock:
            self._anchor_ms, self._anchor_s = self._now(), self._monotonic_s()
            self._speed, self._running = speed, True

    def stand(self) -> None:
        """Time stands still."""
        with self._lock:
            self._anchor_ms, self._anchor_s, self._running = self._now(), self._monotonic_s(), False

    def read_to(self, at: int) -> None:
        """Everything up to `at` has been read: time may pass up to there."""
        with self._lock:
            if self._running and self._wanted() > self._horizon:  # the time it stood is not made up for
                self._anchor_ms, self._anchor_s = self._horizon, self._monotonic_s()
            self._horizon = max(self._horizon, at)

    def _wanted(self) -> int:
        passed_s = self._monotonic_s() - self._anchor_s if self._running else 0.0
        return self._anchor_ms + round(passed_s * 1000.0 * self._speed)

    def _now(self) -> int:
        return min(self._wanted(), max(self._horizon, self._anchor_ms))
