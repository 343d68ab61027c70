"""Every act of the desk, once: an id, a text, a shortcut. Menus, buttons and the command palette show the same acts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from panels.language import Language
from twin.port_layout import Name

_CONTEXT = "Actions"


class Actions(QObject):
    """The acts of one window by id. Shortcuts work anywhere in the window unless a text field has the focus."""

    def __init__(self, window: QWidget, language: Language) -> None:
        super().__init__(window)
        self._window = window
        self._language = language
        self._acts: dict[str, tuple[QAction, str | Name]] = {}

    def add(self, act_id: str, text: str | Name, shortcut: str, run: Callable[[], None]) -> QAction:
        """Registers an act. `text`: English in QT_TRANSLATE_NOOP("Actions", ...), or a name in both languages.

        Raises ValueError for an id or a key that another act has: Qt would do neither of the two.
        """
        if act_id in self._acts:
            raise ValueError(f"act {act_id!r} is there already")
        taken = next((i for i, (a, _) in self._acts.items() if shortcut and a.shortcut() == QKeySequence(shortcut)), "")
        if taken:
            raise ValueError(f"act {act_id!r} has the key {shortcut} of {taken!r}")
        action = QAction(self._window)
        action.setObjectName(act_id)
        if shortcut:
            action.setShortcut(QKeySequence(shortcut))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(lambda _checked=False: run())
        self._window.addAction(action)
        self._acts[act_id] = (action, text)
        action.setText(self._words(text))
        return action

    def _words(self, text: str | Name) -> str:
        return self._language.of(text) if isinstance(text, Name) else QCoreApplication.translate(_CONTEXT, text)

    def set_enabled(self, *, enabled: bool) -> None:
        """Lets all acts be done, or none, as while another page of the window has the same keys."""
        for action, _ in self._acts.values():
            action.setEnabled(enabled)

    def __getitem__(self, act_id: str) -> QAction:
        return self._acts[act_id][0]

    def __iter__(self) -> Iterator[tuple[str, QAction]]:
        return ((act_id, action) for act_id, (action, _) in self._acts.items())

    def retranslate(self) -> None:
        """Writes every text anew after the language changed."""
        for action, text in self._acts.values():
            action.setText(self._words(text))
