"""The desk's pulse: ten times a second the session takes what came, the scene draws it, and panels hear of it once."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from layers.session import Session
from panels.desk import ScenePort

PERIOD_MS = 100
BUDGET_S = 0.02


class Heartbeat(QObject):
    """Steps session and scene on the GUI thread; `beat(Delta)` is the one signal that panels follow."""

    beat = Signal(object)

    def __init__(
        self, session: Session, scene: ScenePort, now: Callable[[], int], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._scene = scene
        self._now = now
        self._timer = QTimer(self)
        self._timer.setInterval(PERIOD_MS)
        self._timer.timeout.connect(self.step)

    def start(self) -> None:
        """Begins to beat."""
        self._timer.start()

    def stop(self) -> None:
        """Stops for good; called first at shutdown."""
        self._timer.stop()

    def step(self) -> None:
        """One beat."""
        now = self._now()
        delta = self._session.step(now, BUDGET_S, time.perf_counter)
        self._scene.sync(now)
        self.beat.emit(delta)
