"""The first window: the name, what is being done, and how far it is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from panels.theme import Theme


class Splash(QWidget):
    """A small frameless window shown while the port comes up; never in the way of the event loop."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(None, Qt.WindowType.SplashScreen | Qt.WindowType.FramelessWindowHint)
        self.setStyleSheet(
            theme.style_sheet(
                "QWidget { background: @panel; } QLabel#big { font-size: 30u; font-weight: bold; color: @strong; }"
            )
        )
        self.setFixedSize(theme.px(560), theme.px(220))
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(40), theme.px(36), theme.px(40), theme.px(32))
        column.addWidget(QLabel("江阴港数字孪生", objectName="big"))
        column.addWidget(QLabel("Jiangyin port digital twin", objectName="dim"))
        column.addStretch(1)
        self._step = QLabel(objectName="caption")
        column.addWidget(self._step)
        self._bar = QProgressBar()
        self._bar.setRange(0, 100)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(theme.px(4))
        column.addWidget(self._bar)

    def show_progress(self, percent: int, text: str) -> None:
        """What is being done now, and how far the whole is."""
        self._bar.setValue(percent)
        self._step.setText(text)
