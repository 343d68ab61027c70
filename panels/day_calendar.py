"""The calendar of recorded days: how much each holds, how whole it is, where records are missing; a day is opened."""

from __future__ import annotations

import calendar
from datetime import date

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from data_sources.history.days import following, span_of
from data_sources.history.values import DayInfo
from panels import formats
from panels.desk import Desk
from panels.time_bar import TimeBar
from panels.timeline_data import TimelineData

_WEEKS, _DAYS = 6, 7


class DayCalendar(QDialog):
    """A month at a time. A click tells about a day, a double click or Enter opens it."""

    def __init__(self, desk: Desk, bar: TimeBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._bar = desk, bar
        self.setWindowTitle(self.tr("Recorded days"))
        px = desk.theme.px
        self.resize(px(620), px(560))
        column = QVBoxLayout(self)
        row = QHBoxLayout()
        self._title = QLabel(objectName="title")
        for text, step in (("◀", -1), ("▶", 1)):
            button = QPushButton(text)
            button.clicked.connect(lambda _=False, step=step: self._turn(step))
            row.addWidget(button)
        row.addWidget(self._title)
        row.addStretch(1)
        column.addLayout(row)
        self.month = _Month(desk, bar.data, self)
        self.month.chosen.connect(self._tell)
        self.month.opened.connect(self._open_day)
        column.addWidget(self.month, 1)
        self._words = QLabel(objectName="dim")
        self._words.setWordWrap(True)
        self._words.setMinimumHeight(px(58))
        column.addWidget(self._words)
        self._open_button = QPushButton(self.tr("Open this day"), objectName="primary")
        self._open_button.clicked.connect(lambda: self._open_day(self.month.day))
        column.addWidget(self._open_button)
        self.month.show_day(_number(bar.travel.at()))
        self._tell(self.month.day)

    def _turn(self, step: int) -> None:
        self.month.turn(step)
        self._tell(self.month.day)

    def _tell(self, day: int) -> None:
        self._title.setText(f"{self.month.year}-{self.month.number:02d}")
        info = self.month.info(day)
        self._open_button.setEnabled(info is not None)
        self._words.setText(self.tr("Nothing is recorded of this day.") if info is None else self._about(info))

    def _about(self, info: DayInfo) -> str:
        words = self.tr("%1: %2 to %3, %4 positions, %5 other records, %6 % of the day on record.")
        for place, text in enumerate((
            day_words(info.day), formats.clock_time(info.first), formats.clock_time(info.last), f"{info.fixes:,}",
            f"{info.discrete:,}", f"{100.0 * info.quality:.1f}",
        ), start=1):
            words = words.replace(f"%{place}", text)
        if not info.gaps:
            return words + " " + self.tr("No gaps.")
        spans = [f"{formats.clock_time(begin)}–{formats.clock_time(end)}" for begin, end in info.gaps[:4]]
        more = " …" if len(info.gaps) > len(spans) else ""
        return words + " " + self.tr("Records missing: %1").replace("%1", ", ".join(spans)) + more

    def _open_day(self, day: int) -> None:
        if self.month.info(day) is not None:
            self._bar.open_day(day)
            self.accept()


class _Month(QWidget):
    """The days of a month as tiles: a bar for the share on record, a count of warnings, hatched where records miss."""

    chosen = Signal(int)
    opened = Signal(int)

    def __init__(self, desk: Desk, data: TimelineData, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = desk.theme
        self._infos = {info.day: info for info in data.days}
        self._warnings = {info.day: int(data.counts(_edges(info)).sum()) for info in data.days}
        self.day, self.year, self.number = 0, 2000, 1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_day(self, day: int) -> None:
        """Its month, with this day chosen (such as 20260301)."""
        self.day, self.year, self.number = day, day // 10_000, day // 100 % 100
        self.update()

    def turn(self, months: int) -> None:
        """Another month; its first recorded day is chosen, if there is one."""
        place = self.year * 12 + self.number - 1 + months
        year, number = place // 12, place % 12 + 1
        first = year * 10_000 + number * 100 + 1
        recorded = [day for day in self._infos if day // 100 == first // 100]
        self.show_day(min(recorded, default=first))

    def info(self, day: int) -> DayInfo | None:
        """What is known of a day."""
        return self._infos.get(day)

    def _cell(self, place: int) -> QRectF:
        width, height = self.width() / _DAYS, self.height() / _WEEKS
        return QRectF(place % _DAYS * width, place // _DAYS * height, width, height).adjusted(2, 2, -2, -2)

    def _days(self) -> list[int]:
        weeks = calendar.Calendar().monthdatescalendar(self.year, self.number)
        return [found.year * 10_000 + found.month * 100 + found.day for week in weeks for found in week]

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        theme, painter = self._theme, QPainter(self)
        for place, day in enumerate(self._days()):
            cell, info = self._cell(place), self._infos.get(day)
            ours = day // 100 % 100 == self.number
            painter.fillRect(cell, theme.colour("raised" if info is not None else "panel"))
            painter.setFont(theme.font(15, bold=info is not None))
            painter.setPen(theme.colour("strong" if info is not None else "dim" if ours else "line"))
            corner = cell.adjusted(theme.px(8), theme.px(5), -theme.px(8), -theme.px(5))
            painter.drawText(corner, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, str(day % 100))
            if info is not None:
                self._paint_quality(painter, corner, info)
            if day == self.day:
                painter.setPen(QPen(theme.colour("accent_text"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(cell)

    def _paint_quality(self, painter: QPainter, corner: QRectF, info: DayInfo) -> None:
        theme = self._theme
        warnings = self._warnings.get(info.day, 0)
        if warnings:
            painter.setFont(theme.font(12))
            painter.setPen(theme.colour("attention"))
            painter.drawText(corner, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight, f"▲ {warnings}")
        painter.setFont(theme.font(11))
        painter.setPen(theme.colour("dim"))
        painter.drawText(corner.adjusted(0, 0, 0, -theme.px(8)),
                         Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, f"{100.0 * info.quality:.0f} %")
        bar = QRectF(corner.left(), corner.bottom() - theme.px(4), corner.width(), theme.px(4))
        painter.fillRect(bar, theme.colour("line"))
        begin, end = _midnights(info.day)
        scale = bar.width() / (end - begin)
        for left, right, colour in (
            (info.first, info.last, theme.colour("good")), *((a, b, theme.colour("attention")) for a, b in info.gaps),
        ):
            _fill(painter, bar, (left - begin) * scale, (right - begin) * scale, colour)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        for place, day in enumerate(self._days()):
            if self._cell(place).contains(event.position()):
                self._choose(day)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self.mousePressEvent(event)
        self.opened.emit(self.day)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -_DAYS, Qt.Key.Key_Down: _DAYS}
        if event.key() in steps:
            self._choose(_later(self.day, steps[Qt.Key(event.key())]))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self.day)
        else:
            super().keyPressEvent(event)

    def _choose(self, day: int) -> None:
        self.show_day(day)
        self.chosen.emit(day)


def day_words(day: int) -> str:
    """A day (such as 20260301) as people write it."""
    return f"{day // 10_000}-{day // 100 % 100:02d}-{day % 100:02d}"


def _later(day: int, days: int) -> int:

    return following(day, days)


def _number(at: int) -> int:
    found = date.fromisoformat(formats.date(at))
    return found.year * 10_000 + found.month * 100 + found.day


def _midnights(day: int) -> tuple[int, int]:

    return span_of(day)


def _edges(info: DayInfo) -> NDArray[np.int64]:

    return np.array([info.first, info.last + 1])


def _fill(painter: QPainter, bar: QRectF, left: float, right: float, colour: QColor) -> None:
    left, right = max(0.0, left), min(bar.width(), max(right, left + 1.0))
    painter.fillRect(QRectF(bar.left() + left, bar.top(), right - left, bar.height()), colour)
