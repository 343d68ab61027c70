"""Questions to the past on the desk: asked in words of the port, answered in a table; a click goes there and then."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QDateTime, QTimeZone
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDateTimeEdit,
    QDialog,
    QGridLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from layers.selection import KINDS, Selection
from panels import formats
from panels.background import Background
from panels.desk import Desk
from panels.past_answers import Answer, Answers, Question, asking
from panels.time_axis import MINUTE
from panels.time_travel import TimeTravel

_BEFORE_MS = 30 * MINUTE
_KINDS = ("within", "track", "stood", "met")


class PastQuestions(QDialog):
    """One question at a time, in a thread, cancellable. `shown` gives the desk one sees: live or in the past."""

    def __init__(
        self, desk: Desk, travel: TimeTravel, shown: Callable[[], Desk], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._travel, self._shown = desk, travel, shown
        self.setWindowTitle(self.tr("Ask the past"))
        px = desk.theme.px
        self.resize(px(720), px(560))
        grid = QGridLayout(self)
        self.what = QComboBox()
        for kind, text in zip(_KINDS, (
            self.tr("Who was in this zone?"), self.tr("Where was this container, seal or vehicle?"),
            self.tr("What stood in this slot?"), self.tr("Which vehicles met this one?")), strict=True):
            self.what.addItem(text, kind)
        self.name = QLineEdit()
        self.zone = QComboBox()
        for zone in desk.index.layout.zones:
            self.zone.addItem(f"{desk.language.of(zone.name)}  {zone.id}", zone.id)
        self.what.currentIndexChanged.connect(self._asked_about)
        self.after, self.until = self._time(travel.at() - _BEFORE_MS), self._time(travel.at())
        self.ask = QPushButton(self.tr("Ask"), objectName="primary")
        self.ask.clicked.connect(self._ask_or_cancel)
        self.words = QLabel(objectName="dim")
        self.table = QTableWidget(0, 4)
        self.table.setHorizontalHeaderLabels([self.tr("What"), self.tr("From"), self.tr("Until"), self.tr("How")])
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.cellActivated.connect(lambda row, _: self.go(row))
        self.table.cellClicked.connect(lambda row, _: self.go(row))
        grid.addWidget(self.what, 0, 0, 1, 2)
        grid.addWidget(self.name, 0, 2, 1, 2)
        grid.addWidget(self.zone, 0, 2, 1, 2)
        for place, (text, field) in enumerate(((self.tr("From"), self.after), (self.tr("Until"), self.until))):
            grid.addWidget(QLabel(text, objectName="caption"), 1, 2 * place)
            grid.addWidget(field, 1, 2 * place + 1)
        grid.addWidget(self.words, 2, 0, 1, 3)
        grid.addWidget(self.ask, 2, 3)
        grid.addWidget(self.table, 3, 0, 1, 4)
        self.lines: tuple[Answer, ...] = ()
        self._work = Background(self)
        self._work.done.connect(self._show)
        self._work.failed.connect(self._refuse)
        self._take_selection()
        self._asked_about()

    def _time(self, at: int) -> QDateTimeEdit:
        field = QDateTimeEdit()
        field.setTimeZone(QTimeZone(formats.PORT_TIME.key.encode()))
        field.setDisplayFormat("yyyy-MM-dd HH:mm:ss")
        field.setCalendarPopup(True)
        field.setDateTime(QDateTime.fromMSecsSinceEpoch(at, QTimeZone(formats.PORT_TIME.key.encode())))
        return field

    def _take_selection(self) -> None:
        """What is selected is what is asked about, if it can be."""
        chosen = self._shown().layers.selection.current
        if chosen is None:
            return
        if chosen.kind == "zone":
            self.zone.setCurrentIndex(max(0, self.zone.findData(chosen.id)))
            return
        kind = {"slot": "stood", "container": "track", "seal": "track", "vehicle": "track"}.get(chosen.kind)
        if kind is not None:
            self.what.setCurrentIndex(_KINDS.index(kind))
            self.name.setText(chosen.id)

    def _asked_about(self) -> None:
        zone = self.what.currentData() == "within"
        self.zone.setVisible(zone)
        self.name.setVisible(not zone)
        self.name.setPlaceholderText(
            "C3-12-04-3" if self.what.currentData() == "stood" else self.tr("Number, plate or seal"))

    def question(self) -> Question:
        """What is asked now."""
        what = self.what.currentData()
        name = self.zone.currentData() if what == "within" else self.name.text().strip()
        return Question(what, name, *(field.dateTime().toMSecsSinceEpoch() for field in (self.after, self.until)))

    def _ask_or_cancel(self) -> None:
        if self._work.busy:
            self._work.cancel()
            self._finished(self.tr("Given up."))
            return
        question = self.question()
        if self._desk.record is None:
            self._finished(self.tr("Nothing is on record here: start with --database"))
        elif not question.name or question.until <= question.after:
            self._finished(self.tr("Name what you ask about, and a time that ends after it begins."))
        else:
            self.ask.setText(self.tr("Cancel"))
            self.words.setText(self.tr("Looking it up …"))
            self._work.run(asking(self._desk.record, self._desk.index, question))

    def _finished(self, words: str) -> None:
        self.ask.setText(self.tr("Ask"))
        self.words.setText(words)

    def _refuse(self, words: str) -> None:
        self._finished(words)

    def _show(self, answers: Answers) -> None:
        self.lines = answers.lines
        self._finished(self.tr("%1 found").replace("%1", str(len(self.lines))) if self.lines
                       else self.tr("Nothing is known of that."))
        self.table.setRowCount(len(self.lines))
        for row, line in enumerate(self.lines):
            for column, text in enumerate((
                line.id, _words(line.since), _words(line.until), ", ".join(line.facts))):
                self.table.setItem(row, column, QTableWidgetItem(text))
        self._shown().layers.trails.show_path(answers.path)

    def go(self, row: int) -> None:
        """To the object of a line, at the time it begins."""
        line = self.lines[row]
        at = line.since if line.since is not None else line.until
        path = self._shown().layers.trails.path
        if at is not None:
            self._travel.open_at(at)
        desk = self._shown()
        desk.layers.trails.show_path(path)
        if line.kind in KINDS:
            desk.layers.selection.select(Selection(line.kind, line.id))
            desk.layers.view.fly_to(Selection(line.kind, line.id))

    def done(self, result: int) -> None:  # D102 - Qt's name
        """The dialog closes: the work is given up, the way disappears."""
        self._work.finish()
        for desk in (self._desk, self._shown()):
            desk.layers.trails.show_path(None)
        super().done(result)


def _words(at: int | None) -> str:
    if at is None:
        return "–"
    return f"{formats.date(at)[5:]} {formats.clock_time(at)}"
