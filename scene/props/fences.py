"""Electronic fences as translucent walls: teal foreign, violet domestic, amber closed, blue sites; red if breached.

A light runs along a fence's edge, quietly; along one that is breached it runs fast and the whole wall beats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LinearRing, LineString
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer

from scene import materials
from scene import mesh as m
from scene.actors import add_haze, mapper_of, plain_fragments, polydata
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
_SHOWN_TIMES = 2.2  # a three-metre wall would not be seen over five tiers of boxes
_FOOT_M = 0.15

# The place: along the fence in metres, up it from 0 to 1. The edge is never thinner than a pixel.
_GLSL = """  float up = placeVSOutput.y;
  float pixel = fwidth(up);
  float edge = smoothstep(1.0 - max(0.075, 1.3 * pixel), 1.0, up)
      + 0.55 * (1.0 - smoothstep(0.0, max(0.06, pixel), up));
  float way = fract(placeVSOutput.x * 0.0125 - fenceTime * (0.11 + 0.5 * breached));
  float light = smoothstep(0.62, 1.0, way);
  float beat = breached * (0.14 + 0.12 * sin(fenceTime * 5.0));
  float posts = 0.05 * step(0.94, fract(placeVSOutput.x * 0.1)) * clamp(1.2 - 0.0022 * distanceVSOutput, 0.0, 1.0);
  float share = 0.13 + 0.17 * (1.0 - up) + posts + beat + edge * (0.34 + 0.40 * light) + 0.10 * light * up;
  gl_FragData[0] = vec4(fenceColour * (0.92 + 0.55 * edge * light), min(share, 0.92));
"""


class Fences(StaticProp):
    """One translucent wall with a bright edge for each fence."""

    def __init__(self, renderer: vtkRenderer, fences: tuple[Fence, ...], light: Light) -> None:
        super().__init__(renderer)
        self._fences = fences
        self._walls: list[vtkActor] = [self.add(_wall(fence, light)) for fence in fences]
        self._drawn = -1
        self._breached = [False] * len(fences)
        self._paint()
        self.at(0.0)

    def sync(self, layer: FencesLayer) -> bool:
        """Take over the layer's state. True when the picture changed."""
        if layer.revision == self._drawn:
            return False
        self._drawn = layer.revision
        self.set_visible(layer.visible)
        self._breached = [bool(state) for state in layer.state]
        self._paint()
        return True

    def at(self, seconds: float) -> None:
        """Let the lights run on."""
        for wall in self._walls:
            wall.GetShaderProperty().GetFragmentCustomUniforms().SetUniformf("fenceTime", float(seconds % 3600.0))

    def close(self) -> None:
        """Let go of everything."""
        self._walls.clear()
        super().close()

    def _paint(self) -> None:
        for fence, wall, bad in zip(self._fences, self._walls, self._breached, strict=True):
            rgb = materials.FENCE_BREACHED if bad else _COLOURS[fence.fence_class]
            uniforms = wall.GetShaderProperty().GetFragmentCustomUniforms()
            uniforms.SetUniform3f("fenceColour", [c / 255 for c in rgb])
            uniforms.SetUniformf("breached", float(bad))


def _lines(fence: Fence) -> list[NDArray[np.float64]]:
    """The fence's outline without its openings, as polylines."""
    ring = LinearRing(fence.outline)
    if fence.openings:
        gaps = shapely.union_all([LineString(pair).buffer(0.6, cap_style="flat") for pair in fence.openings])
        rest = shapely.line_merge(LineString(ring.coords).difference(gaps))
    else:
        rest = LineString(ring.coords)
    return [shapely.get_coordinates(part) for part in shapely.get_parts(rest)]


def _wall(fence: Fence, light: Light) -> vtkActor:
    high = fence.height_m * _SHOWN_TIMES
    corners, places = [], []
    for line in _lines(fence):
        a, b = line[:-1], line[1:]
        quad = np.empty((len(a), 4, 3))
        quad[:, 0, :2], quad[:, 1, :2], quad[:, 2, :2], quad[:, 3, :2] = a, b, b, a
        quad[:, :2, 2], quad[:, 2:, 2] = _FOOT_M, high
        ends = np.concatenate([[0.0], np.cumsum(np.linalg.norm(b - a, axis=1))])
        place = np.zeros((len(a), 4, 2), dtype=np.float32)
        place[:, 0, 0] = place[:, 3, 0] = ends[:-1]
        place[:, 1, 0] = place[:, 2, 0] = ends[1:]
        place[:, 2:, 1] = 1.0
        corners.append(quad)
        places.append(place)
    data = polydata(m.quads(np.concatenate(corners), (255, 255, 255)))
    where = numpy_to_vtk(np.concatenate(places).reshape(-1, 2), deep=True)
    where.SetName("place")
    data.GetPointData().AddArray(where)
    actor = vtkActor()
    mapper = mapper_of(data)
    mapper.MapDataArrayToVertexAttribute("placeMC", "place", 0, -1)
    actor.SetMapper(mapper)
    look = actor.GetProperty()
    look.LightingOff()
    look.BackfaceCullingOff()
    actor.ForceTranslucentOn()
    actor.PickableOff()
    shader = actor.GetShaderProperty()
    shader.AddVertexShaderReplacement("//VTK::Color::Dec", True, "//VTK::Color::Dec\nin vec2 placeMC;\n", False)
    add_haze(actor, light, 0, "out vec2 placeVSOutput;\n", "  placeVSOutput = placeMC;\n")
    plain_fragments(shader, "in vec2 placeVSOutput;\n", _GLSL)
    return actor
