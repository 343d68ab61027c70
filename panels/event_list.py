"""What just happened, newest first: a line each, as many as there is room for; a click selects what it is about."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QRect, QSize, QStringListModel, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from panels import formats
from panels.desk import Desk
from panels.event_words import line_of, selection_of
from twin.events import Event

_LINE = 24
_FEWEST, _USUAL = 3, 8  # lines


class EventList(QWidget):
    """Follows the event log of the session."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._seen = -1
        self._title = QLabel(objectName="section")
        self._lines = QStringListModel(self)
        self.view = QListView()
        self.view.setModel(self._lines)
        self.view.setItemDelegate(_Line(desk, self))
        self.view.setUniformItemSizes(True)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setMouseTracking(True)
        self.view.clicked.connect(self._select)
        self.view.activated.connect(self._select)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, desk.theme.px(6), 0, 0)
        column.setSpacing(desk.theme.px(4))
        column.addWidget(self._title)
        column.addWidget(self.view, 1)
        self.setMinimumHeight(desk.theme.px(_LINE * (_FEWEST + 1) + 12))
        self.retranslate()

    def sizeHint(self) -> QSize:  # noqa: N802, D102 - Qt's name
        return QSize(self._desk.theme.px(300), self._desk.theme.px(_LINE * (_USUAL + 1)))

    @property
    def events(self) -> tuple[Event, ...]:
        """What is listed, newest first."""
        return self._desk.layers.events.newest

    def refresh(self) -> None:
        """Lists anew if something happened since."""
        log = self._desk.layers.events
        log.recall(self._desk.twin.gate_passages)
        if log.revision != self._seen:
            self._seen = log.revision
            self._lines.setStringList([line_of(self._desk, event)[0] for event in log.newest])

    def retranslate(self) -> None:
        """In the language of the screen."""
        self._title.setText(self.tr("Just now"))
        self._seen = -1
        self.refresh()

    def _select(self, index: QModelIndex) -> None:
        selection = selection_of(self.events[index.row()]) if index.row() < len(self.events) else None
        if selection is not None:
            self._desk.layers.selection.select(selection)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


class _Line(QStyledItemDelegate):
    """Time, a dot in the colour of the news, and the words."""

    def __init__(self, desk: Desk, events: EventList) -> None:
        super().__init__(events)
        self._desk, self._events = desk, events

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:  # noqa: N802 - Qt's name
        return QSize(0, self._desk.theme.px(_LINE))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        if index.row() >= len(self._events.events):
            return  # the list is one beat behind
        theme, event = self._desk.theme, self._events.events[index.row()]
        tone = line_of(self._desk, event)[1]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, theme.colour("hover"))
        row = option.rect.adjusted(theme.px(2), 0, -theme.px(4), 0)
        time_width, mark_width = theme.px(62), theme.px(14)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setFont(theme.font(12))
        painter.setPen(theme.colour("dim"))
        painter.drawText(QRect(row.left(), row.top(), time_width, row.height()), middle,
                         formats.clock_time(event.at))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent_text" if tone == "text" else tone))
        dot = theme.px(6)
        painter.drawEllipse(row.left() + time_width, row.center().y() - dot // 2, dot, dot)
        painter.setFont(theme.font(13))
        painter.setPen(theme.colour("strong" if tone in ("alarm", "attention") else "text"))
        words = row.adjusted(time_width + mark_width, 0, 0, 0)
        text = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, middle, text)
        painter.restore()
