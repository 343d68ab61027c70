"""The steps that are possible now, as buttons below the warning column: for the current warning or for all chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from panels.desk import Desk
from panels.vocabulary import STEP_BUTTONS
from twin.warning_life import POSSIBLE
from twin.warnings import RiskWarning, Verb, WarningState

ORDER = (
    "acknowledge", "take", "dispatch", "hold_gate", "close", "confirm", "reject", "approve", "unshelve", "shelve",
    "hand_over", "comment", "reopen",
)
FOR_MANY = ("acknowledge", "take", "close", "confirm", "reject", "approve", "unshelve", "shelve", "comment")
_UNOWNED = (WarningState.RAISED, WarningState.ACKNOWLEDGED)
_A_ROW = 5


class WarningBar(QWidget):
    """`wanted` carries the verb of the button that was pressed."""

    wanted = Signal(str)

    def __init__(self, desk: Desk, keys: dict[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._shown: tuple[tuple[str, ...], int, str] = ((), -1, "")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, desk.theme.px(6), 0)
        self._grid.setSpacing(desk.theme.px(4))
        self._keys = keys
        self._many = QLabel(objectName="caption")

    def show_for(self, warnings: Sequence[RiskWarning]) -> None:
        """Offers what is possible for these."""
        first = warnings[:200]  # of a whole flood some tell what is possible
        verbs = tuple(verb for verb in (ORDER if len(warnings) == 1 else FOR_MANY)
                      if any(possible(verb, warning, self._desk.operator) for warning in first))
        wanted = (verbs, len(warnings), self._desk.language.code)
        if wanted == self._shown:
            return
        self._shown = wanted
        while (item := self._grid.takeAt(0)) is not None:
            if item.widget() is not self._many:
                item.widget().hide()
                item.widget().deleteLater()
        self._many.setVisible(len(warnings) > 1)
        self._many.setText(self.tr("%1 chosen").replace("%1", f"{len(warnings):,}"))
        start = 0
        if len(warnings) > 1:
            self._grid.addWidget(self._many, 0, 0, 1, _A_ROW)
            start = 1
        for place, verb in enumerate(verbs):
            button = QPushButton(objectName="primary" if place == 0 else "chip")
            button.setText(f"{self._desk.language.of(STEP_BUTTONS[verb])} {_sign(self._keys.get(verb, ''))}".strip())
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _checked=False, verb=verb: self.wanted.emit(verb))
            self._grid.addWidget(button, start + place // _A_ROW, place % _A_ROW)

    def verbs(self) -> tuple[str, ...]:
        """The steps offered now."""
        return self._shown[0]

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self._shown = ((), -1, "")
        super().changeEvent(event)


def possible(verb: str, warning: RiskWarning, me: str) -> bool:
    """Whether a step makes sense now, with those that come before it by themselves."""
    if verb in ("acknowledge", "take", "reopen"):
        return warning.state in POSSIBLE[Verb(verb)] and (verb == "reopen" or warning.owner is None)
    if verb == "comment":
        return True
    if warning.state is WarningState.CLOSED:
        return False
    if verb == "approve":
        return warning.shelf is not None and not warning.shelf.valid and warning.shelf.by != me
    if verb == "unshelve":
        return warning.shelf is not None
    if verb == "shelve":
        return warning.shelf is None and warning.owner in (None, me)
    if warning.owner not in (None, me):
        return False
    if verb == "hand_over":
        return warning.owner == me
    state = Verb.DISPATCH if verb == "hold_gate" else Verb(verb)
    return warning.state in POSSIBLE[state] or warning.state in _UNOWNED


def _sign(key: str) -> str:
    """A key as it is written on a button."""
    return key.replace("Ctrl+", "⌃").replace("Shift+", "⇧")
