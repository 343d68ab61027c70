"""The shift board: how the watch goes, and what the next one must know."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from panels.desk import Desk
from panels.formats import PORT_TIME
from panels.report_dialog import ReportDialog
from panels.reports import PAPER, Colours, Report
from twin.hygiene import hygiene

SHIFTS_FROM = (0, 8, 16)
"""Hours of port time at which a shift begins."""


def shift_begin(now_ms: int) -> int:
    """When the present shift began, ms UTC."""
    local = datetime.fromtimestamp(now_ms / 1000.0, PORT_TIME)
    hour = max(hour for hour in SHIFTS_FROM if hour <= local.hour)
    return round(local.replace(hour=hour, minute=0, second=0, microsecond=0).timestamp() * 1000)


class ShiftBoard(ReportDialog):
    """The figures of the shift with a note for the hand-over; both go into the PDF."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        self._note = QPlainTextEdit()
        super().__init__(desk, "", self._html, parent)
        self.setWindowTitle(self.tr("Shift board"))
        self._note.setPlaceholderText(self.tr("Hand-over note: what the next shift must know"))
        self._note.setFixedHeight(desk.theme.px(92))
        self.column.insertWidget(1, self._note)

    def write_note(self, words: str) -> None:
        """Puts words into the note."""
        self._note.setPlainText(words)

    def _html(self, colours: Colours) -> str:
        now = self._desk.now()
        figures = hygiene(self._desk.twin.warnings.all(), shift_begin(now), now + 1)
        note = self._note.toPlainText() if colours is PAPER else ""  # on screen it stands below
        return Report(self._desk, colours).shift(figures, note)
