#!/usr/bin/env python3
"""Jiangyin port digital twin: the command line and the composition root. Nothing imports it.

Exit codes: 0 done; 1 failed while running (one sentence on standard error); 2 the command line, a file named on it or a
setting cannot be used; 3 the backend could not be reached or gave nothing to show.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from command_line import COMMANDS, TOKEN_VARIABLE, display_is_missing, make_parser, seconds, size_of, writable
from data_sources.arguments import UsageError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

    from data_sources.ais_feed import AisFeed
    from data_sources.clock import PortClock
    from data_sources.inbox import Inbox
    from data_sources.live import LivePort, NoPort
    from data_sources.quarantine import Quarantine
    from layers.session import Session
    from panels.main_window import MainWindow
    from scene.viewport import Viewport
    from twin.feed_health import FeedHealth
    from twin.port_layout import PortLayout

DONE, FAILED, USAGE, NO_BACKEND = 0, 1, 2, 3
MARKS_VARIABLE = "JIANGYIN_START_MARKS"
_marked: set[str] = set()
FILL_TIMEOUT_S = 60.0
QUIET_BEATS = 8
FRESH_MS = 60_000
FINE_MS = 1_500  # for a screenshot the view is drawn once more with smooth edges


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or (words[0] not in COMMANDS and words[0] not in ("-h", "--help")):
        words.insert(0, "desk")
    try:
        arguments = make_parser().parse_args(words)
    except SystemExit as left:  # argparse has said why
        return int(left.code or 0)
    logging.basicConfig(
        level=os.environ.get("JIANGYIN_LOG", "WARNING"), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    from data_sources.simulated_port.scenario import ScenarioError
    from twin.port_definition import PortDefinitionError

    try:
        return {"desk": _desk, "port": _port, "render": _render}[arguments.command](arguments)
    except (UsageError, PortDefinitionError, ScenarioError) as unusable:
        print(f"jiangyin-twin: {unusable}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return DONE


def _port(arguments: argparse.Namespace) -> int:
    from data_sources.simulated_port.server import run_port

    return run_port(arguments)


def _layout(arguments: argparse.Namespace) -> PortLayout:
    """The port's layout; also checks what the simulated port would be started with, so that errors come at once."""
    from data_sources.simulated_port import scenario, server
    from resources import locator
    from twin import port_definition

    if _vessels_only(arguments):
        from data_sources.ais_feed import centre_of

        recording = Path(arguments.ais)
        return port_definition.load(locator.sea_only_definition(), centre_of(recording))
    given = arguments.port_definition
    layout = port_definition.load(Path(given) if given else locator.port_definition())
    if not arguments.backend:
        base_ms, _ = server.clock_start(arguments.date, None, round(time.time() * 1000))
        if arguments.scenario:
            scenario.load(Path(arguments.scenario)).check(layout, base_ms)
    return layout


def _vessels_only(arguments: argparse.Namespace) -> bool:
    """An AIS recording with no port named beside it plays on the open sea, at its true place."""
    recording = getattr(arguments, "ais", None)
    return bool(recording) and Path(recording).is_file() and not (arguments.backend or arguments.port_definition)


def _live_port(
    arguments: argparse.Namespace, inbox: Inbox, quarantine: Quarantine, clock: PortClock
) -> LivePort | NoPort:
    from data_sources import arguments as parse
    from data_sources.live import LivePort, NoPort, PortOptions
    from data_sources.rest_client import AddressError

    if _vessels_only(arguments):
        return NoPort()
    if arguments.backend:
        try:
            url = parse.url(arguments.backend)
            return LivePort(inbox, quarantine, clock, url=url, token=os.environ.get(TOKEN_VARIABLE, ""))
        except AddressError as unusable:
            raise parse.UsageError(str(unusable)) from None
    options = PortOptions(
        arguments.seed,
        arguments.rate,
        arguments.date,
        arguments.scenario,
        arguments.port_definition,
    )
    return LivePort(inbox, quarantine, clock, options=options)


def _ais_feed(text: str | None, inbox: Inbox, quarantine: Quarantine) -> AisFeed | None:
    if text is None:
        return None
    from data_sources.ais_feed import ais_feed_of

    return ais_feed_of(text, inbox, quarantine)


