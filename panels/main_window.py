"""The desk's window: header, layers and zones on the left, the port in the middle, warnings and detail on the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QT_TRANSLATE_NOOP, QEvent, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QMainWindow, QScrollArea, QSplitter, QVBoxLayout, QWidget

from panels.actions import Actions
from panels.activity_strip import ActivityStrip
from panels.case_dialog import CaseDialog
from panels.command_palette import CommandPalette
from panels.desk import Desk
from panels.detail import Detail
from panels.event_list import EventList
from panels.feeds_dialog import FeedsDialog
from panels.header import Header
from panels.heartbeat import Heartbeat
from panels.layer_list import LayerList
from panels.object_menu import ObjectMenus
from panels.outage_banner import OutageBanner
from panels.past_page import PastPage
from panels.scene_acts import SceneActs
from panels.scene_frame import SceneFrame
from panels.search_box import SearchBox
from panels.shift_board import ShiftBoard
from panels.time_acts import add_moment_acts, add_time_acts
from panels.time_travel import TimeTravel
from panels.two_moments import TwoMoments
from panels.warning_panel import WarningPanel
from panels.warning_steps import WarningSteps
from panels.zone_tree import ZoneTree

BEATS_A_SECOND = 10


class MainWindow(QMainWindow):
    """One desk on one session. `past`: this window is the page of the past in another one's."""

    def __init__(self, desk: Desk, past: PastPage | None = None) -> None:
        super().__init__()
        self._desk = desk
        self._is_page = past is not None
        self.past = past or PastPage(self, desk, TimeTravel(desk, self), lambda of: MainWindow(of, self.past))
        self._beats = 0
        self._closed = self._wall = False
        self._seen_warnings = -1
        theme = desk.theme
        self.setMinimumSize(theme.px(1100), theme.px(640))
        self.resize(theme.px(1920), theme.px(1080))

        self.header = Header(desk)
        self.outage = OutageBanner(desk)
        self.search = SearchBox(desk)
        self.layer_list = LayerList(desk)
        self.zone_tree = ZoneTree(desk)
        self.steps = WarningSteps(desk, self)
        self.warnings = WarningPanel(desk, self.steps)
        self.warning_list = self.warnings.list
        self.events = EventList(desk)
        self.detail = Detail(desk)
        self.activity = ActivityStrip(desk)
        self.scene = SceneFrame(desk)
        self.moments = TwoMoments(desk, self.scene, self.past.live_desk)
        self._turns: dict[int, Callable[[], None]] = {  # each second's work, spread over its beats
            2: self._tell_refusals,
            3: self._show_feeds,
            4: self.zone_tree.show_state,
            5: self.events.refresh,
            6: lambda: self.activity.show_activity(desk.twin.activity, desk.now()),
            8: self.warning_list.tick,
            9: self.scene.refresh_legend,
        }
        self._sections: dict[str, QLabel] = {
            name: QLabel(objectName="section") for name in ("layers", "zones", "warnings")
        }
        self._open_count = QLabel(objectName="sectionNote")
        self._compose()

        self.actions_by_id = Actions(self, desk.language)
        self._add_actions()
        self.heartbeat = Heartbeat(desk.session, self.scene.port, desk.now, self)
        self.heartbeat.beat.connect(self._on_beat)
        self.past.travel.beats(self.heartbeat)
        if not self._is_page:
            self.past.travel.said.connect(self._say)
            self.past.time_bar.transport.wanted.connect(self._do)
        self.header.feeds_wanted.connect(self.show_feeds)
        self.moments.changed.connect(self._make_room)
        self.moments.said.connect(self.scene.say)
        self.moments.wanted.connect(self._do)
        self.moments.asked.connect(self.menus.offer)
        self.warnings.counted.connect(self._show_open_count)
        self.warnings.sounds.switched.connect(self._show_open_count)
        self.retranslate()
        self.heartbeat.start()

    # composition

    def _compose(self) -> None:
        theme = self._desk.theme
        left = _column("left", theme.px(256), theme)
        left.layout().addWidget(self.search)
        left.layout().addSpacing(theme.px(6))
        left.layout().addWidget(self._sections["layers"])
        left.layout().addWidget(self.layer_list)
        left.layout().addSpacing(theme.px(6))
        left.layout().addWidget(self._sections["zones"])
        left.layout().addWidget(self.zone_tree, 1)

        right = _column("right", theme.px(384), theme)
        title = QHBoxLayout()
        title.addWidget(self._sections["warnings"])
        title.addStretch(1)
        title.addWidget(self._open_count)
        right.layout().addLayout(title)
        self._detail_area = scroll = QScrollArea()
        scroll.setWidget(self.detail)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        upper = QWidget()
        stack = QVBoxLayout(upper)
        stack.setContentsMargins(0, 0, 0, theme.px(6))
        stack.setSpacing(0)
        stack.addWidget(self.warnings)
        stack.addWidget(self.events, 1)
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.addWidget(upper)
        halves.addWidget(scroll)
        halves.setStretchFactor(0, 1)
        halves.setStretchFactor(1, 1)
        halves.setChildrenCollapsible(False)
        halves.setSizes([theme.px(560), theme.px(300)])
        right.layout().addWidget(halves, 1)

        self.activity.setFixedHeight(theme.px(84))
        middle = QWidget()
        row = QHBoxLayout(middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for widget, stretch in ((left, 0), (self.moments, 1), (right, 0)):
            row.addWidget(widget, stretch)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        below = self.moments.strip
        for widget, stretch in ((self.header, 0), (self.outage, 0), (middle, 1), (self.activity, 0), (below, 0)):
            column.addWidget(widget, stretch)
        self._left, self._right = left, right
        self.setCentralWidget(whole if self._is_page else self.past.compose(whole))

    def _add_actions(self) -> None:
        add, view = self.actions_by_id.add, self._desk.layers.view
        self.warnings.add_actions(self.actions_by_id)
        for place, viewpoint in enumerate(self._desk.index.layout.viewpoints[:9], start=1):
            add(f"view.{viewpoint.id}", viewpoint.name, str(place), lambda viewpoint=viewpoint: view.go(viewpoint.id))
        add("view.north_up", QT_TRANSLATE_NOOP("Actions", "Map, north up"), "N", view.north_up)
        add("view.fly", QT_TRANSLATE_NOOP("Actions", "Fly to selection"), "F", self._fly_to_selection)
        add(
            "view.colours",
            QT_TRANSLATE_NOOP("Actions", "Colours tell something else"),
            "O",
            self.scene.switch_colours,
        )
        for place, (name, text) in enumerate(
            (
                ("containers", QT_TRANSLATE_NOOP("Actions", "Layer: containers")),
                ("vehicles", QT_TRANSLATE_NOOP("Actions", "Layer: vehicles")),
                ("seals", QT_TRANSLATE_NOOP("Actions", "Layer: seals")),
                ("vessels", QT_TRANSLATE_NOOP("Actions", "Layer: vessels")),
                ("cranes", QT_TRANSLATE_NOOP("Actions", "Layer: cranes")),
                ("fences", QT_TRANSLATE_NOOP("Actions", "Layer: fences")),
                ("warnings", QT_TRANSLATE_NOOP("Actions", "Layer: warnings")),
                ("trails", QT_TRANSLATE_NOOP("Actions", "Layer: trails")),
            ),
            start=1,
        ):
            add(f"layer.{name}", text, f"Alt+{place}", lambda name=name: self.layer_list.toggle(name))
        self.scene_acts = SceneActs(self.actions_by_id, self._desk, self.scene, self)
        add_time_acts(
            self.actions_by_id, self.past.time_bar, self.actions_by_id["view.follow"].trigger, self._chosen_at,
            self._show_days, self._ask_past)
        add_moment_acts(self.actions_by_id, self.moments)
        self.menus = ObjectMenus(self.actions_by_id, self._desk, self.scene, self.warnings, self)
        add("selection.details", QT_TRANSLATE_NOOP("Actions", "Details of the selection"), "I", self._show_details)
        add("search", QT_TRANSLATE_NOOP("Actions", "Search"), "Ctrl+F", self.search.setFocus)
        add("shift", QT_TRANSLATE_NOOP("Actions", "Shift board"), "F4", self.show_shift)
        add("case", QT_TRANSLATE_NOOP("Actions", "Case of the warning"), "F3", self.show_case)
        add("feeds", QT_TRANSLATE_NOOP("Actions", "Feeds and quarantine"), "Ctrl+D", self.show_feeds)
        add("language", QT_TRANSLATE_NOOP("Actions", "Chinese or English"), "Ctrl+L", self._switch_language)
        add("wall", QT_TRANSLATE_NOOP("Actions", "Wall mode"), "F11", self.toggle_wall)
        add("palette", QT_TRANSLATE_NOOP("Actions", "All acts"), "Ctrl+K", self._show_palette)
        add("selection.clear", QT_TRANSLATE_NOOP("Actions", "Select nothing"), "Esc", self._clear_selection)
        add("quit", QT_TRANSLATE_NOOP("Actions", "Quit"), "Ctrl+Q", lambda: self.window().close())

    # the beat

    def _on_beat(self) -> None:
        now = self._desk.now()
        self._beats += 1
        if not self._is_page:
            self.past.travel.tick()
            self.past.tick()
            if self.past.is_open:  # what this page shows is not seen
                self._desk.steps.settle()
                return
        self.scene.tick()
        self.scene_acts.tick()
        self.moments.tick()
        self.past.time_bar.view.show_beside(self.moments.second_at())
        self._desk.steps.settle()
        if self._desk.twin.warnings.revision != self._seen_warnings:
            self._seen_warnings = self._desk.twin.warnings.revision
            self.warning_list.refresh()
            self._show_open_count()
        self.detail.follow(now)
        turn = self._beats % BEATS_A_SECOND
        if turn in (0, 5) or self._beats == 1:
            self.header.show_clock(now)
        if turn == 1 or self._beats < BEATS_A_SECOND:  # at the start the figures come in fast
            self._show_counts()
        if turn in self._turns:
            self._turns[turn]()

    def _show_counts(self) -> None:
        counts = self._desk.twin.counts()
        self.header.show_counts(counts)
        self.layer_list.show_counts(counts)

    def _show_feeds(self) -> None:
        feeds = self._desk.feeds()
        self.header.show_feeds(feeds)
        self.outage.show_feeds(feeds)

    def _tell_refusals(self) -> None:
        for outcome in self._desk.outcomes():
            if outcome.refusal is not None:
                words = self.tr("The port refused %1: %2").replace("%1", outcome.id)
                self.scene.say(words.replace("%2", outcome.refusal.text))

    def _show_open_count(self) -> None:
        waiting = self.warnings.columns.counts()[1]
        words = [self.tr("sound off")] if self.warnings.sounds.muted else []
        words += [self.tr("%1 not acknowledged").replace("%1", f"{waiting:,}")] if waiting else []
        off = [status for status in self._desk.twin.rule_status.values() if not status.on]
        words += [self.tr("rule %1 is off").replace("%1", status.rule) for status in off]
        self._open_count.setText(" · ".join(words))
        self._open_count.setToolTip("\n".join(f"{status.rule}: {status.reason}" for status in off))

    # time

    @property
    def desk(self) -> Desk:
        """What it was made with."""
        return self._desk

    def _shown(self) -> MainWindow:
        """The page one sees."""
        return self.past.page or self

    def _say(self, text: str) -> None:
        self._shown().scene.say(text)

    def _do(self, act_id: str) -> None:
        self._shown().actions_by_id[act_id].trigger()

    def _chosen_at(self) -> int | None:
        current = self.warning_list.current()
        return None if current is None else current.noticed_at

    def _show_days(self) -> None:
        from panels.day_calendar import DayCalendar

        self._open(DayCalendar(self._desk, self.past.time_bar, self))

    def _ask_past(self) -> None:
        from panels.past_questions import PastQuestions

        self._open(PastQuestions(self._desk, self.past.travel, lambda: self._shown().desk, self))

    # acts

    def _fly_to_selection(self) -> None:
        if self._desk.layers.selection.current is not None:
            self._desk.layers.view.fly_to(self._desk.layers.selection.current)

    def _show_details(self) -> None:
        """The keyboard goes to the object's story; beside two views its column comes and goes."""
        self._right.setVisible(not self.moments.is_open or self._right.isHidden())
        self._detail_area.setFocus()

    def _clear_selection(self) -> None:
        self.scene.setFocus()
        self._desk.layers.selection.select(None)
        self._desk.layers.containers.set_cutaway(None)
        self._desk.layers.tools.clear()
        self._desk.layers.view.ride_along(None)

    def _switch_language(self) -> None:
        self._desk.language.set("en" if self._desk.language.code == "zh" else "zh")

    def _show_palette(self) -> None:
        CommandPalette(self.actions_by_id, self._desk.theme, self).open()

    def show_feeds(self) -> None:
        """Opens the table of feeds and refused records."""
        dialog = FeedsDialog(self._desk, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def show_shift(self) -> None:
        """Opens the board of the shift."""
        self._open(ShiftBoard(self._desk, self))

    def show_case(self) -> None:
        """Opens the case of the current warning."""
        current = self.warning_list.current()
        if current is None:
            return
        for other in self.findChildren(CaseDialog):
            other.close()  # the map shows one case at a time
        before = self.past.time_bar.before if self._desk.record is not None else None
        self._open(CaseDialog(self._desk, current.id, self.steps, before, self))

    def _open(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()

    def toggle_wall(self) -> None:
        """Wall mode: the whole screen, no search and tree; once more returns."""
        self.set_wall(not self.window().isFullScreen())

    def set_wall(self, wall: bool) -> None:
        """Turns wall mode on or off."""
        self._wall = wall
        self._make_room()
        if wall:
            self.window().showFullScreen()
        else:
            self.window().showNormal()

    def _make_room(self) -> None:
        """Two views take the place of the columns at their sides and of the hour's figures."""
        two = self.moments.is_open
        self._left.setVisible(not two and not self._wall)
        self._right.setVisible(not two)
        self.activity.setVisible(not two)

    # language and end

    def retranslate(self) -> None:
        """Writes the window's own texts."""
        self.setWindowTitle(self._desk.language.of(self._desk.index.layout.name) + self.tr(" digital twin"))
        for name, text in (
            ("layers", self.tr("Layers")),
            ("zones", self.tr("Zones")),
            ("warnings", self.tr("Risk warnings")),
        ):
            self._sections[name].setText(text)
        self.actions_by_id.retranslate()
        self._show_open_count()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.LanguageChange and hasattr(self, "actions_by_id"):
            self.retranslate()
        super().changeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802, D102 - Qt's name
        if not self._closed:
            self._closed = True
            if not self._is_page:
                self.past.finish()
            self.heartbeat.stop()
            self.moments.close_second()
            self.scene_acts.finish()
            self.scene.finalise()
        super().closeEvent(event)


def _column(name: str, width: int, theme) -> QWidget:
    widget = QWidget(objectName=name)
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    widget.setFixedWidth(width)
    column = QVBoxLayout(widget)
    column.setContentsMargins(theme.px(14), theme.px(14), theme.px(14), theme.px(10))
    column.setSpacing(theme.px(8))
    return widget
