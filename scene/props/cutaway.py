"""What is seen through in a block under X-ray: its boxes as glass with thin edges."""

from __future__ import annotations

from typing import Final

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkRenderer

from layers.containers import ContainersLayer
from scene.box_faces import visible_faces
from scene.glow import GlowMesh, rgba
from scene.light import Light
from scene.props.base import StaticProp

_GLASS: Final = 0.075
_EDGE: Final = 0.34
_EDGE_COLOUR: Final = (150 / 255, 178 / 255, 204 / 255)


class Glass(StaticProp):
    """The ghosts of one block."""

    def __init__(self, renderer: vtkRenderer, light: Light) -> None:
        super().__init__(renderer)
        self._light = light
        self._mesh = GlowMesh()
        self._edges = _Lines()
        self.add(self._mesh.actor)
        self.add(self._edges.actor)
        self._seen: tuple[object, ...] = (None,)

    @property
    def count(self) -> int:
        """Panes shown."""
        return self._mesh.count

    def sync(self, layer: ContainersLayer) -> bool:
        """Draw what changed. True when the picture changed."""
        cutaway = layer.cutaway if layer.visible else None
        seen = (cutaway, layer.revision if cutaway is not None else 0)
        if seen == self._seen:
            return False
        self._seen = seen
        found = layer.ghosts() if cutaway is not None else None
        if found is None or not len(found.boxes):
            self._mesh.fill(np.empty((0, 4, 3)), np.empty((0, 4, 4), dtype=np.uint8))
            self._edges.fill(np.empty((0, 2, 3)))
            return True
        faces = visible_faces(found.boxes, found.stacks, self._light)
        colours = rgba(np.full(3, 150, dtype=np.uint8), np.full((len(faces.points), 4), _GLASS))
        colours[..., :3] = found.boxes.colour[faces.box][:, None, :]
        self._mesh.fill(faces.points, colours)
        self._edges.fill(_edges(faces.points))
        return True


class _Lines:
    """Faint lines of a pixel's width, whatever their distance."""

    def __init__(self) -> None:
        self.actor = vtkActor()
        self._data = vtkPolyData()
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(self._data)
        mapper.SetStatic(True)
        self.actor.SetMapper(mapper)
        look = self.actor.GetProperty()
        look.LightingOff()
        look.SetColor(*_EDGE_COLOUR)
        look.SetOpacity(_EDGE)
        self.actor.PickableOff()
        self.actor.VisibilityOff()

    def fill(self, ends: np.ndarray) -> None:
        """Show these lines: (N, 2, 3), metres."""
        count = len(ends)
        self.actor.SetVisibility(count > 0)
        if not count:
            return
        points = vtkPoints()
        points.SetData(numpy_to_vtk(np.ascontiguousarray(ends, dtype=np.float32).reshape(-1, 3), deep=True))
        self._data.SetPoints(points)
        cells = vtkCellArray()
        cells.SetData(numpy_to_vtkIdTypeArray(np.arange(0, 2 * count + 1, 2, dtype=np.int64), deep=True),
                      numpy_to_vtkIdTypeArray(np.arange(2 * count, dtype=np.int64), deep=True))
        self._data.SetLines(cells)
        self._data.Modified()


def _edges(points: np.ndarray) -> np.ndarray:
    """Edges of quads (N, 4, 3), each once: (M, 2, 3)."""
    start = points.reshape(-1, 3)
    end = np.roll(points, -1, axis=1).reshape(-1, 3)
    ends = np.round(np.stack([np.minimum(start, end), np.maximum(start, end)], axis=1), 1).reshape(len(start), 6)
    _, first = np.unique(ends, axis=0, return_index=True)
    return np.stack([start[first], end[first]], axis=1)
