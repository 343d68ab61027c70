"""The warnings panel: filters, the column of cards, and the steps that are possible, each with its key."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from layers.selection import Selection
from panels.actions import Actions
from panels.desk import Desk
from panels.warning_bar import WarningBar
from panels.warning_columns import Shown
from panels.warning_filters import WarningFilters
from panels.warning_list import WarningList
from panels.warning_sounds import WarningSounds
from panels.warning_steps import WarningSteps

_KEYS = {
    "acknowledge": "A", "take": "T", "dispatch": "D", "hold_gate": "H", "close": "C", "confirm": "Y",
    "reject": "Shift+Y", "shelve": "Shift+S", "approve": "Ctrl+Shift+S", "unshelve": "Shift+U", "comment": "M",
    "hand_over": "Shift+T", "reopen": "Shift+R",
}
_CHIPS = """
QPushButton#chip { padding: 3u 4u; font-size: 12u; }
QPushButton#primary { padding: 3u 5u; font-size: 12u; }
QTableView { selection-background-color: transparent; }
"""
_TEXTS = {
    "acknowledge": QT_TRANSLATE_NOOP("Actions", "Acknowledge warning"),
    "take": QT_TRANSLATE_NOOP("Actions", "Take warning"),
    "dispatch": QT_TRANSLATE_NOOP("Actions", "Dispatch patrol"),
    "hold_gate": QT_TRANSLATE_NOOP("Actions", "Hold at the gate"),
    "close": QT_TRANSLATE_NOOP("Actions", "Close warning"),
    "confirm": QT_TRANSLATE_NOOP("Actions", "Confirm warning"),
    "reject": QT_TRANSLATE_NOOP("Actions", "Found false"),
    "shelve": QT_TRANSLATE_NOOP("Actions", "Shelve warning"),
    "approve": QT_TRANSLATE_NOOP("Actions", "Agree to shelving"),
    "unshelve": QT_TRANSLATE_NOOP("Actions", "Take off the shelf"),
    "comment": QT_TRANSLATE_NOOP("Actions", "Comment on warning"),
    "hand_over": QT_TRANSLATE_NOOP("Actions", "Hand over warning"),
    "reopen": QT_TRANSLATE_NOOP("Actions", "Reopen warning"),
}


class WarningPanel(QWidget):
    """`counted` is emitted when the figures of the column may have changed."""

    counted = Signal()

    def __init__(self, desk: Desk, steps: WarningSteps, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._steps = steps
        self.list = WarningList(desk)
        self.columns = self.list.model().columns
        self.filters = WarningFilters(desk, self.columns)
        self.bar = WarningBar(desk, _KEYS)
        self.sounds = WarningSounds(desk, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(desk.theme.px(6))
        column.addWidget(self.filters)
        column.addWidget(self.list)
        column.addWidget(self.bar)
        self.setStyleSheet(desk.theme.style_sheet(_CHIPS))
        self.filters.changed.connect(self.list.show_sieve)
        self.list.picked.connect(self._show_steps)
        self.list.changed.connect(self._on_changes)
        self.list.fly_wanted.connect(self._fly_to)
        self.list.chosen.connect(self._select)
        self.bar.wanted.connect(self.step)
        steps.changed.connect(self.list.refresh)

    def add_actions(self, acts: Actions) -> None:
        """Registers what the keyboard does here."""
        add, filters = acts.add, self.filters
        for verb, key in _KEYS.items():
            add(f"warning.{verb}", _TEXTS[verb], key, lambda verb=verb: self.step(verb))
        for act, text, key, run in (
            ("fly", QT_TRANSLATE_NOOP("Actions", "Fly to warning"), "Return", self._fly_to_current),
            ("next", QT_TRANSLATE_NOOP("Actions", "Next warning"), "J", lambda: self.list.move(1)),
            ("previous", QT_TRANSLATE_NOOP("Actions", "Previous warning"), "K", lambda: self.list.move(-1)),
            ("all", QT_TRANSLATE_NOOP("Actions", "Choose all listed warnings"), "Ctrl+A", self.list.selectAll),
            ("fold", QT_TRANSLATE_NOOP("Actions", "Unfold or fold a flood"), "Z", self.list.fold),
            ("filter", QT_TRANSLATE_NOOP("Actions", "Filter warnings by words"), "/", self._to_words),
            ("filter.more", QT_TRANSLATE_NOOP("Actions", "Filter warnings by rule, zone, owner, state"), "Ctrl+/",
             filters.choose_by_key),
            ("filter.clear", QT_TRANSLATE_NOOP("Actions", "All open warnings"), "Shift+Esc", filters.clear),
            ("sort", QT_TRANSLATE_NOOP("Actions", "Sort warnings otherwise"), "Ctrl+S", filters.next_order),
            ("mine", QT_TRANSLATE_NOOP("Actions", "My warnings"), "Ctrl+1", lambda: filters.show_part(Shown.MINE)),
            ("shelf", QT_TRANSLATE_NOOP("Actions", "Shelved warnings"), "Ctrl+2",
             lambda: filters.show_part(Shown.SHELVED)),
            ("closed", QT_TRANSLATE_NOOP("Actions", "Closed warnings"), "Ctrl+3",
             lambda: filters.show_part(Shown.CLOSED)),
            ("mute", QT_TRANSLATE_NOOP("Actions", "Sound of warnings on or off"), "Ctrl+U", self.sounds.toggle),
        ):
            add(f"warning.{act}", text, key, run)

    def bring(self, warning_id: str) -> bool:
        """Makes a warning the current one, if need be by showing all open ones. Whether it is."""
        for widen in (False, True):
            if widen:
                self.filters.clear()
            self.list.clearSelection()
            self.list.choose(warning_id)
            current = self.list.current()
            if current is not None and current.id == warning_id:
                return True
        return False

    def step(self, verb: str) -> None:
        """A step with the chosen warnings, or with the current one."""
        chosen = self.list.selected()
        current = self.list.current()
        ids = [warning.id for warning in chosen] or ([current.id] if current is not None else [])
        if len(ids) == 1:
            self._steps.do(verb, ids[0])
        elif ids:
            self._steps.do_all(verb, ids)

    def retranslate(self) -> None:
        """Offers the steps in the language of the screen."""
        self._show_steps()

    def _on_changes(self, warnings: list) -> None:
        self.filters.show_counts()
        self.sounds.hear(warnings)
        self.counted.emit()

    def _show_steps(self) -> None:
        self.bar.show_for(self.list.selected())

    def _select(self, warning_id: str) -> None:
        selected = self._desk.layers.selection.current
        mine = self.list.hasFocus() or selected is None or selected.kind == "warning"
        if mine:  # a warning that comes in takes nobody away from what they look at
            self._desk.layers.selection.select(Selection("warning", warning_id))

    def _fly_to(self, warning_id: str) -> None:
        self._desk.layers.selection.select(Selection("warning", warning_id))
        self._desk.layers.view.fly_to(Selection("warning", warning_id))

    def _fly_to_current(self) -> None:
        current = self.list.current()
        if current is not None:
            self._fly_to(current.id)
        else:
            self.list.fold()

    def _to_words(self) -> None:
        self.filters.words.setFocus(Qt.FocusReason.ShortcutFocusReason)
