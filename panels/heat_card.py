"""The key to the heat map that is shown: what it tells, from cool to hot."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from layers.heat import HeatMode
from layers.palette import HEAT_RAMP
from panels.desk import Desk
from panels.overlays import Overlay


class HeatCard(Overlay):
    """Title and scale; hidden while no map is shown."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._title, self._low, self._high = QLabel(objectName="strong"), QLabel(), QLabel()
        for widget in (self._title, self._low, _Ramp(desk), self._high):
            self._row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    def follow(self) -> bool:
        """Show what the layer shows. True when the card came, went or changed."""
        mode = self._desk.layers.heat.mode
        words = self._words(mode) if mode is not None else ("", "", "")
        changed = (mode is not None) != self.isVisible() or words[0] != self._title.text()
        if not changed:
            return False
        for label, text in zip((self._title, self._low, self._high), words, strict=True):
            label.setText(text)
        self.setVisible(mode is not None)
        self.adjustSize()
        return True

    def retranslate(self) -> None:
        """Writes texts in the language of the screen."""
        self.follow()

    def _words(self, mode: HeatMode) -> tuple[str, str, str]:
        return {
            HeatMode.DWELL: (self.tr("Heat: dwell"), self.tr("today"), self.tr("7 days")),
            HeatMode.RISK: (self.tr("Heat: risk"), self.tr("low"), self.tr("high")),
            HeatMode.FRESHNESS: (self.tr("Heat: blind spots"), self.tr("heard now"), self.tr("silent for 15 min")),
            HeatMode.TRAFFIC: (self.tr("Heat: traffic"), self.tr("few"), self.tr("many")),
        }[mode]


class _Ramp(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setFixedSize(desk.theme.px(150), desk.theme.px(10))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        ramp = QLinearGradient(0, 0, self.width(), 0)
        for at, rgb in enumerate(HEAT_RAMP):
            ramp.setColorAt(at / (len(HEAT_RAMP) - 1), QColor(*rgb))
        painter.fillRect(self.rect(), ramp)
