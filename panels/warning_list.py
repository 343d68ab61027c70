"""The warning column: a card each, the gravest and newest first; the selected card carries its buttons."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from panels import formats
from panels.desk import Desk
from panels.vocabulary import SEVERITY_COLOURS, SEVERITY_MARKS, WARNING_STATES, look_up
from panels.warning_words import explanation, rule_name, subject_text
from twin.warnings import RiskWarning, WarningState

WARNING = Qt.ItemDataRole.UserRole + 1
_Index = QModelIndex | QPersistentModelIndex


class WarningModel(QAbstractListModel):
    """The open warnings, in the order in which an officer should look at them."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._rows: list[RiskWarning] = []

    def refresh(self) -> None:
        """Takes the open warnings of the twin; rows that stay are changed in place, so that the selection stays."""
        rows = list(self._desk.twin.warnings.open())
        if [w.id for w in rows] == [w.id for w in self._rows]:
            changed = [place for place, (new, old) in enumerate(zip(rows, self._rows, strict=True)) if new is not old]
            self._rows = rows
            for place in changed:
                self.dataChanged.emit(self.index(place), self.index(place))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def row_of(self, warning_id: str) -> int:
        """The row of a warning, -1 when it is not open."""
        return next((place for place, warning in enumerate(self._rows) if warning.id == warning_id), -1)

    def rowCount(self, parent: _Index | None = None) -> int:  # noqa: N802, D102 - Qt's name
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: D102
        warning = self._rows[index.row()]
        if role == WARNING:
            return warning
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{rule_name(self._desk, warning)} {subject_text(warning)} {explanation(self._desk, warning)}"
        return None


