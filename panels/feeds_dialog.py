"""Where the picture comes from: each feed's state, rate and lag, its last error in words, what it refused."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDialog, QHeaderView, QLabel, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from panels import formats
from panels.desk import Desk
from panels.feed_words import error_sentence
from panels.vocabulary import FEED_MARKS, FEED_STATES, REFUSALS, look_up
from twin.feed_health import FeedHealth

REFRESH_MS = 1000
SHOWN_ENTRIES = 200
_COLOURS = {"up": "good", "late": "attention", "connecting": "dim", "down": "alarm"}


class FeedsDialog(QDialog):
    """A table of feeds above a table of refused records."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        theme = desk.theme
        self.setWindowTitle(self.tr("Feeds"))
        self.resize(theme.px(1100), theme.px(560))
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(18), theme.px(16), theme.px(18), theme.px(16))
        column.addWidget(QLabel(self.tr("Feeds"), objectName="section"))
        self._feeds = _table(
            [
                self.tr("Feed"),
                self.tr("State"),
                self.tr("Since"),
                self.tr("Last success"),
                self.tr("Records/s"),
                self.tr("Lag"),
                self.tr("Records"),
                self.tr("Refused"),
                self.tr("Gaps"),
                self.tr("Last error"),
            ]
        )
        column.addWidget(self._feeds, 1)
        column.addWidget(QLabel(self.tr("Refused records (quarantine)"), objectName="section"))
        self._refused = _table(
            [self.tr("At"), self.tr("Feed"), self.tr("Kind"), self.tr("Reason"), self.tr("Value"), self.tr("Record")]
        )
        column.addWidget(self._refused, 2)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(REFRESH_MS)
        self.refresh()

    def refresh(self) -> None:
        """Shows the state of the moment."""
        feeds = self._desk.feeds()
        self._feeds.setRowCount(len(feeds))
        for row, feed in enumerate(feeds):
            for place, text in enumerate(self._cells(feed)):
                self._feeds.setItem(row, place, QTableWidgetItem(text))
            self._feeds.item(row, 1).setForeground(self._desk.theme.colour(_COLOURS[feed.state.value]))
        refused = self._desk.quarantine.entries(SHOWN_ENTRIES)
        self._refused.setRowCount(len(refused))
        for row, entry in enumerate(refused):
            rejection = entry.rejection
            reason = self._desk.language.of(look_up(REFUSALS, rejection.reason.value))
            whole = ", ".join(f"{name}={value}" for name, value in rejection.row.items())
            cells = (
                formats.clock_time(entry.received_at),
                entry.feed,
                rejection.kind,
                f"{rejection.field}: {reason}",
                rejection.value,
                whole,
            )
            for place, text in enumerate(cells):
                self._refused.setItem(row, place, QTableWidgetItem(text))

    def _cells(self, feed: FeedHealth) -> tuple[str, ...]:
        now = self._desk.now()
        state = f"{FEED_MARKS[feed.state.value]} {self._desk.language.of(look_up(FEED_STATES, feed.state.value))}"
        error = error_sentence(self._desk.language, feed.last_error) if feed.last_error else ""
        return (
            feed.name,
            state,
            formats.moment(feed.since, now),
            formats.moment(feed.last_success_at, now) if feed.last_success_at is not None else "–",
            f"{feed.rate_per_s:,.0f}",
            f"{feed.lag_s:.1f} s" if feed.lag_s is not None else "–",
            f"{feed.records:,}",
            f"{feed.rejected:,}",
            f"{feed.gaps:,}",
            error,
        )


def _table(headers: list[str]) -> QTableWidget:
    table = QTableWidget(0, len(headers))
    table.setHorizontalHeaderLabels(headers)
    table.verticalHeader().hide()
    table.setShowGrid(False)
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    table.horizontalHeader().setStretchLastSection(True)
    return table
