"""Letters and digits as flat meshes, to be painted on the ground."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkFiltersCore import vtkTriangleFilter
from vtkmodules.vtkRenderingFreeType import vtkVectorText

from scene import mesh as m


@lru_cache(maxsize=256)
def shape_of(text: str) -> tuple[np.ndarray, np.ndarray]:
    """Points (N, 3) and triangles (M, 3) of a text of height 1, its lower edge's middle at the origin."""
    source = vtkVectorText()
    source.SetText(text)
    triangles = vtkTriangleFilter()
    triangles.SetInputConnection(source.GetOutputPort())
    triangles.Update()
    data = triangles.GetOutput()
    points = vtk_to_numpy(data.GetPoints().GetData()).astype(np.float64)
    faces = vtk_to_numpy(data.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    low, high = points.min(axis=0), points.max(axis=0)
    return (points - [(low[0] + high[0]) / 2, low[1], 0.0]) / max(high[1] - low[1], 1e-6), faces.astype(np.int32)


def painted(text: str, at: ArrayLike, up_deg: float, height_m: float, colour: ArrayLike, z: float = 0.0) -> m.Mesh:
    """Latin text lying on the ground: its lower edge's middle at `at` (x, y), its upward direction at bearing `up_deg`.

    Empty for other text.
    """
    if not text.strip() or not text.isascii():
        return m.empty()
    points, faces = shape_of(text)
    p = points * height_m
    p[:, 2] = 0.0
    a, b, c = (p[faces[:, k], :2] for k in range(3))
    turn = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    faces = np.where(turn[:, None] < 0, faces[:, ::-1], faces).astype(np.int32)
    colours = np.broadcast_to(np.asarray(colour, dtype=np.uint8), p.shape)
    x, y = np.asarray(at, dtype=np.float64)[:2]
    return m.placed(m.Mesh(p.astype(np.float32), faces, np.array(colours)), float(x), float(y), z, up_deg)
