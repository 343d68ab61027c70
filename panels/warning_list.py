"""The warning column: a card each in the order asked for, floods folded; several may be chosen at once."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSizePolicy, QTableView, QWidget

from panels.desk import Desk
from panels.warning_cards import HEIGHT, CardDelegate
from panels.warning_columns import Sieve
from panels.warning_model import FLOOD, WARNING, WarningModel
from twin.warnings import RiskWarning

_LEFT_TO_WIDGETS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home,
                    Qt.Key.Key_End, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_SELECT = QItemSelectionModel.SelectionFlag


class WarningList(QTableView):
    """A table of one column, since Qt lays its rows out without asking the model about each.

    `chosen` is emitted with the id when another card becomes the current one, `picked` when the selection changes,
    `changed` with the warnings that a refresh found new or otherwise.
    """

    fly_wanted = Signal(str)
    chosen = Signal(str)
    picked = Signal()
    changed = Signal(list)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._model = WarningModel(desk, self)
        self.setModel(self._model)
        self.setItemDelegate(CardDelegate(desk, self))
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(desk.theme.px(HEIGHT))
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # no higher than its cards: what it does not need belongs to what just happened
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._model.modelReset.connect(self.updateGeometry)
        self._told = ""
        self.selectionModel().currentChanged.connect(lambda *_: self._tell())
        self.selectionModel().selectionChanged.connect(lambda *_: self.picked.emit())
        self.doubleClicked.connect(self._act_on)
        self.activated.connect(self._act_on)
        self.clicked.connect(self._fold)

    def sizeHint(self) -> QSize:  # noqa: N802, D102 - Qt's name
        cards = max(self._model.rowCount(), 1)
        return QSize(self._desk.theme.px(300), cards * self._desk.theme.px(HEIGHT) + self._desk.theme.px(8))

    def refresh(self) -> None:
        """Takes in what changed; keeps the current card and the chosen ones, picks the first when there was none."""
        self._list(anew=False)

    def show_sieve(self, sieve: Sieve) -> None:
        """Lists what passes another sieve."""
        if sieve != self._model.sieve:
            self._model.sieve = sieve
            self._list(anew=True)

    def _list(self, *, anew: bool) -> None:
        model, current = self._model, self.current()
        epoch, top = model.columns.epoch, self.verticalScrollBar().value()
        keys = model.keys(self._lines())
        key = model.keys([self.currentIndex().row()]) if self.currentIndex().isValid() else []
        with QSignalBlocker(self.selectionModel()):
            found = model.refresh(anew=anew)
            if not found and not anew:
                return
            if model.columns.epoch != epoch:
                keys = key = [model.columns.row_of(current.id)] if current is not None else []
            self._choose_again(key, keys)
        self.verticalScrollBar().setValue(top)
        self.viewport().update()
        self._tell()
        self.picked.emit()
        if found:
            self.changed.emit(found)

    def _choose_again(self, current: list[int], chosen: list[int]) -> None:
        model, selection = self._model, QItemSelection()
        lines = model.lines_of(current)
        line = int(lines[0]) if len(lines) else model.first_warning()
        if line < 0:
            return
        kept = model.lines_of(chosen)
        lines = kept if len(lines) and len(kept) else np.array([line])
        for run in np.split(lines, np.flatnonzero(np.diff(lines) != 1) + 1):
            selection.select(model.index(int(run[0])), model.index(int(run[-1])))
        self.selectionModel().setCurrentIndex(model.index(line), _SELECT.NoUpdate)
        self.selectionModel().select(selection, _SELECT.ClearAndSelect)

    def _lines(self) -> list[int]:
        """The chosen lines, from top to bottom."""
        return sorted(line for run in self.selectionModel().selection() for line in range(run.top(), run.bottom() + 1))

    def _tell(self) -> None:
        current = self.current()
        name = current.id if current is not None else ""
        if name != self._told:
            self._told = name
            if name:
                self.chosen.emit(name)

    def tick(self) -> None:
        """Repaints what counts seconds."""
        self.viewport().update()

    def current(self) -> RiskWarning | None:
        """The warning on the current card."""
        index = self.currentIndex()
        return index.data(WARNING) if index.isValid() else None

    def selected(self) -> list[RiskWarning]:
        """The chosen warnings, from top to bottom; a chosen flood stands for all of its warnings."""
        found: dict[str, RiskWarning] = {}
        for line in self._lines():
            index = self._model.index(line)
            flood = index.data(FLOOD)
            for warning in self._model.of_flood(flood) if flood is not None else [index.data(WARNING)]:
                found[warning.id] = warning
        return list(found.values())

    def choose(self, warning_id: str) -> None:
        """Makes the card of a warning the current one; unfolds the flood that hides it."""
        if self._model.row_of(warning_id) < 0:
            self._model.unfold_for(warning_id)
        line = self._model.row_of(warning_id)
        if line >= 0:
            self.setCurrentIndex(self._model.index(line))

    def move(self, step: int) -> None:
        """To the next card or the one before."""
        line = self.currentIndex().row() + step
        if 0 <= line < self._model.rowCount():
            self.setCurrentIndex(self._model.index(line))

    def fold(self) -> None:
        """Unfolds the current flood, folds it again, or folds the one the current warning is in."""
        self._fold(self.currentIndex())

    def _fold(self, index: QModelIndex) -> None:
        flood = index.data(FLOOD) if index.isValid() else None
        if flood is not None:
            line = index.row()
            self._model.fold(flood.number)
            self.setCurrentIndex(self._model.index(min(line, self._model.rowCount() - 1)))

    def _act_on(self, index: QModelIndex) -> None:
        warning = index.data(WARNING)
        if warning is not None:
            self.fly_wanted.emit(warning.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        plain_letter = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if plain_letter and event.key() not in _LEFT_TO_WIDGETS:
            event.ignore()  # letters are acts of the window, not the view's search
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().paintEvent(event)
        if self._model.rowCount():
            return
        theme = self._desk.theme
        painter = QPainter(self.viewport())
        painter.setFont(theme.font(14))
        painter.setPen(theme.colour("dim"))
        middle = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        area = self.viewport().rect().adjusted(0, theme.px(36), 0, 0)
        if self._model.sieve != Sieve():
            painter.drawText(area, middle, self.tr("No warnings pass the filters"))
            return
        painter.drawText(area, middle, self.tr("No open warnings"))
        status = self._desk.twin.rule_status.values()
        painter.setFont(theme.font(12))
        watching = self.tr("%1 rules watching").replace("%1", str(sum(rule.on for rule in status)))
        painter.drawText(area.adjusted(0, theme.px(28), 0, 0), middle, watching)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self.viewport().update()
        super().changeEvent(event)
