"""The 3D view with its overlays: breadcrumb, viewpoints, legend, scale, hover card and the call-outs of warnings."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QCursor, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from layers.palette import COLOUR_MODES
from panels import formats
from panels.desk import Desk
from panels.heat_card import HeatCard
from panels.hover_words import hover_lines
from panels.minimap import Minimap
from panels.overlays import Breadcrumb, LegendCard, ScaleCard, ViewpointBar
from panels.quality_button import QualityButton
from panels.vocabulary import SEVERITY_COLOURS, SEVERITY_MARKS
from panels.warning_words import explanation, rule_name, subject_text
from panels.yard_card import YardCard

CALL_OUTS = 3
TOAST_MS = 8_000
_NOWHERE = np.full(3, np.nan)
_MINIMAP_BEATS = 12  # made once the port is seen
_LEAST_WIDTH, _LEAST_HEIGHT = 760, 420  # of a scene that has room for map and plan
MARGIN = 16


class SceneFrame(QWidget):
    """Holds the scene's widget and lays the overlays over it."""

    def __init__(self, desk: Desk, parent: QWidget | None = None, *, beside: bool = False) -> None:
        """`beside`: another frame shows the same port; key, viewpoints, plan and map stand there alone."""
        super().__init__(parent)
        self._desk = desk
        self.cramped = beside
        """Whether there is no room for map and plan because another frame stands beside this one."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.port = desk.make_scene(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.port.widget())
        self.breadcrumb = Breadcrumb(desk, self)
        self.viewpoints = ViewpointBar(desk, self)
        self.legend = LegendCard(desk, self)
        self.legend.mode_wanted.connect(self.switch_colours)
        self.scale = ScaleCard(desk, self)
        self.quality = QualityButton(self.port)
        self.scale.take(self.quality)
        self.minimap: Minimap | None = None
        self.yard_card: YardCard | None = None
        self.heat_card: HeatCard | None = None
        self._minimap_wanted = True
        self._beats = 0
        self._hover = _HoverCard(desk, self)
        self._callouts = [_CallOut(desk, self) for _ in range(CALL_OUTS)]
        self._toast = QLabel(self, objectName="toast")
        self._toast.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._toast.hide()
        self._toast_timer = QTimer(self, singleShot=True, interval=TOAST_MS)
        self._toast_timer.timeout.connect(self._toast.hide)
        self._seen = -1
        for overlay in (self.viewpoints, self.legend, self.scale):
            overlay.setHidden(beside)
        self.legend.retranslate()
        self._place()

    def tick(self) -> None:
        """Moves what follows the scene; called on every beat after the scene was drawn."""
        selection = self._desk.layers.selection
        if selection.revision != self._seen:
            self._seen = selection.revision
            self.breadcrumb.show_selection(selection.current)
            self._hover.show_lines(hover_lines(self._desk, selection.hover) if selection.hover else ())
        self._hover.follow_pointer()
        self._follow_yard()
        self._follow_map()
        self._follow_heat()
        self.scale.show_tide(self._desk.layers.vessels.tide_m)
        self.scale.show_view(self.port.metres_per_pixel(), self.port.azimuth_deg())
        self._place_callouts()

    def step_bay(self, step: int) -> None:
        """The next bay of the block one looks at, or the one before."""
        if self.yard_card is not None:
            self.yard_card.step_bay(step)

    def toggle_yard_card(self) -> None:
        """Shows or hides the plan of the selected block."""
        if self.yard_card is not None:
            self.yard_card.wanted = not self.yard_card.wanted
            self._follow_yard()

    def toggle_minimap(self) -> None:
        """Shows or hides the minimap."""
        self._minimap_wanted = not self._minimap_wanted
        self._follow_map()

    def _follow_yard(self) -> None:
        if self.yard_card is None:
            if self._desk.layers.selection.current is None:
                return
            self.yard_card = YardCard(self._desk, self)  # made when something is selected for the first time
        if not self._roomy():
            self.yard_card.hide()
        elif self.yard_card.follow():
            self._place()

    def _follow_map(self) -> None:
        self._beats += 1
        wanted = self._minimap_wanted and self._roomy() and self._beats > _MINIMAP_BEATS
        if self.minimap is None:
            if not wanted:
                return
            self.minimap = Minimap(self._desk, self)
        if self.minimap.isVisible() != wanted:
            self.minimap.setVisible(wanted)
            self._place()
        self.minimap.tick(self.port.footprint())

    def _follow_heat(self) -> None:
        if self.heat_card is None and self._desk.layers.heat.visible:
            self.heat_card = HeatCard(self._desk, self)
        if self.heat_card is not None and self.heat_card.follow():
            self._place()

    def _roomy(self) -> bool:
        theme = self._desk.theme
        return not self.cramped and self.width() >= theme.px(_LEAST_WIDTH) and self.height() >= theme.px(_LEAST_HEIGHT)

    def say(self, text: str) -> None:
        """Shows a sentence for some seconds at the top of the view."""
        self._toast.setText(text)
        self._toast.adjustSize()
        self._toast.move((self.width() - self._toast.width()) // 2, self._desk.theme.px(70))
        self._toast.show()
        self._toast.raise_()
        self._toast_timer.start()

    def say_measure(self) -> None:
        """How one measures."""
        self.say(self.tr("Click places to measure between them; a double click ends the line, Esc wipes it"))

    def refresh_legend(self) -> None:
        """Counts may have made a state appear or vanish."""
        self.legend.refresh()
        self.quality.refresh()
        self._place()

    def switch_colours(self, mode: str = "") -> None:
        """Lets the colours of containers tell `mode` (`layers.palette.ColourMode`); without it the next meaning."""
        containers = self._desk.layers.containers
        modes = [name for name, _, _ in COLOUR_MODES]
        containers.set_colour_mode(mode or modes[(modes.index(containers.colour_mode) + 1) % len(modes)])
        self.legend.retranslate()
        self._place()

    def finalise(self) -> None:
        """Lets go of the graphics card."""
        self.port.finalise()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        margin = self._desk.theme.px(MARGIN)
        for overlay in (self.breadcrumb, self.viewpoints, self.legend, self.scale):
            overlay.adjustSize()
        self.breadcrumb.move(margin, margin)
        self.viewpoints.move(self.width() - self.viewpoints.width() - margin, margin)
        bottom = self.height() - margin
        self.legend.move(margin, bottom - self.legend.height())
        crowded = self.legend.width() + self.scale.width() + 3 * margin > self.width()
        lowest = bottom - self.legend.height() - margin // 2 if crowded else bottom
        self.scale.move(self.width() - self.scale.width() - margin, lowest - self.scale.height())
        if self.heat_card is not None:
            self.heat_card.move(margin, self.breadcrumb.geometry().bottom() + margin // 2)
        if self.minimap is not None:
            self.minimap.adjustSize()
            self.minimap.move(self.width() - self.minimap.width() - margin,
                              self.scale.y() - self.minimap.height() - margin // 2)
        if self.yard_card is not None:
            self.yard_card.adjustSize()
            self.yard_card.move(margin, self.legend.y() - self.yard_card.height() - margin // 2)

    def _place_callouts(self) -> None:
        warnings = [
            w for w in self._desk.twin.warnings.open() if w.active and w.severity.value in ("critical", "high")
        ][:CALL_OUTS]
        layer = self._desk.layers.warnings
        place_of = dict(zip(layer.id, layer.place, strict=True))
        placed = np.array([place_of.get(w.id, _NOWHERE) for w in warnings]).reshape(-1, 3)
        at = self.port.project(placed) if len(placed) else placed
        cards = (self.breadcrumb, self.viewpoints, self.legend, self.scale, self.minimap, self.yard_card,
                 self.heat_card)
        taken = [card.geometry() for card in cards if card is not None and card.isVisible()]
        for number, card in enumerate(self._callouts):
            if number >= len(warnings) or not np.isfinite(at[number]).all() or at[number, 2] < 0:
                card.hide()
                continue
            x, y = float(at[number, 0]), float(at[number, 1])
            if not (0 <= x <= self.width() and 0 <= y <= self.height()):
                card.hide()
                continue
            card.show_warning(warnings[number])
            left = min(max(int(x) + self._desk.theme.px(26), 8), self.width() - card.width() - 8)
            top = min(max(int(y) - card.height() // 2, 8), self.height() - card.height() - 8)
            rect = card.rect().translated(left, top)
            for other in taken:
                if rect.intersects(other):
                    rect.moveTop(
                        other.bottom() + 8
                        if other.center().y() < self.height() / 2
                        else other.top() - rect.height() - 8
                    )
            taken.append(rect)
            card.move(rect.topLeft())
            card.show()


class _Card(QFrame):
    def __init__(self, desk: Desk, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._desk = desk
        self._column = QVBoxLayout(self)
        theme = desk.theme
        self._column.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
        self._column.setSpacing(theme.px(3))
        self._head = QLabel(objectName="strong")
        self._body = QLabel(objectName="dim")
        self._column.addWidget(self._head)
        self._column.addWidget(self._body)
        self.hide()


class _HoverCard(_Card):
    """A few lines about what the pointer rests on, beside the pointer."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(desk, "hoverCard", parent)

    def show_lines(self, lines: tuple[str, ...]) -> None:
        self.setVisible(bool(lines))
        if lines:
            self._head.setText(lines[0])
            self._body.setText("\n".join(lines[1:]))
            self._body.setVisible(len(lines) > 1)
            self.adjustSize()
            self.raise_()

    def follow_pointer(self) -> None:
        if not self.isVisible():
            return
        parent = self.parentWidget()
        pointer = parent.mapFromGlobal(QCursor.pos())
        if not parent.rect().contains(pointer):
            self.hide()
            return
        offset = self._desk.theme.px(18)
        at = pointer + QPoint(offset, offset)
        at.setX(min(at.x(), parent.width() - self.width() - 4))
        at.setY(min(at.y(), parent.height() - self.height() - 4))
        self.move(at)


class _CallOut(_Card):
    """What a beacon means, beside it."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(desk, "callout", parent)
        self._shown = ""

    def show_warning(self, warning) -> None:
        theme = self._desk.theme
        colour = theme.colours[SEVERITY_COLOURS[warning.severity.value]]
        mark = SEVERITY_MARKS[warning.severity.value]
        name = f'<span style="color:{colour}">{mark} {rule_name(self._desk, warning)}</span>'
        head = f"{name}&nbsp;&nbsp;{subject_text(warning)}"
        body = explanation(self._desk, warning)
        if warning.eta_s is not None and warning.active:
            body += self.tr(" · %1 to the gate").replace("%1", formats.duration(warning.eta_s))
        if head + body != self._shown:
            self._shown = head + body
            self.setProperty("severity", warning.severity.value)
            self.style().unpolish(self)
            self.style().polish(self)
            self._head.setText(head)
            self._body.setText(body)
            self.adjustSize()
