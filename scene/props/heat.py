"""A heat map as a carpet laid over stacks and ground: teal where it is cool, amber, red where it is hot."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkRenderer

from layers.heat import CELL_M, HeatLayer
from layers.palette import HEAT_RAMP
from layers.skyline import Skyline
from scene.glow import GlowMesh
from scene.props.base import StaticProp

_OVER_M: Final = 1.6
_AROUND: Final = tuple((dx, dy) for dx in (-0.6, 0.0, 0.6) for dy in (-0.6, 0.0, 0.6))
"""Of a cell: over the highest of what stands here the carpet lies, so that no stack pierces it."""
_FAINT, _FIRM = 0.20, 0.78


class HeatCarpet(StaticProp):
    """One translucent mesh, filled anew when the map changed."""

    def __init__(self, renderer: vtkRenderer) -> None:
        super().__init__(renderer)
        self._mesh = GlowMesh(forward_m=4.0)
        self.add(self._mesh.actor)
        self._seen = -1

    @property
    def count(self) -> int:
        """Quads shown."""
        return self._mesh.count

    def sync(self, layer: HeatLayer, skyline: Skyline) -> bool:
        """Draw what changed. True when the picture changed."""
        if layer.revision == self._seen:
            return False
        self._seen = layer.revision
        if not layer.visible:
            self._mesh.fill(np.empty((0, 4, 3)), np.empty((0, 4, 4), dtype=np.uint8))
            return True
        skyline.update()
        self._mesh.fill(*_carpet(layer, skyline))
        return True


def _carpet(layer: HeatLayer, skyline: Skyline) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Quads (N, 4, 3) over the cells that have a value, and their colours (N, 4, 4). Corners take the mean of the cells
    around them, so that the carpet has no steps."""
    known = np.isfinite(layer.value)
    value = np.where(known, layer.value, 0.0)
    count = _around(known.astype(np.float64))
    node = _around(value) / np.maximum(count, 1.0)
    share = count / 4.0
    deep, wide = layer.value.shape
    x = layer.low[0] + np.arange(wide + 1) * CELL_M
    y = layer.low[1] + np.arange(deep + 1) * CELL_M
    grid = np.stack(np.meshgrid(x, y), axis=-1)
    around = [skyline.at(grid + np.array(step) * CELL_M) for step in _AROUND]
    z = np.max(around, axis=0) + _OVER_M
    points = np.concatenate([grid, z[..., None]], axis=2)
    ramp = np.array(HEAT_RAMP, dtype=np.float64)
    along = np.linspace(0.0, 1.0, len(ramp))
    colour = np.empty((*node.shape, 4))
    for channel in range(3):
        colour[..., channel] = np.interp(node, along, ramp[:, channel])
    colour[..., 3] = 255.0 * (_FAINT + (_FIRM - _FAINT) * node) * np.minimum(share * 1.2, 1.0)
    row, column = np.nonzero(known)
    corners = ((0, 0), (0, 1), (1, 1), (1, 0))
    return (np.stack([points[row + dy, column + dx] for dy, dx in corners], axis=1),
            np.stack([colour[row + dy, column + dx] for dy, dx in corners], axis=1).astype(np.uint8))


def _around(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of the four cells around each node. Shape (deep + 1, wide + 1)."""
    padded = np.pad(cells, 1)
    found: NDArray[np.float64] = padded[:-1, :-1] + padded[1:, :-1] + padded[:-1, 1:] + padded[1:, 1:]
    return found
