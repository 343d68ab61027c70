"""A report on screen: read, follow its links into the port, save it as PDF."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLabel, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from layers.selection import Selection
from panels.desk import Desk
from panels.reports import PAPER, Colours, write_pdf


class ReportDialog(QDialog):
    """Shows what `make` builds, anew every second; links select what they name and fly there."""

    def __init__(self, desk: Desk, title: str, make: Callable[[Colours], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._make = desk, make
        theme = desk.theme
        self.setWindowTitle(title)
        self.resize(theme.px(860), theme.px(820))
        self._text = QTextBrowser()
        self._text.setOpenLinks(False)
        self._text.anchorClicked.connect(self._follow)
        self._said = QLabel(objectName="caption")
        save = QPushButton(self.tr("Save as PDF"))
        save.clicked.connect(self._save)
        self.row = QHBoxLayout()
        self.row.addWidget(self._said, 1)
        self.row.addWidget(save)
        self.column = QVBoxLayout(self)
        self.column.addWidget(self._text, 1)
        self.column.addLayout(self.row)
        self._shown = ""
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(1000)
        self.refresh()

    def refresh(self) -> None:
        """Shows the report as it is now, where the reader is."""
        html = self._make(self._desk.theme.colours)
        if html != self._shown:
            self._shown = html
            bar = self._text.verticalScrollBar()
            place = bar.value()
            self._text.setHtml(html)
            bar.setValue(place)

    def text(self) -> str:
        """What it says, without marks of its form."""
        return self._text.toPlainText()

    def save_to(self, file: Path) -> bool:
        """Writes it as PDF on white paper; says how it went."""
        written = write_pdf(self._make(PAPER), file, self._desk.theme.family)
        words = self.tr("Saved as %1") if written else self.tr("Cannot be written: %1")
        self._said.setText(words.replace("%1", str(file)))
        return written

    def _save(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Save as PDF"), "", "PDF (*.pdf)")
        if name:
            self.save_to(Path(name if name.lower().endswith(".pdf") else f"{name}.pdf"))

    def _follow(self, link: QUrl) -> None:
        kind, _, name = link.toString().partition(":")
        found = Selection(kind, QUrl.fromPercentEncoding(name.encode()))
        self._desk.layers.selection.select(found)
        self._desk.layers.view.fly_to(found)
