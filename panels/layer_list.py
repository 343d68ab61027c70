"""The list of layers: a tick to show or hide each, and how much it holds."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QWidget

from panels.desk import Desk
from twin.events import Counts
from twin.records import EntityKind
from twin.tables import ENTITY_KINDS

_VESSEL = ENTITY_KINDS[EntityKind.VESSEL]


class LayerList(QWidget):
    """Ticks set a layer's visibility; the scene notices at its next sync."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        layers = desk.layers
        self._layers = {
            "containers": layers.containers,
            "vehicles": layers.vehicles,
            "seals": layers.seals,
            "vessels": layers.vessels,
            "cranes": layers.cranes,
            "fences": layers.fences,
            "trails": layers.trails,
            "warnings": layers.warnings,
        }
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(desk.theme.px(5))
        grid.setColumnStretch(0, 1)
        self._ticks: dict[str, QCheckBox] = {}
        self._figures: dict[str, QLabel] = {}
        for row, (name, layer) in enumerate(self._layers.items()):
            tick = QCheckBox()
            tick.setChecked(layer.visible)
            tick.toggled.connect(layer.set_visible)
            figure = QLabel(objectName="dim")
            figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(tick, row, 0)
            grid.addWidget(figure, row, 1)
            self._ticks[name], self._figures[name] = tick, figure
        self.retranslate()

    def toggle(self, name: str) -> None:
        """Turns the layer `name` on or off, as a click would."""
        self._ticks[name].toggle()

    def show_counts(self, counts: Counts) -> None:
        """How much each layer holds."""
        twin = self._desk.twin
        for name, text in (
            ("containers", f"{counts.containers_in_yard:,}"),
            ("vehicles", f"{counts.vehicles:,}"),
            ("seals", f"{counts.seals:,}"),
            ("vessels", f"{int(((twin.movers.kind == _VESSEL) & ~twin.movers.gone(self._desk.now())).sum())}"),
            ("cranes", f"{len(self._desk.index.layout.cranes)}"),
            ("fences", f"{len(self._desk.index.layout.fences)}"),
            ("trails", ""),
            ("warnings", f"{counts.warnings_open}"),
        ):
            self._figures[name].setText(text)

    def retranslate(self) -> None:
        """Writes every text in the language of the screen."""
        for name, text in (
            ("containers", self.tr("Containers")),
            ("vehicles", self.tr("Vehicles")),
            ("seals", self.tr("Electronic seals")),
            ("vessels", self.tr("Vessels")),
            ("cranes", self.tr("Cranes")),
            ("fences", self.tr("Electronic fences")),
            ("trails", self.tr("Trails")),
            ("warnings", self.tr("Warnings")),
        ):
            self._ticks[name].setText(text)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
