"""What can be done with an object of the 3D view, under the right button: the acts of the palette, and no others."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QT_TRANSLATE_NOOP, QPoint
from PySide6.QtWidgets import QMenu, QWidget

from layers.levels import block_of
from layers.selection import Selection
from panels.actions import Actions
from panels.desk import Desk
from panels.hover_words import hover_lines
from panels.scene_frame import SceneFrame
from panels.warning_bar import possible
from panels.warning_panel import WarningPanel
from panels.warning_words import rule_name, subject_text
from twin.warnings import RiskWarning

_CARRIES = frozenset({"vehicle", "officer", "vessel", "container", "crane", "seal"})
_HAS_EYES = frozenset({"vehicle", "officer", "vessel"})
_HOLDS = frozenset({"zone", "block", "bay", "container"})
_ASKED_OF = frozenset({"zone", "slot", "container", "seal", "vehicle"})
_STEPS = ("acknowledge", "take", "dispatch", "hold_gate", "close")  # what leads on; the card has them all
_GROUND = (("view.home", "view.north_up"), ("tool.measure", "tool.pin", "own.save", "picture.save"),
           ("time.beside", "palette"))

Groups = tuple[tuple[str, ...], ...]


def acts_for(desk: Desk, selection: Selection | None, warning: RiskWarning | None) -> Groups:
    """The ids of the acts that apply to an object, or to the ground, in groups. `warning`: the one about the object."""
    if selection is None:
        return _GROUND
    kind, layout, containers = selection.kind, desk.index.layout, desk.twin.containers
    see = ["selection.details", "view.fly"]
    see += ["view.follow"] if kind in _CARRIES else []
    see += ["view.first_person"] if kind in _HAS_EYES else []
    inside = ["view.deeper"] if kind in _HOLDS else []
    if block_of(selection, layout, containers) is not None:
        inside += ["view.xray", "overlay.yard"]
    past = ["time.questions"] if kind in _ASKED_OF and desk.record is not None else []
    steps: list[str] = []
    if warning is not None:
        past += ["time.before_warning"] if desk.record is not None else []
        steps = [f"warning.{verb}" for verb in _STEPS if possible(verb, warning, desk.operator)]
        steps.append("case")
    groups = (see, inside, past, steps, ["selection.clear"])
    return tuple(tuple(group) for group in groups if group)


def warning_about(desk: Desk, selection: Selection | None) -> RiskWarning | None:
    """The gravest open warning about an object, the newest of equals; the warning itself if that is the object."""
    if selection is None:
        return None
    if selection.kind == "warning":
        return desk.twin.warnings.get(selection.id)
    found = [w for w in desk.twin.warnings.about(selection.id) if w.open]
    return min(found, key=lambda w: w.severity.rank, default=None)


class ObjectMenu(QMenu):
    """A menu of acts with their keys; disabled ones are left out. Over the steps stands the warning they are about."""

    def __init__(self, desk: Desk, acts: Actions, selection: Selection | None, warning: RiskWarning | None,
                 parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        head = hover_lines(desk, selection)[0] if selection is not None else desk.language.of(desk.index.layout.name)
        self._title(head)
        self.ids: list[str] = []
        for group in acts_for(desk, selection, warning):
            if warning is not None and "case" in group and not (selection and selection.kind == "warning"):
                self.addSeparator()
                self._title(f"{rule_name(desk, warning)} {subject_text(warning)}")
            self._add(acts, group)

    def _title(self, words: str) -> None:
        title = self.addAction(words.replace("&", "&&"))
        title.setFont(self._desk.theme.font(14, bold=True))
        title.setEnabled(False)

    def _add(self, acts: Actions, group: Sequence[str]) -> None:
        enabled = [name for name in group if acts[name].isEnabled()]
        if enabled:
            self.addSeparator()
        for name in enabled:
            self.addAction(acts[name])
            self.ids.append(name)

    def open_at(self, place: QPoint) -> None:
        """Shows it at a place of the screen; it goes away by itself."""
        self.aboutToHide.connect(self.deleteLater)
        self.popup(place)


class ObjectMenus:
    """Offers the acts of what is right-clicked in the scene, or, by key, of what is selected."""

    def __init__(self, acts: Actions, desk: Desk, frame: SceneFrame, warnings: WarningPanel, window: QWidget) -> None:
        self._acts, self._desk, self._frame, self._warnings, self._window = acts, desk, frame, warnings, window
        self.latest: ObjectMenu | None = None
        frame.port.when_asked(self.offer)
        acts.add("selection.acts", QT_TRANSLATE_NOOP("Actions", "Acts on the selection"), "Shift+F10", self._by_key)

    def offer(self, selection: Selection | None, place: QPoint) -> None:
        """Opens the menu of an object, None for the ground, at a place of the screen. The warning about the object
        becomes the current one, so that the steps of the menu are those of its card."""
        warning = warning_about(self._desk, selection)
        if warning is not None and not self._warnings.bring(warning.id):
            warning = None
        self.latest = ObjectMenu(self._desk, self._acts, selection, warning, self._window)
        self.latest.open_at(place)

    def _by_key(self) -> None:
        middle = self._frame.rect().center()
        self.offer(self._desk.layers.selection.current, self._frame.mapToGlobal(middle))
