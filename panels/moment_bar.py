"""The line over a view of two: which day and time it shows, live or replayed; over the second also what moves it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from data_sources.history.days import DAY_MS
from panels import formats
from panels.desk import Desk

_BUTTONS = ("beside_earlier", "beside_later", "beside_pick", "beside_link", "beside")


class MomentBar(QWidget):
    """Shows a desk's moment. With `acts` it has buttons; `wanted` is emitted with the id of the act that one does."""

    wanted = Signal(str)

    def __init__(self, desk: Desk, *, acts: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("momentBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk = desk
        px = desk.theme.px
        self.setFixedHeight(px(40))
        row = QHBoxLayout(self)
        row.setContentsMargins(px(14), 0, px(10), 0)
        row.setSpacing(px(4))
        self._moment = QLabel(objectName="moment")
        self._moment.setTextFormat(Qt.TextFormat.RichText)
        self._apart = QLabel(objectName="dim")
        row.addWidget(self._moment)
        row.addSpacing(px(8))
        row.addWidget(self._apart)
        row.addStretch(1)
        self.buttons: dict[str, QPushButton] = {}
        for name in _BUTTONS if acts else ():
            button = QPushButton(objectName="flat")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setCheckable(name == "beside_link")
            button.clicked.connect(lambda _=False, name=name: self.wanted.emit(f"time.{name}"))
            row.addWidget(button)
            self.buttons[name] = button
        self._state: tuple[int, bool, bool] = (0, True, False)
        self.retranslate()

    def show_state(self, offset_ms: int, *, linked: bool, missing: bool) -> None:
        """How far it is from the other moment, whether the cameras go together, whether nothing is on record there."""
        if (offset_ms, linked, missing) != self._state:
            self._state = offset_ms, linked, missing
            self.retranslate()

    def show_time(self) -> None:
        """The clock."""
        at, replay, colours = self._desk.now(), self._desk.replay, self._desk.theme.colours
        if replay is None:
            sign, colour, word, pace = "●", "good", self.tr("Live"), ""
        else:
            pace = f"{replay.clock.speed:g}×" if replay.clock.running else "❚❚"
            sign, colour, word = "◆", "attention", self.tr("Replay")
        when = f"{formats.date(at)} {formats.clock_time(at)}" if at else "--:--:--"
        small = self._desk.theme.px(13)
        text = (f'<span style="color:{colours["strong"]}">{when}</span>&nbsp;&nbsp;'
                f'<span style="color:{colours[colour]}">{sign} {word}</span>&nbsp;'
                f'<span style="color:{colours["dim"]}; font-size:{small}px">{pace}</span>')
        if text != self._moment.text():
            self._moment.setText(text)

    def words(self) -> str:
        """What it says of its distance in time."""
        return self._apart.text()

    def _apart_words(self) -> str:
        offset_ms, _, missing = self._state
        if missing:
            return self.tr("nothing on record there")
        if not offset_ms:
            return ""
        days, rest = divmod(abs(offset_ms), DAY_MS)
        if rest:
            much = formats.duration(abs(offset_ms) / 1000.0)
        else:
            much = (self.tr("%1 day") if days == 1 else self.tr("%1 days")).replace("%1", str(days))
        return (self.tr("%1 earlier") if offset_ms < 0 else self.tr("%1 later")).replace("%1", much)

    def retranslate(self) -> None:
        """Writes every text in the language of the screen."""
        self._apart.setText(self._apart_words())
        self._apart.setProperty("missing", self._state[2])
        for name, text, tip in (
            ("beside_earlier", self.tr("◀ Day"), self.tr("The same time on the recorded day before")),
            ("beside_later", self.tr("Day ▶"), self.tr("The same time on the recorded day after")),
            ("beside_pick", self.tr("Other moment …"), self.tr("Day and time of the second view")),
            ("beside_link", self.tr("Cameras together"), self.tr("Both views look from the same place")),
            ("beside", self.tr("✕ One view (F9)"), self.tr("Closes the second view")),
        ):
            if name in self.buttons:
                self.buttons[name].setText(text)
                self.buttons[name].setToolTip(tip)
        if "beside_link" in self.buttons:
            self.buttons["beside_link"].setChecked(self._state[1])
        self.show_time()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
