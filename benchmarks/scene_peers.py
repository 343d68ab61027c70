"""Two usual ways to draw the same boxes, vehicles and seals: pyvista's glyph() and VTK's own vtkGlyph3DMapper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyvista
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkFiltersSources import vtkCubeSource
from vtkmodules.vtkRenderingCore import vtkActor, vtkGlyph3DMapper, vtkRenderer, vtkRenderWindow

from layers.boxes import Boxes, join
from layers.layers import Layers
from layers.palette import SEAL_TABLE
from layers.vehicles import SHAPES
from scene.camera import CameraController


class Columns:
    """Everything as boxes: middles (N, 3), sizes (N, 3), bearings (N,), colours (N, 3)."""

    def __init__(self, layers: Layers) -> None:
        boxes: Boxes = join([layers.containers.block(b).boxes for b in range(len(layers.containers.blocks))])
        vehicles, seals = layers.vehicles, layers.seals
        place = np.column_stack([vehicles.x, vehicles.y, np.zeros(len(vehicles.x))])
        size = np.array([(s.length_m, s.width_m, s.height_m) for s in SHAPES])[vehicles.kind]
        base = np.concatenate([boxes.base, place, seals.place])
        self.size = np.concatenate([boxes.size, size, np.full((len(seals.place), 3), (0.5, 0.5, 2.5))])
        self.middle = base + np.array([0.0, 0.0, 0.5]) * self.size
        self.bearing = np.concatenate([boxes.bearing_deg, vehicles.bearing_deg, np.zeros(len(seals.place))])
        self.colour = np.concatenate([
            boxes.colour, np.full((len(place), 3), 210, np.uint8), SEAL_TABLE[seals.state]]).astype(np.uint8)


class Peer:
    """A renderer in a window without a display, moved by the same poses as ours."""

    def __init__(self, renderer: vtkRenderer, window: Any) -> None:
        self.renderer, self.window = renderer, window
        self._camera = CameraController(renderer.GetActiveCamera(), {}, (-20_000.0, 20_000.0, -20_000.0, 20_000.0))

    def frame(self, pose: Any) -> None:
        """One whole frame."""
        self._camera.move_to(pose, at_once=True)
        self.window.Render()
        self.window.WaitForCompletion()
        self.window.ReleaseCurrent()


class GlyphMapper(Peer):
    """One vtkGlyph3DMapper with a cube: sizes, directions and colours are arrays."""

    def __init__(self, columns: Columns, size: tuple[int, int]) -> None:
        renderer = vtkRenderer()
        data = vtkPolyData()
        points = vtkPoints()
        points.SetData(numpy_to_vtk(columns.middle.astype(np.float32), deep=True))
        data.SetPoints(points)
        turned = np.zeros((len(columns.middle), 3), dtype=np.float32)
        turned[:, 2] = 90.0 - columns.bearing
        for name, values in (("size", columns.size.astype(np.float32)), ("turned", turned),
                             ("colour", columns.colour)):
            array = numpy_to_vtk(np.ascontiguousarray(values), deep=True)
            array.SetName(name)
            data.GetPointData().AddArray(array)
        mapper = vtkGlyph3DMapper()
        mapper.SetInputData(data)
        cube = vtkCubeSource()
        mapper.SetSourceConnection(cube.GetOutputPort())
        mapper.SetScaleArray("size")
        mapper.SetScaleModeToScaleByVectorComponents()
        mapper.SetOrientationArray("turned")
        mapper.SetOrientationModeToRotation()
        mapper.SetScalarModeToUsePointFieldData()
        mapper.SelectColorArray("colour")
        actor = vtkActor()
        actor.SetMapper(mapper)
        renderer.AddActor(actor)
        window = vtkRenderWindow()
        window.SetOffScreenRendering(True)
        window.SetMultiSamples(0)
        window.SetSize(*size)
        window.AddRenderer(renderer)
        super().__init__(renderer, window)

    def close(self) -> None:
        """Frees the window."""
        self.window.RemoveRenderer(self.renderer)
        self.window.Finalize()


class Pyvista(Peer):
    """pyvista as its examples do it: a point cloud with a scalar, glyph() of a box, add_mesh. One glyph() for each size
    and direction, since it scales evenly."""

    def __init__(self, columns: Columns, size: tuple[int, int]) -> None:
        self._columns = columns
        self._plotter = pyvista.Plotter(off_screen=True, window_size=size)
        self.glyphs()
        self._plotter.show(auto_close=False)
        super().__init__(self._plotter.renderer, self._plotter.render_window)

    def glyphs(self) -> None:
        """All boxes made anew: what a change costs."""
        self._plotter.clear_actors()
        c = self._columns
        kinds, which = np.unique(np.column_stack([np.round(c.size, 2), np.round(c.bearing % 180.0)])[
            :, [0, 1, 2]], axis=0, return_inverse=True)
        which = which.ravel()
        for kind, (length, width, height) in enumerate(kinds):
            mine = which == kind
            cloud = pyvista.PolyData(c.middle[mine].astype(np.float32))
            angle = np.radians(c.bearing[mine])
            cloud["way"] = np.column_stack([np.sin(angle), np.cos(angle), np.zeros(len(angle))])
            cloud["colour"] = c.colour[mine]
            cube = pyvista.Cube(x_length=length, y_length=width, z_length=height)
            self._plotter.add_mesh(cloud.glyph(geom=cube, orient="way", scale=False), scalars="colour", rgb=True)

    def move(self, shift: NDArray[np.floating]) -> None:
        """Some boxes elsewhere. shift: (M, 3), metres."""
        self._columns.middle[: len(shift)] += shift
        self.glyphs()

    def close(self) -> None:
        """Frees the window."""
        self._plotter.close()
