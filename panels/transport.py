"""The buttons that move the past: play, step, speed, loop, quiet stretches, as known then or now, back to now."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QWidget

from panels import formats
from panels.desk import Desk
from panels.time_travel import SPEEDS, TimeTravel

_PRESSED = ("loop", "skip", "known")


class Transport(QWidget):
    """Buttons by the id of the act they do; `wanted` is emitted with it. Shows the time on screen."""

    wanted = Signal(str)

    def __init__(self, desk: Desk, travel: TimeTravel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._travel = desk, travel
        px = desk.theme.px
        row = QHBoxLayout(self)
        row.setContentsMargins(px(14), px(4), px(14), px(4))
        row.setSpacing(px(4))
        self.buttons: dict[str, QPushButton] = {}
        for name in ("previous_warning", "back", "play", "on", "next_warning"):
            row.addWidget(self._button(name, flat=True))
        self.speed = QComboBox(editable=True)
        self.speed.setFixedWidth(px(92))
        self.speed.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.speed.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.speed.addItems([f"{speed:g}×" for speed in SPEEDS])
        self.speed.activated.connect(lambda _: self._typed())
        self.speed.lineEdit().returnPressed.connect(self._typed)
        row.addWidget(self.speed)
        row.addSpacing(px(8))
        self.time = QLabel(objectName="strong")
        self.time.setMinimumWidth(px(400))
        row.addWidget(self.time)
        row.addStretch(1)
        for name in ("loop", "skip", "known", "follow", "bookmark", "calendar", "questions", "home"):
            row.addWidget(self._button(name, flat=name not in ("home",)))
        travel.changed.connect(self.show_state)
        self.retranslate()

    def _button(self, name: str, *, flat: bool) -> QPushButton:
        button = QPushButton(objectName="flat" if flat else "primary")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setCheckable(name in _PRESSED)
        button.clicked.connect(lambda _=False: self.wanted.emit(f"time.{name}"))
        self.buttons[name] = button
        return button

    def _typed(self) -> None:
        text = self.speed.currentText().strip().rstrip("x×X").replace(",", ".")
        try:
            self._travel.set_speed(float(text))
        except ValueError:
            self._travel.said.emit(self.tr("%1 is no speed: 0.1 to 3600").replace("%1", text))
        self.speed.clearFocus()
        self.show_state()

    def show_state(self) -> None:
        """What is pressed, and what can be."""
        travel, feed = self._travel, self._travel.feed
        self.buttons["play"].setText("❚❚" if travel.playing else "▶")
        if not self.speed.lineEdit().hasFocus():
            self.speed.setCurrentText(f"{travel.speed:g}×")
        for name, pressed in (
            ("loop", feed is not None and feed.loop is not None),
            ("skip", feed is not None and feed.skip_quiet),
            ("known", feed is not None and feed.known_at is not None),
        ):
            self.buttons[name].setChecked(pressed)
            self.buttons[name].setEnabled(feed is not None)
        self.buttons["known"].setText(self.tr("As known now") if feed is not None and feed.known_at is not None
                                      else self.tr("As known then"))
        self.buttons["home"].setVisible(feed is not None)
        self.show_time()

    def show_time(self) -> None:
        """The time on screen, and how long ago that is."""
        travel = self._travel
        at, now, theme = travel.at(), travel.live_now(), self._desk.theme
        live, replay = self.tr("Live"), self.tr("Replay")
        if not travel.in_past:
            words = f"{formats.date(at)} {formats.clock_time(at)}" if at else ""
            text = f'<span style="color:{theme.colours["good"]}">● {live}</span>&nbsp;&nbsp;{words}'
        else:
            ago = ""
            if now and now > at:
                ago = self.tr("%1 ago").replace("%1", formats.duration((now - at) / 1000.0))
            text = (f'<span style="color:{theme.colours["attention"]}">◆ {replay}</span>&nbsp;&nbsp;'
                    f'{formats.date(at)} {formats.clock_time(at)}&nbsp;&nbsp;'
                    f'<span style="color:{theme.colours["dim"]}">{ago}</span>')
        if text != self.time.text():
            self.time.setText(text)

    def retranslate(self) -> None:
        """Writes every text in the language of the screen."""
        for name, text, tip in (
            ("previous_warning", "▲◀", self.tr("Previous warning")),
            ("back", "◀|", self.tr("A second back")),
            ("play", "▶", self.tr("Play or pause")),
            ("on", "|▶", self.tr("A second on")),
            ("next_warning", "▶▲", self.tr("Next warning")),
            ("loop", self.tr("Loop"), self.tr("Runs through the visible stretch again and again")),
            ("skip", self.tr("Skip quiet"), self.tr("Leaves out stretches in which nothing happens")),
            ("known", self.tr("As known then"), self.tr("As it was known then, or with all that became known since")),
            ("follow", self.tr("Follow"), self.tr("The selected object stays in the middle of the view")),
            ("bookmark", self.tr("Bookmark"), self.tr("Notes this moment with a few words")),
            ("calendar", self.tr("Days"), self.tr("Recorded days and their quality")),
            ("questions", self.tr("Ask the past"), self.tr("Who was where, what stood there, who met")),
            ("home", self.tr("⟲ Back to now"), self.tr("Ends the replay")),
        ):
            self.buttons[name].setText(text)
            self.buttons[name].setToolTip(tip)
        self.speed.setToolTip(self.tr("Recorded seconds a second: 0.1 to 3600"))
        self.show_state()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
