"""The look of container steel: ribs, corner posts, rails and doors, worked out per pixel from the place on the face.

No geometry and no texture (a texture with its smaller copies costs a software renderer five times as much, measured):
lines are as wide as steel is, never thinner than a pixel, and fade where a pixel would hold several of them, so a yard
a kilometre away is calm and a box close by has its ribs.
"""

from __future__ import annotations

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

from scene.actors import add_haze
from scene.light import Light

DOOR = 100.0
"""Added to the third edge distance of a face that has doors: no box is that high."""

_ATTRIBUTE = "edges"
_SAME_WAY = 0.99995  # cosine: half a degree

_FRAGMENT = """//VTK::Color::Impl
  vec4 steelAt = edgesVSOutput;
  float steelDoor = step(0.5 * DOOR_MARK, steelAt.z);
  steelAt.z -= DOOR_MARK * steelDoor;
  float steelPixel = max(fwidth(steelAt.x), fwidth(steelAt.w));
  float steelEdge = min(min(steelAt.x, steelAt.y), min(steelAt.z, steelAt.w));
  float steelWide = max(0.06, 0.45 * steelPixel);
  float steelLine = (1.0 - smoothstep(steelWide, steelWide + steelPixel, steelEdge)) * min(1.0, 0.30 / steelPixel);
  float steelFrame = step(0.17, steelEdge);
  float steelNear = max(0.0, 1.0 - steelPixel * 3.2);
  float steelWave = abs(fract(steelAt.x * 2.3) - 0.5) * 4.0 - 1.0;
  float steelRibs = clamp(steelWave * 1.6, -1.0, 1.0) * 0.085 - 0.035;
  float steelBar = abs(abs(abs(steelAt.x - steelAt.y) * 0.5 - 0.57) - 0.22);
  float steelLeaf = 0.05 - 0.20 * (1.0 - smoothstep(0.03, 0.05, steelBar))
      - 0.30 * (1.0 - smoothstep(0.015, 0.03, abs(steelAt.x - steelAt.y) * 0.5));
  float steelSeam = smoothstep(-0.5, 0.5, -steelEdge / steelPixel) * min(1.0, 0.6 / steelPixel)
      * (0.30 + 0.38 * smoothstep(0.0, 0.28, -steelEdge));
  float steel = 1.0 + mix(steelRibs, steelLeaf, steelDoor) * steelFrame * steelNear;
  steel *= (1.0 - 0.36 * steelLine) * (1.0 - steelSeam);
  ambientColor *= steel;
  diffuseColor *= steel;
""".replace("DOOR_MARK", f"{DOOR:.1f}")


class SteelMesh:
    """One actor of container faces (`scene.box_faces.Faces`), refilled as a whole."""

    def __init__(self, light: Light) -> None:
        self.actor = vtkActor()
        self.data = vtkPolyData()
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(self.data)
        mapper.SetStatic(True)
        mapper.MapDataArrayToVertexAttribute("edgesMC", _ATTRIBUTE, 0, -1)
        self.actor.SetMapper(mapper)
        look = self.actor.GetProperty()
        look.LightingOff()
        look.BackfaceCullingOn()
        self.actor.PickableOff()
        self.actor.VisibilityOff()
        add_haze(self.actor, light)
        shader = self.actor.GetShaderProperty()
        shader.AddVertexShaderReplacement(
            "//VTK::Color::Dec", True, "//VTK::Color::Dec\nin vec4 edgesMC;\nout vec4 edgesVSOutput;\n", False)
        shader.AddVertexShaderReplacement(
            "//VTK::Color::Impl", True, "//VTK::Color::Impl\n  edgesVSOutput = edgesMC;\n", False)
        shader.AddFragmentShaderReplacement(
            "//VTK::Color::Dec", True, "//VTK::Color::Dec\nin vec4 edgesVSOutput;\n", False)
        shader.AddFragmentShaderReplacement("//VTK::Color::Impl", True, _FRAGMENT, False)
        self.count = 0
        self._visible = True
        self._faces_eye = True
        self._outwards: tuple[np.ndarray, float] | None = None

    def fill(self, points: np.ndarray, colours: np.ndarray, edges: np.ndarray) -> None:
        """Show these quads: points (N, 4, 3) float32, colours (N, 4, 3) uint8, edges (N, 4, 4) float32."""
        n = len(points)
        self._outwards = _common_side(points)
        if n != self.count or not n:
            self.data.SetPolys(_quads(n))
            self.count = n
        place = vtkPoints()
        place.SetData(numpy_to_vtk(np.ascontiguousarray(points).reshape(-1, 3), deep=True))
        self.data.SetPoints(place)
        rgb = numpy_to_vtk(np.ascontiguousarray(colours).reshape(-1, 3), deep=True)
        rgb.SetName("colour")
        where = numpy_to_vtk(np.ascontiguousarray(edges).reshape(-1, 4), deep=True)
        where.SetName(_ATTRIBUTE)
        values = self.data.GetPointData()
        values.SetScalars(rgb)
        values.AddArray(where)
        self.data.Modified()
        self._show()

    def set_visible(self, visible: bool) -> None:
        """Show or hide it; empty meshes are never drawn."""
        self._visible = visible
        self._show()

    def look_from(self, eye: tuple[float, float, float]) -> None:
        """Leave the mesh out of the picture where all its faces look away from the eye."""
        if self._outwards is None:
            return
        normal, nearest = self._outwards
        faces_eye = float(normal @ np.asarray(eye)) > nearest
        if faces_eye != self._faces_eye:
            self._faces_eye = faces_eye
            self._show()

    def _show(self) -> None:
        seen = self._visible and self.count > 0 and (self._faces_eye or self._outwards is None)
        if bool(self.actor.GetVisibility()) != seen:
            self.actor.SetVisibility(seen)


def _common_side(points: np.ndarray) -> tuple[np.ndarray, float] | None:
    """The normal all quads share and the least distance of any along it; None where they look several ways."""
    if not len(points):
        return None
    across, up = points[:, 1] - points[:, 0], points[:, 3] - points[:, 0]
    normals = np.cross(across, up)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    normal = normals[0]
    if float((normals @ normal).min()) < _SAME_WAY:
        return None
    return normal, float((points[:, 0] @ normal).min())


def _quads(count: int) -> vtkCellArray:
    """Two triangles for each four points."""
    first = np.arange(count, dtype=np.int64)[:, None] * 4
    corners = (first + np.array([0, 1, 2, 0, 2, 3])).ravel()
    cells = vtkCellArray()
    cells.SetData(numpy_to_vtkIdTypeArray(np.arange(0, 6 * count + 1, 3, dtype=np.int64), deep=True),
                  numpy_to_vtkIdTypeArray(corners, deep=True))
    return cells
