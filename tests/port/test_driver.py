"""The driver: the clock keeps its rate, positions come at fixed instants, a failure stops only the clock."""

from __future__ import annotations

import threading
import time

import pytest

from data_sources.simulated_port.driver import SAMPLE_MS, Driver, sample_interval_ms
from data_sources.simulated_port.record_log import RecordLog
from tests.port.making import MORNING, position_columns
from twin.records import Kind


class Notes:
    """A simulation that notes how it is driven."""

    def __init__(self, breaks_at: int | None = None) -> None:
        self.at = 0
        self.samples: list[tuple[int, int]] = []
        self.breaks_at = breaks_at

    def advance(self, to_ms: int) -> None:
        assert to_ms >= self.at, "time runs one way"
        if self.breaks_at is not None and to_ms >= self.breaks_at:
            raise RuntimeError("broken")
        self.at = to_ms

    def sample(self, at_ms: int, interval_ms: int = SAMPLE_MS) -> dict:
        assert at_ms == self.at
        self.samples.append((at_ms, interval_ms))
        return {Kind.POSITION: position_columns(3, at=at_ms)}


def driven(simulation: Notes, rate: float, until_ms: int, settled: bool = True) -> tuple[Driver, RecordLog, list[int]]:
    log, ticks, done = RecordLog(), [], threading.Event()

    def after(now: int) -> None:
        ticks.append(now)
        if now >= until_ms:
            done.set()

    driver = Driver(simulation, log, MORNING - 600_000, MORNING + 700, rate, after)
    if settled:
        driver.settle()
    driver.start()
    until = time.monotonic() + 30
    while not done.wait(0.05) and driver.status != "failed":
        assert time.monotonic() < until, "the driver stands"
    driver.stop()
    return driver, log, ticks


def test_positions_are_taken_at_fixed_instants_whatever_the_start():
    simulation = Notes()
    driver, log, ticks = driven(simulation, 60.0, MORNING + 60_000)
    settling = [s for s in simulation.samples if s[0] <= MORNING + 700]
    running = [at for at, _ in simulation.samples[len(settling) :]]
    interval = sample_interval_ms(60.0)
    assert running == list(range(running[0], running[-1] + 1, interval))
    assert running[0] == (MORNING + 700) // interval * interval + interval
    assert settling[0][0] <= MORNING - 170_000
    assert log.last == 3 * len(simulation.samples)
    assert ticks == sorted(ticks)
    assert driver.now() == ticks[-1] == simulation.at


@pytest.mark.parametrize(("rate", "seconds"), [(0.1, 2), (1, 2), (10, 2), (60, 10), (600, 90), (3600, 540)])
def test_at_high_rates_positions_are_taken_further_apart(rate, seconds):
    assert sample_interval_ms(rate) == seconds * 1000


def test_a_simulation_that_breaks_leaves_the_clock_where_it_was(caplog):
    driver, _, ticks = driven(Notes(breaks_at=MORNING + 20_000), 60.0, MORNING + 60_000)
    assert driver.status == "failed"
    assert ticks[-1] <= driver.now() < MORNING + 20_000
    assert "the simulation failed" in caplog.text


def test_a_driver_that_never_started_can_be_stopped():
    Driver(Notes(), RecordLog(), MORNING, MORNING, 1.0, lambda now: None).stop()


def test_a_port_that_answers_at_once_keeps_its_clock_running_while_history_is_said():
    class Slow(Notes):
        def advance(self, to_ms: int) -> None:
            super().advance(to_ms)
            seen.append((driver.status, driver.now()))
            time.sleep(0.01)

    seen: list[tuple[str, int]] = []
    caught_up = threading.Event()
    simulation = Slow()

    def after(now: int) -> None:
        if now > MORNING:
            caught_up.set()

    driver = Driver(simulation, RecordLog(), MORNING - 600_000, MORNING, 1.0, after)
    assert (driver.status, driver.now()) == ("starting", MORNING)
    driver.start()
    assert caught_up.wait(30)
    driver.stop()
    assert driver.status == "ok"
    assert seen[0][0] == "starting"
    clock = [now for _, now in seen]
    assert clock == sorted(clock)
    assert MORNING <= clock[0] < clock[-1]
    assert driver.now() >= clock[-1] - 1000
