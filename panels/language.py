"""The language of the screen: Chinese by default, English at run time, and names that carry both."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTranslator, Signal
from PySide6.QtWidgets import QApplication

from resources import locator
from twin.port_layout import Name

LANGUAGES = ("zh", "en")


class Language(QObject):
    """Which language is shown. Texts in code are English; the translator turns them into Chinese.

    `changed` is emitted after Qt has sent its own LanguageChange events to every widget.
    """

    changed = Signal(str)

    def __init__(self, application: QApplication, code: str = "zh") -> None:
        super().__init__(application)
        self._application = application
        self._translator = QTranslator(self)
        self._loaded = self._translator.load(str(locator.path("texts", "zh_CN.qm")))
        self.code = ""
        self.set(code)

    def set(self, code: str) -> None:
        """Switches to "zh" or "en"; raises ValueError for another code."""
        if code not in LANGUAGES:
            raise ValueError(f"language {code!r} is not one of {', '.join(LANGUAGES)}")
        if code == self.code:
            return
        self.code = code
        if code == "zh" and self._loaded:
            self._application.installTranslator(self._translator)
        else:
            self._application.removeTranslator(self._translator)
        self.changed.emit(code)

    def of(self, name: Name) -> str:
        """A bilingual name in the language of the screen."""
        return name.zh if self.code == "zh" else name.en
