"""A grid of cells over the port that remembers what is true of each, so that most points need no geometry.

A cell is looked at with geometry the first time something is in it. It is filled in then, so that a start costs
nothing.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.port_index import PortIndex

F8 = NDArray[np.float64]
CELL_M = 10.0
_MARGIN_M = 500.0
_MOST_CELLS = 4_000_000


class Cells:
    """Square cells over the bounds of some outlines. Numbers are row-major; -1 lies outside."""

    def __init__(self, outlines: list[shapely.Geometry], size_m: float = CELL_M) -> None:
        bounds = shapely.total_bounds(outlines) if outlines else np.zeros(4)
        west, south, east, north = np.nan_to_num(bounds)
        west, south, east, north = west - _MARGIN_M, south - _MARGIN_M, east + _MARGIN_M, north + _MARGIN_M
        self.size_m = max(size_m, float(np.sqrt((east - west) * (north - south) / _MOST_CELLS)))
        self._west, self._south = west, south
        self._columns = int((east - west) / self.size_m) + 1
        self._rows = int((north - south) / self.size_m) + 1
        self.count = self._columns * self._rows

    def number(self, x: F8, y: F8) -> NDArray[np.intp]:
        """The cell of each point, metres; -1 outside the grid or for no number. Shape (N,)."""
        usable = np.isfinite(x) & np.isfinite(y)
        column = np.floor((np.where(usable, x, -np.inf) - self._west) / self.size_m)
        row = np.floor((np.where(usable, y, -np.inf) - self._south) / self.size_m)
        inside = (column >= 0) & (column < self._columns) & (row >= 0) & (row < self._rows)
        number = np.where(inside, row, 0.0) * self._columns + np.where(inside, column, 0.0)
        return np.where(inside, number, -1).astype(np.intp)

    def boxes(self, numbers: NDArray[np.intp], margin_m: float = 0.0) -> NDArray[np.object_]:
        """The squares of cells, grown by a margin on each side. Shape (N,) of polygons."""
        west = self._west + numbers % self._columns * self.size_m
        south = self._south + numbers // self._columns * self.size_m
        return np.asarray(shapely.box(
            west - margin_m, south - margin_m, west + self.size_m + margin_m, south + self.size_m + margin_m))


class ZoneCells:
    """The innermost zone of points."""

    _UNKNOWN, _MIXED = -3, -2

    def __init__(self, index: PortIndex) -> None:
        self._index = index
        outlines = [shapely.Polygon(zone.outline) for zone in index.layout.zones]
        self._cells = Cells(list(outlines))
        self._borders = shapely.union_all([shapely.boundary(o) for o in outlines]) if outlines else shapely.LineString()
        shapely.prepare(self._borders)
        self._zone = np.full(self._cells.count + 1, self._UNKNOWN, dtype=np.int32)
        self._zone[-1] = -1  # beyond the grid

    def zone(self, x: F8, y: F8) -> NDArray[np.int32]:
        """Row in layout.zones of the innermost zone at points in metres, -1 for none. Shape (N,)."""
        numbers = self._cells.number(x, y)
        zone = self._zone[numbers]
        if (zone == self._UNKNOWN).any():
            self._look(np.unique(numbers[zone == self._UNKNOWN]))
            zone = self._zone[numbers]
        mixed = np.flatnonzero(zone == self._MIXED)
        if len(mixed):
            zone[mixed] = self._index.zone_of_points(x[mixed], y[mixed])
        return zone

    def _look(self, numbers: NDArray[np.intp]) -> None:
        boxes = self._cells.boxes(numbers)
        crossed = shapely.intersects(self._borders, boxes)
        centre = shapely.get_coordinates(shapely.centroid(boxes))
        self._zone[numbers] = np.where(
            crossed, self._MIXED, self._index.zone_of_points(centre[:, 0], centre[:, 1]))
