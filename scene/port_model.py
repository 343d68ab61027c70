"""The port's model: all static props of a layout, from the front to the back.

Drawing order matters twice: what is drawn first saves the work of drawing what it hides, and the translucent walls come
last of all (VTK draws them after everything solid).
"""

from __future__ import annotations

from pathlib import Path

from vtkmodules.vtkRenderingCore import vtkRenderer

from layers.layers import Layers
from scene.light import Light
from scene.props import buildings, gates, greenery, quay, roads, sea, terrain, yard
from scene.props.base import AT_ONCE, StaticProp
from scene.props.buildings import Buildings
from scene.props.fences import Fences
from scene.props.gates import Gates
from scene.props.greenery import Greenery
from scene.props.quay import Quay
from scene.props.roads import Roads
from scene.props.sea import Sea
from scene.props.sky import Sky
from scene.props.terrain import Terrain
from scene.props.yard import Yard
from scene.still import Recipe, Stock
from twin.port_layout import PortLayout

_FIRST: dict[str, Recipe] = terrain.AT_ONCE | sea.AT_ONCE | yard.AT_ONCE | buildings.AT_ONCE
_THEN: dict[str, Recipe] = roads.LATER | quay.LATER | yard.LATER | gates.LATER | buildings.LATER | greenery.LATER


class PortModel:
    """Everything that stands still. `cache`: where its meshes are kept between starts, the user's cache by default."""

    def __init__(
        self, renderer: vtkRenderer, layout: PortLayout, light: Light, waves: bool = True, cache: Path | None = None
    ) -> None:
        self._renderer = renderer
        self._stock = stock = Stock(layout, _FIRST, _THEN, cache)
        self.fences = Fences(renderer, layout.fences, light)
        self.buildings = Buildings(renderer, layout, stock, light)
        self.gates = Gates(renderer, layout, stock, light)
        self.greenery = Greenery(renderer, stock, light)
        self.yard = Yard(renderer, stock, light)
        self.quay = Quay(renderer, stock, light)
        self.roads = Roads(renderer, stock, light)
        self.terrain = Terrain(renderer, layout, stock, light)
        self.sea = Sea(renderer, layout, stock, light, waves)
        self.sky = Sky(renderer, light)

    def relight(self, light: Light) -> None:
        """Show everything in another light, together with `actors.relight`."""
        for part in self.parts:
            part.relight(light)

    def sync(self, layers: Layers, now_ms: int) -> bool:
        """Fences and barriers as the layers have them. True when the picture changed."""
        changed = self.fences.sync(layers.fences)
        changed = self.sea.rise(layers.vessels.sea_m) or changed
        return self.gates.sync(layers.vehicles, now_ms) or changed

    def at(self, seconds: float) -> None:
        """Let waves and the lights on the fences run on."""
        self.sea.at(seconds)
        self.fences.at(seconds)

    @property
    def parts(self) -> tuple[StaticProp, ...]:
        """All props."""
        return (self.fences, self.buildings, self.greenery, self.gates, self.yard, self.quay, self.roads, self.terrain,
                self.sea, self.sky)

    @property
    def pending(self) -> bool:
        """Fine detail is still being computed."""
        return any(part.awaits_detail for part in self.parts)

    def adopt(self, most: int = AT_ONCE) -> bool:
        """Take over what was computed meanwhile. True when the picture changed."""
        changed = sum(part.adopt(most) for part in self.parts) > 0
        if changed:
            self._put_last()
        return changed

    def _put_last(self) -> None:
        """Draw ground, sea and sky after what came meanwhile and lies before them."""
        shown = self._renderer.GetViewProps()
        for part in (self.terrain, self.sea, self.sky):
            for actor in part.actors:  # not through the renderer, which would free them on the graphics card
                shown.RemoveItem(actor)
                shown.AddItem(actor)

    def look_from(self, eye: tuple[float, float, float]) -> None:
        """Choose what is near enough to the eye to be drawn."""
        for part in self.parts:
            part.look_from(eye)

    def close(self) -> None:
        """Take everything out of the renderer and let go of it."""
        self._stock.close()
        for part in self.parts:
            part.close()
        del self._renderer
