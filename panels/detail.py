"""The detail of what is selected: its name, its facts, what happened to it, and its warnings."""

from __future__ import annotations

from urllib.parse import unquote

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from layers.selection import Selection
from panels.desk import Desk
from panels.detail_facts import facts_of
from panels.facts import Facts, Line, Share
from panels.theme import Theme

REFRESH_MS = 1000


class Detail(QWidget):
    """Follows the selection; rebuilt when the selection changes, its values once a second."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._seen = -1
        self._shown_at = 0
        self._labels: list[str] = []
        theme = desk.theme
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(10), theme.px(8), theme.px(10))
        column.setSpacing(theme.px(8))
        head = QHBoxLayout()
        self._title, self._kind = QLabel(objectName="strong"), QLabel(objectName="dim")
        self._title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._kind)
        column.addLayout(head)
        self._shares = _ShareBar(theme)
        column.addWidget(self._shares)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.px(14))
        self._grid.setVerticalSpacing(theme.px(5))
        self._grid.setColumnStretch(1, 1)
        column.addLayout(self._grid)
        self._values: list[QLabel] = []
        self._story = _Story(theme)
        column.addWidget(self._story)
        column.addStretch(1)

    def follow(self, now_ms: int) -> None:
        """Called on every beat."""
        selection = self._desk.layers.selection
        if selection.revision != self._seen or abs(now_ms - self._shown_at) >= REFRESH_MS:
            self._seen = selection.revision
            self._shown_at = now_ms
            self._show(facts_of(self._desk, selection.current, now_ms))

    def _show(self, facts: Facts) -> None:
        self._title.setText(facts.title)
        self._kind.setText(facts.kind)
        labels = [label for label, _value, _tone in facts.rows]
        if labels != self._labels:
            self._lay_rows(labels)
        for value, (_label, text, tone) in zip(self._values, facts.rows, strict=True):
            if value.text() != text:
                value.setText(text)
            colour = self._desk.theme.colours[tone]
            value.setStyleSheet(f"color: {colour};")
        self._shares.show_shares(facts.shares)
        self._story.show_lines(facts.story)

    def _lay_rows(self, labels: list[str]) -> None:
        self._labels = labels
        while (item := self._grid.takeAt(0)) is not None:
            item.widget().deleteLater()
        self._values = []
        for row, label in enumerate(labels):
            name, value = QLabel(label, objectName="dim"), QLabel()
            name.setMinimumWidth(self._desk.theme.px(72))
            value.setWordWrap(True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
            value.linkActivated.connect(self._follow)
            self._grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, row, 1)
            self._values.append(value)

    def _follow(self, link: str) -> None:
        kind, _, name = link.partition(":")
        self._desk.layers.selection.select(Selection(kind, unquote(name)))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self._seen = -1
        super().changeEvent(event)


class _ShareBar(QWidget):
    """One bar cut into shares, each with its colour, and their names below."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shares: tuple[Share, ...] = ()
        self.hide()

    def show_shares(self, shares: tuple[Share, ...]) -> None:
        if shares != self._shares:
            self._shares = shares
            self.setVisible(bool(shares))
            lines = (len(shares) + 1) // 2
            self.setFixedHeight(self._theme.px(22 + 21 * lines))
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, left = self._theme, 0.0
        whole = sum(share.count for share in self._shares) or 1
        painter.setPen(Qt.PenStyle.NoPen)
        for share in self._shares:
            width = self.width() * share.count / whole
            painter.fillRect(
                QRect(round(left), 0, max(1, round(left + width) - round(left)), theme.px(12)), share.colour
            )
            left += width
        painter.setFont(theme.font(12))
        for place, share in enumerate(self._shares):
            x = (place % 2) * self.width() // 2
            y = theme.px(20) + (place // 2) * theme.px(21)
            painter.fillRect(QRect(x, y + theme.px(4), theme.px(10), theme.px(10)), share.colour)
            painter.setPen(theme.colour("text"))
            painter.drawText(QPoint(x + theme.px(16), y + theme.px(14)), f"{share.name}  {share.count:,}")


class _Story(QWidget):
    """What happened, oldest first, on a line with a dot each."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines: tuple[Line, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_lines(self, lines: tuple[Line, ...]) -> None:
        if lines != self._lines:
            self._lines = lines
            self.updateGeometry()
            self.update()

    def _places(self, width: int) -> list[tuple[int, QRect]]:
        theme = self._theme
        metrics = QFontMetrics(theme.font(13))
        left, top, placed = theme.px(112), theme.px(4), []
        for line in self._lines:
            text = metrics.boundingRect(QRect(0, 0, max(60, width - left), 1000), Qt.TextFlag.TextWordWrap, line.text)
            height = max(theme.px(20), text.height())
            placed.append((top, QRect(left, top, max(60, width - left), height)))
            top += height + theme.px(8)
        return placed

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        placed = self._places(max(200, self.width()))
        return QSize(200, (placed[-1][1].bottom() + self._theme.px(8)) if placed else 0)

    def resizeEvent(self, event) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        if not self._lines:
            return
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        placed = self._places(self.width())
        x, dot = theme.px(6), theme.px(4)
        painter.setPen(theme.colour("line"))
        painter.drawLine(x, placed[0][0] + theme.px(9), x, placed[-1][0] + theme.px(9))
        for line, (top, rect) in zip(self._lines, placed, strict=True):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour(line.tone if line.tone != "text" else "accent_text"))
            painter.drawEllipse(QPoint(x, top + theme.px(9)), dot, dot)
            painter.setFont(theme.font(12))
            painter.setPen(theme.colour("dim"))
            painter.drawText(
                QRect(theme.px(18), top, theme.px(92), theme.px(18)), Qt.AlignmentFlag.AlignVCenter, line.when
            )
            painter.setFont(theme.font(13))
            painter.setPen(theme.colour("strong" if line.tone == "alarm" else "text"))
            painter.drawText(rect, Qt.TextFlag.TextWordWrap, line.text)
