"""The line on top: which port, live or replayed, the port's clock, the figures of the moment, feed health, language."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from panels import formats
from panels.desk import Desk
from panels.outage_banner import late_for_long
from panels.vocabulary import FEED_MARKS, FEED_STATES, look_up
from twin.events import Counts
from twin.feed_health import FeedHealth, FeedState

_STATE_COLOURS = {"up": "good", "late": "attention", "connecting": "dim", "down": "alarm"}


class Header(QWidget):
    """Shows `Counts` and feed health as told; emits `feeds_wanted` when the health lights are clicked."""

    feeds_wanted = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk = desk
        theme = desk.theme
        self.setFixedHeight(theme.px(58))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(18), 0, theme.px(18), 0)
        row.setSpacing(theme.px(26))

        self._title = QLabel(objectName="title")
        self._clock = QLabel(objectName="clock")
        self._clock.setMinimumWidth(theme.px(290))
        row.addWidget(self._title)
        row.addWidget(self._clock)
        self._figures = {name: _Figure(theme) for name in ("containers", "vehicles", "seals", "inspecting", "warnings")}
        for figure in self._figures.values():
            row.addWidget(figure)
        row.addStretch(1)
        self._settings = QLabel(objectName="held")
        self._settings.setVisible(bool(desk.twin.changed_settings))
        row.addWidget(self._settings)
        self._lights = FeedLights(desk)
        self._lights.clicked.connect(self.feeds_wanted)
        row.addWidget(self._lights)
        row.addWidget(self._language_switch())
        self._operator = QLabel()
        row.addWidget(self._operator)
        self.retranslate()

    def _language_switch(self) -> QWidget:
        box = QWidget(objectName="language")
        box.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        group = QButtonGroup(self)
        self._language_buttons = {}
        for code, text in (("zh", "中"), ("en", "EN")):
            button = QPushButton(text, checkable=True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setChecked(code == self._desk.language.code)
            button.clicked.connect(lambda _checked=False, code=code: self._desk.language.set(code))
            group.addButton(button)
            row.addWidget(button)
            self._language_buttons[code] = button
        return box

    def show_clock(self, now_ms: int) -> None:
        """The port's clock; it does not claim to be live while a feed is down, behind, or still says what there is."""
        if self._desk.replay is not None:
            self._show_replay(now_ms, self._desk.replay.clock.speed if self._desk.replay.clock.running else 0.0)
            return
        feeds, session = self._desk.feeds(), self._desk.session
        if any(feed.state is FeedState.DOWN for feed in feeds):
            tone, mark, live = "alarm", FEED_MARKS["down"], self.tr("No data")
        elif session.behind or any(feed.filling or late_for_long(feed, now_ms) for feed in feeds):
            tone, mark, live = "attention", FEED_MARKS["late"], self.tr("Catching up")
        else:
            tone, mark, live = "good", FEED_MARKS["up"], self.tr("Live")
        colour = self._desk.theme.colours[tone]
        light = f'<span style="color:{colour}; font-size:{self._desk.theme.px(12)}px">{mark}</span>'
        if not now_ms:  # the port has not said its time yet
            self._clock.setText(f"{light} {live} --:--:--")
            return
        date = f'<span style="color:{self._desk.theme.colours["dim"]}">{formats.date(now_ms)}</span>'
        self._clock.setText(f"{light} {live} {date} {formats.clock_time(now_ms)}")

    def _show_replay(self, at_ms: int, speed: float) -> None:
        colours, small = self._desk.theme.colours, self._desk.theme.px(13)
        pace, word = f"{speed:g}×" if speed else "❚❚", self.tr("Replay")
        self._clock.setText(
            f'<span style="color:{colours["attention"]}">◆ {word} {formats.date(at_ms)} '
            f'{formats.clock_time(at_ms)} <span style="font-size:{small}px">{pace}</span></span>')

    def show_counts(self, counts: Counts) -> None:
        """The figures of the moment."""
        for name, value in (
            ("containers", counts.containers_in_yard),
            ("vehicles", counts.vehicles),
            ("seals", counts.seals),
            ("inspecting", counts.inspecting),
            ("warnings", counts.warnings_today),
        ):
            self._figures[name].set_value(f"{value:,}")

    def show_feeds(self, feeds: tuple[FeedHealth, ...]) -> None:
        """One light a feed."""
        self._lights.show_feeds(feeds)

    def retranslate(self) -> None:
        """Writes every text in the language of the screen."""
        self._title.setText(self._desk.language.of(self._desk.index.layout.name) + self.tr(" digital twin"))
        for name, text in (
            ("containers", self.tr("Containers in port")),
            ("vehicles", self.tr("Vehicles inside")),
            ("seals", self.tr("Seals in use")),
            ("inspecting", self.tr("Under inspection")),
            ("warnings", self.tr("Warnings today")),
        ):
            self._figures[name].set_caption(text)
        changed = self._desk.twin.changed_settings
        self._settings.setText("◇ " + self.tr("Rule settings changed: %1").replace("%1", str(len(changed))))
        self._settings.setToolTip("\n".join(f"{c.rule} {formats.setting(c)}" for c in changed))
        self._operator.setText(self.tr("Watch officer %1").replace("%1", self._desk.operator))
        self._lights.retranslate()
        for code, button in self._language_buttons.items():
            button.setChecked(code == self._desk.language.code)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


