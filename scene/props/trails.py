"""Trails of vehicles: one mesh of ribbons whose corners carry their time; the shader lets them fade.

The mesh is handed over anew only when fixes came; between them one number, the present, changes.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkRenderer

from layers.palette import TRAIL
from layers.trails import WINDOW_S, TrailsLayer
from scene.props.base import StaticProp
from scene.quads import quad_cells

_HALF_M: Final = 0.55
_LEAST: Final = 0.0007  # half width as a share of the distance: about a pixel on a screen a thousand high
_UP_M: Final = 0.35
_OPACITY: Final = 0.75


class Trails(StaticProp):
    """All trails."""

    def __init__(self, renderer: vtkRenderer) -> None:
        super().__init__(renderer)
        self._actor = vtkActor()
        self._data = vtkPolyData()
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(self._data)
        mapper.SetStatic(True)
        mapper.MapDataArrayToVertexAttribute("trailMC", "trail", 0, -1)
        self._actor.SetMapper(mapper)
        look = self._actor.GetProperty()
        look.LightingOff()
        look.BackfaceCullingOff()
        look.SetColor(*(value / 255 for value in TRAIL))
        look.SetOpacity(_OPACITY)
        self._actor.ForceTranslucentOn()
        self._actor.PickableOff()
        self._actor.VisibilityOff()
        shader = self._actor.GetShaderProperty()
        shader.AddVertexShaderReplacement(
            "//VTK::PositionVC::Dec", True,
            "//VTK::PositionVC::Dec\nin vec3 trailMC;\nout float trailAgeVSOutput;\n", False)
        # trailMC: direction across the way (x, y) and the time of the corner, seconds.
        shader.AddVertexShaderReplacement(
            "//VTK::PositionVC::Impl", True,
            "//VTK::PositionVC::Impl\n"
            f"  float trailHalf = max({_HALF_M}, {_LEAST} * gl_Position.w);\n"
            "  gl_Position = MCDCMatrix * (vertexMC + vec4(trailMC.xy * trailHalf, 0.0, 0.0));\n"
            "  gl_Position.z -= (gl_Position.w - gl_Position.z) * min(0.4 / gl_Position.w, 0.5);\n"
            f"  trailAgeVSOutput = (trailNow - trailMC.z) / {WINDOW_S};\n", False)
        shader.AddFragmentShaderReplacement(
            "//VTK::Color::Dec", True, "//VTK::Color::Dec\nin float trailAgeVSOutput;\n", False)
        shader.AddFragmentShaderReplacement(
            "//VTK::Light::Impl", True,
            "//VTK::Light::Impl\n"
            "  float trailLeft = clamp(1.0 - trailAgeVSOutput, 0.0, 1.0);\n"
            "  fragOutput0.a *= trailLeft * trailLeft;\n", False)
        shader.GetVertexCustomUniforms().SetUniformf("trailNow", 0.0)
        self.add(self._actor)
        self._seen: tuple[object, ...] = ()
        self.count = 0
        self.filled = 0

    def sync(self, layer: TrailsLayer, now_ms: int) -> bool:
        """Draw what changed. True when the picture changed."""
        seen = (layer.revision, layer.visible)
        if seen != self._seen:
            self._seen = seen
            if layer.visible:
                self._fill(*layer.segments(now_ms))
            self._actor.SetVisibility(layer.visible and self.count > 0)
            fades = True
        else:
            fades = layer.visible and self.count > 0
        if fades and layer.visible:
            self._actor.GetShaderProperty().GetVertexCustomUniforms().SetUniformf(
                "trailNow", (now_ms - layer.base_ms) / 1000.0)
        return seen != self._seen or fades

    def _fill(self, ends: NDArray[np.float32], times: NDArray[np.float32]) -> None:
        """ends: (S, 2, 2), metres; times: (S, 2), seconds."""
        self.filled += 1
        count = self.count = len(ends)
        if not count:
            return
        way = ends[:, 1] - ends[:, 0]
        way /= np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-6)[:, None]
        across = np.column_stack([-way[:, 1], way[:, 0]])
        points = np.full((count, 4, 3), _UP_M, dtype=np.float32)
        trail = np.empty((count, 4, 3), dtype=np.float32)
        for corner, (end, side) in enumerate(((0, -1.0), (1, -1.0), (1, 1.0), (0, 1.0))):
            points[:, corner, :2] = ends[:, end]
            trail[:, corner, :2] = across * side
            trail[:, corner, 2] = times[:, end]
        place = vtkPoints()
        place.SetData(numpy_to_vtk(points.reshape(-1, 3), deep=True))
        self._data.SetPoints(place)
        marks = numpy_to_vtk(trail.reshape(-1, 3), deep=True)
        marks.SetName("trail")
        self._data.GetPointData().AddArray(marks)
        self._data.SetPolys(quad_cells(count))
        self._data.Modified()
