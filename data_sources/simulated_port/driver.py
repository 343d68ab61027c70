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
_SLICE_MS = 30_000
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
    """Brings `simulation` from `begin_ms`, where it stands, to `start_ms` and from there on runs it at `rate`.

    `after_step` is called in the driver's thread with the clock, after each step. A simulation too slow for the rate
    falls behind: the clock is where the simulation is, and never leaps to catch up. If the simulation fails the thread
    ends, `status` says so and the clock stands.
    """

    def __init__(
        self, simulation: Drivable, log: RecordLog, begin_ms: int, start_ms: int, rate: float,
        after_step: Callable[[int], None],
    ) -> None:
        self._simulation = simulation
        self._log = log
        self._begin_ms = begin_ms
        self._start_ms = start_ms
        self._rate = rate
        self._after_step = after_step
        self._simulated_ms = start_ms
        self._interval_ms = sample_interval_ms(rate)
        self._next_sample_ms = (start_ms // self._interval_ms + 1) * self._interval_ms
        self._anchor_s, self._anchor_ms = time.monotonic(), start_ms
        self._settled = False
        self._failed = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="simulation")

    @property
    def status(self) -> str:
        """"starting" while history is still being said, "ok", or "failed"."""
        if self._failed:
            return "failed"
        return "ok" if self._settled else "starting"

    def now(self) -> int:
        """The port's clock, ms UTC: up to here everything has been said, once the port has started."""
        if self._settled or self._failed or self._thread.ident is None:
            return self._simulated_ms
        return self._wanted()

    def settle(self) -> None:
        """Bring the world from where it begins to where the clock starts, and have everything say where it is."""
        self._warm_up()
        self._settled = True

    def start(self) -> None:
        """Let time run. A world that has not been settled is settled first, while the clock runs on."""
        self._anchor_s = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        """Stop time, and wait until it stands."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            if not self._settled:
                self._warm_up()
                self._step(self._wanted())  # the time that took
                self._settled = True
            while not self._stop.wait(_TICK_S):
                wanted = self._wanted()
                reachable = self._simulated_ms + round(_LONGEST_STEP_S * 1000.0 * self._rate)
                if wanted > reachable:
                    self._anchor_s, self._anchor_ms, wanted = time.monotonic(), reachable, reachable
                self._step(max(wanted, self._simulated_ms))
        except Exception:  # noqa: BLE001 - the API goes on and tells that the simulation failed
            if not self._settled:
                self._simulated_ms = self._wanted()  # the clock stops where it is, it does not go back
            self._failed = True
            _log.exception("the simulation failed at %d", self._simulated_ms)

    def _warm_up(self) -> None:
        reporting = (self._start_ms - _SETTLE_MS) // _SETTLE_STEP_MS * _SETTLE_STEP_MS
        for at in range(self._begin_ms, reporting, _SLICE_MS):  # in slices: it may be told to stop
            if self._stop.is_set():
                return
            self._simulation.advance(at)
        for at in range(max(reporting, self._begin_ms), self._start_ms, _SETTLE_STEP_MS):
            self._sample(at, _SETTLE_STEP_MS)
        self._simulation.advance(self._start_ms)
        self._after_step(self._start_ms)

    def _wanted(self) -> int:
        return self._anchor_ms + round((time.monotonic() - self._anchor_s) * 1000.0 * self._rate)

    def _step(self, to_ms: int) -> None:
        while self._next_sample_ms <= to_ms and not self._stop.is_set():
            self._sample(self._next_sample_ms, self._interval_ms)
            self._simulated_ms = self._next_sample_ms
            self._next_sample_ms += self._interval_ms
        if not self._stop.is_set():
            self._simulation.advance(to_ms)
            self._simulated_ms = to_ms
            self._after_step(to_ms)

    def _sample(self, at_ms: int, interval_ms: int) -> None:
        self._simulation.advance(at_ms)
        for kind, columns in self._simulation.sample(at_ms, interval_ms).items():
            self._log.append_columns(kind, columns)
