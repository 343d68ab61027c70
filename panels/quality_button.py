"""How fine the 3D view is drawn: says the level and lets a person choose another."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from panels.desk import ScenePort

AUTOMATIC = ""


class QualityButton(QPushButton):
    """Shows the level the view is drawn at; its menu holds all levels and the machine's own choice."""

    def __init__(self, port: ScenePort, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="flat")
        self._port = port
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        menu = QMenu(self)
        self.acts = {name: menu.addAction("") for name in (AUTOMATIC, "software", "standard", "high", "ultra")}
        for name, act in self.acts.items():
            act.setCheckable(True)
            act.triggered.connect(lambda _=False, name=name: self._choose(name))
        self.setMenu(menu)
        self._shown: tuple[str, bool] | None = None
        self.refresh()

    def refresh(self) -> bool:
        """Says what the level is now. True when that has changed."""
        now = self._port.quality()
        if now == self._shown:
            return False
        self._shown = now
        level, automatic = now
        words = self._words()
        for name, act in self.acts.items():
            act.setText(words[name])
            act.setChecked(name == (AUTOMATIC if automatic else level))
        self.setText(self.tr("Quality: %1").replace("%1", words.get(level, level)))
        return True

    def _words(self) -> dict[str, str]:
        return {
            AUTOMATIC: self.tr("As the machine allows"), "software": self.tr("Plain"),
            "standard": self.tr("Standard"), "high": self.tr("Fine"), "ultra": self.tr("Finest"),
        }

    def _choose(self, name: str) -> None:
        self._port.set_quality(name or None)
        self._shown = None
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self._shown = None
            self.refresh()
        super().changeEvent(event)
