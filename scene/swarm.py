"""Many copies of a few models that move: one mesh, placed anew in numpy whenever something moved.

A model's colours are worked out once for each of 72 headings, with the light in them; placing a copy is then a turn, a
shift and a look-up. For some hundred vehicles that is faster than instancing on a software renderer, and it needs no
light at drawing time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
from vtkmodules.vtkCommonCore import vtkObject, vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

from scene import mesh as m
from scene.actors import add_air
from scene.light import Light

F4 = NDArray[np.float32]
_HEADINGS = 72
HEADING_DEG = 360.0 / _HEADINGS
"""Between headings for which a model's colours are known."""

_DEGREES = 360


class Template:
    """A model ready to be placed: its points and, for each heading, its colours in the given light."""

    def __init__(self, mesh: m.Mesh, light: Light, *, coarse: bool = False) -> None:
        """coarse: seen from afar only, so that whole degrees will do for its heading: placing it is then a look-up."""
        self.points = mesh.points.astype(np.float32)
        self.faces = mesh.faces.astype(np.int64)
        normals = m.normals(mesh)
        directions, which = np.unique(np.round(normals, 2), axis=0, return_inverse=True)
        bearing = np.radians(np.arange(_HEADINGS) * (360.0 / _HEADINGS))
        sin, cos = np.sin(bearing)[:, None], np.cos(bearing)[:, None]
        turned = np.empty((_HEADINGS, len(directions), 3))
        turned[..., 0] = directions[:, 0] * cos + directions[:, 1] * sin
        turned[..., 1] = -directions[:, 0] * sin + directions[:, 1] * cos
        turned[..., 2] = directions[:, 2]
        factor = light.factor(turned.reshape(-1, 3)).reshape(_HEADINGS, -1, 3)[:, which.ravel()]
        self.colours = np.clip(mesh.colours * factor, 0, 255).astype(np.uint8)
        self.turned: F4 | None = None  # by whole degrees, (360, points, 3)
        if coarse:
            angle = np.radians(np.arange(_DEGREES, dtype=np.float64))
            self.turned = _turned(self.points, np.sin(angle), np.cos(angle))

    def __len__(self) -> int:
        return len(self.points)


class Placed:
    """Copies to be put into one mesh. points: (N, 3) float32, metres; colours: (N, 3) uint8; faces: those of one copy,
    (M, 3), of `copies` alike."""

    __slots__ = ("_faces", "colours", "copies", "points")

    def __init__(self, points: F4, colours: NDArray[np.uint8], faces: NDArray[np.int64], copies: int = 1) -> None:
        self.points, self.colours, self._faces, self.copies = points, colours, faces, copies

    @property
    def face_count(self) -> int:
        """Faces of all copies."""
        return self.copies * len(self._faces)

    @property
    def faces(self) -> NDArray[np.int64]:
        """Faces of all copies, (copies * M, 3): worked out only when asked for, since they seldom change."""
        each = len(self.points) // max(self.copies, 1)
        first = np.arange(self.copies, dtype=np.int64) * each
        return (self._faces[None] + first[:, None, None]).reshape(-1, 3)


def place(
    template: Template, xyz: NDArray[np.floating], bearing_deg: NDArray[np.floating],
    tint: NDArray[np.floating] | None = None, stretch: NDArray[np.floating] | None = None,
) -> Placed:
    """Copies of a model.

    xyz: (N, 3), metres; bearing_deg: (N,); tint: factors on the colours, (N, 3); stretch: factors on the height, (N,).
    """
    n = len(xyz)
    bearing, at = np.asarray(bearing_deg, dtype=np.float32), np.asarray(xyz, dtype=np.float32)
    if template.turned is not None and stretch is None:
        points = np.take(template.turned, np.rint(bearing).astype(np.intp) % _DEGREES, axis=0)
    else:
        angle = np.radians(bearing)
        points = _turned(template.points, np.sin(angle), np.cos(angle))
        if stretch is not None:
            points[..., 2] *= np.asarray(stretch, dtype=np.float32)[:, None]
    for axis in range(3):  # by axis: numpy adds long lines faster than many triples
        points[..., axis] += at[:, axis, None]
    heading = np.rint(bearing * (_HEADINGS / 360.0)).astype(np.intp) % _HEADINGS
    colours = np.take(template.colours, heading, axis=0)
    if tint is not None:
        colours = np.clip(colours * np.asarray(tint, dtype=np.float32)[:, None, :], 0, 255).astype(np.uint8)
    return Placed(points.reshape(-1, 3), colours.reshape(-1, 3), template.faces, n)


