"""The port as a process of its own: simulation, record log and HTTP API put together, started and stopped in order."""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from data_sources import arguments
from data_sources.arguments import UsageError
from data_sources.simulated_port.process import CHILD_VARIABLE, TOKEN_VARIABLE
from data_sources.simulated_port.scenario import Scenario
from twin.port_layout import PortLayout

if TYPE_CHECKING:
    from data_sources.simulated_port.operations import Simulation
    from data_sources.simulated_port.record_log import RecordLog

_HOUR_MS = 3_600_000
_FORGET_EVERY_MS = _HOUR_MS
_LAST_RESORT_S = 10.0
_TRUTH_EVERY_S = 5.0
_TOKEN_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PortSettings:
    """How to run a port. `base_ms`: where the simulated world begins to count, `at_ms`: where its clock starts."""

    bind: tuple[str, int]
    seed: int
    rate: float
    date: str | None
    base_ms: int
    at_ms: int
    scenario: Scenario
    layout: PortLayout
    truth: Path | None


SimulationMaker = Callable[[PortSettings, "RecordLog"], Any]


def run_port(args: argparse.Namespace, make: SimulationMaker | None = None) -> int:
    """The command `port`. Raises UsageError, ScenarioError or PortDefinitionError if something given cannot be used.

    As a desk's child it says such an error in its ready line too, before raising it. `make` replaces the simulation.
    """
    from data_sources.simulated_port.scenario import ScenarioError
    from twin.port_definition import PortDefinitionError

    gc.disable()  # what is built until the port is ready stays: looking for garbage among it is work for nothing
    try:
        with ending() as told:
            token, is_given = token_of_environment()
            serve(settings_of(args), token, is_given, told, make or _simulation)
    except (UsageError, ScenarioError, PortDefinitionError) as unusable:
        if _is_child():
            announce({"failed": str(unusable)})
        raise
    return 0


def settings_of(args: argparse.Namespace) -> PortSettings:
    """The settings from the command line's texts, checked."""
    from data_sources.simulated_port import scenario
    from resources import locator
    from twin import port_definition

    bind = arguments.bind(args.bind)
    seed = arguments.seed(args.seed)
    rate = arguments.rate(args.rate)
    base_ms, at_ms = clock_start(args.date, getattr(args, "at", None), round(time.time() * 1000))
    given = getattr(args, "port_definition", None)
    layout = port_definition.load(Path(given) if given else locator.port_definition())
    told = scenario.load(Path(args.scenario)) if args.scenario else scenario.EMPTY
    told.check(layout, base_ms)
    truth = getattr(args, "truth", None)
    if truth and not Path(truth).resolve().parent.is_dir():
        raise UsageError(f"--truth {truth!r}: there is no folder {str(Path(truth).parent)!r} to write the file into.")
    return PortSettings(bind, seed, rate, args.date, base_ms, at_ms, told, layout, Path(truth) if truth else None)


def clock_start(date: str | None, at: str | None, wall_ms: int) -> tuple[int, int]:
    """The world's base instant and where its clock starts, ms UTC, as docs/api.md says. Raises UsageError."""
    base_ms = wall_ms // _HOUR_MS * _HOUR_MS if date is None else arguments.instant(date, "--date").ms
    if at is not None:
        at_ms = arguments.instant(at, "--at").ms
        if date is None:
            base_ms = at_ms // _HOUR_MS * _HOUR_MS
    else:
        at_ms = wall_ms if date is None else base_ms
    if at_ms < base_ms:
        raise UsageError(f"--at {at!r} lies before --date {date!r}.")
    if at_ms - base_ms > 31 * 24 * _HOUR_MS:
        raise UsageError(f"--at {at!r} lies more than 31 days after --date {date!r}.")
    return base_ms, at_ms


