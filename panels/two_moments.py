"""Two moments of the port side by side: today against another day, each a session of its own, one camera for both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QVBoxLayout, QWidget

from data_sources.arguments import UsageError, instant
from data_sources.history.days import DAY_MS
from data_sources.history.errors import HistoryError
from layers.selection import Selection
from panels import formats
from panels.desk import Desk
from panels.difference_strip import DifferenceStrip
from panels.moment_bar import MomentBar
from panels.moments import figures_of, first_offset, offset_to_day
from panels.on_record import put_on_record
from panels.scene_frame import SceneFrame
from panels.second_moment import SecondMoment
from panels.timeline_data import days_of

if TYPE_CHECKING:
    from data_sources.history.values import DayInfo

COUNT_BEATS = 10
_SAME_TIME_MS = 60_000
_SUBJECT = "two_moments"


class TwoMoments(QWidget):
    """The scene of a desk and, while one wants it, a second one at another time beside it.

    `changed` is emitted when the second comes or goes, `said` with a sentence for the person. `strip` is for the place
    below both. `asked`: what was right-clicked in the second view, while both have one selection, and where.
    """

    changed = Signal()
    said = Signal(str)
    wanted = Signal(str)
    asked = Signal(object, QPoint)

    def __init__(self, desk: Desk, scene: SceneFrame, at_desk: Desk) -> None:
        """`at_desk`: where a person's acts are put on record."""
        super().__init__()
        self._desk, self._at_desk = desk, at_desk
        self._days: tuple[DayInfo, ...] = ()
        self.second: SecondMoment | None = None
        self.first_bar = MomentBar(desk)
        self.second_bar: MomentBar | None = None
        self.strip = DifferenceStrip(desk)
        self._beats = 0
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(desk.theme.px(2))
        self._row.addWidget(_column(self.first_bar, scene), 1)
        self._scene = scene
        for widget in (self.first_bar, self.strip):
            widget.hide()

    @property
    def is_open(self) -> bool:
        """Whether there are two views."""
        return self.second is not None

    def _ask(self, selection: Selection | None, place: QPoint) -> None:
        if self.second is not None and self.second.linked:
            self.second.mirror()
            self.asked.emit(selection, place)

    def second_at(self) -> int:
        """The second moment, ms UTC; 0 without one."""
        return self.second.second.now() if self.second is not None else 0

    def toggle(self) -> None:
        """Opens the second view at the moment that suits best, or closes it; on record either way."""
        if self.is_open:
            self.close_second()
            put_on_record(self._at_desk, _SUBJECT, "close")
            return
        offset = first_offset(self._desk.now(), self._read_days())
        if self._desk.beside is None or offset is None:
            self.said.emit(self.tr("Nothing is on record here to set beside this: start with --database"))
            return
        self.open(offset)

    def open_at(self, at: int) -> None:
        """A second view at an instant, ms UTC; less than a minute from the same time of day it is that time of day."""
        offset_ms = at - self._desk.now()
        whole_ms = round(offset_ms / DAY_MS) * DAY_MS
        self.open(whole_ms if whole_ms and abs(offset_ms - whole_ms) < _SAME_TIME_MS else offset_ms)

    def open(self, offset_ms: int, *, linked: bool = True) -> None:
        """A second view so many ms away in time, or the one there is moved there."""
        if self.second is not None:
            self.second.move(offset_ms)
            self._tell()
            return
        if self._desk.beside is None:
            return
        try:
            desk = self._desk.beside.open(self._desk.now() + offset_ms)
        except HistoryError as error:
            self.said.emit(str(error))
            return
        self.second = SecondMoment(self._desk, desk, offset_ms, self)
        self.second.link(linked=linked)
        self.second.said.connect(self.said)
        self.second.frame.port.when_asked(self._ask)
        self.second_bar = MomentBar(desk, acts=True)
        self.second_bar.wanted.connect(self.wanted)
        self._row.addWidget(_column(self.second_bar, self.second.frame), 1)
        self._scene.cramped = True
        self.first_bar.show()
        self.strip.show()
        self.second.start()
        self._beats = 0
        if not self._days:
            self._read_days()
        self.changed.emit()
        self._tell()
        put_on_record(self._at_desk, _SUBJECT, "open", f"{formats.date(desk.now())} {formats.clock_time(desk.now())}")

    def close_second(self) -> tuple[int, bool] | None:
        """One view again; how far the second was, ms, and whether it was linked. None without one."""
        second, self.second = self.second, None
        if second is None:
            return None
        state = second.offset_ms, second.linked
        second.finish()
        column = self._row.takeAt(1).widget()
        column.hide()
        column.setParent(None)
        column.deleteLater()
        second.setParent(None)
        second.deleteLater()
        self.second_bar = None
        self._scene.cramped = False
        self.first_bar.hide()
        self.strip.hide()
        if self._desk.beside is not None:
            self._desk.beside.close()
        self.changed.emit()
        return state

    def shift_day(self, step: int) -> None:
        """The same time of day on the next recorded day earlier (-1) or later (1)."""
        if self.second is None:
            return
        at = self._desk.now() + self.second.offset_ms
        offset = offset_to_day(at, self._read_days(), step)
        if offset is None:
            self.said.emit(self.tr("No further day has this time on record"))
        else:
            self.open(self.second.offset_ms + offset)

    def pick(self) -> None:
        """Asks for the second view's day and time."""
        if self.second is None:
            return
        at = self._desk.now() + self.second.offset_ms
        words, sure = QInputDialog.getText(
            self.window(), self.tr("Other moment"), self.tr("Day and time of the second view"),
            text=f"{formats.date(at)} {formats.clock_time(at)}")
        if sure:
            self.take_words(words)

    def take_words(self, words: str) -> None:
        """Moves the second view to a day and time as typed, such as 2026-11-20 14:03."""
        try:
            self.open_at(instant(words.strip(), self.tr("Day and time")).ms)
        except UsageError:
            self.said.emit(self.tr("%1 is no day and time such as 2026-11-20 14:03").replace("%1", words))

    def toggle_link(self) -> None:
        """One camera for both views, or each its own."""
        if self.second is not None:
            self.second.link(linked=not self.second.linked)
            self._tell()

    def tick(self) -> None:
        """Called with every beat of the first desk."""
        if self.second is None or self.second_bar is None:
            return
        self.second.follow()
        self.second.mirror()
        self.first_bar.show_time()
        self.second_bar.show_time()
        if self._beats % COUNT_BEATS == 0:
            self._tell()
            second = self.second.second
            self.strip.show_figures(
                figures_of(self._desk.twin, self._desk.now()), figures_of(second.twin, second.now()))
        self._beats += 1

    def _tell(self) -> None:
        if self.second is not None and self.second_bar is not None:
            self.second_bar.show_state(self.second.offset_ms, linked=self.second.linked, missing=self._missing())

    def _missing(self) -> bool:
        if self.second is None:
            return False
        early = bool(self._days) and self._desk.now() + self.second.offset_ms < self._days[0].first
        return early or self.second.missing

    def _read_days(self) -> tuple[DayInfo, ...]:
        """The recorded days as they are now: a history may be written meanwhile."""
        if self._desk.record is not None:
            try:
                self._days = days_of(self._desk.record, self._desk.index.layout.code)
            except HistoryError as error:
                self.said.emit(str(error))
        return self._days


def _column(bar: MomentBar, scene: SceneFrame) -> QWidget:
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(bar)
    column.addWidget(scene, 1)
    return whole
