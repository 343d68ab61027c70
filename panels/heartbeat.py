"""The desk's pulse: ten times a second the session takes what came, the scene draws it, and panels look once."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from layers.session import Session
from panels.desk import ScenePort

PERIOD_MS = 100
BUDGET_S = 0.015
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
        self._timer = QTimer(self, interval=PERIOD_MS)
        self._timer.timeout.connect(self.step)
        self._catching_up = QTimer(self, singleShot=True, interval=CATCH_UP_MS)
        self._catching_up.setTimerType(Qt.TimerType.PreciseTimer)
        self._catching_up.timeout.connect(self._take)

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
        self._take()
        self._scene.sync(self._now())
        self.beat.emit()

    def _take(self) -> None:
        self._session.step(self._now(), BUDGET_S, time.perf_counter)
        if self._session.waiting and self._timer.isActive():
            self._catching_up.start()
