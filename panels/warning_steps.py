"""What an officer does with a warning: the step is taken in the twin at once and written back to the backend."""

from __future__ import annotations

import uuid

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu, QMessageBox, QWidget

from panels.desk import Desk
from panels.vocabulary import CLOSE_REASONS
from panels.warning_words import rule_name, subject_text
from twin.warning_life import WarningStateError
from twin.warnings import RiskWarning, WarningState

GATE_HOLD_MS = 60 * 60 * 1000


class WarningSteps(QObject):
    """Acknowledge, take, dispatch, hold the gate, close. Steps that need an owner take the warning first.

    `changed` is emitted after each step; a step that the warning's life refuses is explained where it was tried.
    """

    changed = Signal()

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window

    def do(self, verb: str, warning_id: str) -> None:
        """Takes one step: acknowledge, take, dispatch, hold_gate, or close (which asks for the reason)."""
        warning = self._desk.twin.warnings.get(warning_id)
        if warning is None:
            return
        try:
            if verb == "close":
                self._ask_reason(warning)
            else:
                self._take_step(verb, warning)
        except WarningStateError as refused:
            QMessageBox.information(self._window, self.tr("Not possible"), str(refused))
        self.changed.emit()

    def close_with(self, warning_id: str, reason: str) -> None:
        """Closes a warning for a reason code of CLOSE_REASONS. Raises WarningStateError."""
        warning = self._desk.twin.warnings.get(warning_id)
        if warning is None:
            return
        self._own(warning)
        self._desk.twin.warnings.close(warning_id, self._desk.operator, self._desk.now(), reason)
        self._write_back("close", warning, reason)
        self.changed.emit()

    def _take_step(self, verb: str, warning: RiskWarning) -> None:
        book, operator, now = self._desk.twin.warnings, self._desk.operator, self._desk.now()
        note = ""
        if verb == "acknowledge":
            book.acknowledge(warning.id, operator, now)
        elif verb == "take":
            book.take(warning.id, operator, now)
        elif verb == "dispatch":
            self._own(warning)
            note = f"T-{uuid.uuid4().hex[:10]}"
            book.dispatch(warning.id, operator, now, note)  # refused steps must send nobody
            self._send_patrol(warning, note)
        elif verb == "hold_gate":
            self._own(warning)
            note = f"H-{uuid.uuid4().hex[:10]}"
            book.dispatch(warning.id, operator, now, note)
            self._hold_gate(warning, note)
        self._write_back(verb, warning, note)

    def _own(self, warning: RiskWarning) -> None:
        if warning.owner is None and warning.state in (WarningState.RAISED, WarningState.ACKNOWLEDGED):
            self._desk.twin.warnings.take(warning.id, self._desk.operator, self._desk.now())
            self._write_back("take", warning, "")

    def _send_patrol(self, warning: RiskWarning, task: str) -> None:
        note = f"{warning.rule} {warning.zone}".strip()
        self._desk.respond.task(subject=warning.subject, note=note, task_id=task)

    def _hold_gate(self, warning: RiskWarning, hold: str) -> None:
        plate = str(warning.facts.get("vehicle", "")) or (warning.subject if warning.subject_kind == "vehicle" else "")
        container = warning.subject if warning.subject_kind == "container" else str(warning.facts.get("container", ""))
        until = self._desk.now() + GATE_HOLD_MS
        self._desk.respond.gate_hold(
            reason=warning.rule,
            operator=self._desk.operator,
            until=until,
            plate=plate or None,
            container=container.split()[0] if container else None,
            hold_id=hold,
        )

    def _write_back(self, verb: str, warning: RiskWarning, note: str) -> None:
        self._desk.respond.decision(
            warning=warning.id,
            rule=warning.rule,
            subject=warning.subject,
            verb=verb,
            operator=self._desk.operator,
            decided_at=self._desk.now(),
            note=note,
        )

    def _ask_reason(self, warning: RiskWarning) -> None:
        menu = QMenu(self._window)
        close = self.tr("Close")
        title = menu.addAction(f"{close}: {rule_name(self._desk, warning)} {subject_text(warning)}")
        title.setEnabled(False)
        for number, (code, name) in enumerate(CLOSE_REASONS.items(), start=1):
            action = menu.addAction(f"&{number}  {self._desk.language.of(name)}")
            action.triggered.connect(lambda _checked=False, code=code: self._close_or_explain(warning.id, code))
        menu.popup(QCursor.pos())

    def _close_or_explain(self, warning_id: str, reason: str) -> None:
        try:
            self.close_with(warning_id, reason)
        except WarningStateError as refused:
            QMessageBox.information(self._window, self.tr("Not possible"), str(refused))
