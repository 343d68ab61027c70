"""What lies over the 3D view: where one is, where one can go, what the colours mean, how large things are."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QWidget

from layers.legend import legend
from layers.levels import place_in_yard
from layers.palette import COLOUR_MODES
from layers.selection import Selection
from panels import formats
from panels.desk import Desk
from panels.warning_words import rule_name, subject_text

MAP_VIEWPOINT = "top"  # the bar's last button goes there


class Overlay(QFrame):
    """A card over the scene."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("overlay")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk = desk
        self._row = QHBoxLayout(self)
        theme = desk.theme
        self._row.setContentsMargins(theme.px(14), theme.px(7), theme.px(14), theme.px(7))
        self._row.setSpacing(theme.px(8))

    def retranslate(self) -> None:
        """Writes texts in the language of the screen."""

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
            self.adjustSize()
        super().changeEvent(event)


class Breadcrumb(Overlay):
    """Port › zone › block › bay › row › tier of the selection; each step is a link."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.RichText)
        self._label.linkActivated.connect(self._go)
        self._row.addWidget(self._label)
        self._shown: tuple[str, ...] = ()
        self.show_selection(None)

    def show_selection(self, selection: Selection | None) -> None:
        """Shows the way to what is selected."""
        steps = self._steps(selection)
        text = tuple(f"{kind}:{identity}:{words}" for kind, identity, words in steps)
        if text == self._shown:
            return
        self._shown = text
        theme = self._desk.theme
        parts = []
        for place, (kind, identity, words) in enumerate(steps):
            colour = theme.colours["strong" if place == len(steps) - 1 else "text"]
            style = f"color:{colour}; text-decoration:none;"
            parts.append(
                f'<a href="{kind}:{identity}" style="{style}">{words}</a>'
                if kind
                else f'<span style="{style}">{words}</span>'
            )
        separator = f'<span style="color:{theme.colours["dim"]}"> › </span>'
        self._label.setText(separator.join(parts))
        self.adjustSize()

    def words(self) -> str:
        """The way to what is selected as plain text."""
        return " › ".join(words for _, _, words in self._steps(self._desk.layers.selection.current))

    def _steps(self, selection: Selection | None) -> list[tuple[str, str, str]]:
        language, layout = self._desk.language, self._desk.index.layout
        steps = [("port", "", language.of(layout.name))]
        if selection is None:
            return steps
        block_id, tail = self._block_of(selection)
        zone_id = next((block.zone for block in layout.blocks if block.id == block_id), None)
        words = selection.id
        if selection.kind == "warning" and (warning := self._desk.twin.warnings.get(selection.id)) is not None:
            zone_id, words = warning.zone, f"{rule_name(self._desk, warning)} {subject_text(warning)}"
        elif selection.kind == "container":
            words = formats.container_number(selection.id)
        if selection.kind == "zone":
            zone_id = selection.id
        zones = {zone.id: zone for zone in layout.zones}
        chain: list[tuple[str, str, str]] = []
        while zone_id in zones and zones[zone_id].parent is not None:
            chain.insert(0, ("zone", zone_id, language.of(zones[zone_id].name)))
            zone_id = zones[zone_id].parent
        steps += chain
        if block_id:
            steps.append(("block", block_id, block_id))
        steps += tail
        if selection.kind not in ("zone", "block") and not tail:
            steps.append(("", "", words))
        return steps

    def _block_of(self, selection: Selection) -> tuple[str | None, list[tuple[str, str, str]]]:
        if selection.kind == "block":
            return selection.id, []
        address = place_in_yard(selection, self._desk.index.layout, self._desk.twin.containers)
        if address is None:
            return None, []
        tail = [("bay", address.bay_selection.id, self.tr("bay %1").replace("%1", f"{address.bay:02d}"))]
        if address.row is not None:
            tail.append(("", "", self.tr("row %1").replace("%1", f"{address.row:02d}")))
            tail.append(("", "", self.tr("tier %1").replace("%1", str(address.tier))))
        return address.block, tail

    def _go(self, link: str) -> None:
        kind, _, identity = link.partition(":")
        if kind == "port":
            self._desk.layers.selection.select(None)
            self._desk.layers.view.home()
        else:
            self._desk.layers.selection.select(Selection(kind, identity))
            self._desk.layers.view.fly_to(Selection(kind, identity))

    def retranslate(self) -> None:
        """Writes texts in the language of the screen."""
        self._shown = ()
        self.show_selection(self._desk.layers.selection.current)


class ViewpointBar(Overlay):
    """Buttons of the named viewpoints and of the north-up map."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._row.setContentsMargins(desk.theme.px(6), desk.theme.px(4), desk.theme.px(6), desk.theme.px(4))
        self._row.setSpacing(0)
        self._buttons: list[tuple[QPushButton, str]] = []
        for viewpoint in desk.index.layout.viewpoints:
            if viewpoint.id != MAP_VIEWPOINT:
                self._add(viewpoint.id)
        self._map = QPushButton(objectName="flat")
        self._map.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._map.clicked.connect(desk.layers.view.north_up)
        self._row.addWidget(self._map)
        self.retranslate()

    def _add(self, viewpoint_id: str) -> None:
        button = QPushButton(objectName="flat")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda: self._desk.layers.view.go(viewpoint_id))
        self._row.addWidget(button)
        self._buttons.append((button, viewpoint_id))

    def retranslate(self) -> None:
        """Writes texts in the language of the screen."""
        names = {viewpoint.id: viewpoint.name for viewpoint in self._desk.index.layout.viewpoints}
        for button, viewpoint_id in self._buttons:
            button.setText(self._desk.language.of(names[viewpoint_id]))
        self._map.setText(self.tr("Map N↑"))


