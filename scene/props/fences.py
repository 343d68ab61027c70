"""Electronic fences as translucent walls: teal foreign, violet domestic, amber closed, blue sites; red if breached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.geometry import LinearRing, LineString
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer

from scene import materials
from scene import mesh as m
from scene.actors import translucent
from scene.light import Light
from scene.props.base import StaticProp
from twin.port_layout import Fence, FenceClass

if TYPE_CHECKING:
    from layers.fences import FencesLayer

_COLOURS = {
    FenceClass.FOREIGN: materials.FENCE_FOREIGN,
    FenceClass.DOMESTIC: materials.FENCE_DOMESTIC,
    FenceClass.CLOSED: materials.FENCE_CLOSED,
    FenceClass.SITE: materials.FENCE_SITE,
}
_WALL_OPACITY, _EDGE_OPACITY, _BREACHED_OPACITY = 0.24, 0.66, 0.6
_SHOWN_TIMES = 2.2  # a three-metre wall would not be seen over five tiers of boxes
_RAIL_M = 0.55


class Fences(StaticProp):
    """One translucent wall with a firm upper and lower edge for each fence."""

    def __init__(self, renderer: vtkRenderer, fences: tuple[Fence, ...], light: Light) -> None:
        super().__init__(renderer)
        self._fences = fences
        self._walls: list[vtkActor] = []
        self._edges: list[vtkActor] = []
        self._drawn = -1
        for fence in fences:
            wall, edge = _wall(fence), _edge(fence)
            for made, kept, opacity in ((wall, self._walls, _WALL_OPACITY), (edge, self._edges, _EDGE_OPACITY)):
                actor = translucent(made, light, opacity)
                actor.GetMapper().ScalarVisibilityOff()  # one colour each, so that a breach only sets a property
                kept.append(actor)
                self.add(actor)
        self._paint([False] * len(fences))

    def sync(self, layer: FencesLayer) -> bool:
        """Take over the layer's state. True when the picture changed."""
        if layer.revision == self._drawn:
            return False
        self._drawn = layer.revision
        self.set_visible(layer.visible)
        self._paint([bool(state) for state in layer.state])
        return True

    def close(self) -> None:
        """Let go of everything."""
        self._walls.clear()
        self._edges.clear()
        super().close()

    def _paint(self, breached: list[bool]) -> None:
        for fence, wall, edge, bad in zip(self._fences, self._walls, self._edges, breached, strict=True):
            rgb = materials.FENCE_BREACHED if bad else _COLOURS[fence.fence_class]
            for actor in (wall, edge):
                actor.GetProperty().SetColor(*(c / 255 for c in rgb))
            wall.GetProperty().SetOpacity(_BREACHED_OPACITY if bad else _WALL_OPACITY)


def _lines(fence: Fence) -> list[np.ndarray]:
    """The fence's outline without its openings, as polylines."""
    ring = LinearRing(fence.outline)
    if fence.openings:
        gaps = shapely.union_all([LineString(pair).buffer(0.6, cap_style="flat") for pair in fence.openings])
        rest = shapely.line_merge(LineString(ring.coords).difference(gaps))
    else:
        rest = LineString(ring.coords)
    return [shapely.get_coordinates(part) for part in shapely.get_parts(rest)]


def _wall(fence: Fence) -> m.Mesh:
    high = fence.height_m * _SHOWN_TIMES
    parts = []
    for line in _lines(fence):
        a, b = line[:-1], line[1:]
        corners = np.empty((len(a), 4, 3))
        corners[:, 0, :2], corners[:, 1, :2], corners[:, 2, :2], corners[:, 3, :2] = a, b, b, a
        corners[:, :2, 2], corners[:, 2:, 2] = 0.2, high
        parts.append(m.quads(corners, (255, 255, 255)))
    return m.merge(parts)


def _edge(fence: Fence) -> m.Mesh:
    high = fence.height_m * _SHOWN_TIMES
    parts = []
    for line in _lines(fence):
        for z, size in ((high, _RAIL_M), (0.25, 0.9)):
            points = np.column_stack([line, np.full(len(line), z)])
            parts.append(m.beams(points[:-1], points[1:], size, size * 0.5, (255, 255, 255)))
    return m.merge(parts)
