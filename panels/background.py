"""Work that takes long, in a thread of its own: told when it is done, and given up when nobody wants it any more."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from data_sources.history.errors import HistoryError


class GivenUpError(Exception):
    """Raised within work that nobody wants any more."""


class Background(QObject):
    """One piece of work at a time; a newer one replaces the older. Emits `done` with what came of it, or `failed` with
    a sentence, in the thread of whoever made it."""

    done = Signal(object)
    failed = Signal(str)
    _over = Signal(object, object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: threading.Event | None = None  # set when it is given up
        self._thread: threading.Thread | None = None
        self._over.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether something is being worked on."""
        return self._wanted is not None

    def run(self, work: Callable[[Callable[[], None]], Any]) -> None:
        """Does `work` in a thread. It is given a function to call now and then, which raises once it is given up."""
        self.cancel()
        given_up = threading.Event()

        def check() -> None:
            if given_up.is_set():
                raise GivenUpError

        def go() -> None:
            result, words = None, ""
            try:
                result = work(check)
            except GivenUpError:
                return
            except (HistoryError, ValueError) as error:
                words = str(error)
            if not given_up.is_set():
                self._over.emit(given_up, result, words)

        self._wanted = given_up
        self._thread = threading.Thread(target=go, name="question", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Gives up what is being worked on; nothing will be told of it."""
        if self._wanted is not None:
            self._wanted.set()
        self._wanted = None

    def finish(self, timeout_s: float = 5.0) -> None:
        """Gives up and waits for the thread to end."""
        self.cancel()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _tell(self, which: object, result: object, words: str) -> None:
        if which is not self._wanted:
            return
        self._wanted = None
        if words:
            self.failed.emit(words)
        else:
            self.done.emit(result)