class LegendCard(Overlay):
    """What the container colours mean; the button offers the other meanings."""

    mode_wanted = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._mode = QPushButton(objectName="flat")
        self._mode.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._menu = QMenu(self)
        self._acts = {mode: self._menu.addAction("") for mode, _, _ in COLOUR_MODES}
        for mode, act in self._acts.items():
            act.setCheckable(True)
            act.triggered.connect(lambda _=False, mode=mode: self.mode_wanted.emit(mode.value))
        self._mode.setMenu(self._menu)
        self._row.addWidget(self._mode)
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.RichText)
        self._row.addWidget(self._label)
        self._shown = ""

    def refresh(self) -> None:
        """Shows the entries that occur in the port."""
        containers = self._desk.layers.containers
        english = self._desk.language.code == "en"
        theme = self._desk.theme
        parts = []
        for entry in legend(containers):
            if not entry.count:
                continue
            red, green, blue = entry.rgb
            name = entry.en if english else entry.zh
            parts.append(
                f'<span style="color:rgb({red},{green},{blue}); font-size:{theme.px(15)}px">■</span>'
                f'&nbsp;<span style="color:{theme.colours["text"]}">{name}</span>'
            )
        text = "&nbsp;&nbsp;&nbsp;".join(parts)
        if text != self._shown:
            self._shown = text
            self._label.setText(text)
            self.adjustSize()

    def retranslate(self) -> None:
        """Writes texts in the language of the screen."""
        now = self._desk.layers.containers.colour_mode
        for mode, zh, en in COLOUR_MODES:
            name = en if self._desk.language.code == "en" else zh
            self._acts[mode].setText(name)
            self._acts[mode].setChecked(mode is now)
            if mode is now:
                self._mode.setText(name)
        self._shown = ""
        self.refresh()


