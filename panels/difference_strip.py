"""The strip below two moments: each figure of the first, of the second, and how much the second differs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from panels.desk import Desk
from panels.moments import Difference, Figures, difference

_FIGURES = ("containers", "vehicles", "seals", "inspecting", "open", "hour", "grave")
_WORSE = frozenset({"open", "hour", "grave"})


class DifferenceStrip(QWidget):
    """A column a figure: name, left and right value, difference with its sign; last which containers are the same."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bottom")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk = desk
        px = desk.theme.px
        self.setFixedHeight(px(84))
        grid = QGridLayout(self)
        grid.setContentsMargins(px(18), px(8), px(18), px(8))
        grid.setHorizontalSpacing(px(26))
        grid.setVerticalSpacing(px(2))
        self._names = {name: QLabel(objectName="caption") for name in _FIGURES}
        self._values = {name: QLabel(objectName="figure") for name in _FIGURES}
        self._changes = {name: QLabel(objectName="caption") for name in _FIGURES}
        self._rows = {row: QLabel(objectName="caption") for row in (1, 2)}
        for row, label in self._rows.items():
            grid.addWidget(label, row, 0)
        for place, name in enumerate(_FIGURES, start=1):
            for row, label in enumerate((self._names[name], self._values[name], self._changes[name])):
                label.setTextFormat(Qt.TextFormat.RichText)
                grid.addWidget(label, row, place)
            grid.setColumnStretch(place, 1)
        self._same = QLabel()
        self._same.setTextFormat(Qt.TextFormat.RichText)
        self._same_name = QLabel(objectName="caption")
        grid.addWidget(self._same_name, 0, len(_FIGURES) + 1)
        grid.addWidget(self._same, 1, len(_FIGURES) + 1, 2, 1)
        self.shown: tuple[Figures, Figures] | None = None
        self.retranslate()

    def show_figures(self, first: Figures, second: Figures) -> None:
        """What both moments hold."""
        self.shown = first, second
        colours = self._desk.theme.colours
        for name in _FIGURES:
            left, right = getattr(first, name), getattr(second, name)
            self._values[name].setText(f'{left:,} <span style="color:{colours["dim"]}">│</span> {right:,}')
            more = right - left
            sign, colour = ("=", "dim") if not more else ("▲", "text") if more > 0 else ("▼", "text")
            if more and name in _WORSE:
                colour = "attention" if more > 0 else "good"
            self._changes[name].setText(
                f'<span style="color:{colours[colour]}">{sign} {f"{more:+,}" if more else 0}</span>')
        self._show_same(difference(first, second))

    def _show_same(self, same: Difference) -> None:
        strong = self._desk.theme.colours["strong"]
        parts = [
            f'{words} <b style="color:{strong}">{count:,}</b>' for words, count in (
                (self.tr("at both"), same.both), (self.tr("only left"), same.first_only),
                (self.tr("only right"), same.second_only))]
        self._same.setText("&nbsp;&nbsp;&nbsp;".join(parts))

    def words(self) -> dict[str, tuple[str, str]]:
        """Values and difference by name of the figure, without marks of their form."""
        from PySide6.QtGui import QTextDocumentFragment

        def plain(label: QLabel) -> str:
            return QTextDocumentFragment.fromHtml(label.text()).toPlainText()

        return {name: (plain(self._values[name]), plain(self._changes[name])) for name in _FIGURES}

    def retranslate(self) -> None:
        """Writes every text in the language of the screen."""
        for name, text in (
            ("containers", self.tr("Containers in yard")),
            ("vehicles", self.tr("Vehicles inside")),
            ("seals", self.tr("Seals in use")),
            ("inspecting", self.tr("Under inspection")),
            ("open", self.tr("Open warnings")),
            ("hour", self.tr("Warnings, hour before")),
            ("grave", self.tr("of them ■ ▲")),
        ):
            self._names[name].setText(text)
        self._rows[1].setText(self.tr("left │ right"))
        self._rows[2].setText(self.tr("right - left"))
        self._same_name.setText(self.tr("Containers in the yard, one by one"))
        if self.shown is not None:
            self.show_figures(*self.shown)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
