"""Marks that shine: translucent quads with their own opacity at each corner, not dimmed by haze."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

from scene.quads import quad_cells

_RING_STEPS = 40


class GlowMesh:
    """One actor of translucent quads, refilled as a whole."""

    def __init__(self, forward_m: float = 0.0, through: bool = False) -> None:
        """forward_m: drawn as if so much nearer to the eye, so that what stands beside does not cut into it.
        through: drawn over everything."""
        self.actor = vtkActor()
        self.data = vtkPolyData()
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(self.data)
        mapper.SetStatic(True)
        self.actor.SetMapper(mapper)
        look = self.actor.GetProperty()
        look.LightingOff()
        look.BackfaceCullingOff()
        self.actor.ForceTranslucentOn()
        self.actor.PickableOff()
        self.actor.VisibilityOff()
        if through:
            self._lift("  gl_Position.z = -gl_Position.w * 0.9999;\n")
        elif forward_m > 0.0:
            # Depth is z/w; a step of d metres towards the eye changes it by about d/w of what is left to the far end.
            self._lift("  gl_Position.z -= (gl_Position.w - gl_Position.z) "
                       f"* min({forward_m:.2f} / gl_Position.w, 0.5);\n")
        self.count = 0

    def _lift(self, code: str) -> None:
        self.actor.GetShaderProperty().AddVertexShaderReplacement(
            "//VTK::PositionVC::Impl", True, f"//VTK::PositionVC::Impl\n{code}", False)

    def fill(self, points: NDArray[np.floating], colours: NDArray[np.uint8]) -> None:
        """Show these quads: points (N, 4, 3), metres; colours (N, 4, 4), red, green, blue, opacity."""
        n = len(points)
        self.actor.SetVisibility(n > 0)
        if n:
            place = vtkPoints()
            place.SetData(numpy_to_vtk(np.ascontiguousarray(points, dtype=np.float32).reshape(-1, 3), deep=True))
            self.data.SetPoints(place)
            rgba = numpy_to_vtk(np.ascontiguousarray(colours, dtype=np.uint8).reshape(-1, 4), deep=True)
            rgba.SetName("colour")
            self.data.GetPointData().SetScalars(rgba)
            if n != self.count:
                self.data.SetPolys(quad_cells(n))
            self.data.Modified()
        self.count = n


def rgba(colour: NDArray[np.uint8] | tuple[int, int, int], opacity: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Colours (3,) or (N, 1, 3) with opacities 0..1 of quads' corners (N, 4). Shape (N, 4, 4)."""
    found = np.empty((*opacity.shape, 4), dtype=np.uint8)
    found[..., :3] = colour
    found[..., 3] = np.clip(opacity * 255.0, 0, 255)
    return found


def ring(centre: tuple[float, float, float], inner_m: float, outer_m: float) -> NDArray[np.float64]:
    """A flat ring as quads, inner edge first. Shape (40, 4, 3), metres."""
    angle = np.linspace(0.0, 2.0 * np.pi, _RING_STEPS + 1)
    edge = np.column_stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)])
    low, high = edge * inner_m + np.asarray(centre), edge * outer_m + np.asarray(centre)
    return np.stack([low[:-1], high[:-1], high[1:], low[1:]], axis=1)


def bars(start: NDArray[np.floating], end: NDArray[np.floating], width_m: float) -> NDArray[np.float64]:
    """Lines as square bars without end caps. start, end: (N, 3). Shape (4 N, 4, 3), metres."""
    a, b = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    axis = b - a
    axis /= np.maximum(np.linalg.norm(axis, axis=1, keepdims=True), 1e-9)
    upright = np.abs(axis[:, 2:]) > 0.99
    side = np.where(upright, [1.0, 0.0, 0.0], np.cross(axis, [0.0, 0.0, 1.0]))
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    up = np.cross(side, axis)
    half = 0.5 * width_m
    a, b = a - axis * half, b + axis * half
    offsets = [side * u * half + up * v * half for u, v in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    pairs = zip(offsets, offsets[1:] + offsets[:1], strict=True)
    return np.concatenate([np.stack([a + p, b + p, b + q, a + q], axis=1) for p, q in pairs])