def _render(arguments: argparse.Namespace) -> int:
    from data_sources import arguments as parse
    from data_sources.clock import PortClock
    from data_sources.inbox import Inbox
    from data_sources.quarantine import Quarantine
    from layers.layers import Layers
    from layers.session import Session
    from scene import offscreen, quality
    from scene.scene import Scene
    from twin.port_index import PortIndex
    from twin.rules.registry import make_rules
    from twin.twin import Twin

    parse.seed(arguments.seed)
    parse.rate(arguments.rate)
    size, out = size_of(arguments.size), writable(arguments.out, "--out")
    layout = _layout(arguments)
    names = [viewpoint.id for viewpoint in layout.viewpoints]
    if names and arguments.viewpoint not in names:
        raise UsageError(f"--viewpoint {arguments.viewpoint!r} is none of {', '.join(names)}.")
    inbox, quarantine, clock = Inbox(), Quarantine(), PortClock()
    live = _live_port(arguments, inbox, quarantine, clock)
    index = PortIndex(layout)
    twin = Twin(index, make_rules())
    session = Session(inbox, twin, Layers(index, twin), live.healths)
    live.start()
    try:
        if not _fill(session, live, clock):
            health = live.healths()[0]
            said = health.last_error.text if health.last_error else "it gave no records"
            print(f"jiangyin-twin: nothing to show: {said}", file=sys.stderr)
            return NO_BACKEND
        scene = Scene(index, session.layers, quality.PICTURE)
        try:
            if arguments.viewpoint in names:
                scene.camera.go(arguments.viewpoint, at_once=True)
            offscreen.render(scene, size, out, clock.now())
        finally:
            scene.close()
    except offscreen.RenderError as failed:
        print(f"jiangyin-twin: {failed}", file=sys.stderr)
        return FAILED
    finally:
        live.stop()
    return DONE


def _fill(session: Session, live: LivePort | NoPort, clock: PortClock) -> bool:
    """Lets the session take what the feed brings until nothing waits. False if nothing came in time."""
    from twin.feed_health import FeedState

    ends = time.monotonic() + float(os.environ.get("JIANGYIN_FILL_TIMEOUT_S", FILL_TIMEOUT_S))
    quiet = 0
    while time.monotonic() < ends and quiet < QUIET_BEATS:
        before = live.healths()[0].records
        session.step(clock.now(), 0.2, time.perf_counter)
        time.sleep(0.1)
        health = live.healths()[0]
        heard = session.twin.movers.observed_at
        # a port that has just started is still telling its past
        fresh = len(heard) and clock.now() - int(heard.max()) < FRESH_MS
        settled = health.state is FeedState.UP and health.records - before < 2_000 and not session.waiting
        quiet = quiet + 1 if settled and fresh else 0
    return quiet >= QUIET_BEATS or bool(session.twin.containers.count or session.twin.movers.count)


def _desk(arguments: argparse.Namespace) -> int:
    from data_sources import arguments as parse
    from data_sources.clock import PortClock
    from data_sources.inbox import Inbox
    from data_sources.quarantine import Quarantine

    after_s = seconds(arguments.after, "--after")
    shot = writable(arguments.screenshot, "--screenshot") if arguments.screenshot else None
    parse.seed(arguments.seed)
    parse.rate(arguments.rate)
    if arguments.backend:
        parse.url(arguments.backend)
    inbox, quarantine, clock = Inbox(), Quarantine(), PortClock()
    ais = _ais_feed(arguments.ais, inbox, quarantine)
    if display_is_missing():
        _layout(arguments)  # what cannot be used is told first
        print(
            "jiangyin-twin: there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set); "
            "`main.py render --out FILE` makes a picture without one.",
            file=sys.stderr,
        )
        return FAILED
    # With nothing of the user's to check, the port comes up in its own process while this one reads the layout.
    checked = not any((arguments.backend, arguments.scenario, arguments.port_definition, arguments.date))
    layout = None if checked else _layout(arguments)
    live = _live_port(arguments, inbox, quarantine, clock)
    live.start()
    gc.disable()  # until the window stands: the start makes much that stays and nothing to be thrown away
    try:
        layout = layout or _layout(arguments)
        if ais is not None:
            ais.start()
        from panels import application as qt

        application = qt.make_application(sys.argv[:1])
        run = _DeskRun(arguments, layout, inbox, quarantine, clock, live, ais, application)
        return run.run(shot, after_s)
    finally:
        if ais is not None:
            ais.stop()
        live.stop()


