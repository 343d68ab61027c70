"""The light the scene stands in: that of the port's clock, or one that was asked for."""

from __future__ import annotations

from vtkmodules.vtkRenderingCore import vtkRenderer

from scene import actors
from scene.light import DAY, Light, light_at
from scene.port_model import PortModel
from twin.port_layout import PortLayout

BAKED_IN = DAY
"""The light in the colours of what moves."""

_EVERY_MS = 60_000  # of the port's clock: a quarter of a degree of the sun's way


class Daylight:
    """Keeps all actors of a renderer in one light. `fixed` holds it there; None lets it follow the clock."""

    def __init__(self, layout: PortLayout, fixed: Light | None) -> None:
        self._place = (layout.origin_lon, layout.origin_lat)
        self._fixed = fixed
        self._set_at: int | None = None
        self._props = 0
        self.light: Light = fixed if fixed is not None else BAKED_IN

    def fix(self, light: Light | None) -> None:
        """Stay in a light, or follow the clock again."""
        self._fixed, self._set_at, self._props = light, None, 0

    def sync(self, renderer: vtkRenderer, model: PortModel, now_ms: int) -> bool:
        """Bring light and air to `now_ms`. True when the picture changed."""
        count = renderer.GetViewProps().GetNumberOfItems()
        wanted = self._wanted(now_ms)
        if wanted is self.light and count == self._props:
            return False
        if wanted is not self.light:
            self.light = wanted
            model.relight(wanted)
        self._props = count
        actors.relight(renderer, wanted, BAKED_IN)
        renderer.SetBackground(*wanted.haze)
        return True

    def _wanted(self, now_ms: int) -> Light:
        if self._fixed is not None:
            return self._fixed
        if now_ms <= 0 or (self._set_at is not None and abs(now_ms - self._set_at) < _EVERY_MS):
            return self.light  # 0: the port has not said yet what time it is there
        self._set_at = now_ms
        return light_at(now_ms, *self._place)