def _turned(points: F4, sin: NDArray[np.floating], cos: NDArray[np.floating]) -> F4:
    """Points (K, 3) turned clockwise by angles (N,). Shape (N, K, 3)."""
    found = np.empty((len(sin), len(points), 3), dtype=np.float32)
    sin, cos = sin[:, None], cos[:, None]
    found[..., 0] = points[:, 0] * cos + points[:, 1] * sin
    found[..., 1] = points[:, 1] * cos - points[:, 0] * sin
    found[..., 2] = points[:, 2]
    return found


class Fleet:
    """A fixed number of copies of one model, of which few move at a time."""

    def __init__(self, template: Template, count: int) -> None:
        self._template = template
        k = len(template)
        self._points = np.zeros((count, k, 3), dtype=np.float32)
        self._colours = np.zeros((count, k, 3), dtype=np.uint8)

    def move(
        self, at: NDArray[np.integer], xyz: NDArray[np.floating], bearing_deg: NDArray[np.floating],
        stretch: NDArray[np.floating] | None = None,
    ) -> None:
        """Place the copies `at` (M,) anew; the rest as for `place`, each of length M."""
        if len(at):
            moved = place(self._template, xyz, bearing_deg, stretch=stretch)
            self._points[at] = moved.points.reshape(len(at), -1, 3)
            self._colours[at] = moved.colours.reshape(len(at), -1, 3)

    def placed(self, which: NDArray[np.bool_]) -> Placed:
        """Some of the copies as they stand. which: (count,)."""
        return Placed(self._points[which].reshape(-1, 3), self._colours[which].reshape(-1, 3), self._template.faces,
                      int(which.sum()))


class SwarmMesh:
    """One actor of final colours, refilled as a whole."""

    def __init__(self, light: Light, double_sided: bool = False) -> None:
        self.actor = vtkActor()
        self.data = vtkPolyData()
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(self.data)
        mapper.SetStatic(True)
        self.actor.SetMapper(mapper)
        look = self.actor.GetProperty()
        look.LightingOff()
        look.SetBackfaceCulling(not double_sided)
        self.actor.PickableOff()
        self.actor.VisibilityOff()
        self.actor.ForceOpaqueOn()
        add_air(self.actor, light)
        self._visible = True
        self._sizes: tuple[int, ...] = ()
        self._points: F4 = np.empty((0, 3), dtype=np.float32)
        self._colours: NDArray[np.uint8] = np.empty((0, 3), dtype=np.uint8)
        self._held: tuple[vtkObject, ...] = ()

    def fill(self, parts: list[Placed]) -> None:
        """Show these copies and nothing else. Faces are handed on only when the make-up of the parts changed; until
        then the same arrays, from which VTK draws, are written anew."""
        parts = [part for part in parts if len(part.points)]
        sizes = tuple(size for part in parts for size in (len(part.points), part.face_count))
        if sizes != self._sizes and parts:
            self._make_room(sum(len(part.points) for part in parts))
            self.data.SetPolys(_triangles(parts))
        if parts:
            np.concatenate([part.points for part in parts], out=self._points)
            np.concatenate([part.colours for part in parts], out=self._colours)
            for held in self._held:
                held.Modified()
            self.data.Modified()
        self._sizes = sizes
        self._show()

    def _make_room(self, count: int) -> None:
        """Arrays for so many points that VTK shares with this mesh."""
        self._points = np.empty((count, 3), dtype=np.float32)
        self._colours = np.empty((count, 3), dtype=np.uint8)
        place_ = vtkPoints()
        place_.SetData(numpy_to_vtk(self._points))
        self.data.SetPoints(place_)
        rgb = numpy_to_vtk(self._colours)
        rgb.SetName("colour")
        self.data.GetPointData().SetScalars(rgb)
        self._held = place_, rgb

    def set_visible(self, visible: bool) -> None:
        """Show or hide it; an empty mesh is never drawn."""
        self._visible = visible
        self._show()

    def _show(self) -> None:
        self.actor.SetVisibility(self._visible and bool(self._sizes))


def _triangles(parts: list[Placed]) -> vtkCellArray:
    first = np.cumsum([0] + [len(part.points) for part in parts[:-1]])
    corners = np.concatenate([part.faces + at for part, at in zip(parts, first, strict=True)])
    cells = vtkCellArray()
    cells.SetData(numpy_to_vtkIdTypeArray(np.arange(0, 3 * len(corners) + 1, 3, dtype=np.int64), deep=True),
                  numpy_to_vtkIdTypeArray(np.ascontiguousarray(corners).ravel(), deep=True))
    return cells