class WarningList(QListView):
    """Cards with the steps an officer may take. `step_wanted(verb, warning id)` leaves the doing to the window."""

    step_wanted = Signal(str, str)
    fly_wanted = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._model = WarningModel(desk, self)
        self.setModel(self._model)
        self._delegate = _CardDelegate(desk, self)
        self._delegate.step_wanted.connect(self.step_wanted)
        self.setItemDelegate(self._delegate)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSpacing(0)
        self.setMouseTracking(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.selectionModel().currentChanged.connect(lambda *_: self.scheduleDelayedItemsLayout())
        self.doubleClicked.connect(lambda index: self.fly_wanted.emit(index.data(WARNING).id))
        self.activated.connect(lambda index: self.fly_wanted.emit(index.data(WARNING).id))

    def refresh(self) -> None:
        """Shows the open warnings; keeps the current one current, picks the first when there was none."""
        current = self.current()
        self._model.refresh()
        row = self._model.row_of(current.id) if current else -1
        if row < 0 and self._model.rowCount():
            row = 0
        if row >= 0 and row != self.currentIndex().row():
            self.setCurrentIndex(self._model.index(row))

    def tick(self) -> None:
        """Repaints what counts seconds."""
        self.viewport().update()

    def current(self) -> RiskWarning | None:
        """The warning on the current card."""
        index = self.currentIndex()
        return index.data(WARNING) if index.isValid() else None

    def choose(self, warning_id: str) -> None:
        """Makes the card of a warning the current one."""
        row = self._model.row_of(warning_id)
        if row >= 0:
            self.setCurrentIndex(self._model.index(row))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().paintEvent(event)
        if self._model.rowCount():
            return
        theme = self._desk.theme
        painter = QPainter(self.viewport())
        painter.setFont(theme.font(14))
        painter.setPen(theme.colour("dim"))
        area = self.viewport().rect().adjusted(0, theme.px(36), 0, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, self.tr("No open warnings"))
        status = self._desk.twin.rule_status.values()
        painter.setFont(theme.font(12))
        watching = self.tr("%1 rules watching").replace("%1", str(sum(rule.on for rule in status)))
        painter.drawText(
            area.adjusted(0, theme.px(28), 0, 0), Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, watching
        )

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self.viewport().update()
        super().changeEvent(event)


class _CardDelegate(QStyledItemDelegate):
    """Paints a card; the current one is taller by its row of buttons."""

    step_wanted = Signal(str, str)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk

    def _steps(self, warning: RiskWarning) -> list[tuple[str, str]]:
        steps = []
        if warning.state is WarningState.RAISED:
            steps.append(("acknowledge", self.tr("Ack A")))
        if warning.owner is None:
            steps.append(("take", self.tr("Take T")))
        steps += [
            ("dispatch", self.tr("Patrol D")),
            ("hold_gate", self.tr("Hold H")),
            ("close", self.tr("Close C")),
        ]
        return steps

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: N802 - Qt's name
        theme = self._desk.theme
        text = QFontMetrics(theme.font(13)).boundingRect(
            QRect(0, 0, self._text_width(option), 1000),
            Qt.TextFlag.TextWordWrap,
            explanation(self._desk, index.data(WARNING)),
        )
        height = theme.px(66) + text.height() + (theme.px(38) if self._is_current(index) else 0)
        return QSize(option.rect.width(), height)

    def _text_width(self, option: QStyleOptionViewItem) -> int:
        view = self.parent()
        return max(view.viewport().width(), option.rect.width()) - self._desk.theme.px(34)

    def _is_current(self, index: _Index) -> bool:
        return index == self.parent().currentIndex()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        theme, warning = self._desk.theme, index.data(WARNING)
        current = self._is_current(index)
        colour = theme.colour(SEVERITY_COLOURS[warning.severity.value])
        card = option.rect.adjusted(theme.px(2), theme.px(2), -theme.px(6), -theme.px(6))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.setBrush(theme.colour("hover" if hovered and not current else "raised"))
        painter.setPen(QPen(colour, theme.px(1.4)) if current else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(card, theme.px(5), theme.px(5))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(card.left(), card.top(), theme.px(4), card.height(), theme.px(2), theme.px(2))

        left, top = card.left() + theme.px(16), card.top() + theme.px(9)
        width = card.width() - theme.px(28)
        line = theme.px(22)
        painter.setPen(colour)
        painter.setFont(theme.font(15, bold=True))
        mark = SEVERITY_MARKS[warning.severity.value]
        painter.drawText(
            QRect(left, top, width, line), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, mark
        )
        painter.setPen(theme.colour("strong"))
        painter.drawText(
            QRect(left + theme.px(22), top, width, line),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            rule_name(self._desk, warning),
        )
        painter.setFont(theme.font(14))
        painter.setPen(colour if warning.eta_s is not None and warning.active else theme.colour("dim"))
        painter.drawText(
            QRect(left, top, width, line),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            self._time(warning),
        )
        top += line + theme.px(2)
        painter.setFont(theme.font(13))
        painter.setPen(theme.colour("text"))
        painter.drawText(
            QRect(left, top, width, line),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            subject_text(warning),
        )
        painter.setPen(theme.colour("dim"))
        painter.drawText(
            QRect(left, top, width, line),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            self._standing(warning),
        )
        top += line
        bottom = card.bottom() - (theme.px(40) if current else theme.px(6))
        painter.setPen(theme.colour("text"))
        painter.drawText(
            QRect(left, top, width, bottom - top), Qt.TextFlag.TextWordWrap, explanation(self._desk, warning)
        )
        if current:
            self._paint_buttons(painter, card, warning)
        painter.restore()

    def _time(self, warning: RiskWarning) -> str:
        if warning.active and warning.eta_s is not None:
            return self.tr("%1 to the gate").replace("%1", formats.duration(warning.eta_s))
        age = formats.duration((self._desk.now() - warning.raised_at) / 1000)
        return age if warning.active else self.tr("cleared") + " " + age

    def _standing(self, warning: RiskWarning) -> str:
        state = self._desk.language.of(look_up(WARNING_STATES, warning.state.value))
        return f"{state} · {warning.owner}" if warning.owner else state

    def _buttons(self, card: QRect, warning: RiskWarning) -> list[tuple[str, str, QRect]]:
        theme = self._desk.theme
        metrics = QFontMetrics(theme.font(12))
        left, placed = card.left() + theme.px(14), []
        for verb, text in self._steps(warning):
            width = metrics.horizontalAdvance(text) + theme.px(14)
            placed.append((verb, text, QRect(left, card.bottom() - theme.px(35), width, theme.px(26))))
            left += width + theme.px(6)
        return placed

    def _paint_buttons(self, painter: QPainter, card: QRect, warning: RiskWarning) -> None:
        theme = self._desk.theme
        painter.setFont(theme.font(12))
        for place, (_verb, text, rect) in enumerate(self._buttons(card, warning)):
            painter.setPen(QPen(theme.colour("accent" if place == 0 else "line"), 1))
            painter.setBrush(theme.colour("accent" if place == 0 else "panel"))
            painter.drawRoundedRect(rect, theme.px(4), theme.px(4))
            painter.setPen(theme.colour("strong" if place == 0 else "text"))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

    def editorEvent(self, event: QEvent, model, option: QStyleOptionViewItem, index: _Index) -> bool:  # noqa: N802
        if (
            event.type() == QEvent.Type.MouseButtonRelease
            and isinstance(event, QMouseEvent)
            and self._is_current(index)
        ):
            theme = self._desk.theme
            card = option.rect.adjusted(theme.px(2), theme.px(2), -theme.px(6), -theme.px(6))
            for verb, _text, rect in self._buttons(card, index.data(WARNING)):
                if rect.contains(event.position().toPoint()):
                    self.step_wanted.emit(verb, index.data(WARNING).id)
                    return True
        return super().editorEvent(event, model, option, index)
