"""The timeline: warnings by severity, gaps, night and day, vessel calls, shifts and bookmarks; a month to a second.

Painted from columns, at most once a beat unless a hand is on it. What does not move is kept as a picture.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QContextMenuEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from layers.sun import sun_positions
from panels import formats
from panels.bookmarks import Bookmark
from panels.desk import Desk
from panels.shift_board import SHIFTS_FROM
from panels.time_axis import DAY, HOUR, MINUTE, SECOND, ahead_ms, runs, tick_step, tick_words
from panels.timeline_data import EMPTY, SEVERITIES, TimelineData, lanes_of
from panels.vocabulary import SEVERITY_COLOURS

NARROWEST_MS, WIDEST_MS = SECOND, 31 * DAY
NIGHT_BELOW_DEG = -0.833
"""Elevation of the sun's centre at which it rises and sets: half its disc and the refraction at the horizon (the
Astronomical Almanac)."""
_TICK_ROOM = 92
_BIN = 4
_ZOOM = 1.25  # a notch of the wheel
_CALL_LANES = 3


class TimelineView(QWidget):
    """Shows `data` with the moment on screen (`at`), the live one and that of a second view (`now`, `beside`, 0
    without). Emits `sought` with an instant (ms UTC) while a hand drags and when it clicks, `let_go` when it leaves
    off."""

    let_go = Signal()

    sought = Signal(object)  # an int of Qt has 32 bits

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.data: TimelineData = EMPTY
        self.bookmarks: tuple[Bookmark, ...] = ()
        self.loop: tuple[int, int] | None = None
        self.at = self.now = self.beside = 0
        self.left, self.span = 0, 4 * HOUR
        self.paints = 0
        self._lanes: list[int] = []
        self._picture: QPixmap | None = None
        self._pointer: QPointF | None = None
        self._pressed: QPointF | None = None
        self._panned: tuple[float, int] | None = None
        self.follows = True
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)

    # what it shows

    def show_data(self, data: TimelineData) -> None:
        """Other columns."""
        self.data, self._lanes = data, lanes_of(data.calls)
        self.redraw()

    def show_bookmarks(self, bookmarks: tuple[Bookmark, ...]) -> None:
        """Other bookmarks."""
        self.bookmarks = bookmarks
        self.redraw()

    def show_time(self, at: int, now: int) -> None:
        """The moment on screen and the live one (0: none), ms UTC. The view goes along with what it shows."""
        if (at, now) == (self.at, self.now):
            return
        moved = abs(at - self.at) * max(1, self.width()) >= self.span  # by a pixel
        self.at, self.now = at, now
        if self.follows and self._pressed is None and self._panned is None:
            self._keep_in_sight(at)
        if moved or self.span < 10 * MINUTE:
            self.update()

    def show_beside(self, at: int) -> None:
        """The moment of the second view, ms UTC; 0 without one."""
        moved = abs(at - self.beside) * max(1, self.width()) >= self.span
        if moved or bool(at) != bool(self.beside):
            self.beside = at
            self.update()

    def show_span(self, left: int, span: int) -> None:
        """Looks at `span` ms from `left` (ms UTC) on."""
        self.span = int(min(max(span, NARROWEST_MS), WIDEST_MS))
        self.left = int(left)
        self.redraw()

    def zoom(self, factor: float, around: int) -> None:
        """Wider (factor above 1) or narrower, with one instant where it is."""
        span = int(min(max(self.span * factor, NARROWEST_MS), WIDEST_MS))
        self.show_span(round(around - (around - self.left) * span / self.span), span)

    def redraw(self) -> None:
        """Paints everything anew at the next chance."""
        self._picture = None
        self.update()

    def time_at(self, x: float) -> int:
        """The instant at a place, ms UTC."""
        return round(self.left + x * self.span / max(1, self.width()))

    def x_of(self, at: int) -> float:
        """The place of an instant."""
        return (at - self.left) * self.width() / self.span

    def _keep_in_sight(self, at: int) -> None:
        place = (at - self.left) / self.span
        live = self.now and abs(at - self.now) < 2 * SECOND
        if not 0.02 <= place <= 0.97:
            self.show_span(at - round(self.span * (0.93 if live else 0.5)), self.span)

    # painting

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        self.paints += 1
        ratio = self.devicePixelRatioF()
        if self._picture is None:
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._paint_still(self._picture)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        self._paint_moving(painter)

    def _paint_still(self, picture: QPixmap) -> None:
        theme = self._desk.theme
        picture.fill(theme.colour("ground"))
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        self._paint_nights(painter)
        self._paint_unrecorded(painter)
        self._paint_shifts(painter)
        self._paint_calls(painter)
        self._paint_density(painter)
        self._paint_gaps(painter)
        self._paint_ticks(painter)
        self._paint_bookmarks(painter)
        painter.end()

    @property
    def _rows(self) -> dict[str, tuple[int, int]]:
        """Top and bottom of each band."""
        px, height = self._desk.theme.px, self.height()
        axis, calls = height - px(17), height - px(17) - px(21)
        return {"marks": (0, px(14)), "density": (px(14), calls - px(2)), "calls": (calls, axis - px(1)),
                "axis": (axis, height)}

    def _paint_nights(self, painter: QPainter) -> None:
        layout = self._desk.index.layout
        edges = np.linspace(self.left, self.left + self.span, 2 + self.width() // 3).astype(np.int64)
        _, height = sun_positions(edges, layout.origin_lon, layout.origin_lat)
        shade = QColor(0, 0, 0) if self._desk.theme.colour("ground").lightness() > 40 else QColor(2, 5, 12)
        bottom = self._rows["axis"][0]
        for begin, end, dark in runs(height < NIGHT_BELOW_DEG):
            if dark:
                left = self.x_of(int(edges[begin]))
                shade.setAlphaF(0.42)
                painter.fillRect(QRectF(left, 0, self.x_of(int(edges[min(end, len(edges) - 1)])) - left, bottom), shade)

    def _paint_unrecorded(self, painter: QPainter) -> None:
        """Before and after the recording there is nothing to see."""
        theme = self._desk.theme
        end = max(self.data.last, self.now)
        colour = theme.colour("panel")
        for begin, until in ((self.left, self.data.first or self.now), (end, self.left + self.span)):
            left, right = self.x_of(begin), self.x_of(until)
            if right > left and until > 0:
                painter.fillRect(QRectF(left, 0, right - left, self._rows["axis"][0]), colour)

    def _paint_shifts(self, painter: QPainter) -> None:
        """A thin line at the change of each shift."""
        if self.span > 8 * DAY:
            return
        theme = self._desk.theme
        painter.setPen(QPen(theme.colour("line"), 1, Qt.PenStyle.DotLine))
        local = datetime.fromtimestamp(self.left / 1000, formats.PORT_TIME)
        day = local.replace(hour=0, minute=0, second=0, microsecond=0)
        painter.setFont(theme.font(10))
        while day.timestamp() * 1000 < self.left + self.span:
            for number, hour in enumerate(SHIFTS_FROM):
                x = self.x_of(round((day + timedelta(hours=hour)).timestamp() * 1000))
                painter.setPen(QPen(theme.colour("line"), 1, Qt.PenStyle.DashLine))
                painter.drawLine(QPointF(x, 0), QPointF(x, self._rows["axis"][0]))
                if self.span <= 3 * DAY:
                    painter.setPen(theme.colour("dim"))
                    name = (self.tr("night shift"), self.tr("day shift"), self.tr("evening shift"))[number]
                    painter.drawText(QPointF(x + theme.px(4), theme.px(11)), name)
            day += timedelta(days=1)

    def _paint_calls(self, painter: QPainter) -> None:
        theme, (top, bottom) = self._desk.theme, self._rows["calls"]
        lane_height = (bottom - top) / _CALL_LANES
        fill = theme.colour("accent")
        painter.setFont(theme.font(10))
        for call, lane in zip(self.data.calls, self._lanes, strict=True):
            left, right = self.x_of(call.arrival_at), self.x_of(call.departure_at)
            if right < 0 or left > self.width() or lane >= _CALL_LANES:
                continue
            left, right = max(left, -1.0), min(right, self.width() + 1.0)
            rect = QRectF(left, top + lane * lane_height, right - left, lane_height - 1)
            painter.fillRect(rect, fill)

    def _paint_density(self, painter: QPainter) -> None:
        """A bar for each few pixels, the gravest below; a mark over bars that hold critical ones."""
        theme, (top, bottom) = self._desk.theme, self._rows["density"]
        bins = max(1, self.width() // _BIN)
        grain = max(1, round(self.span / bins))
        first = self.left // grain * grain  # bars stay with their time when the view moves
        edges = first + grain * np.arange(bins + 2, dtype=np.int64)
        counts = self.data.counts(edges)
        highest = max(4, int(counts.sum(axis=0).max(initial=0)))
        unit = (bottom - top - theme.px(6)) / highest
        base = np.zeros(counts.shape[1])
        for place, severity in enumerate(SEVERITIES):
            colour = theme.colour(SEVERITY_COLOURS[severity.value])
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            rects = []
            for number in np.flatnonzero(counts[place]).tolist():
                height = max(2.0, counts[place, number] * unit)
                x = self.x_of(int(edges[number]))
                rects.append(QRectF(x, bottom - base[number] - height, max(2.0, _BIN - 1.0), height))
                base[number] += height
            painter.drawRects(rects)
        painter.setBrush(theme.colour("alarm"))
        size = theme.px(6)
        for number in np.flatnonzero(counts[0]).tolist():
            x = self.x_of(int(edges[number])) + _BIN / 2
            y = bottom - base[number] - 2
            painter.drawRect(QRectF(x - size / 2, y - size, size, size))

    def _paint_gaps(self, painter: QPainter) -> None:
        theme = self._desk.theme
        hatch = QBrush(theme.colour("attention"), Qt.BrushStyle.BDiagPattern)
        for begin, end in self.data.gaps.tolist():
            left, right = self.x_of(begin), self.x_of(end)
            if right >= 0 and left <= self.width():
                painter.fillRect(QRectF(left, 0, max(2.0, right - left), self._rows["axis"][0]), hatch)

    def _paint_ticks(self, painter: QPainter) -> None:
        theme, (top, bottom) = self._desk.theme, self._rows["axis"]
        painter.fillRect(0, top, self.width(), bottom - top, theme.colour("panel"))
        painter.setFont(theme.font(11))
        step = tick_step(self.span, self.width() / theme.px(_TICK_ROOM))
        ahead = ahead_ms(self.left)
        at = -(-(self.left + ahead) // step) * step - ahead
        while at < self.left + self.span:
            x = self.x_of(at)
            midnight = (at + ahead) % DAY == 0
            painter.setPen(theme.colour("dim") if midnight else theme.colour("line"))
            painter.drawLine(QPointF(x, top - theme.px(3 if not midnight else 8)), QPointF(x, top))
            painter.setPen(theme.colour("text") if midnight else theme.colour("dim"))
            words = tick_words(at, step)
            painter.drawText(QRectF(x - 60, top, 120, bottom - top), Qt.AlignmentFlag.AlignCenter, words)
            at += step

    def _paint_bookmarks(self, painter: QPainter) -> None:
        theme = self._desk.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(11))
        top, size, free = theme.px(2), theme.px(9), -1.0
        for mark in self.bookmarks:
            x = self.x_of(mark.at)
            if not -size <= x <= self.width() + size:
                continue
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent_text"))
            painter.drawPolygon(QPolygonF([QPointF(x, top), QPointF(x + size, top), QPointF(x + size, top + size),
                                           QPointF(x + size / 2, top + size * 0.7), QPointF(x, top + size)]))
            painter.setPen(QPen(theme.colour("accent_text"), 1))
            painter.drawLine(QPointF(x, top), QPointF(x, self._rows["axis"][0]))
            if x > free:
                words = painter.fontMetrics().elidedText(mark.text, Qt.TextElideMode.ElideRight, theme.px(120))
                painter.drawText(QPointF(x + size + theme.px(4), top + size), words)
                free = x + size + theme.px(14) + painter.fontMetrics().horizontalAdvance(words)

    def _paint_moving(self, painter: QPainter) -> None:
        theme, bottom = self._desk.theme, self._rows["axis"][0]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.loop is not None:
            left, right = (self.x_of(at) for at in self.loop)
            tint = theme.colour("accent_text")
            tint.setAlphaF(0.16)
            painter.fillRect(QRectF(left, 0, right - left, bottom), tint)
        if self.now:
            self._line(painter, self.now, "good")
        past = not self.now or abs(self.now - self.at) > 2 * SECOND
        if past and self.at:
            self._line(painter, self.at, "attention")
        if self.beside:
            self._line(painter, self.beside, "accent_text")
        if self._pointer is not None:
            self._paint_preview(painter, self._pointer.x())

    def _line(self, painter: QPainter, at: int, colour: str) -> None:
        theme, x = self._desk.theme, self.x_of(at)
        if not 0 <= x <= self.width():
            return
        size = theme.px(5)
        painter.setPen(QPen(theme.colour(colour), theme.px(2)))
        painter.drawLine(QPointF(x, 0), QPointF(x, self._rows["axis"][0]))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(colour))
        painter.drawPolygon(QPolygonF([QPointF(x - size, 0), QPointF(x + size, 0), QPointF(x, size * 1.4)]))

    def _paint_preview(self, painter: QPainter, x: float) -> None:
        theme = self._desk.theme
        words = self.preview(x)
        painter.setFont(theme.font(12))
        width = painter.fontMetrics().horizontalAdvance(words) + theme.px(16)
        left = min(max(x - width / 2, 2.0), self.width() - width - 2.0)
        painter.setPen(QPen(theme.colour("text"), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(x, 0), QPointF(x, self._rows["axis"][0]))
        rect = QRectF(left, theme.px(16), width, theme.px(20))
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.setBrush(theme.colour("raised"))
        painter.drawRoundedRect(rect, 3, 3)
        painter.setPen(theme.colour("strong"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)

    def preview(self, x: float) -> str:
        """What the pointer rests on, in words: time, warnings nearby, a gap, vessels alongside."""
        at = self.time_at(x)
        parts = [f"{formats.date(at)} {formats.clock_time(at)}"]
        near = self.span * 6 // max(1, self.width())
        counts = self.data.counts(np.array([at - near, at + near + 1]))[:, 0]
        if counts.any():
            parts.append(self.tr("%1 warnings").replace("%1", str(int(counts.sum()))))
        if any(begin <= at <= end for begin, end in self.data.gaps.tolist()):
            parts.append(self.tr("records missing"))
        alongside = [call.vessel for call in self.data.calls if call.arrival_at <= at <= call.departure_at]
        if alongside:
            parts.append(", ".join(alongside[:3]))
        marks = [mark.text for mark in self.bookmarks if abs(mark.at - at) <= near]
        return "  ·  ".join([*parts, *marks[:1]])

    # hands

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()
            self.sought.emit(self._meant(event.position().x()))
        elif event.button() in (Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton):
            self._panned = (event.position().x(), self.left)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._pointer = event.position()
        if self._pressed is not None:
            self.sought.emit(self.time_at(event.position().x()))
        elif self._panned is not None:
            x, left = self._panned
            self.follows = False
            self.show_span(round(left - (event.position().x() - x) * self.span / max(1, self.width())), self.span)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802, ARG002, D102 - Qt's name
        held, self._pressed, self._panned = self._pressed is not None, None, None
        if held:
            self.let_go.emit()

    def _meant(self, x: float) -> int:
        """The instant at a place, a bookmark's own if one stands there."""
        near = [mark for mark in self.bookmarks if -2 <= x - self.x_of(mark.at) <= self._desk.theme.px(10)]
        return near[0].at if near else self.time_at(x)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._pointer = None
        self.update()
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802, D102 - Qt's name
        turned = event.angleDelta()
        if turned.x() and abs(turned.x()) > abs(turned.y()):
            self.follows = False
            self.show_span(self.left - turned.x() * self.span // 1200, self.span)
        else:
            self.zoom(_ZOOM ** (-turned.y() / 120.0), self.time_at(event.position().x()))
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802, D102 - Qt's name
        event.accept()  # the right button pans

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._picture = None
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self.redraw()
        super().changeEvent(event)
