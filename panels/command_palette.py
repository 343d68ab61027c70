"""Ctrl+K: every act of the desk, found by typing a part of its name or id."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from panels.actions import Actions
from panels.theme import Theme


class CommandPalette(QDialog):
    """Lists the acts that can be done now; Enter does the chosen one."""

    def __init__(self, actions: Actions, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self._actions = actions
        self.setObjectName("palette")
        self.resize(theme.px(560), theme.px(420))
        column = QVBoxLayout(self)
        self._text = QLineEdit()
        self._text.setPlaceholderText(self.tr("Type an act …"))
        self._text.textChanged.connect(self._filter)
        self._text.installEventFilter(self)
        self._list = QListWidget()
        self._list.itemActivated.connect(self._do)
        self._list.itemClicked.connect(self._do)
        column.addWidget(self._text)
        column.addWidget(self._list)
        self._filter("")
        parent_rect = parent.geometry()
        self.move(parent_rect.center().x() - self.width() // 2, parent_rect.top() + parent_rect.height() // 6)
        self._text.setFocus()

    def _filter(self, text: str) -> None:
        wanted = text.casefold().split()
        self._list.clear()
        for act_id, action in self._actions:
            words = f"{action.text()} {act_id}".casefold()
            if action.isEnabled() and all(word in words for word in wanted):
                shortcut = action.shortcut().toString()
                item = QListWidgetItem(f"{action.text()}    {shortcut}" if shortcut else action.text())
                item.setData(Qt.ItemDataRole.UserRole, action)
                self._list.addItem(item)
        self._list.setCurrentRow(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, D102 - Qt's name
        if watched is self._text and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                self._list.setCurrentRow(max(0, min(self._list.count() - 1, self._list.currentRow() + step)))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._do(self._list.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _do(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        action: QAction = item.data(Qt.ItemDataRole.UserRole)
        self.accept()
        action.trigger()
