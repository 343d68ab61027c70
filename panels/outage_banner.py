"""The line under the header while a feed gives nothing: which, why, since when, how old the picture is; its return."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from panels import formats
from panels.desk import Desk
from panels.feed_words import error_sentence
from panels.vocabulary import FEED_MARKS
from twin.feed_health import FeedHealth, FeedState, Gap

PATIENCE_MS = 4_000
"""A feed that is late for less than this says so by its light alone."""
RECOVERY_SHOWN_MS = 12_000


def late_for_long(feed: FeedHealth, now: int) -> bool:
    """Whether a feed is late for more than a passing moment. now: ms UTC."""
    return feed.state is FeedState.LATE and now - feed.since > PATIENCE_MS


class OutageBanner(QWidget):
    """Hidden while all is well. Told the feeds once a second."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setObjectName("outage")
        self._desk = desk
        self._text = QLabel(objectName="outageText")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        row = QHBoxLayout(self)
        row.setContentsMargins(desk.theme.px(18), desk.theme.px(5), desk.theme.px(18), desk.theme.px(6))
        row.addWidget(self._text, 1)
        self._outages: dict[str, tuple[int, int]] = {}  # feed to when its outage began, and its gaps then
        self._recovered: dict[str, tuple[int, int, tuple[Gap, ...]]] = {}  # its end, its length, what is lost
        self._shown: tuple[FeedHealth, ...] = ()
        self.hide()

    def show_feeds(self, feeds: tuple[FeedHealth, ...]) -> None:
        """Says what is wrong with which feed, or hides."""
        now = self._desk.now()
        self._shown = feeds
        lines: list[str] = []
        grave = False
        for feed in feeds:
            if feed.state is FeedState.DOWN:
                self._outages.setdefault(feed.name, (feed.since, feed.gaps))
                self._recovered.pop(feed.name, None)
                grave = True
                lines.append(self._down(feed, now))
            elif late_for_long(feed, now):
                lines.append(self._late(feed, now))
            elif feed.state is FeedState.UP:
                if feed.name in self._outages:
                    began, gaps = self._outages.pop(feed.name)
                    lost = feed.recent_gaps[-(feed.gaps - gaps):] if feed.gaps > gaps else ()
                    self._recovered[feed.name] = (now, now - began, lost)
                lines += self._back(feed, now)
        state = "down" if grave else "late" if any(feed.state is not FeedState.UP for feed in feeds) else "back"
        if self.property("state") != state:
            self.setProperty("state", state)
            self.style().unpolish(self)
            self.style().polish(self)
        self._text.setText("    ".join(lines))
        self.setVisible(bool(lines))

    def text(self) -> str:
        """What it says now; empty while it is hidden."""
        return self._text.text()

    def _down(self, feed: FeedHealth, now: int) -> str:
        why = error_sentence(self._desk.language, feed.last_error) if feed.last_error is not None else ""
        words = self.tr("%1 feed %2 is down for %3, since %4: %5.")
        words = words.replace("%1", FEED_MARKS["down"]).replace("%2", feed.name)
        words = words.replace("%3", formats.duration((now - feed.since) / 1000.0))
        words = words.replace("%4", formats.moment(feed.since, now)).replace("%5", why)
        if feed.last_success_at is not None:
            still = self.tr("The picture is of %1; warnings can still be worked on and are sent when it is back.")
            words += " " + still.replace("%1", formats.moment(feed.last_success_at, now))
        return words

    def _late(self, feed: FeedHealth, now: int) -> str:
        lag_s = feed.lag_s if feed.lag_s is not None else (now - feed.since) / 1000.0
        words = self.tr("%1 feed %2 is behind by %3 and catching up.").replace("%1", FEED_MARKS["late"])
        return words.replace("%2", feed.name).replace("%3", formats.duration(lag_s))

    def _back(self, feed: FeedHealth, now: int) -> list[str]:
        if feed.name not in self._recovered:
            return []
        at, took_ms, lost = self._recovered[feed.name]
        if now - at > RECOVERY_SHOWN_MS:
            del self._recovered[feed.name]
            return []
        words = self.tr("%1 feed %2 is back after %3.").replace("%1", FEED_MARKS["up"]).replace("%2", feed.name)
        words = words.replace("%3", formats.duration(took_ms / 1000.0)) + " "
        if not lost:
            return [words + self.tr("Nothing was lost.")]
        gap = lost[-1]
        kinds = ", ".join(gap.kinds) or self.tr("all kinds")
        missing = self.tr("The source no longer has %1 from %2 to %3.").replace("%1", kinds)
        missing = missing.replace("%2", formats.moment(gap.from_at, now)).replace("%3", formats.moment(gap.to_at, now))
        return [words + missing]

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self.show_feeds(self._shown)
        super().changeEvent(event)
