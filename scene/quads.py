"""Quads as VTK takes them: four points each, in the order of the points."""

from __future__ import annotations

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtkIdTypeArray
from vtkmodules.vtkCommonDataModel import vtkCellArray


def quad_cells(count: int) -> vtkCellArray:
    """Two triangles for each four points of `count` quads."""
    corners = (np.arange(count, dtype=np.int64)[:, None] * 4 + np.array([0, 1, 2, 0, 2, 3])).ravel()
    cells = vtkCellArray()
    cells.SetData(numpy_to_vtkIdTypeArray(np.arange(0, 6 * count + 1, 3, dtype=np.int64), deep=True),
                  numpy_to_vtkIdTypeArray(corners, deep=True))
    return cells
