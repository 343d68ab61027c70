"""The Qt application around the desk: start in steps behind a splash, what happens to bugs, screenshots, the end."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMetaObject, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QSurfaceFormat
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from panels.splash import Splash
from panels.theme import Theme

_log = logging.getLogger(__name__)

StartStep = tuple[str, Callable[[], None]]  # what is being done, and doing it


def make_application(arguments: Sequence[str]) -> QApplication:
    """The one QApplication, set up for a 3D view of a core OpenGL profile. Call before any other Qt object is made."""
    form = QSurfaceFormat()
    form.setRenderableType(QSurfaceFormat.RenderableType.OpenGL)
    form.setVersion(3, 2)
    form.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    form.setDepthBufferSize(24)
    form.setSamples(0)
    form.setSwapInterval(0)
    QSurfaceFormat.setDefaultFormat(form)
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    application = QApplication([*arguments])
    application.setApplicationName("jiangyin-twin")
    application.setStyle("Fusion")
    return application


def quit_on_signals(application: QApplication) -> None:
    """Ctrl+C and a polite request to end close the desk in its usual stages.

    A handler runs wherever the program is, in the midst of a beat too: it only leaves word, and the event loop closes
    the windows when the beat is over.
    """
    def leave_word(*_: object) -> None:
        QMetaObject.invokeMethod(application, "quit", Qt.ConnectionType.QueuedConnection)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave_word)


class Starter(QObject):
    """Runs the steps of the start one at a time through the event loop, showing each on the splash first."""

    failed = Signal(object)

    def __init__(self, steps: Sequence[StartStep], theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._steps = list(steps)
        self._done = 0
        self._splash = Splash(theme)
        self._splash.show()
        self._tell()

    def _tell(self) -> None:
        if self._done < len(self._steps):
            self._splash.show_progress(100 * self._done // len(self._steps), self._steps[self._done][0])
            QTimer.singleShot(1, self._run)
        else:
            self._splash.close()
            self._splash.deleteLater()

    def _run(self) -> None:
        try:
            self._steps[self._done][1]()
        except Exception as error:  # noqa: BLE001 - whatever stops the start is told to the person who started it
            self._splash.close()
            self.failed.emit(error)
            return
        self._done += 1
        self._tell()


class Bugs(QObject):
    """What to do with an error nobody expected: log it, say so once, and let the live picture go on."""

    _caught = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._told = False
        self._caught.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        sys.excepthook = self._on_error
        threading.excepthook = lambda a: self._on_error(a.exc_type, a.exc_value, a.exc_traceback)

    def _on_error(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        _log.critical("unexpected error", exc_info=(kind, error or kind(), trace))
        self._caught.emit(f"{kind.__name__}: {error}")

    def _tell(self, text: str) -> None:
        if self._told or os.environ.get("JIANGYIN_NO_DIALOGS"):
            return
        self._told = True
        box = QMessageBox(
            QMessageBox.Icon.Warning,
            self.tr("Unexpected error"),
            self.tr("Something went wrong inside the program. The live picture goes on; the log has the details.")
            + f"\n\n{text}",
        )
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setModal(False)
        box.show()
        self._box = box


def save_screenshot(window: QWidget, file: Path) -> bool:
    """Saves the window, the 3D view included, whatever else lies over it on the screen. Whether it could be written."""
    return window.grab().save(str(file))
