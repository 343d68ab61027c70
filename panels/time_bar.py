"""The bottom of the desk: transport above the timeline, which a thread reads; bookmarks, jumps between warnings."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QVBoxLayout, QWidget

from panels.background import Background
from panels.bookmarks import Bookmark, Bookmarks, BookmarksError
from panels.desk import Desk
from panels.time_axis import HOUR
from panels.time_travel import BEFORE_WARNING_MS, TimeTravel
from panels.timeline_data import EMPTY, TimelineData, load
from panels.timeline_view import TimelineView
from panels.transport import Transport

AGAIN_BEATS = 600
"""A history that is being written is read again once a minute."""
_WARNING_BEATS = 10
_NEAR_PX = 3
HEIGHT = 112


class TimeBar(QWidget):
    """Transport and timeline of one desk, live and in the past."""

    def __init__(self, desk: Desk, travel: TimeTravel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bottom")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk, self.travel = desk, travel
        self.transport = Transport(desk, travel)
        self.view = TimelineView(desk)
        column = QVBoxLayout(self)
        px = desk.theme.px
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.transport)
        column.addWidget(self.view, 1)
        self.setFixedHeight(px(HEIGHT))
        self.view.sought.connect(self.drag_to)
        self.view.let_go.connect(travel.rest)
        travel.changed.connect(self._show_state)
        self._recorded: TimelineData = EMPTY
        self._reading = Background(self)
        self._reading.done.connect(self._take)
        self._reading.failed.connect(travel.said)
        self._beats = 0
        self._seen = -1
        self.bookmarks: Bookmarks | None = None
        try:
            self.bookmarks = Bookmarks(desk.index.layout.code)
            self.view.show_bookmarks(self.bookmarks.all)
        except BookmarksError as error:
            self._refused = str(error)

    # data

    @property
    def data(self) -> TimelineData:
        """What the timeline shows."""
        return self.view.data

    def read(self) -> None:
        """Reads the history in a thread."""
        if self._desk.record is not None and not self._reading.busy:
            self._reading.run(reading(self._desk.record, self._desk.index.layout.code))

    def _take(self, data: TimelineData) -> None:
        first = not self._recorded.days
        self._recorded = data
        self._seen = -1
        self._show_warnings()
        if first and data.days and not self.travel.live_now():
            self._show_day(self.travel.at())

    def _show_day(self, at: int) -> None:
        day = next((d for d in self._recorded.days if d.first <= at <= d.last), self._recorded.days[-1])
        length = max(day.last - day.first, HOUR // 6)
        self.view.show_span(day.first - length // 50, length + length // 25)

    def _show_warnings(self) -> None:
        """Those of the live twin beside those on record."""
        book = self._desk.twin.warnings
        if self._desk.replay is not None:  # a twin in the past knows less than the record
            self.view.show_data(self._recorded)
        elif book.revision != self._seen:
            self._seen = book.revision
            self.view.show_data(self._recorded.with_live(book.all(), self._desk.now()))

    def tick(self) -> None:
        """Called with every beat of the live desk."""
        self._beats += 1
        if self._beats % AGAIN_BEATS == 3:
            self.read()
        if self._beats % _WARNING_BEATS == 5 and self._desk.replay is None:
            self._show_warnings()
        self.view.show_time(self.travel.at(), self.travel.live_now())
        self.transport.show_time()

    def _show_state(self) -> None:
        feed = self.travel.feed
        self.view.loop = feed.loop if feed is not None else None
        self.view.show_time(self.travel.at(), self.travel.live_now())
        self.view.update()

    def drag_to(self, at: int) -> None:
        """A hand wants an instant (ms UTC): within the pixel it points at, the one that is there soonest; while it
        drags, a picture within a few."""
        pixel_ms = self.view.span / max(1, self.view.width())
        self.travel.drag(self._recorded.at_once(at, pixel_ms), _NEAR_PX * pixel_ms)

    # acts

    def jump_to_warning(self, step: int, *, before_ms: int = 0) -> None:
        """To the next warning (1) or the last one (-1), or some time before it."""
        at = self.data.next_warning(self.travel.at() + before_ms, step)
        if at is None:
            self.travel.said.emit(self.tr("There is no further warning on record"))
        else:
            self.travel.seek(at - before_ms)

    def before(self, at: int) -> None:
        """30 s before something that happened at `at` (ms UTC)."""
        self.travel.seek(at - BEFORE_WARNING_MS)

    def loop_visible(self) -> None:
        """Loops what the timeline shows of the recording, or ends that."""
        feed = self.travel.feed
        if feed is None:
            return
        if feed.loop is not None:
            self.travel.set_loop(None)
            return
        left = max(self.view.left, self._recorded.first)
        right = min(self.view.left + self.view.span, max(self._recorded.last, self.travel.live_now()))
        if right > left:
            self.travel.set_loop((left, right))

    def set_bookmark(self) -> None:
        """Asks for words and keeps this moment under them; no words take a bookmark that is here away."""
        at = self.travel.at()
        known = next((mark for mark in (self.bookmarks.all if self.bookmarks else ()) if abs(mark.at - at) < 500), None)
        words, sure = QInputDialog.getText(
            self.window(), self.tr("Bookmark"), self.tr("What happened here? (empty: no bookmark)"),
            text=known.text if known else "")
        if sure:
            self.keep_bookmark(known.at if known else at, words.strip())

    def keep_bookmark(self, at: int, words: str) -> None:
        """Keeps an instant (ms UTC) under some words; without words it is no bookmark any more."""
        if self.bookmarks is None:
            self.travel.said.emit(self._refused)
            return
        try:
            if words:
                self.bookmarks.add(Bookmark(at, words, self._desk.operator))
            else:
                self.bookmarks.remove(at)
        except BookmarksError as error:
            self.travel.said.emit(str(error))
        self.view.show_bookmarks(self.bookmarks.all)

    def jump_to_bookmark(self, step: int) -> None:
        """To the next bookmark (1) or the last one (-1)."""
        found = self.bookmarks.next(self.travel.at(), step) if self.bookmarks is not None else None
        if found is None:
            self.travel.said.emit(self.tr("There is no further bookmark"))
        else:
            self.travel.seek(found.at)

    def open_day(self, day: int) -> None:
        """To the beginning of a recorded day, with all of it on the timeline."""
        info = next((d for d in self._recorded.days if d.day == day), None)
        if info is not None:
            self._show_day(info.first)
            self.travel.seek(info.first)

    def finish(self) -> None:
        """The window closes."""
        self._reading.finish()


def reading(url: str, code: str) -> Callable[[Callable[[], None]], TimelineData]:
    """Work for a thread: all a timeline shows of a history."""
    def work(_check: Callable[[], None]) -> TimelineData:
        from data_sources.history.store import History

        with History.open(url, code, create=False) as history:
            return load(history)

    return work
