"""What an officer does with a warning: handed in as steps; what counts is written back to the backend."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QInputDialog, QMenu, QMessageBox, QWidget

from data_sources.desk_steps import Refused
from panels.desk import Desk
from panels.vocabulary import CLOSE_REASONS, CONFIRM_REASONS, REJECT_REASONS, SHELF_HOURS
from panels.warning_words import refusal_sentence, rule_name, subject_text
from twin.port_layout import Name
from twin.warnings import RiskWarning, Step, Verb

GATE_HOLD_MS = 60 * 60 * 1000
HOUR_MS = 3_600_000
_REASONS: Mapping[str, Mapping[str, Name]] = {
    "close": CLOSE_REASONS, "confirm": CONFIRM_REASONS, "reject": REJECT_REASONS}
_ASKING = frozenset({*_REASONS, "shelve", "comment", "hand_over"})


class WarningSteps(QObject):
    """The steps of a warning's life. Those that need an owner take the warning first.

    `changed` is emitted after each step; a step that the warning's life refuses is explained where it was tried.
    """

    changed = Signal()

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window

    def do(self, verb: str, warning_id: str) -> None:
        """One step: acknowledge, take, dispatch, hold_gate, unshelve, approve, reopen at once; close, confirm, reject,
        shelve, comment and hand_over ask for what they need first."""
        warning = self._desk.twin.warnings.get(warning_id)
        if warning is None:
            return
        if verb in _ASKING:
            self._ask(verb, (warning.id,))
        elif verb == "dispatch":
            task = f"T-{uuid.uuid4().hex[:10]}"
            self.submit(warning.id, Verb.DISPATCH, task, then=lambda: self._send_patrol(warning, task))
        elif verb == "hold_gate":
            hold = f"H-{uuid.uuid4().hex[:10]}"
            self.submit(warning.id, Verb.DISPATCH, hold, then=lambda: self._hold_gate(warning, hold), told="hold_gate")
        else:
            self.submit(warning.id, Verb(verb))

    def do_all(self, verb: str, warning_ids: Sequence[str]) -> None:
        """One step with many warnings; what it needs is asked once. Raises ValueError for one that goes one by one."""
        if verb in ("dispatch", "hold_gate", "hand_over", "reopen"):
            raise ValueError(f"{verb} is done with one warning at a time")
        if verb in _ASKING:
            self._ask(verb, tuple(warning_ids))
        else:
            self.submit_all(warning_ids, Verb(verb))

    def submit_all(self, warning_ids: Sequence[str], verb: Verb, note: str = "", until: int = 0) -> None:
        """Hands a step in for each; at the end says in one sentence how many were refused and why the first was."""
        if len(warning_ids) == 1:
            self.submit(warning_ids[0], verb, note, until)
            return
        waiting, refusals = set(warning_ids), list[Refused]()
        step = Step(verb, self._desk.now(), self._desk.operator, note, until)

        def done(warning_id: str, steps: Sequence[Step], refused: Refused | None) -> None:
            waiting.discard(warning_id)
            if refused is not None:
                refusals.append(refused)
            for made in steps:
                self._write_back(made.verb.value, warning_id, made.note)
            if waiting:
                return
            self.changed.emit()
            if refusals:
                words = self.tr("%1 of %2 not possible; the first: %3").replace("%1", f"{len(refusals):,}")
                words = words.replace("%2", f"{len(warning_ids):,}")
                why = refusal_sentence(self._desk.language, refusals[0])
                QMessageBox.information(self._window, self.tr("Not possible"), words.replace("%3", why))

        for warning_id in warning_ids:
            self._desk.steps.submit(
                warning_id, step, lambda steps, refused, name=warning_id: done(name, steps, refused))

    def submit(
        self, warning_id: str, verb: Verb, note: str = "", until: int = 0, then: Callable[[], None] | None = None,
        told: str = "",
    ) -> None:
        """Hands a step in. `then` is done once it counts: a refused step must send nobody. `told`: its name in what is
        written back, if not the verb's."""
        step = Step(verb, self._desk.now(), self._desk.operator, note, until)

        def done(steps: Sequence[Step], refused: Refused | None) -> None:
            if refused is not None:
                QMessageBox.information(
                    self._window, self.tr("Not possible"), refusal_sentence(self._desk.language, refused))
            elif then is not None:
                then()
            for made in steps:
                self._write_back(told if told and made is steps[-1] else made.verb.value, warning_id, made.note)
            self.changed.emit()

        self._desk.steps.submit(warning_id, step, done)

    def close_with(self, warning_id: str, reason: str) -> None:
        """Closes a warning for a reason code of CLOSE_REASONS."""
        self.submit(warning_id, Verb.CLOSE, reason)

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

    def _write_back(self, verb: str, warning_id: str, note: str) -> None:
        warning = self._desk.twin.warnings.get(warning_id)
        if warning is None:
            return
        self._desk.respond.decision(
            warning=warning.id,
            rule=warning.rule,
            subject=warning.subject,
            verb=verb,
            operator=self._desk.operator,
            decided_at=self._desk.now(),
            note=note,
        )

    # what some steps ask for

    def _ask(self, verb: str, ids: tuple[str, ...]) -> None:
        if verb in _REASONS:
            self._ask_reason(ids, Verb(verb), _REASONS[verb])
        elif verb == "shelve":
            self._ask_hours(ids)
        elif verb == "comment":
            words, sure = QInputDialog.getMultiLineText(
                self._window, self.tr("Comment"), self.tr("For those who follow:"))
            if sure:
                self.submit_all(ids, Verb.COMMENT, words.strip())
        else:
            name, sure = QInputDialog.getText(self._window, self.tr("Hand over"), self.tr("To whom:"))
            if sure:
                self.submit_all(ids, Verb.HAND_OVER, name.strip())

    def _ask_reason(self, ids: tuple[str, ...], verb: Verb, reasons: Mapping[str, Name]) -> None:
        titles = {
            Verb.CLOSE: self.tr("Close"), Verb.CONFIRM: self.tr("Confirm"), Verb.REJECT: self.tr("Found false")}
        menu = self._menu(titles[verb], ids)
        for number, (code, name) in enumerate(reasons.items(), start=1):
            action = menu.addAction(f"&{number}  {self._desk.language.of(name)}")
            action.triggered.connect(lambda _checked=False, code=code: self.submit_all(ids, verb, code))
        menu.popup(QCursor.pos())

    def _ask_hours(self, ids: tuple[str, ...]) -> None:
        menu = self._menu(self.tr("Shelve"), ids)
        for number, hours in enumerate(SHELF_HOURS, start=1):
            action = menu.addAction(f"&{number}  " + self.tr("%1 h").replace("%1", f"{hours:g}"))
            action.triggered.connect(lambda _checked=False, hours=hours: self._shelve(ids, hours))
        menu.popup(QCursor.pos())

    def _shelve(self, ids: tuple[str, ...], hours: float) -> None:
        words, sure = QInputDialog.getText(self._window, self.tr("Shelve"), self.tr("Why it can wait:"))
        if sure:
            until = self._desk.now() + round(hours * HOUR_MS)
            self.submit_all(ids, Verb.SHELVE, words.strip(), until)

    def _menu(self, title: str, ids: tuple[str, ...]) -> QMenu:
        menu = QMenu(self._window)
        warning = self._desk.twin.warnings.get(ids[0])
        about = self.tr("%1 warnings").replace("%1", f"{len(ids):,}")
        if len(ids) == 1 and warning is not None:
            about = f"{rule_name(self._desk, warning)} {subject_text(warning)}"
        head = menu.addAction(f"{title}: {about}")
        head.setEnabled(False)
        return menu
