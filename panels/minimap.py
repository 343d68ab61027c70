"""The whole port, small, north up: where one looks, where traffic is, where warnings are; a click goes there."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget

from layers.palette import SEVERITIES
from panels.desk import Desk
from panels.overlays import Overlay

_WIDTH, _HIGHEST = 236, 190
_EVERY = 5  # beats
_OPEN_SEA = ((-3000.0, -2000.0), (3000.0, 2000.0))


class Minimap(Overlay):
    """Drawn only while it is shown."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        pad = desk.theme.px(5)
        self._row.setContentsMargins(pad, pad, pad, pad)
        self.map = _Map(desk)
        self._row.addWidget(self.map)
        self._beats = 0

    def tick(self, footprint: np.ndarray) -> None:
        """Follow the camera; traffic is looked at twice a second. footprint: ground in sight, (4, 2), metres."""
        if not self.isVisible():
            return
        self._beats += 1
        self.map.show_view(footprint)
        if self._beats % _EVERY == 1:
            self.map.show_traffic()


class _Map(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._ground: QPixmap | None = None
        self._dots: QImage | None = None
        self._view: np.ndarray | None = None
        outlines = [zone.outline for zone in desk.index.layout.zones] or list(desk.index.layout.platform)
        points = np.concatenate([np.asarray(o) for o in (outlines or [_OPEN_SEA])])
        low, high = points.min(axis=0), points.max(axis=0)
        room = 0.04 * float((high - low).max())
        self._low, self._high = low - room, high + room
        size = self._high - self._low
        width = desk.theme.px(_WIDTH)
        height = min(round(width * float(size[1] / size[0])), desk.theme.px(_HIGHEST))
        self._scale = min(width / float(size[0]), height / float(size[1]))
        self.setFixedSize(round(float(size[0]) * self._scale), round(float(size[1]) * self._scale))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_view(self, footprint: np.ndarray) -> None:
        if self._view is None or not np.allclose(footprint, self._view, atol=2.0, equal_nan=True):
            self._view = footprint
            self.update()

    def show_traffic(self) -> None:
        """Vehicles and warnings as they are now, as an image of dots."""
        layers, theme = self._desk.layers, self._desk.theme
        pixels = np.zeros((self.height(), self.width(), 4), dtype=np.uint8)
        vehicles = layers.vehicles
        shown = np.flatnonzero(vehicles.shown)
        self._dot(pixels, np.column_stack([vehicles.x[shown], vehicles.y[shown]]), theme.colour("text").getRgb()[:3], 1)
        place = layers.warnings.place
        for severity in reversed(range(len(SEVERITIES))):
            at = np.flatnonzero(layers.warnings.severity == severity)
            self._dot(pixels, place[at, :2], SEVERITIES[severity][3], 3)
        image = QImage(pixels.data, self.width(), self.height(), 4 * self.width(), QImage.Format.Format_RGBA8888)
        self._dots = image.copy()
        self.update()

    def _dot(self, pixels: np.ndarray, at: np.ndarray, rgb: tuple[int, ...], half: int) -> None:
        at = at[np.isfinite(at).all(axis=1)]
        x = np.rint((at[:, 0] - self._low[0]) * self._scale).astype(int)
        y = np.rint((self._high[1] - at[:, 1]) * self._scale).astype(int)
        for dx in range(half + 1):
            for dy in range(half + 1):
                column, row = x + dx - half // 2, y + dy - half // 2
                inside = (column >= 0) & (column < self.width()) & (row >= 0) & (row < self.height())
                pixels[row[inside], column[inside]] = (*rgb, 255)

    def _polygon(self, points: np.ndarray) -> QPolygonF:
        x, y = (points[:, 0] - self._low[0]) * self._scale, (self._high[1] - points[:, 1]) * self._scale
        return QPolygonF([QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)])

    def _draw_ground(self) -> QPixmap:
        """Land, quay, blocks and buildings, drawn once."""
        theme, layout = self._desk.theme, self._desk.index.layout
        ratio = self.devicePixelRatioF()
        made = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        made.setDevicePixelRatio(ratio)
        made.fill(theme.colour("ground"))
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for outlines, tone in (
            (layout.land, "panel"),
            (layout.platform, "raised"),
            ([b.outline for b in layout.blocks], "accent"),
            ([b.outline for b in layout.buildings], "dim"),
        ):
            painter.setBrush(theme.colour(tone))
            for outline in outlines:
                painter.drawPolygon(self._polygon(np.asarray(outline)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour("accent_text"), 1.2))
        for line in layout.quay_lines:
            painter.drawPolyline(self._polygon(np.asarray(line)))
        painter.end()
        return made

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter, theme = QPainter(self), self._desk.theme
        if self._ground is None:
            self._ground = self._draw_ground()
        painter.drawPixmap(0, 0, self._ground)
        if self._dots is not None:
            painter.drawImage(0, 0, self._dots)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selection = self._desk.layers.selection.current
        place = self._desk.layers.place_of(selection) if selection is not None else None
        if place is not None:
            at = self._polygon(np.array([[place.x, place.y]]))[0]
            painter.setPen(QPen(theme.colour("accent_text"), 1.6))
            painter.drawEllipse(at, 4.5, 4.5)
        if self._view is not None and np.isfinite(self._view).all():
            sight = theme.colour("strong")
            painter.setPen(QPen(sight, 1.2))
            sight.setAlphaF(0.10)
            painter.setBrush(sight)
            frame = QPolygonF(QRectF(-40, -40, self.width() + 80, self.height() + 80))
            painter.drawPolygon(self._polygon(self._view).intersected(frame))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    def _go(self, at: QPointF) -> None:
        x, y = self._low[0] + at.x() / self._scale, self._high[1] - at.y() / self._scale
        self._desk.layers.view.look_at(float(x), float(y))
