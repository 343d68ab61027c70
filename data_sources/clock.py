"""The session's clock: what a feed stamps on receipt, and what the desk shows as the time of the port.

A live port's clock need not be ours: a simulated port may stand at another date and run at another rate. `PortClock`
follows the clock that the backend publishes, and goes on by itself while the backend is silent. Measured durations
(time-outs, rates) never come from it but from `elapsed_s`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

_STEP_S = 2.0  # a difference larger than this, in wall seconds, is another time and not a slow network
_SLEW = 0.2  # share of a small difference that is taken over with each answer


class Clock(Protocol):
    """What feeds need of a clock."""

    def now(self) -> int:
        """Milliseconds UTC on the session's clock."""
        ...

    def elapsed_s(self) -> float:
        """Seconds on a clock that runs evenly and is never set."""
        ...


def wall_ms() -> int:
    """The machine's clock, milliseconds UTC."""
    return time.time_ns() // 1_000_000


class WallClock:
    """The machine's own clock, for feeds that come from the real world."""

    def now(self) -> int:
        """Milliseconds UTC."""
        return wall_ms()

    def elapsed_s(self) -> float:
        """Seconds, evenly running."""
        return time.monotonic()


class PortClock:
    """Follows the clock of a backend. Safe to use from every thread.

    Until the first `synchronise` it shows the machine's clock. It never goes back by a correction; only another run of
    the backend or a difference beyond two wall seconds sets it, backwards too, and `settings` counts that.
    """

    def __init__(self, wall: Callable[[], int] = wall_ms, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._monotonic_s = monotonic_s
        self._rate = 1.0
        self._anchor_s = monotonic_s()
        self._anchor_ms = float(wall())
        self._floor_ms = 0
        self._settings = 0

    @property
    def rate(self) -> float:
        """Seconds of the port in a wall second."""
        return self._rate

    @property
    def settings(self) -> int:
        """How often the clock was set, the first time included: a change means a discontinuity."""
        return self._settings

    def now(self) -> int:
        """Milliseconds UTC of the port."""
        with self._lock:
            self._floor_ms = max(self._floor_ms, int(self._at(self._monotonic_s())))
            return self._floor_ms

    def elapsed_s(self) -> float:
        """Wall seconds, evenly running."""
        return self._monotonic_s()

    def synchronise(self, port_ms: int, rate: float | None = None, *, taken_s: float = 0.0,
                    new_run: bool = False) -> None:
        """Take over the backend's clock as an answer told it.

        Args:
            port_ms: the backend's clock, ms UTC.
            rate: its seconds in a wall second; None keeps the known one.
            taken_s: how long the answer took: the backend may have read its clock at any time in between.
            new_run: the backend was started anew, so its clock is taken as it is.
        """
        with self._lock:
            monotonic_s = self._monotonic_s()
            shown = self._at(monotonic_s)
            if rate is not None and rate >= 0:
                self._rate = rate
            span_ms = taken_s * self._rate * 1000.0
            off_ms = min(max(shown, port_ms), port_ms + span_ms) - shown
            if new_run or not self._settings or abs(off_ms) > _STEP_S * 1000.0 * max(self._rate, 1.0):
                self._anchor_ms = float(port_ms)
                self._floor_ms = 0
                self._settings += 1
            else:
                self._anchor_ms = shown + _SLEW * off_ms
            self._anchor_s = monotonic_s

    def _at(self, monotonic_s: float) -> float:
        return self._anchor_ms + (monotonic_s - self._anchor_s) * self._rate * 1000.0
