"""Which fences a movement may touch: a grid rules out most movements without geometry, polygons decide on the rest."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.cells import Cells
from twin.port_index import PortIndex

F8 = NDArray[np.float64]
MOST_FENCES = 62  # bits of a mask


class FenceCells:
    """Masks of fences, bit i for layout.fences[i], and exact answers for the movements they leave over."""

    def __init__(self, index: PortIndex) -> None:
        self._polygons = np.array(index.fence_polygons, dtype=object)
        if len(self._polygons) > MOST_FENCES:
            raise ValueError(f"{len(self._polygons)} fences are more than {MOST_FENCES}")
        self._borders = shapely.boundary(self._polygons)
        shapely.prepare(self._polygons)
        shapely.prepare(self._borders)
        self._cells = Cells(list(self._polygons))
        self._mask = np.full(self._cells.count + 1, -1, dtype=np.int64)  # -1: not looked at yet
        self._mask[-1] = 0  # beyond the grid

    def near_points(self, x: F8, y: F8) -> NDArray[np.int64]:
        """Fences that may hold points, metres. Shape (N,)."""
        numbers = self._cells.number(x, y)
        mask = self._mask[numbers]
        if (mask < 0).any():
            self._look(np.unique(numbers[mask < 0]))
            mask = self._mask[numbers]
        return mask

    def near_segments(self, from_x: F8, from_y: F8, x: F8, y: F8) -> NDArray[np.int64]:
        """Fences that straight movements may touch; of a movement from nowhere (NaN), its end. Shape (N,).

        A movement is looked at in points no further apart than a cell is wide, and each cell counts the fences within
        half a cell around it: so none is missed.
        """
        length = np.nan_to_num(np.hypot(x - from_x, y - from_y))
        pieces = np.maximum(np.ceil(length / self._cells.size_m), 1.0).astype(np.intp)
        if not len(pieces):
            return np.zeros(0, dtype=np.int64)
        first = np.concatenate([[0], np.cumsum(pieces)[:-1]])
        which = np.repeat(np.arange(len(pieces)), pieces)
        part = (np.arange(len(which)) - first[which]) / pieces[which]  # 0 at the end of the movement
        back_x, back_y = np.nan_to_num(from_x - x), np.nan_to_num(from_y - y)
        mask = self.near_points(x[which] + part * back_x[which], y[which] + part * back_y[which])
        return np.bitwise_or.reduceat(mask, first)

    def _look(self, numbers: NDArray[np.intp]) -> None:
        boxes = self._cells.boxes(numbers, self._cells.size_m / 2.0)
        mask = np.zeros(len(numbers), dtype=np.int64)
        for bit, polygon in enumerate(self._polygons):
            mask |= np.where(shapely.intersects(polygon, boxes), np.int64(1) << bit, 0)
        self._mask[numbers] = mask

    def depth(self, fence: int, x: F8, y: F8) -> F8:
        """How deep points lie inside a fence, metres; negative outside. Shape (N,)."""
        points = shapely.points(x, y)
        distance = shapely.distance(self._borders[fence], points)
        return np.where(shapely.contains_xy(self._polygons[fence], x, y), distance, -distance)

    def chord(self, fence: int, from_x: F8, from_y: F8, x: F8, y: F8) -> F8:
        """How much of straight movements lies inside a fence, metres. Shape (N,)."""
        lines = shapely.linestrings(np.stack([np.stack([from_x, from_y], axis=-1), np.stack([x, y], axis=-1)], axis=-2))
        return np.asarray(shapely.length(shapely.intersection(self._polygons[fence], lines)))
