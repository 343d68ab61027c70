"""What lies over the port in the scene: heat, trails, the measured line and pins. Made when first asked for."""

from __future__ import annotations

from vtkmodules.vtkRenderingCore import vtkRenderer

from layers.layers import Layers
from scene.props.base import StaticProp
from scene.props.heat import HeatCarpet
from scene.props.marks import Marks
from scene.props.trails import Trails


class OverlayModel:
    """Props that most pictures do without."""

    def __init__(self, renderer: vtkRenderer) -> None:
        self._renderer = renderer
        self.heat: HeatCarpet | None = None
        self.trails: Trails | None = None
        self.marks: Marks | None = None

    def sync(self, layers: Layers, eye: tuple[float, float, float], now_ms: int) -> bool:
        """Draw what changed. True when the picture changed."""
        if self.heat is None and layers.heat.visible:
            self.heat = HeatCarpet(self._renderer)
        if self.trails is None and layers.trails.visible:
            self.trails = Trails(self._renderer)
        if self.marks is None and (layers.tools.line or layers.pins.pins):
            self.marks = Marks(self._renderer)
        changed = self.heat is not None and self.heat.sync(layers.heat, layers.skyline)
        changed = (self.trails is not None and self.trails.sync(layers.trails, now_ms)) or changed
        return self.look_from(layers, eye) or changed

    def look_from(self, layers: Layers, eye: tuple[float, float, float]) -> bool:
        """Fit what depends on the eye. True when the picture changed."""
        return self.marks is not None and self.marks.sync(layers.tools, layers.pins, eye)

    def close(self) -> None:
        """Take everything out of the renderer and let go of it."""
        props: tuple[StaticProp | None, ...] = (self.heat, self.trails, self.marks)
        for prop in props:
            if prop is not None:
                prop.close()
