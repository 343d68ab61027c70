"""Acts on the 3D view: drilling, cutting, riding along, tools, overlays, pictures. Each has an id, a key and a palette
entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP
from PySide6.QtWidgets import QWidget

from layers.cutaway import CutMode
from layers.heat import HeatMode
from layers.tools import Tool
from layers.view import Ride
from panels.actions import Actions
from panels.desk import Desk
from panels.own_places import OwnPlaces
from panels.scene_frame import SceneFrame

if TYPE_CHECKING:
    from panels.picture_export import PictureExport

_RIDERS = frozenset({"vehicle", "officer", "vessel", "container", "crane", "seal"})
_HEAT = (None, *HeatMode)


class SceneActs:
    """Registers the acts and does them."""

    def __init__(self, actions: Actions, desk: Desk, frame: SceneFrame, window: QWidget) -> None:
        self._desk, self._frame = desk, frame
        self.own = OwnPlaces(desk, window)
        self.own.said.connect(frame.say)
        self._pictures: PictureExport | None = None
        add, view = actions.add, desk.layers.view
        add("view.deeper", QT_TRANSLATE_NOOP("Actions", "Drill down"), "Ctrl+Down", self._deeper)
        add("view.up", QT_TRANSLATE_NOOP("Actions", "One level up"), "Backspace", view.up)
        add("view.home", QT_TRANSLATE_NOOP("Actions", "Whole port"), "Ctrl+Home", view.home)
        for mode, text, key in (
            (CutMode.XRAY, QT_TRANSLATE_NOOP("Actions", "X-ray of block or bay"), "X"),
            (CutMode.SECTION, QT_TRANSLATE_NOOP("Actions", "Section through block or bay"), "S"),
            (CutMode.EXPLODE, QT_TRANSLATE_NOOP("Actions", "Explode block or bay"), "E"),
        ):
            add(f"view.{mode.value}", text, key, lambda mode=mode: view.cut(mode))
        add("bay.next", QT_TRANSLATE_NOOP("Actions", "Next bay"), "]", lambda: frame.step_bay(1))
        add("bay.previous", QT_TRANSLATE_NOOP("Actions", "Previous bay"), "[", lambda: frame.step_bay(-1))
        for ride, text, key in (
            (Ride.FOLLOW, QT_TRANSLATE_NOOP("Actions", "Follow selection"), "V"),
            (Ride.FIRST_PERSON, QT_TRANSLATE_NOOP("Actions", "First person"), "Shift+V"),
            (Ride.PATROL, QT_TRANSLATE_NOOP("Actions", "Patrol route"), "Shift+P"),
        ):
            add(f"view.{ride.value}", text, key, lambda ride=ride: self._ride(ride))
        add("heat.next", QT_TRANSLATE_NOOP("Actions", "Next heat map"), "G", self._next_heat)
        for heat, text in (
            (HeatMode.DWELL, QT_TRANSLATE_NOOP("Actions", "Heat map: dwell")),
            (HeatMode.RISK, QT_TRANSLATE_NOOP("Actions", "Heat map: risk")),
            (HeatMode.FRESHNESS, QT_TRANSLATE_NOOP("Actions", "Heat map: blind spots")),
            (HeatMode.TRAFFIC, QT_TRANSLATE_NOOP("Actions", "Heat map: traffic")),
        ):
            add(f"heat.{heat.value}", text, "", lambda heat=heat: self._heat(heat))
        add("tool.measure", QT_TRANSLATE_NOOP("Actions", "Measure a distance"), "Ctrl+M", self._measure)
        add("tool.pin", QT_TRANSLATE_NOOP("Actions", "Set a pin"), "P", self.own.set_pin)
        add("overlay.yard", QT_TRANSLATE_NOOP("Actions", "Block plan and bay"), "B", frame.toggle_yard_card)
        add("overlay.minimap", QT_TRANSLATE_NOOP("Actions", "Minimap"), "Shift+M", frame.toggle_minimap)
        add("own.save", QT_TRANSLATE_NOOP("Actions", "Keep this view under a name"), "Ctrl+B", self.own.save_view)
        add("own.show", QT_TRANSLATE_NOOP("Actions", "Own viewpoints and pins"), "Ctrl+Shift+B", self.own.show)
        add("own.copy", QT_TRANSLATE_NOOP("Actions", "Copy viewpoints and pins as text"), "", self.own.copy_all)
        add("own.paste", QT_TRANSLATE_NOOP("Actions", "Paste viewpoints and pins"), "", self.own.paste)
        add("picture.save", QT_TRANSLATE_NOOP("Actions", "Save a picture of the scene"), "F12", self._save_picture)
        add("picture.clip", QT_TRANSLATE_NOOP("Actions", "Film a short clip, or end it"), "Shift+F12", self._film)

    @property
    def pictures(self) -> PictureExport:
        """Made when the first picture is taken."""
        if self._pictures is None:
            from panels.picture_export import PictureExport

            self._pictures = PictureExport(self._desk, self._frame)
            self._pictures.said.connect(self._frame.say)
        return self._pictures

    def tick(self) -> None:
        """Follows what clicks in the scene did; called on every beat."""
        self.own.tick()

    def finish(self) -> None:
        """The window closes."""
        if self._pictures is not None:
            self._pictures.finish()

    def _save_picture(self) -> None:
        self.pictures.save_picture()

    def _film(self) -> None:
        self.pictures.toggle_clip()

    def _deeper(self) -> None:
        if self._desk.layers.selection.current is not None:
            self._desk.layers.view.drill(self._desk.layers.selection.current)

    def _ride(self, ride: Ride) -> None:
        view, rider = self._desk.layers.view, self._desk.layers.selection.current
        if view.ride is ride:
            view.ride_along(None)
        elif ride is Ride.PATROL:
            view.ride_along(ride)
        elif rider is not None and rider.kind in _RIDERS:
            view.ride_along(ride, rider)

    def _next_heat(self) -> None:
        now = self._desk.layers.heat.mode
        self._desk.layers.heat.show(_HEAT[(_HEAT.index(now) + 1) % len(_HEAT)])

    def _heat(self, mode: HeatMode) -> None:
        heat = self._desk.layers.heat
        heat.show(None if heat.mode is mode else mode)

    def _measure(self) -> None:
        tools = self._desk.layers.tools
        tools.take(Tool.MEASURE)
        if tools.tool is Tool.MEASURE:
            self._frame.say_measure()
