"""The filters of the warning column: part of the book, severity, words, and chips for rule, zone, owner and state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCursor, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget

from panels.desk import Desk
from panels.vocabulary import SEVERITIES, SEVERITY_COLOURS, SEVERITY_MARKS, WARNING_STATES
from panels.warning_columns import Order, Shown, Sieve, WarningColumns
from panels.warning_words import name_of_rule
from twin.port_layout import Name

_ORDERS = {
    Order.SEVERITY: Name("按等级", "by severity"),
    Order.GATE: Name("按到卡口时间", "by time to the gate"),
    Order.AGE: Name("按先后", "oldest first"),
}
_PARTS = {
    Shown.OPEN: Name("未办结", "Open"),
    Shown.MINE: Name("我的", "Mine"),
    Shown.SHELVED: Name("搁置", "Shelved"),
    Shown.CLOSED: Name("已办结", "Closed"),
}


class WarningFilters(QWidget):
    """`changed` carries the new sieve."""

    changed = Signal(object)

    def __init__(self, desk: Desk, columns: WarningColumns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._columns = columns
        self.sieve = Sieve()
        theme = desk.theme
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, theme.px(6), 0)
        column.setSpacing(theme.px(5))
        self.words = _Words()
        self.words.setClearButtonEnabled(True)
        self.words.textChanged.connect(lambda text: self.use(replace(self.sieve, text=text)))
        self._order = self._button(self._choose_order)
        self._more = self._button(self._choose_filter)
        first = QHBoxLayout()
        first.setSpacing(theme.px(5))
        first.addWidget(self.words, 1)
        first.addWidget(self._order)
        column.addLayout(first)
        second = QHBoxLayout()
        second.setSpacing(theme.px(3))
        self._parts = {part: self._button(lambda part=part: self.show_part(part), checkable=True) for part in Shown}
        for button in self._parts.values():
            second.addWidget(button)
        second.addStretch(1)
        self._severities = {
            code: self._button(lambda code=code: self.show_severity(code), checkable=True) for code in SEVERITIES}
        for code, button in self._severities.items():
            button.setText(SEVERITY_MARKS[code])
            button.setStyleSheet(f"color: {theme.colours[SEVERITY_COLOURS[code]]};")
            second.addWidget(button)
        second.addWidget(self._more)
        column.addLayout(second)
        self._chips = QHBoxLayout()
        self._chips.setSpacing(theme.px(4))
        column.addLayout(self._chips)
        self.retranslate()

    def _button(self, act: Callable[[], None], *, checkable: bool = False) -> QPushButton:
        button = QPushButton(objectName="chip", checkable=checkable)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda _checked=False: act())
        return button

    # what is asked for

    def use(self, sieve: Sieve) -> None:
        """Filters by another sieve."""
        if sieve != self.sieve:
            self.sieve = sieve
            self._show()
            self.changed.emit(sieve)

    def show_part(self, part: Shown) -> None:
        """Lists a part of the book; once more lists what is open."""
        self.use(replace(self.sieve, shown=Shown.OPEN if part is self.sieve.shown else part))

    def show_severity(self, code: str) -> None:
        """Only one severity; once more all."""
        self.use(replace(self.sieve, severity="" if self.sieve.severity == code else code))

    def next_order(self) -> None:
        """Sorts by the next of the orders."""
        orders = list(Order)
        self.use(replace(self.sieve, order=orders[(orders.index(self.sieve.order) + 1) % len(orders)]))

    def clear(self) -> None:
        """All that is open, in the usual order."""
        self.words.clear()
        self.use(Sieve(order=self.sieve.order))

    def show_counts(self) -> None:
        """Writes how many are open and on the shelf."""
        open_, _unseen, shelved = self._columns.counts()
        for part, count in ((Shown.OPEN, open_), (Shown.SHELVED, shelved)):
            words = self._desk.language.of(_PARTS[part])
            self._parts[part].setText(f"{words} {_short(count)}" if count else words)
            self._parts[part].setToolTip(f"{count:,}" if count else "")

    # menus and chips

    def _choose_order(self) -> None:
        menu = QMenu(self)
        for number, order in enumerate(Order, start=1):
            action = menu.addAction(f"&{number}  {self._desk.language.of(_ORDERS[order])}")
            action.triggered.connect(lambda _checked=False, order=order: self.use(replace(self.sieve, order=order)))
        menu.popup(QCursor.pos())

    def _choose_filter(self) -> None:
        self.menu().popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def choose_by_key(self) -> None:
        """Opens the menu of filters below the words."""
        self.menu().popup(self.words.mapToGlobal(self.words.rect().bottomLeft()))

    def menu(self) -> QMenu:
        """Rules, zones, owners and states that occur."""
        menu, say = QMenu(self), self._desk.language.of
        rules = menu.addMenu(self.tr("&Rule"))
        for rule in self._columns.known("rule"):
            self._choice(rules, f"{rule} {name_of_rule(self._desk, rule)}", rule=rule)
        zones = menu.addMenu(self.tr("&Zone"))
        for zone in self._desk.index.layout.zones:
            self._choice(zones, say(zone.name), zones=self._within(zone.id))
        owners = menu.addMenu(self.tr("&Owner"))
        for owner in self._columns.known("owner"):
            self._choice(owners, owner, owner=owner)
        states = menu.addMenu(self.tr("&State"))
        for code, name in WARNING_STATES.items():
            self._choice(states, say(name), state=code)
        for part in (rules, owners):
            part.setEnabled(bool(part.actions()))
        return menu

    def _choice(self, menu: QMenu, text: str, **fields: object) -> None:
        action = menu.addAction(text)
        action.triggered.connect(lambda _checked=False: self.use(replace(self.sieve, **fields)))

    def _within(self, zone: str) -> frozenset[str]:
        """A zone with all zones inside it."""
        family = {zone}
        while True:
            more = {z.id for z in self._desk.index.layout.zones if z.parent in family} - family
            if not more:
                return frozenset(family)
            family |= more

    def _show(self) -> None:
        say, sieve = self._desk.language.of, self.sieve
        self._order.setText(say(_ORDERS[sieve.order]) + " ▾")
        for part, button in self._parts.items():
            button.setChecked(part is sieve.shown)
        for code, button in self._severities.items():
            button.setChecked(code == sieve.severity)
        while (item := self._chips.takeAt(0)) is not None:
            if item.widget() is not None:
                item.widget().hide()
                item.widget().deleteLater()
        chips = [(name_of_rule(self._desk, sieve.rule), {"rule": ""})] if sieve.rule else []
        if sieve.zones:
            whole = next(z for z in self._desk.index.layout.zones if self._within(z.id) == sieve.zones)
            chips.append((say(whole.name), {"zones": frozenset()}))
        if sieve.owner:
            chips.append((sieve.owner, {"owner": ""}))
        if sieve.state:
            chips.append((say(WARNING_STATES[sieve.state]), {"state": ""}))
        for text, fields in chips:
            chip = self._button(lambda fields=fields: self.use(replace(self.sieve, **fields)))
            chip.setText(f"{text}  ✕")
            self._chips.addWidget(chip)
        self._chips.addStretch(1)

    def retranslate(self) -> None:
        """Texts in the language of the screen."""
        say = self._desk.language.of
        self.words.setPlaceholderText(self.tr("Filter: number, plate, rule, zone …"))
        for part, button in self._parts.items():
            button.setText(say(_PARTS[part]))
        for code, button in self._severities.items():
            button.setToolTip(say(SEVERITIES[code]))
        self._more.setText("⋯")
        self._more.setToolTip(self.tr("More"))
        self._show()
        self.show_counts()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


class _Words(QLineEdit):
    """A line that Escape empties and leaves."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.clearFocus()
            return
        super().keyPressEvent(event)


def _short(count: int) -> str:
    """A count that fits a chip: 940, 16k."""
    return f"{count:,}" if count < 10_000 else f"{count // 1000:,}k"