def serve(settings: PortSettings, token: str, token_is_known: bool, told: Ending, make: SimulationMaker) -> None:
    """Run the port until it is told to end. Prints one JSON line when it is ready.

    `token_is_known`: the starter gave the token, so it is not printed.
    """
    from data_sources.simulated_port.api import Port, PortInfo, create_app
    from data_sources.simulated_port.driver import Driver
    from data_sources.simulated_port.http_server import HttpServer, listen, url_of
    from data_sources.simulated_port.intake import Intake
    from data_sources.simulated_port.record_log import RecordLog
    from data_sources.simulated_port.world import WARM_UP_MS

    listener = listen(*settings.bind)
    layout = settings.layout
    log = RecordLog()
    simulation = make(settings, log)
    customs = simulation.customs

    def now() -> int:
        return driver.now()

    intake = Intake(
        log, now, simulation.operations.hold_at_gate, customs.patrol.dispatch, customs.patrol.finding
    )
    truth = _TruthFile(settings.truth, customs.truth.write)

    forget_at = settings.at_ms

    def after_step(now: int) -> None:
        nonlocal forget_at
        intake.step(now)
        truth.refresh()
        if now >= forget_at:
            log.forget_departed(now)
            forget_at = now + _FORGET_EVERY_MS

    begin_ms = settings.base_ms - WARM_UP_MS
    driver = Driver(simulation, log, begin_ms, settings.at_ms, settings.rate, after_step)
    if settings.rate > 1.0:
        driver.settle()
    # else at once: the standing stock is there to be looked at, what has moved since then follows within seconds
    gc.freeze()  # the world as built: without it every full collection walks tens of thousands of containers
    gc.enable()
    info = PortInfo(
        layout.code, layout.name.zh, layout.name.en, "WGS-84", layout.origin_lon, layout.origin_lat, settings.seed,
        settings.date, settings.rate, layout.time_zone,
    )
    port = Port(info, log, intake, driver.now, lambda: driver.status)
    server = HttpServer(create_app(port, token), listener, port.bell)
    url = url_of(listener)
    sys.setswitchinterval(0.001)  # an answer waits 1 ms, not 5, at each turn for a simulation that is busy
    driver.start()
    try:
        told.stop = server.stop
        server.serve(lambda: announce({"ready": url} if token_is_known else {"ready": url, "token": token}))
    finally:
        driver.stop()
        truth.write()


def _simulation(settings: PortSettings, log: RecordLog) -> Simulation:
    from data_sources.simulated_port.operations import Simulation

    return Simulation(settings.layout, settings.seed, settings.base_ms, settings.scenario, log)


class Ending:
    """How this process ends when it is told to: at once while it is being set up, through `stop` once that is set."""

    def __init__(self) -> None:
        self.stop: Callable[[], None] | None = None

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """Handle SIGINT or SIGTERM, in the main thread."""
        if self.stop is None:
            raise SystemExit(0)
        self.stop()

    def on_parent_gone(self) -> None:
        """End although nobody is left to ask for it; after a while in any case."""
        if self.stop is not None:
            self.stop()
            time.sleep(_LAST_RESORT_S)
        os._exit(0)


@contextmanager
def ending() -> Iterator[Ending]:
    """While it lasts, SIGTERM, SIGINT (Windows: Ctrl+Break) and, in a child, the end of the parent end the process.

    A child leaves SIGINT to its parent: Ctrl+C in a terminal reaches both, and the parent is to stop first.
    """
    made = Ending()
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]
    ignored = signal.SIGINT if _is_child() else None
    before = {n: signal.signal(n, signal.SIG_IGN if n == ignored else made.on_signal) for n in numbers}
    if _is_child():
        threading.Thread(target=_watch_parent, args=(made.on_parent_gone,), name="parent-watch", daemon=True).start()
    try:
        yield made
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _TruthFile:
    """Writes the truth of what was injected to a file, every few seconds and at the end."""

    def __init__(self, path: Path | None, write: Callable[[Path], None]) -> None:
        self._path = path
        self._write = write
        self._written_s = 0.0

    def refresh(self) -> None:
        if self._path is not None and time.monotonic() - self._written_s > _TRUTH_EVERY_S:
            self.write()

    def write(self) -> None:
        if self._path is None:
            return
        self._written_s = time.monotonic()
        try:
            self._write(self._path)
        except OSError:
            _log.exception("the truth file cannot be written")


def _watch_parent(gone: Callable[[], None]) -> None:
    """The parent holds the other end of our standard input: when it ends, however it does, we read its end.

    Reads the descriptor itself: a daemon thread inside a buffered reader would break the interpreter's shutdown.
    """
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        _log.info("standard input cannot be read; the parent is taken to be gone")
    gone()


def token_of_environment() -> tuple[str, bool]:
    """The token from the environment, or a fresh one; and whether it was given. It is taken out of the environment."""
    given = os.environ.pop(TOKEN_VARIABLE, "")
    if not given:
        return secrets.token_urlsafe(24), False
    if len(given) < 8 or not _TOKEN_CHARACTERS.issuperset(given):
        raise UsageError(f"{TOKEN_VARIABLE} must have at least 8 characters, letters, digits and -._~+/= only.")
    return given, True


def _is_child() -> bool:
    return bool(os.environ.get(CHILD_VARIABLE))


def announce(line: dict[str, str]) -> None:
    """Print the ready line: one JSON object on standard output, for whoever started this process."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
