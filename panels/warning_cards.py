"""How a warning and a folded flood look in the column: cards of one height, painted only where they are seen."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from panels import formats
from panels.desk import Desk
from panels.vocabulary import SEVERITY_COLOURS, SEVERITY_MARKS, WARNING_STATES, look_up
from panels.warning_columns import Flood, muted
from panels.warning_model import FLOOD, UNFOLDED, WARNING, Index
from panels.warning_words import explanation, place_name, rule_name, subject_text
from twin.warnings import RiskWarning, Severity

HEIGHT = 92
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class CardDelegate(QStyledItemDelegate):
    """Paints a line of the column."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: D102
        theme = self._desk.theme
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = option.rect.adjusted(theme.px(2), theme.px(2), -theme.px(6), -theme.px(4))
        flood = index.data(FLOOD)
        if flood is not None:
            self._flood(painter, option, card, flood, index)
        else:
            self._warning(painter, option, card, index.data(WARNING))
        painter.restore()

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem, card: QRect, colour: QColor) -> None:
        theme = self._desk.theme
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setBrush(theme.colour("hover" if hovered or chosen else "raised"))
        painter.setPen(QPen(colour, theme.px(1.4)) if chosen else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(card, theme.px(5), theme.px(5))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(card.left(), card.top(), theme.px(4), card.height(), theme.px(2), theme.px(2))

    def _warning(self, painter: QPainter, option: QStyleOptionViewItem, card: QRect, warning: RiskWarning) -> None:
        theme, quiet = self._desk.theme, muted(warning) or warning.shelved
        colour = theme.colour("dim" if quiet else SEVERITY_COLOURS[warning.severity.value])
        strong, text = theme.colour("dim" if quiet else "strong"), theme.colour("dim" if quiet else "text")
        self._ground(painter, option, card, colour)
        left, top = card.left() + theme.px(14), card.top() + theme.px(6)
        width, line = card.width() - theme.px(24), theme.px(21)
        row = QRect(left, top, width, line)
        time = self._time(warning)
        near = warning.eta_s is not None and warning.active and not quiet
        used = self._right(painter, row, time, theme.font(14, bold=near), colour if near else theme.colour("dim"))
        painter.setFont(theme.font(15, bold=True))
        painter.setPen(colour)
        painter.drawText(row, _LEFT, SEVERITY_MARKS[warning.severity.value])
        self._cut(painter, row.adjusted(theme.px(22), 0, -used, 0), rule_name(self._desk, warning),
                  theme.font(15, bold=True), strong)
        row.translate(0, line)
        used = self._right(painter, row, self._standing(warning), theme.font(12), theme.colour("dim"))
        place = place_name(self._desk, warning)
        subject = subject_text(warning) + (f"  ·  {place}" if place else "")
        self._cut(painter, row.adjusted(0, 0, -used, 0), subject, theme.font(13), text)
        row.translate(0, line)
        row.setBottom(card.bottom() - theme.px(3))
        self._two_lines(painter, row, explanation(self._desk, warning), theme.font(12), text)

    def _flood(
        self, painter: QPainter, option: QStyleOptionViewItem, card: QRect, flood: Flood, index: Index,
    ) -> None:
        theme, model = self._desk.theme, index.model()
        warnings = model.of_flood(flood)
        gravest = min((w.severity for w in warnings), key=lambda severity: severity.rank)
        colour = theme.colour(SEVERITY_COLOURS[gravest.value])
        self._ground(painter, option, card, colour)
        left, top = card.left() + theme.px(14), card.top() + theme.px(6)
        row = QRect(left, top, card.width() - theme.px(24), theme.px(21))
        span = f"{formats.minute(flood.from_at)} – {formats.minute(flood.to_at)}"
        used = self._right(painter, row, span, theme.font(13), theme.colour("dim"))
        arrow = "▾" if index.data(UNFOLDED) else "▸"
        words = self.tr("Flood of %1 warnings").replace("%1", f"{len(warnings):,}")
        self._cut(painter, row.adjusted(0, 0, -used, 0), f"{arrow}  {words}", theme.font(15, bold=True),
                  theme.colour("strong"))
        row.translate(0, theme.px(21))
        marks = "   ".join(
            f"{SEVERITY_MARKS[severity.value]} {count:,}" for severity in Severity
            if (count := sum(w.severity is severity for w in warnings)))
        self._cut(painter, row, marks, theme.font(13), colour)
        row.translate(0, theme.px(21))
        self._cut(painter, row, model.rules_of(flood), theme.font(12), theme.colour("text"))

    def _right(self, painter: QPainter, row: QRect, text: str, font: QFont, colour: QColor) -> int:
        """Writes at the right end; the width that is used up, with a gap."""
        painter.setFont(font)
        painter.setPen(colour)
        painter.drawText(row, _RIGHT, text)
        return QFontMetrics(font).horizontalAdvance(text) + self._desk.theme.px(10)

    @staticmethod
    def _cut(painter: QPainter, row: QRect, text: str, font: QFont, colour: QColor) -> None:
        painter.setFont(font)
        painter.setPen(colour)
        painter.drawText(row, _LEFT, QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, row.width()))

    @staticmethod
    def _two_lines(painter: QPainter, area: QRect, text: str, font: QFont, colour: QColor) -> None:
        """Text over two lines at most; what does not fit ends in an ellipsis."""
        painter.setFont(font)
        painter.setPen(colour)
        metrics = QFontMetrics(font)
        lay = QTextLayout(text, font)
        lay.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
        lay.beginLayout()
        first = lay.createLine()
        first.setLineWidth(area.width())
        cut = first.textStart() + first.textLength()
        lay.endLayout()
        first.draw(painter, QPointF(area.left(), area.top()))
        rest = text[cut:].strip()
        if rest:
            words = metrics.elidedText(rest, Qt.TextElideMode.ElideRight, area.width())
            painter.drawText(QPointF(area.left(), area.top() + metrics.lineSpacing() * 0.98 + metrics.ascent()), words)

    def _time(self, warning: RiskWarning) -> str:
        if warning.active and warning.eta_s is not None:
            left_s = warning.eta_s - (self._desk.now() - warning.updated_at) / 1000
            if left_s <= 0:
                return self.tr("at the gate") if "gate" not in warning.facts else self.tr("left by the gate")
            return self.tr("%1 to the gate").replace("%1", formats.duration(left_s))
        age = formats.duration((self._desk.now() - warning.raised_at) / 1000)
        return age if warning.active else self.tr("cleared") + " " + age

    def _standing(self, warning: RiskWarning) -> str:
        if warning.shelf is not None and not warning.shelf.valid:
            return self.tr("shelving: second person")
        if warning.shelf is not None:
            return self.tr("shelved until %1").replace("%1", formats.minute(warning.shelf.until))
        state = self._desk.language.of(look_up(WARNING_STATES, warning.state.value))
        return f"{state} · {warning.owner}" if warning.owner else state