class ScaleCard(Overlay):
    """Tide, compass, scale bar, and the word that the layout is not surveyed."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._note = QLabel(objectName="dim")
        self._row.addWidget(self._note)
        self._tide = QLabel(objectName="mono")
        self._row.addWidget(self._tide)
        self._tide_dm: int | None = None  # shown, decimetres
        self._bar = _ScaleBar(desk)
        self._row.addWidget(self._bar)
        self._compass = _Compass(desk)
        self._row.addWidget(self._compass)
        self.retranslate()

    def take(self, widget: QWidget) -> None:
        """A further widget at the card's end."""
        self._row.addWidget(widget)

    def show_view(self, metres_per_pixel: float, azimuth_deg: float) -> None:
        """Shows the size of a pixel on the ground and where north is."""
        self._bar.show_scale(metres_per_pixel)
        self._compass.show_azimuth(azimuth_deg)

    def show_tide(self, height_m: float | None) -> None:
        """Shows how high the sea stands above chart datum; None: nobody knows."""
        shown = None if height_m is None else round(10.0 * height_m)
        if shown != self._tide_dm:
            self._tide_dm = shown
            self.retranslate()

    def retranslate(self) -> None:
        """Writes texts in the language of the screen."""
        if self._tide_dm is not None:
            self._tide.setText(self.tr("Tide %1 m").replace("%1", f"{self._tide_dm / 10.0:.1f}"))
            self._tide.setToolTip(self.tr("Above chart datum, from the port's mean high and low water: schematic, not "
                                          "for navigation"))
        self._tide.setVisible(self._tide_dm is not None)
        surveyed = self._desk.index.layout.surveyed
        self._note.setText("" if surveyed else self.tr("Schematic layout, not surveyed"))
        self._note.setVisible(not surveyed)


class _ScaleBar(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._theme = desk.theme
        self._metres, self._width = 100.0, desk.theme.px(90)
        self.setFixedSize(desk.theme.px(170), desk.theme.px(24))

    def show_scale(self, metres_per_pixel: float) -> None:
        if not (math.isfinite(metres_per_pixel) and metres_per_pixel > 0.0):
            return  # nothing has been drawn yet
        longest = self._theme.px(100) * metres_per_pixel
        power = 10.0 ** math.floor(math.log10(longest))
        metres = max(step * power for step in (1.0, 2.0, 5.0) if step * power <= longest * (1.0 + 1e-9))
        width = round(metres / metres_per_pixel)
        if (metres, width) != (self._metres, self._width):
            self._metres, self._width = metres, width
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setPen(QPen(self._theme.colour("dim"), 1))
        painter.setFont(self._theme.font(12))
        text = f"{self._metres / 1000:g} km" if self._metres >= 1000 else f"{self._metres:g} m"
        left, middle = self._theme.px(60), self.height() // 2
        painter.drawText(
            0,
            0,
            left - self._theme.px(6),
            self.height(),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            text,
        )
        painter.drawLine(left, middle, left + self._width, middle)
        for end in (left, left + self._width):
            painter.drawLine(end, middle - 4, end, middle + 4)


class _Compass(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._theme = desk.theme
        self._azimuth = 0.0
        self.setFixedSize(desk.theme.px(30), desk.theme.px(30))

    def show_azimuth(self, azimuth_deg: float) -> None:
        if abs(azimuth_deg - self._azimuth) > 0.5:
            self._azimuth = azimuth_deg
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = self.width()
        painter.translate(side / 2, side / 2)
        painter.setPen(QPen(self._theme.colour("line"), 1.5))
        painter.drawEllipse(QPointF(0, 0), side / 2 - 1.5, side / 2 - 1.5)
        painter.rotate(-self._azimuth)
        painter.setPen(Qt.PenStyle.NoPen)
        for colour, sign in ((self._theme.colour("alarm"), -1), (QColor(self._theme.colour("dim")), 1)):
            painter.setBrush(colour)
            painter.drawPolygon(
                QPolygonF([QPointF(0, sign * side * 0.38), QPointF(side * 0.11, 0), QPointF(-side * 0.11, 0)])
            )
