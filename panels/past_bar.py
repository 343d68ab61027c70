"""The line above the past: which moment it is, how fast it goes, and what happens live meanwhile."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from panels import formats
from panels.desk import Desk
from panels.time_travel import TimeTravel
from panels.vocabulary import SEVERITY_COLOURS, SEVERITY_MARKS
from twin.warnings import RiskWarning, Severity

FLASH_BEATS = 30
_FLASH_EVERY = 5


class PastBar(QWidget):
    """Shown while the past is on screen. Counts the warnings that came live since then; a critical one makes it flash,
    without a sound."""

    home_wanted = Signal()

    def __init__(self, desk: Desk, travel: TimeTravel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pastBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk, self._travel = desk, travel
        px = desk.theme.px
        row = QHBoxLayout(self)
        row.setContentsMargins(px(18), px(4), px(18), px(4))
        self._text = QLabel(objectName="pastText")
        self._live = QLabel(objectName="pastLive")
        self._live.setTextFormat(Qt.TextFormat.RichText)
        self._home = QPushButton(objectName="flat")
        self._home.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._home.clicked.connect(self.home_wanted)
        row.addWidget(self._text)
        row.addStretch(1)
        row.addWidget(self._live)
        row.addWidget(self._home)
        self._known: set[str] = set()
        self.fresh: tuple[RiskWarning, ...] = ()
        self._revision = -1
        self._flash = 0
        self.hide()

    def begin(self) -> None:
        """The past opens: what is known live until now is not new."""
        book = self._desk.twin.warnings
        self._known = {warning.id for warning in book.all()}
        self.fresh, self._revision, self._flash = (), book.revision, 0
        self.show()
        self.tick()

    def end(self) -> None:
        """Back to now."""
        self._set_flashing(on=False)
        self.hide()

    @property
    def flashing(self) -> bool:
        """Whether a critical warning has just come in live."""
        return self._flash > 0

    def tick(self) -> None:
        """Called with every beat of the live desk."""
        book = self._desk.twin.warnings
        if book.revision != self._revision:
            self._revision = book.revision
            fresh = tuple(warning for warning in book.all() if warning.id not in self._known)
            known = {warning.id for warning in self.fresh}
            if any(w.severity is Severity.CRITICAL and w.id not in known for w in fresh):
                self._flash = FLASH_BEATS
            self.fresh = fresh
        if self._flash:
            self._flash -= 1
            self._set_flashing(on=self._flash // _FLASH_EVERY % 2 == 1)
        self._say()

    def _say(self) -> None:
        travel, feed = self._travel, self._travel.feed
        if feed is None:
            return
        at = travel.at()
        speed = f"{travel.speed:g}×" if travel.playing else self.tr("standing")
        known = self.tr("as known now") if feed.known_at is not None else self.tr("as known then")
        word = self.tr("Replay")
        words = f"◆ {word}  {formats.date(at)} {formats.clock_time(at)}   {speed}   {known}"
        if words != self._text.text():
            self._text.setText(words)
        live = self.live_words()
        if live != self._live.text():
            self._live.setText(live)

    def live_words(self) -> str:
        """What came in live since the past was opened."""
        if not self.fresh:
            return self.tr("live: no new warnings")
        colours, parts = self._desk.theme.colours, []
        for severity in Severity:
            count = sum(warning.severity is severity for warning in self.fresh)
            if count:
                mark, colour = SEVERITY_MARKS[severity.value], colours[SEVERITY_COLOURS[severity.value]]
                parts.append(f'<span style="color:{colour}">{mark}</span>&nbsp;{count}')
        words = self.tr("live: %1 new warnings").replace("%1", str(len(self.fresh)))
        return f"{words}&nbsp;&nbsp;{'&nbsp;&nbsp;'.join(parts)}"

    def _set_flashing(self, *, on: bool) -> None:
        if self.property("flash") != on:
            self.setProperty("flash", on)
            self.style().unpolish(self)
            self.style().polish(self)

    def retranslate(self) -> None:
        """Writes every text in the language of the screen."""
        self._home.setText(self.tr("Back to now (Home)"))
        self._say()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
