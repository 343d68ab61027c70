"""The second of two moments: a session in the past that keeps its distance from the first and shows the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from data_sources.history.errors import HistoryError
from data_sources.replay_clock import FASTEST, SLOWEST
from panels.heartbeat import Heartbeat
from panels.scene_frame import SceneFrame

if TYPE_CHECKING:
    from data_sources.replay_feed import ReplayFeed
    from panels.desk import Desk

_OFF_S, _LEAST_OFF_MS = 3.0, 500
"""So many seconds of ours it may be off while time passes, so many ms of the port while it stands, before it seeks."""
_LATE_S = 0.25
"""So many seconds of ours it may lag behind before its clock is put forward."""
_REST_S = 5.0
"""After a moment that is not to be had it tries again so much later."""
_RESTS = 4.0
"""After a seek it stays where it is for so many times as long as that took."""
_OWN_WARNINGS = "warning"
_SHOWN = ("containers", "vehicles", "seals", "vessels", "cranes", "fences", "warnings", "trails")


class SecondMoment(QObject):
    """Goes along with a first desk. `said` is emitted with a sentence for the person."""

    said = Signal(str)

    def __init__(self, first: Desk, second: Desk, offset_ms: int, parent: QObject,
                 steady_s: Callable[[], float] = time.monotonic) -> None:
        """`second`: of a session in the past, with its `replay`. offset_ms: from the first to the second."""
        super().__init__(parent)
        if second.replay is None:
            raise ValueError("the second moment is one on record")
        self.first, self.second, self.offset_ms = first, second, offset_ms
        self._feed: ReplayFeed = second.replay
        self._steady_s = steady_s
        self._wanted = first.now() + offset_ms
        self._rests_until_s, self._told = 0.0, ""
        self._looked_at_s = steady_s()
        self._chosen = first.layers.selection.current
        self._cut = first.layers.containers.cutaway
        self.frame = SceneFrame(second, beside=True)
        self.heart = Heartbeat(second.session, self.frame.port, second.now, self)
        self.heart.beat.connect(self._on_beat)
        self.link(linked=True)

    def start(self) -> None:
        """Begins to beat."""
        self._show_alike()
        self.heart.start()

    def finish(self) -> None:
        """Lets go of camera and picture; the session is closed by whoever opened it."""
        self.heart.stop()
        self.first.layers.view.link(None)
        self.frame.finalise()

    def _on_beat(self) -> None:
        try:
            self._feed.beat()
        except HistoryError as error:
            self._fail(error)
        self.frame.tick()

    # time

    @property
    def missing(self) -> bool:
        """Whether nothing is on record where the second moment would have to be."""
        wanted = self.first.now() + self.offset_ms
        return self._feed.at_end and wanted - self._feed.clock.now() > _LEAST_OFF_MS

    def move(self, offset_ms: int) -> None:
        """Another distance in time, ms; at once."""
        self.offset_ms = offset_ms
        self._rests_until_s, self._told = 0.0, ""
        self._wanted = self.first.now() + offset_ms
        self._seek(self._wanted)

    def pace(self) -> float:
        """Seconds of the port in a second of ours at the first moment; 0 while it stands."""
        replay = self.first.replay
        pace = self.first.pace() if replay is None else replay.clock.speed if replay.clock.running else 0.0
        return min(max(pace, SLOWEST), FASTEST) if pace else 0.0

    def follow(self) -> None:
        """Called with every beat of the first: runs as it runs, and goes where it went once it is there.

        While a hand drags the first through time the second waits: it follows when the first has not leapt for a beat.
        """
        pace, now_s = self.pace(), self._steady_s()
        clock = self._feed.clock
        if not pace:
            if clock.running:
                self._feed.pause()
        elif not clock.running or clock.speed != pace:
            self._feed.play(pace)
        wanted = self.first.now() + self.offset_ms
        gone_ms = (now_s - self._looked_at_s) * 1000.0 * pace
        allowed = max(_LEAST_OFF_MS, _OFF_S * 1000.0 * pace)
        leapt = abs(wanted - self._wanted - gone_ms) > allowed
        self._wanted, self._looked_at_s = wanted, now_s
        late_ms = wanted - clock.now()
        if pace and _LATE_S * 1000.0 * pace < late_ms:
            self._feed.catch_up(wanted)
        if not leapt and now_s >= self._rests_until_s and abs(wanted - clock.now()) > allowed:
            self._seek(wanted)

    def _seek(self, at: int) -> None:
        began_s = self._steady_s()
        try:
            self._feed.seek(at)
        except HistoryError as error:
            self._fail(error)
            return
        beyond = self._feed.clock.now() != at  # of the record, which may grow
        self.heart.step()
        took_s = self._steady_s() - began_s  # a slow seek leaves it late again: the window comes first
        self._rests_until_s = self._steady_s() + (_REST_S if beyond else _RESTS * took_s)

    def _fail(self, error: HistoryError) -> None:
        self._rests_until_s = self._steady_s() + _REST_S
        if str(error) != self._told:
            self._told = str(error)
            self.said.emit(self._told)

    # what is shown

    def link(self, *, linked: bool) -> None:
        """Lets both views have one camera, first where the first one is, or each its own."""
        self.first.layers.view.link(self.second.layers.view if linked else None)

    @property
    def linked(self) -> bool:
        """Whether the cameras go together."""
        return self.first.layers.view.partner is not None

    def mirror(self) -> None:
        """Called with every beat of the first: both show the same layers in the same colours, and, while the cameras
        go together, the same object chosen and the same block open."""
        self._show_alike()
        if not self.linked:
            return
        pair = (self.first.layers, self.second.layers)
        for here, there in (pair, pair[::-1]):
            chosen, cut = here.selection.current, here.containers.cutaway
            if chosen != self._chosen and (chosen is None or chosen.kind != _OWN_WARNINGS):
                self._chosen = chosen
                there.selection.select(chosen)
            if cut != self._cut:
                self._cut = cut
                there.containers.set_cutaway(cut)

    def _show_alike(self) -> None:
        here, there = self.first.layers, self.second.layers
        for name in _SHOWN:
            getattr(there, name).set_visible(getattr(here, name).visible)
        if there.containers.colour_mode != here.containers.colour_mode:
            there.containers.set_colour_mode(here.containers.colour_mode)
        there.selection.mark(here.selection.group)
        if there.heat.mode is not here.heat.mode:
            there.heat.show(here.heat.mode)
