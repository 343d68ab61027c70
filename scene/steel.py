"""The look of container steel: ribs, corner castings, rails and doors, worked out per pixel from the place on the face.

No geometry and no texture (a texture with its smaller copies costs a software renderer five times as much, measured):
lines are as wide as steel is, never thinner than a pixel, and fade where a pixel would hold several of them. From
further off than the reach of detail a mesh is drawn by a shader that only hands colours on: light and haze are then
worked out at the corners, and a pixel costs a third.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkObject, vtkPoints
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

from scene.actors import AIR_DECLARED, AIR_GLSL, FRAGMENT_HEAD, add_air, add_to_vertex_shader, set_air
from scene.ambient import SAID_GLSL
from scene.light import Light
from scene.quads import quad_cells

DOOR: Final = 100.0
"""Added to the third edge distance of a face that has doors: no box is that high."""

DETAIL_M: Final = 700.0
"""Reach of detail: from there on a rib is a fraction of a pixel on a screen of a thousand lines."""

_ATTRIBUTE: Final = "edges"

_NEAR_VERTEX = AIR_GLSL + ("  vertexColorVSOutput = vec4(scalarColor.rgb * grade * (1.0 - hazeShare), hazeShare);\n"
                       "  edgesVSOutput = edgesMC;\n")

_NEAR_FRAGMENT = FRAGMENT_HEAD + """in vec4 edgesVSOutput;
void main()
{
  vec4 at = edgesVSOutput;
  float door = step(0.5 * DOOR_MARK, at.z);
  at.z -= DOOR_MARK * door;
  float pixel = max(fwidth(at.x), fwidth(at.w));
  float perPixel = 1.0 / pixel;
  float ends = min(at.x, at.y), rails = min(at.z, at.w);
  float edge = min(ends, rails);
  float wide = max(0.06, 0.45 * pixel);
  float line = clamp((wide + pixel - edge) * perPixel, 0.0, 1.0) * min(1.0, 0.30 * perPixel);
  float panel = step(0.17, edge);
  float close = max(0.0, 1.0 - pixel * 3.2);
  float wave = abs(fract(at.x * 2.6) - 0.5) * 4.0 - 1.0;
  float flank = (1.0 - min(abs(wave * 1.5), 1.0)) * sign(fract(at.x * 2.6) - 0.5);
  float ribs = clamp(wave * 1.9, -1.0, 1.0) * 0.065 + flank * 0.10 - 0.03;
  float across = abs(at.x - at.y) * 0.5;
  float bar = abs(abs(across - 0.57) - 0.22);
  float handle = step(abs(at.z - 1.05), 0.045) * step(abs(across - 0.57), 0.24);
  float leaf = 0.05 - 0.22 * clamp((0.05 - bar) * 50.0, 0.0, 1.0) - 0.32 * clamp((0.03 - across) * 66.0, 0.0, 1.0)
      - 0.25 * handle;
  float casting = step(max(ends * 5.6, rails * 8.4), 1.0) * step(0.0, edge) * close;
  float hole = casting * step(length(vec2((ends - 0.09) * 1.3, rails - 0.06)), 0.035);
  float deep = clamp(0.5 - edge * perPixel, 0.0, 1.0) * min(1.0, 0.6 * perPixel)
      * (0.30 + 0.38 * clamp(-edge * 3.57, 0.0, 1.0));
  float fine = clamp((detailReach * gl_FragCoord.w - 1.0) * 4.0, 0.0, 1.0);
  float steel = 1.0 + (mix(ribs, leaf, door) * panel - 0.10 * (1.0 - panel)) * close;
  steel *= (1.0 - 0.36 * line) * (1.0 - deep) * (1.0 - 0.22 * casting) * (1.0 - 0.7 * hole);
  steel = mix(1.0, steel, fine);
  gl_FragData[0] = vec4(vertexColorVSOutput.rgb * steel + haze.rgb * vertexColorVSOutput.a, 1.0);
SAID
}
""".replace("SAID\n", SAID_GLSL).replace("DOOR_MARK", f"{DOOR:.1f}")


class SteelMesh:
    """Container faces (`scene.box_faces.Faces`), refilled as a whole: one actor close by and one further off."""

    def __init__(self, light: Light, detail_m: float = DETAIL_M) -> None:
        self.data = vtkPolyData()
        self.actor = self._actor(light, detail_m)
        self.far_actor = self._actor(light, None)
        self.count = 0
        self._room = 0
        self._held: tuple[vtkObject, ...] = ()
        self._lent: tuple[NDArray[np.float32], NDArray[np.uint8], NDArray[np.float32]] | None = None  # kept alive
        self._detail_m = detail_m
        self._visible = True
        self._faces_eye = True
        self._close = True
        self._outwards: tuple[NDArray[np.float64], float] | None = None
        self._shown = False, True
        self._bounds = (0.0,) * 6
        self._moves = False

    @property
    def actors(self) -> tuple[vtkActor, vtkActor]:
        """What is to be put into a renderer: of the two at most one is visible."""
        return self.actor, self.far_actor

    def _actor(self, light: Light, detail_m: float | None) -> vtkActor:
        actor = vtkActor()
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(self.data)
        mapper.SetStatic(True)
        actor.SetMapper(mapper)
        look = actor.GetProperty()
        look.LightingOff()
        look.BackfaceCullingOn()
        actor.ForceOpaqueOn()
        actor.PickableOff()
        actor.VisibilityOff()
        shader = actor.GetShaderProperty()
        if detail_m is None:
            add_air(actor, light)
        else:
            mapper.MapDataArrayToVertexAttribute("edgesMC", _ATTRIBUTE, 0, -1)
            add_to_vertex_shader(shader, f"{AIR_DECLARED}in vec4 edgesMC;\nout vec4 edgesVSOutput;\n", _NEAR_VERTEX)
            shader.SetFragmentShaderCode(_NEAR_FRAGMENT)
            shader.GetFragmentCustomUniforms().SetUniformf("detailReach", detail_m)
        set_air(shader, light)
        return actor

    def fill(self, points: NDArray[np.float32], colours: NDArray[np.uint8], edges: NDArray[np.float32]) -> None:
        """Show these quads: points (N, 4, 3) float32, colours (N, 4, 3) uint8, edges (N, 4, 4) float32."""
        n = len(points)
        if n != self._room:
            self._room = n
            self.data.SetPolys(quad_cells(n))
        self._moves = True
        self._hold(points, colours, edges, deep=True)
        self.touch(n)

    def lend(
        self, points: NDArray[np.float32], colours: NDArray[np.uint8], edges: NDArray[np.float32],
        bounds: tuple[float, float, float, float, float, float] | None = None,
    ) -> None:
        """The same, of arrays that stay the caller's and live as long as the mesh: `touch` says what is new in them.

        bounds: west, east, south, north, low and high ends of all there will ever be, metres; None: to be looked up.
        """
        if len(points) != self._room:
            self._room = len(points)
            self.data.SetPolys(quad_cells(self._room))
        self._lent = points, colours, edges
        self._bounds, self._moves = bounds or self._bounds, bounds is None
        self._hold(points, colours, edges, deep=False)

    def touch(self, count: int, looks: tuple[NDArray[np.float64], float] | None = None) -> None:
        """The arrays hold other faces, of which `count` are to be seen and the rest have no area.

        looks: the unit normal all of them share (3,), and how far along it the first of them lies, metres; None where
        they look several ways.
        """
        self.count = count
        self._outwards = looks
        for part in self._held:
            part.Modified()
        self.data.Modified()
        if self._moves and count:
            self._bounds = self.data.GetBounds()
        self._show()

    def _hold(
        self, points: NDArray[np.float32], colours: NDArray[np.uint8], edges: NDArray[np.float32], *, deep: bool
    ) -> None:
        place = vtkPoints()
        place.SetData(numpy_to_vtk(np.ascontiguousarray(points).reshape(-1, 3), deep=deep))
        self.data.SetPoints(place)
        rgb = numpy_to_vtk(np.ascontiguousarray(colours).reshape(-1, 3), deep=deep)
        rgb.SetName("colour")
        where = numpy_to_vtk(np.ascontiguousarray(edges).reshape(-1, 4), deep=deep)
        where.SetName(_ATTRIBUTE)
        values = self.data.GetPointData()
        values.SetScalars(rgb)
        values.AddArray(where)
        self._held = place, rgb, where

    def place(self, at: tuple[float, float, float], turn_deg: float, reach_m: float) -> None:
        """Show it moved to `at` (metres) and turned clockwise about its origin, from which it reaches so far."""
        for actor in self.actors:
            actor.SetPosition(*at)
            actor.SetOrientation(0.0, 0.0, -turn_deg)
        (x, y, z), r = at, reach_m
        self._bounds, self._moves = (x - r, x + r, y - r, y + r, z, z + r), False

    def set_visible(self, visible: bool) -> None:
        """Show or hide it; empty meshes are never drawn."""
        if visible != self._visible:
            self._visible = visible
            self._show()

    def set_detail(self, reach_m: float) -> None:
        """From how far away steel is drawn as steel."""
        self._detail_m = reach_m
        self.actor.GetShaderProperty().GetFragmentCustomUniforms().SetUniformf("detailReach", reach_m)

    def look_from(self, eye: tuple[float, float, float]) -> None:
        """Leave the mesh out of the picture where all its faces look away from the eye; draw it plainly from afar."""
        if not self.count:
            return
        x, y, z = eye
        west, east, south, north, low, high = self._bounds
        away = math.hypot(max(west - x, x - east, 0.0), max(south - y, y - north, 0.0), max(low - z, z - high, 0.0))
        close = away < self._detail_m
        faces_eye = True
        if self._outwards is not None:
            (right, forward, up), nearest = self._outwards
            faces_eye = right * x + forward * y + up * z > nearest
        if (close, faces_eye) != (self._close, self._faces_eye):
            self._close, self._faces_eye = close, faces_eye
            self._show()

    def _show(self) -> None:
        seen = self._visible and self.count > 0 and (self._faces_eye or self._outwards is None)
        if (seen, self._close) == self._shown:
            return
        self._shown = seen, self._close
        for actor, mine in ((self.actor, self._close), (self.far_actor, not self._close)):
            if bool(actor.GetVisibility()) != (seen and mine):
                actor.SetVisibility(seen and mine)
