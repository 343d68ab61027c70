"""A person's own viewpoints and pins: saved, gone to, taken out, shared as text over the clipboard."""

from __future__ import annotations

import uuid
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QInputDialog,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from layers.notebook import Notebook, NotebookError, OwnView, from_text, to_text
from layers.pins import Pin
from layers.tools import Tool
from layers.view import TakePose
from panels.desk import Desk
from panels.notebook_file import file_for, load, save

_NEAR_M = 90.0


class OwnPlaces(QObject):
    """Keeps the notebook, and the layer of pins in step with it. `said` is emitted with a sentence for the person."""

    said = Signal(str)
    changed = Signal()

    def __init__(self, desk: Desk, window: QWidget, file: Path | None = None) -> None:
        super().__init__(window)
        self._desk, self._window = desk, window
        code = desk.index.layout.code
        self._file = file or file_for(code)
        self._seen = -1
        try:
            self.notebook = load(self._file, code)
        except NotebookError as error:
            self.notebook = Notebook(code)
            self.said.emit(str(error))
        desk.layers.pins.set(self.notebook.pins)

    def tick(self) -> None:
        """Asks for the words of a pin that was just set in the scene."""
        tools = self._desk.layers.tools
        if tools.revision == self._seen:
            return
        self._seen = tools.revision
        place, tools.pinned = tools.pinned, None
        if place is None:
            return
        words, sure = QInputDialog.getText(self._window, self.tr("Pin"), self.tr("What is to be noted here?"))
        if sure and words.strip():
            self.add_pin(words.strip()[:80], place)

    def add_pin(self, words: str, place: tuple[float, float, float]) -> None:
        """A pin at a place, metres, from now on."""
        pin = Pin(uuid.uuid4().hex, words, *place, from_ms=self._desk.now(), by=self._desk.operator)
        self._keep(self.notebook.with_pins((*self.notebook.pins, pin)))

    def set_pin(self) -> None:
        """The next click in the scene sets a pin."""
        self._desk.layers.tools.take(Tool.PIN)
        if self._desk.layers.tools.tool is Tool.PIN:
            self.said.emit(self.tr("Click where the pin is to stand"))

    def save_view(self) -> None:
        """Keeps the present view under a name."""
        name, sure = QInputDialog.getText(self._window, self.tr("Own viewpoint"), self.tr("Its name:"))
        if sure and name.strip():
            self.add_view(name.strip()[:80])

    def add_view(self, name: str) -> None:
        """Keeps the present view under `name`."""
        pose = self._desk.layers.view.pose
        if pose is not None:
            self._keep(self.notebook.with_view(OwnView(name, pose)))
            self.said.emit(self.tr("Viewpoint kept: %1").replace("%1", name))

    def go(self, kind: str, identity: str) -> None:
        """To a viewpoint by name, or to a pin by id."""
        for view in self.notebook.views:
            if kind == "view" and view.name == identity:
                self._desk.layers.view.take(view.pose)
        for pin in self.notebook.pins:
            if kind == "pin" and pin.id == identity:
                now = self._desk.layers.view.pose
                azimuth = now.azimuth_deg if now is not None else 200.0
                self._desk.layers.view.take(TakePose((pin.x, pin.y, pin.z), azimuth, 32.0, _NEAR_M))

    def remove(self, kind: str, identity: str) -> None:
        """Takes a viewpoint out; a pin ends now, so that it still stands in the past it was set for."""
        if kind == "view":
            self._keep(self.notebook.without_view(identity))
        else:
            now = self._desk.now()
            self._keep(self.notebook.with_pins(tuple(
                Pin(p.id, p.text, p.x, p.y, p.z, p.from_ms, max(now, p.from_ms + 1), p.by) if p.id == identity else p
                for p in self.notebook.pins)))

    def copy_all(self) -> None:
        """Everything as text onto the clipboard."""
        QGuiApplication.clipboard().setText(to_text(self.notebook))
        self.said.emit(self.tr("Viewpoints and pins are on the clipboard as text"))

    def paste(self) -> None:
        """Takes in what somebody else sent as text."""
        try:
            found = from_text(QGuiApplication.clipboard().text())
            self._keep(self.notebook.joined(found))
        except NotebookError as error:
            self.said.emit(str(error))
            return
        self.said.emit(self.tr("Taken over: %1 viewpoints, %2 pins").replace("%1", str(len(found.views)))
                       .replace("%2", str(len(found.pins))))

    def show(self) -> None:
        """The list of all of them."""
        dialog = _PlacesDialog(self, self._desk, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _keep(self, notebook: Notebook) -> None:
        self.notebook = notebook
        self._desk.layers.pins.set(notebook.pins)
        try:
            save(notebook, self._file)
        except NotebookError as error:
            self.said.emit(str(error))
        self.changed.emit()


class _PlacesDialog(QDialog):
    def __init__(self, own: OwnPlaces, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._own, self._desk = own, desk
        self.setWindowTitle(self.tr("Own viewpoints and pins"))
        self.resize(desk.theme.px(440), desk.theme.px(420))
        column = QVBoxLayout(self)
        self.list = QListWidget()
        self.list.itemActivated.connect(self._go)
        column.addWidget(self.list)
        row = QHBoxLayout()
        for text, act in (
            (self.tr("Go there"), self._go),
            (self.tr("Take out"), self._remove),
            (self.tr("Copy all as text"), own.copy_all),
            (self.tr("Paste text"), own.paste),
        ):
            button = QPushButton(text)
            button.clicked.connect(lambda _checked=False, act=act: act())
            row.addWidget(button)
        column.addLayout(row)
        own.changed.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        self.list.clear()
        now = self._desk.now()
        for view in self._own.notebook.views:
            self._add(f"◉  {view.name}", "view", view.name)
        for pin in self._own.notebook.pins:
            if pin.holds_at(now):
                self._add(f"◆  {pin.text}    {pin.by}", "pin", pin.id)
        self.list.setCurrentRow(0)

    def _add(self, words: str, kind: str, identity: str) -> None:
        item = QListWidgetItem(words)
        item.setData(Qt.ItemDataRole.UserRole, (kind, identity))
        self.list.addItem(item)

    def _go(self, *_: object) -> None:
        item = self.list.currentItem()
        if item is not None:
            self._own.go(*item.data(Qt.ItemDataRole.UserRole))
            self.accept()

    def _remove(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self._own.remove(*item.data(Qt.ItemDataRole.UserRole))