class _Figure(QWidget):
    """A number with its name below."""

    def __init__(self, theme) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(6), 0, theme.px(6))
        column.setSpacing(0)
        self._value = QLabel("–", objectName="figure")
        self._caption = QLabel(objectName="caption")
        column.addWidget(self._value)
        column.addWidget(self._caption)

    def set_value(self, text: str) -> None:
        if text != self._value.text():
            self._value.setText(text)

    def set_caption(self, text: str) -> None:
        self._caption.setText(text)


class FeedLights(QWidget):
    """A bar a feed: filled for up, half for late, struck through for down, so that colour does not stand alone."""

    clicked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._feeds: tuple[FeedHealth, ...] = ()
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(desk.theme.px(150), desk.theme.px(44))

    def show_feeds(self, feeds: tuple[FeedHealth, ...]) -> None:
        """Shows the health of every feed; says it in words as the tool tip."""
        if [(f.name, f.state) for f in feeds] != [(f.name, f.state) for f in self._feeds]:
            self._feeds = feeds
            self.retranslate()
            self.update()

    def retranslate(self) -> None:
        """Tool tip and accessible text in the language of the screen."""
        words = [f"{f.name}: {self._desk.language.of(look_up(FEED_STATES, f.state.value))}" for f in self._feeds]
        self.setToolTip("\n".join(words))
        self.setAccessibleName(self.tr("Feeds") + " " + "; ".join(words))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        theme = self._desk.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        up = sum(feed.state.value == "up" for feed in self._feeds)
        painter.setFont(theme.font(12))
        painter.setPen(theme.colour("dim"))
        caption = self.tr("Feeds")
        painter.drawText(
            self.rect().adjusted(0, theme.px(4), 0, 0), Qt.AlignmentFlag.AlignTop, f"{caption} {up}/{len(self._feeds)}"
        )
        width, height, top = theme.px(26), theme.px(7), theme.px(27)
        for place, feed in enumerate(self._feeds[:5]):
            colour = QColor(theme.colour(_STATE_COLOURS[feed.state.value]))
            left = place * (width + theme.px(5))
            painter.setPen(Qt.PenStyle.NoPen)
            faint = QColor(colour)
            faint.setAlphaF(0.25)
            painter.setBrush(faint)
            painter.drawRoundedRect(left, top, width, height, 3, 3)
            painter.setBrush(colour)
            if feed.state.value == "up":
                painter.drawRoundedRect(left, top, width, height, 3, 3)
            elif feed.state.value == "late":
                painter.drawRoundedRect(left, top, width // 2, height, 3, 3)
            elif feed.state.value == "down":
                painter.drawRect(left, top + height // 2 - 1, width, 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        self.clicked.emit()
        super().mousePressEvent(event)