class _DeskRun:
    """One run of the desk: made in steps behind the splash, ended in stages."""

    def __init__(
        self,
        arguments: argparse.Namespace,
        layout: PortLayout,
        inbox: Inbox,
        quarantine: Quarantine,
        clock: PortClock,
        live: LivePort | NoPort,
        ais: AisFeed | None,
        application: QApplication,
    ) -> None:
        from panels import application as qt
        from panels import theme
        from panels.language import Language

        self._arguments, self._layout, self._live, self._ais = arguments, layout, live, ais
        self._inbox, self._quarantine, self._clock, self._application = inbox, quarantine, clock, application
        self._error: Exception | None = None
        self._window: MainWindow | None = None
        self._viewport: Viewport | None = None
        scale = theme.scale_for(application.primaryScreen().size().height(), wall=arguments.wall)
        self._theme = theme.load(arguments.theme, scale)
        theme.apply(self._theme, application)
        self._language = Language(application, arguments.lang)
        self._bugs = qt.Bugs(application)

    def run(self, shot: Path | None, after_s: float) -> int:
        """Opens the desk and serves it until it is closed; with `shot`, until the screenshot is saved."""
        from PySide6.QtCore import QTimer

        from panels.application import Starter, quit_on_signals, save_screenshot

        saved = [True]

        def take_shot() -> None:
            if self._window is not None and shot is not None:
                saved[0] = save_screenshot(self._window, shot)
                self._window.close()
                self._application.quit()

        def make_fine() -> None:
            if self._viewport is not None:
                self._viewport.set_fine(True)
            QTimer.singleShot(FINE_MS, take_shot)

        def shown() -> None:
            self._show()
            if shot is not None:
                QTimer.singleShot(round(after_s * 1000), make_fine)

        chinese = self._arguments.lang == "zh"
        steps = [
            ("载入三维场景 …" if chinese else "Loading the 3D scene …", self._import),
            ("建立数字孪生 …" if chinese else "Building the twin …", self._build_twin),
            ("建立港区模型 …" if chinese else "Building the port …", self._build_scene),
            ("打开窗口 …" if chinese else "Opening the window …", shown),
        ]
        starter = Starter(steps, self._theme, self._application)
        starter.failed.connect(self._fail)
        quit_on_signals(self._application)
        self._application.exec()
        if self._window is not None:
            self._window.close()
        if self._error is not None:
            print(f"jiangyin-twin: the desk could not start: {self._error}", file=sys.stderr)
            return FAILED
        if not saved[0]:
            print(f"jiangyin-twin: the screenshot could not be written to {str(shot)!r}", file=sys.stderr)
            return FAILED
        return DONE

    def _fail(self, error: Exception) -> None:
        logging.getLogger(__name__).error("the desk could not start", exc_info=error)
        self._error = error
        self._application.quit()

    def _import(self) -> None:
        import scene.scene
        import scene.viewport  # noqa: F401 - a step of its own, so that the splash can say so

        _mark("imported")

    def _build_twin(self) -> None:
        from layers.layers import Layers
        from layers.session import Session
        from twin.port_index import PortIndex
        from twin.rules.registry import make_rules
        from twin.twin import Twin

        self._index = PortIndex(self._layout)
        twin = Twin(self._index, make_rules())
        self._session = Session(self._inbox, twin, Layers(self._index, twin), self._healths)

    def _healths(self) -> tuple[FeedHealth, ...]:
        healths = self._live.healths()
        return healths if self._ais is None else (*healths, self._ais.health())

    def _now(self) -> int:
        """The port's clock; 0 until the port has said what time it is there."""
        known = self._clock.settings > 0 or _vessels_only(self._arguments)
        return self._clock.now() if known else 0

    def _build_scene(self) -> None:
        from scene.scene import Scene

        self._scene = Scene(self._index, self._session.layers, language=self._language.code)
        if self._arguments.viewpoint and self._scene.camera.knows(self._arguments.viewpoint):
            self._scene.camera.go(self._arguments.viewpoint, at_once=True)

    def _show(self) -> None:
        from panels.desk import Desk
        from panels.main_window import MainWindow

        desk = Desk(
            self._index,
            self._session,
            self._session.twin,
            self._session.layers,
            self._language,
            self._theme,
            self._arguments.operator,
            self._now,
            self._healths,
            self._quarantine,
            self._live,
            self._live.outcomes,
            self._make_viewport,
        )
        self._window = MainWindow(desk)
        _mark("window")
        gc.freeze()  # what the start made stays
        gc.enable()
        if os.environ.get(MARKS_VARIABLE):
            self._window.heartbeat.beat.connect(self._mark_first_picture)
        if self._arguments.wall:
            self._window.set_wall(True)
        else:
            self._window.showMaximized()

    def _mark_first_picture(self) -> None:
        """The first frame that shows containers: all blocks built, then drawn and swapped."""
        if self._window is None or not self._session.twin.containers.present.any() or self._scene.pending:
            return
        self._window.heartbeat.beat.disconnect(self._mark_first_picture)
        widget = self._window.scene.port.widget()
        widget.frameSwapped.connect(lambda: _mark("first_picture"))

    def _make_viewport(self, parent: QWidget) -> Viewport:
        from scene.viewport import Viewport

        layers = self._session.layers
        self._viewport = viewport = Viewport(self._scene, parent, self._theme.scale)
        viewport.picked.connect(layers.selection.select)
        viewport.hovered.connect(layers.selection.hover_over)
        viewport.opened.connect(lambda selection: layers.view.fly_to(selection) if selection is not None else None)
        self._language.changed.connect(viewport.set_language)
        return viewport


def _mark(name: str) -> None:
    """Notes when a step of the start was reached, for the startup benchmark; the first time only."""
    file = os.environ.get(MARKS_VARIABLE)
    if file and name not in _marked:
        _marked.add(name)
        with Path(file).open("a", encoding="utf-8") as marks:
            marks.write(f"{name} {time.monotonic():.6f}\n")


if __name__ == "__main__":
    sys.exit(main())
