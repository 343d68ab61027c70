"""The past beside the live desk: a window's second page with panels and a scene of its own, gone when it is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from layers.selection import Selection
from panels.desk import Desk
from panels.past_bar import PastBar
from panels.time_bar import TimeBar
from panels.time_travel import TimeTravel

if TYPE_CHECKING:
    from panels.main_window import MainWindow

_LIVE_ONLY = frozenset({"warning"})
"""What was selected live and is known by the same id in the past, but for these."""


class PastPage(QObject):
    """Shows the page of the past over that of the live desk, whose twin goes on hearing everything meanwhile."""

    def __init__(
        self, live: MainWindow, desk: Desk, travel: TimeTravel, make_page: Callable[[Desk], MainWindow]
    ) -> None:
        super().__init__(live)
        self._live, self._desk, self.travel = live, desk, travel
        self._make_page = make_page
        self.page: MainWindow | None = None
        self._finished = False
        self.bar = PastBar(desk, travel)
        self.bar.home_wanted.connect(travel.home)
        self.bar.retranslate()
        self.time_bar = TimeBar(desk, travel)
        self.stack = QStackedWidget()
        travel.opened.connect(self._open)
        travel.closed.connect(self.close)
        travel.changed.connect(self._show_time)

    def compose(self, live_page: QWidget) -> QWidget:
        """The window's middle: the line of the past, the pages, and the timeline under both."""
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.stack.addWidget(live_page)
        column.addWidget(self.bar)
        column.addWidget(self.stack, 1)
        column.addWidget(self.time_bar)
        return whole

    @property
    def is_open(self) -> bool:
        """Whether the past is on screen."""
        return self.page is not None

    @property
    def live_desk(self) -> Desk:
        """The desk whose past this shows."""
        return self._desk

    def _open(self, past: Desk) -> None:
        beside = self._live.moments.close_second()
        page = self._make_page(past)
        page.setWindowFlags(Qt.WindowType.Widget)
        self.page = page
        self._carry(self._desk, past)
        self._live.actions_by_id.set_enabled(enabled=False)
        self._live.heartbeat.draws = False
        self.stack.addWidget(page)
        self.stack.setCurrentWidget(page)
        self.travel.beats(page.heartbeat)
        self.bar.begin()
        page.scene.setFocus()
        if beside is not None:
            page.moments.open(beside[0], linked=beside[1])

    def close(self) -> None:
        """Back to the live page; nothing of the other is left."""
        page, self.page = self.page, None
        if page is None:
            return
        self._carry(page.desk, self._desk)
        beside = page.moments.close_second()
        page.close()
        self.stack.setCurrentIndex(0)
        self.stack.removeWidget(page)
        page.setParent(None)
        page.deleteLater()
        self._live.heartbeat.draws = True
        self._live.actions_by_id.set_enabled(enabled=True)
        self._live.moments.changed.emit()  # there is no second moment here to be moved
        self.bar.end()
        self._live.scene.setFocus()
        if beside is not None and not self._finished:
            self._live.moments.open(beside[0], linked=beside[1])

    def _carry(self, here: Desk, there: Desk) -> None:
        """One looks from the same place at the same thing."""
        there.layers.selection.mark(here.layers.selection.group)
        pose, chosen = here.layers.view.pose, here.layers.selection.current
        if pose is not None:
            there.layers.view.take(pose)
        if chosen is not None and chosen.kind not in _LIVE_ONLY:
            there.layers.selection.select(Selection(chosen.kind, chosen.id))

    def _show_time(self) -> None:
        """The clock follows a hand that drags, while all other panels wait until it rests."""
        if self.travel.in_past:
            page = self.page or self._live
            page.header.show_clock(page.desk.now())

    def tick(self) -> None:
        """Called with every beat of the live desk."""
        self.time_bar.tick()
        if self.is_open:
            self.bar.tick()

    def finish(self) -> None:
        """The window closes."""
        self._finished = True
        self.close()
        self.time_bar.finish()
