"""Acts on the 3D view: drilling, cutting, riding along, tools, overlays. Each has an id, a key and a palette entry."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP

from layers.cutaway import CutMode
from layers.view import Ride
from panels.actions import Actions
from panels.desk import Desk
from panels.scene_frame import SceneFrame

_RIDERS = frozenset({"vehicle", "officer", "vessel", "container", "crane", "seal"})


def add_scene_acts(actions: Actions, desk: Desk, frame: SceneFrame) -> None:
    """Registers them all."""
    view, add = desk.layers.view, actions.add

    def deeper() -> None:
        if desk.layers.selection.current is not None:
            view.drill(desk.layers.selection.current)

    def ride(kind: Ride) -> None:
        rider = desk.layers.selection.current
        if view.ride is kind:
            view.ride_along(None)
        elif kind is Ride.PATROL:
            view.ride_along(kind)
        elif rider is not None and rider.kind in _RIDERS:
            view.ride_along(kind, rider)

    add("view.deeper", QT_TRANSLATE_NOOP("Actions", "Drill down"), "Ctrl+Down", deeper)
    add("view.up", QT_TRANSLATE_NOOP("Actions", "One level up"), "Backspace", view.up)
    add("view.xray", QT_TRANSLATE_NOOP("Actions", "X-ray of block or bay"), "X", lambda: view.cut(CutMode.XRAY))
    add("view.section", QT_TRANSLATE_NOOP("Actions", "Section through block or bay"), "S",
        lambda: view.cut(CutMode.SECTION))
    add("view.explode", QT_TRANSLATE_NOOP("Actions", "Explode block or bay"), "E", lambda: view.cut(CutMode.EXPLODE))
    add("bay.next", QT_TRANSLATE_NOOP("Actions", "Next bay"), "]", lambda: frame.step_bay(1))
    add("bay.previous", QT_TRANSLATE_NOOP("Actions", "Previous bay"), "[", lambda: frame.step_bay(-1))
    add("view.follow", QT_TRANSLATE_NOOP("Actions", "Follow selection"), "V", lambda: ride(Ride.FOLLOW))
    add("view.first_person", QT_TRANSLATE_NOOP("Actions", "First person"), "Shift+V", lambda: ride(Ride.FIRST_PERSON))
    add("view.patrol", QT_TRANSLATE_NOOP("Actions", "Patrol route"), "Shift+P", lambda: ride(Ride.PATROL))
    add("overlay.yard", QT_TRANSLATE_NOOP("Actions", "Block plan and bay"), "B", frame.toggle_yard_card)
    add("overlay.minimap", QT_TRANSLATE_NOOP("Actions", "Minimap"), "Shift+M", frame.toggle_minimap)
