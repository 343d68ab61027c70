"""Drives the simulation in real time: a thread advances it, takes positions at the right instants, keeps the clock."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from numpy.typing import NDArray

from data_sources.simulated_port.record_log import RecordLog

SAMPLE_MS = 2_000  # moving vehicles and working cranes report this often
_MOST_FIXES_A_SECOND = 4_000
_ENTITIES_DUE = 600  # that report at one instant on a busy day
_TICK_S = 0.2
_LONGEST_STEP_S = 0.5
_SETTLE_MS = 180_000  # the longest report interval: after it everything has said where it is
_SETTLE_STEP_MS = 10_000
_log = logging.getLogger(__name__)


class Drivable(Protocol):
    """What the driver needs of `operations.Simulation`."""

    def advance(self, to_ms: int) -> None:
        """Run all processes up to an instant."""

    def sample(self, at_ms: int, interval_ms: int = SAMPLE_MS) -> Mapping[Any, Mapping[str, NDArray[Any]]]:
        """Columns, by kind, of what is due at an instant."""


def sample_interval_ms(rate: float) -> int:
    """How far apart positions are taken, simulated ms: wider at high rates, so that a second of ours brings at most
    about 4,000 fixes. A function of the rate alone, so that a repeated day has the same positions."""
    needed_ms = _ENTITIES_DUE * rate * 1000.0 / _MOST_FIXES_A_SECOND
    return max(SAMPLE_MS, math.ceil(needed_ms / SAMPLE_MS) * SAMPLE_MS)


class Driver:
    """Runs `simulation` at `rate` simulated seconds a second from `start_ms` on.

    `after_step` is called in the driver's thread with the clock, after each step. A simulation too slow for the rate
    falls behind: the clock is where the simulation is, and never leaps to catch up. If the simulation fails the thread
    ends, `failed` is true and the clock stands.
    """

    def __init__(
        self, simulation: Drivable, log: RecordLog, start_ms: int, rate: float, after_step: Callable[[int], None]
    ) -> None:
        self._simulation = simulation
        self._log = log
        self._rate = rate
        self._after_step = after_step
        self._now = start_ms
        self._interval_ms = sample_interval_ms(rate)
        self._next_sample_ms = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="simulation")
        self.failed = False

    def now(self) -> int:
        """The port's clock, ms UTC: up to here everything has been said."""
        return self._now

    def settle(self) -> None:
        """Bring the world from its start to the clock's start, and have everything say where it is."""
        start = self._now
        for at in range((start - _SETTLE_MS) // _SETTLE_STEP_MS * _SETTLE_STEP_MS, start, _SETTLE_STEP_MS):
            self._sample(at, _SETTLE_STEP_MS)
        self._simulation.advance(start)
        self._next_sample_ms = (start // self._interval_ms + 1) * self._interval_ms
        self._after_step(start)

    def start(self) -> None:
        """Let time run."""
        self._thread.start()

    def stop(self) -> None:
        """Stop time, and wait until it stands."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            anchor_s, anchor_ms = time.monotonic(), self._now
            while not self._stop.wait(_TICK_S):
                wanted = anchor_ms + round((time.monotonic() - anchor_s) * 1000.0 * self._rate)
                reachable = self._now + round(_LONGEST_STEP_S * 1000.0 * self._rate)
                if wanted > reachable:
                    anchor_s, anchor_ms, wanted = time.monotonic(), reachable, reachable
                self._step(max(wanted, self._now))
        except Exception:  # noqa: BLE001 - the API goes on and tells that the simulation failed
            self.failed = True
            _log.exception("the simulation failed at %d", self._now)

    def _step(self, to_ms: int) -> None:
        while self._next_sample_ms <= to_ms and not self._stop.is_set():
            self._sample(self._next_sample_ms, self._interval_ms)
            self._now = self._next_sample_ms
            self._next_sample_ms += self._interval_ms
        if not self._stop.is_set():
            self._simulation.advance(to_ms)
            self._now = to_ms
            self._after_step(to_ms)

    def _sample(self, at_ms: int, interval_ms: int) -> None:
        self._simulation.advance(at_ms)
        for kind, columns in self._simulation.sample(at_ms, interval_ms).items():
            self._log.append_columns(kind, columns)
