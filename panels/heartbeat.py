"""The desk's pulse: ten times a second the session takes what came, the scene draws it, and panels look once."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from layers.session import Session
from panels.desk import ScenePort

PERIOD_MS = 100
BUDGET_S = 0.015
FLOODED_BEATS = 5
HELPINGS_A_PICTURE = 2
"""Parts of a picture of half a flood are built again and again: while records wait, one turn in so many is for it."""
CATCH_UP_MS = 8
"""A pause between helpings while records wait: the window answers in between, and a flood is through in seconds."""


class Heartbeat(QObject):
    """Steps session and scene on the GUI thread; `beat` is the one signal that panels follow."""

    beat = Signal()

    def __init__(
        self, session: Session, scene: ScenePort, now: Callable[[], int], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._scene = scene
        self._now = now
        self._beats = 0
        self._helpings = 0
        self.draws = True
        """Whether the scene is to be drawn; the session goes on all the same."""
        self.glancing = False
        """While a hand drags through time the picture alone follows; panels are told when it rests."""
        self._timer = QTimer(self, interval=PERIOD_MS)
        self._timer.timeout.connect(self.step)
        self._catching_up = QTimer(self, singleShot=True, interval=CATCH_UP_MS)
        self._catching_up.setTimerType(Qt.TimerType.PreciseTimer)
        self._catching_up.timeout.connect(self._catch_up)

    @property
    def running(self) -> bool:
        """Whether it beats."""
        return self._timer.isActive()

    def start(self) -> None:
        """Begins to beat."""
        self._timer.start()

    def stop(self) -> None:
        """Stops for good; called first at shutdown."""
        self._timer.stop()
        self._catching_up.stop()

    def step(self) -> None:
        """One beat."""
        self._beats += 1
        self._session.step(self._now(), BUDGET_S, time.perf_counter)
        # a picture of half a flood is work for nothing: while records wait, draw twice a second
        if self.draws and (not self._session.waiting or self._beats % FLOODED_BEATS == 0):
            self._scene.sync(self._now())
            if self.glancing:
                self._scene.hurry()
        if not self.glancing:
            self.beat.emit()
        self._go_on()

    def _catch_up(self) -> None:
        """What waits: some records, then some of the unfinished picture, and so on."""
        self._helpings = (self._helpings + 1) % HELPINGS_A_PICTURE
        if self.draws and self._scene.pending and (not self._session.waiting or not self._helpings):
            self._scene.sync(self._now())
        else:
            self._session.step(self._now(), BUDGET_S, time.perf_counter)
        self._go_on()

    def _go_on(self) -> None:
        if self._timer.isActive() and (self._session.waiting or (self.draws and self._scene.pending)):
            self._catching_up.start()
