"""The port's model: all static props of a layout, from the front to the back.

Drawing order matters twice: what is drawn first saves the work of drawing what it hides, and the translucent walls come
last of all (VTK draws them after everything solid).
"""

from __future__ import annotations

from vtkmodules.vtkRenderingCore import vtkRenderer

from scene.later import Later
from scene.light import Light
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
from twin.port_layout import PortLayout


class PortModel:
    """Everything that stands still."""

    def __init__(self, renderer: vtkRenderer, layout: PortLayout, light: Light, waves: bool = True) -> None:
        self._later = Later()
        self.roads = Roads(renderer, layout, light, self._later)  # the longest work first
        self.fences = Fences(renderer, layout.fences, light)
        self.yard = Yard(renderer, layout, light, self._later)
        self.quay = Quay(renderer, layout, light, self._later)
        self.buildings = Buildings(renderer, layout, light, self._later)
        self.gates = Gates(renderer, layout, light, self._later)
        self.greenery = Greenery(renderer, layout, light, self._later)
        self.terrain = Terrain(renderer, layout, light)
        self.sea = Sea(renderer, layout, light, waves)
        self.sky = Sky(renderer, light)

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
        changed = [part.adopt(most) for part in self.parts]
        return any(changed)

    def look_from(self, eye: tuple[float, float, float]) -> None:
        """Choose what is near enough to the eye to be drawn."""
        for part in self.parts:
            part.look_from(eye)

    def close(self) -> None:
        """Take everything out of the renderer and let go of it."""
        self._later.close()
        for part in self.parts:
            part.close()
