"""What lives in the port: all props that follow the layers, in one place.

They are made before the port's model (`scene.port_model`): what is drawn first saves drawing what it hides.
"""

from __future__ import annotations

from vtkmodules.vtkRenderingCore import vtkRenderer

from layers.layers import Layers
from scene.light import Light
from scene.props.containers import MovingContainers, ShippedContainers
from scene.props.cranes import Cranes
from scene.props.cutaway import Glass
from scene.props.moorings import Moorings
from scene.props.plates import Plates
from scene.props.seals import Seals
from scene.props.selection import SelectionFrame
from scene.props.special_boxes import SpecialBoxes
from scene.props.vehicles import Vehicles
from scene.props.vessels import Vessels
from scene.props.warnings import WarningBeacons
from scene.props.yard_containers import YardContainers


class LiveModel:
    """Everything that moves or changes."""

    def __init__(self, renderer: vtkRenderer, layers: Layers, light: Light) -> None:
        self.yard = YardContainers(renderer, layers.containers, light)
        self.cargo = ShippedContainers(renderer, light)
        self.vessels = Vessels(renderer, light)
        self.moorings = Moorings(renderer, layers.index.layout, light)
        self.moving = MovingContainers(renderer, light)
        self.cranes = Cranes(renderer, layers.cranes, light)
        self.vehicles = Vehicles(renderer, light)
        self.special = SpecialBoxes(renderer, light)
        self.plates = Plates(renderer, light)
        self.seals = Seals(renderer, light)
        self.warnings = WarningBeacons(renderer)
        self.glass = Glass(renderer, light)
        self.selection = SelectionFrame(renderer)
        self._now_ms = 0

    @property
    def pending(self) -> bool:
        """Blocks of the yard wait for the next sync: it kept to its budget."""
        return self.yard.pending or self.special.pending or self.cargo.pending

    def sync(
        self, layers: Layers, eye: tuple[float, float, float], now_ms: int, budget_s: float | None = None
    ) -> bool:
        """Draw what changed since the last call, after `layers.advance(now_ms)`. True when the picture changed."""
        self._now_ms = now_ms
        self.yard.look_from(eye)
        changed = [
            self.yard.sync(layers.containers, budget_s),
            self.cargo.sync(layers),
            self.vessels.sync(layers.vessels),
            self.moorings.sync(layers.vessels),
            self.moving.sync(layers),
            self.cranes.sync(layers.cranes, eye),
            self.vehicles.sync(layers.vehicles, eye),
            self.special.sync(layers, self.cargo, eye),
            self.plates.sync(layers, self.yard, eye),
            self.seals.sync(layers.seals, eye),
            self.warnings.sync(layers.warnings, eye, now_ms),
            self.glass.sync(layers.containers),
            self.selection.sync(layers, eye),
        ]
        return any(changed)

    def look_from(self, layers: Layers, eye: tuple[float, float, float]) -> None:
        """Fit what depends on the eye to a camera that moved between two syncs."""
        for prop in (self.yard, self.cargo, self.moving):
            prop.look_from(eye)
        self.cranes.sync(layers.cranes, eye)
        self.special.sync(layers, self.cargo, eye)
        self.plates.sync(layers, self.yard, eye)
        self.warnings.sync(layers.warnings, eye, self._now_ms)
        self.selection.sync(layers, eye)

    def set_detail(self, reach_m: float) -> None:
        """From how far away container steel is drawn with its ribs, metres."""
        for prop in (self.yard, self.cargo, self.moving, self.special):
            prop.set_detail(reach_m)

    def close(self) -> None:
        """Take everything out of the renderer and let go of it."""
        for prop in (self.yard, self.cargo, self.vessels, self.moorings, self.moving, self.cranes, self.vehicles,
                     self.special, self.plates, self.seals, self.warnings, self.glass, self.selection):
            prop.close()
