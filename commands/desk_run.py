"""One run of the desk: made in steps behind the splash, ended in stages."""

from __future__ import annotations

import argparse
import gc
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from commands import start_marks
from commands.exit_codes import DONE, FAILED
from commands.source import vessels_only
from commands.start_marks import mark

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

    from commands.past import Past
    from commands.past_desks import PastDesks
    from commands.recording import Recording
    from data_sources.ais_feed import AisFeed
    from data_sources.clock import PortClock
    from data_sources.desk_steps import DeskSteps
    from data_sources.inbox import Inbox
    from data_sources.live import LivePort, NoPort
    from data_sources.quarantine import Quarantine
    from data_sources.replay_feed import ReplayFeed
    from panels.main_window import MainWindow
    from scene.viewport import Viewport
    from twin.feed_health import FeedHealth
    from twin.port_layout import PortLayout
    from twin.rules.registry import Settings

FIRST_SHARE = 0.99  # of the containers that stand in the yard makes a first picture with containers
SITTING_RECORDED_AFTER_MS = 5_000
_PATIENCE = 12  # times that long for what is not in the picture yet
FINE_MS = 1_500  # for a screenshot the view is drawn once more with smooth edges


class DeskRun:
    """One run of the desk: made in steps behind the splash, ended in stages."""

    def __init__(
        self,
        arguments: argparse.Namespace,
        layout: PortLayout,
        inbox: Inbox,
        quarantine: Quarantine,
        clock: PortClock,
        live: LivePort | NoPort | ReplayFeed,
        ais: AisFeed | None,
        application: QApplication,
        past: Past | None = None,
        recording: Recording | None = None,
        settings: Settings | None = None,
    ) -> None:
        """`past`: opened at an instant, it is what the desk shows; `live` is then its feed. `recording`: where what is
        live goes on record. `settings`: of the rules, those they are shipped with by default."""
        from panels import application as qt
        from panels import theme
        from panels.language import Language

        self._arguments, self._layout, self._live, self._ais = arguments, layout, live, ais
        self._past, self._recording, self._settings = past, recording, settings or {}
        self._inbox, self._quarantine, self._clock, self._application = inbox, quarantine, clock, application
        self._database: str | None = recording.url if recording is not None else arguments.database
        self._error: Exception | None = None
        self._window: MainWindow | None = None
        scale = theme.scale_for(application.primaryScreen().size().height(), wall=arguments.wall)
        self._theme = theme.load(arguments.theme, scale)
        theme.apply(self._theme, application)
        self._language = Language(application, arguments.lang)
        self._bugs = qt.Bugs(application)

    @property
    def window(self) -> MainWindow | None:
        """The desk's window; None until it stands."""
        return self._window

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

        def shown() -> None:
            self._show()
            if shot is not None:
                QTimer.singleShot(round(after_s * 1000), lambda: self._make_fine(take_shot))

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

        mark("imported")

    def _build_twin(self) -> None:
        from data_sources.rule_faults import keeper
        from layers.layers import Layers
        from layers.session import Session
        from twin.port_index import PortIndex
        from twin.rules.registry import changed_settings, make_rules
        from twin.twin import Twin

        if self._past is not None:
            self._session = self._past.session
            self._index = self._session.layers.index
            return
        self._index = PortIndex(self._layout)
        twin = Twin(self._index, make_rules(self._settings), keeper(self._quarantine),
                    changed_settings(self._settings))
        layers = Layers(self._index, twin)
        if self._recording is None or self._recording.recorder is None:
            self._session = Session(self._inbox, twin, layers, self._healths)
            return
        from commands.recording import RecordedSession

        self._session = RecordedSession(self._inbox, twin, layers, self._healths, self._recording.recorder)
        if not self._recording.of_sitting:
            self._recording.start()

    def _healths(self) -> tuple[FeedHealth, ...]:
        healths = self._live.healths()
        return healths if self._ais is None else (*healths, self._ais.health())

    def _shown_healths(self) -> tuple[FeedHealth, ...]:
        """The feeds, and what records them: rules rely on the former alone."""
        return self._healths() if self._recording is None else (*self._healths(), *self._recording.healths())

    def _steps(self) -> DeskSteps:
        from data_sources.desk_steps import LocalSteps

        if self._recording is None or self._recording.of_sitting:
            return LocalSteps(self._session.twin.warnings)
        return self._recording.share(self._session.twin, self._arguments.operator, self._now)

    def _now(self) -> int:
        """The port's clock; 0 until the port has said what time it is there."""
        if self._past is not None:
            return self._past.now()
        known = self._clock.settings > 0 or vessels_only(self._arguments)
        return self._clock.now() if known else 0

    def _build_scene(self) -> None:
        from scene.light import NAMED
        from scene.scene import Scene

        light = NAMED.get(self._arguments.light)
        self._scene = Scene(self._index, self._session.layers, light=light, language=self._language.code)
        if self._arguments.viewpoint and self._scene.camera.knows(self._arguments.viewpoint):
            self._scene.camera.go(self._arguments.viewpoint, at_once=True)

    def _show(self) -> None:
        from PySide6.QtCore import QTimer

        from panels.desk import Desk
        from panels.main_window import MainWindow

        beside = self._past_desks()
        desk = Desk(
            self._index,
            self._session,
            self._session.twin,
            self._session.layers,
            self._language,
            self._theme,
            self._arguments.operator,
            self._now,
            self._shown_healths,
            self._quarantine,
            self._live,
            self._steps(),
            self._live.outcomes,
            self._make_viewport,
            self._database,
            None if self._past is not None else self._past_desks(beside),
            None if self._past is None else self._past.feed,
            beside,
            lambda: self._clock.rate,
        )
        self._window = MainWindow(desk)
        mark("window")
        gc.freeze()  # what the start made stays
        gc.enable()
        if start_marks.wanted():
            self._window.heartbeat.beat.connect(self._mark_first_picture)
        if self._arguments.wall:
            self._window.set_wall(True)
        else:
            self._window.showMaximized()
        if self._recording is not None and self._recording.of_sitting:
            QTimer.singleShot(SITTING_RECORDED_AFTER_MS, self._recording.start)  # the first picture comes first
        if self._arguments.beside:
            self._window.heartbeat.beat.connect(self._open_beside)

    def _open_beside(self) -> None:
        """Another moment beside this one as soon as it is known what time it is here."""
        from data_sources import arguments as parse

        if self._window is None or not self._now():
            return
        self._window.heartbeat.beat.disconnect(self._open_beside)
        self._window.moments.open_at(parse.instant(self._arguments.beside, "--beside").ms)

    def _past_desks(self, beside: PastDesks | None = None) -> PastDesks | None:
        """What winds a desk back, or opens a second moment beside its own, where there is a record."""
        if not self._database:
            return None
        from commands.past_desks import PastDesks
        from scene.light import NAMED

        return PastDesks(
            self._index, self._database, self._language, self._theme, self._arguments.operator,
            self._quarantine, NAMED.get(self._arguments.light), self._settings, beside)

    def _mark_first_picture(self) -> None:
        """The first frame that shows the containers: what stands in the yard built, but for the odd late record."""
        standing = self._session.twin.counts().containers_in_yard
        if self._window is None or not standing or self._scene.live.yard.boxes_drawn < FIRST_SHARE * standing:
            return
        self._window.heartbeat.beat.disconnect(self._mark_first_picture)
        widget = self._window.scene.port.widget()
        widget.frame_shown.connect(lambda: mark("first_picture"))

    def _make_fine(self, then: Callable[[], None]) -> None:
        """Draws the views once more as finely as a picture wants it, then calls `then`."""
        from PySide6.QtCore import QTimer

        from scene.viewport import Viewport

        views = self._window.findChildren(Viewport) if self._window is not None else []
        for view in views:
            if self._arguments.quality:
                view.set_quality(self._arguments.quality)
            view.set_fine(True)

        def look(patience: int) -> None:
            if patience and any(view.pending for view in views):
                QTimer.singleShot(FINE_MS, lambda: look(patience - 1))
                return
            for view in views:
                view.hold()  # each such picture may take seconds: the desk comes to itself first
            QTimer.singleShot(2 * FINE_MS, then)

        QTimer.singleShot(FINE_MS, lambda: look(_PATIENCE))

    def _make_viewport(self, parent: QWidget) -> Viewport:
        from scene.viewport import Viewport

        layers = self._session.layers
        viewport = Viewport(self._scene, parent, self._theme.scale)
        if self._arguments.quality and not self._arguments.screenshot:
            viewport.set_quality(self._arguments.quality)
        viewport.picked.connect(layers.selection.select)
        viewport.hovered.connect(layers.selection.hover_over)
        self._language.changed.connect(viewport.set_language)
        return viewport
