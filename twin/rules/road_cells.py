"""Where in the port a vehicle has business standing: a grid of cells says of each place what it is to a truck."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.cells import Cells
from twin.port_index import PortIndex
from twin.port_layout import RoadKind, ZoneKind

F8 = NDArray[np.float64]
ELSEWHERE, ROADWAY, OFF_ROAD = range(3)
"""What a place is: where trucks wait, are served or parked, or outside the port; a road only to be driven on; inside
the port, and no road."""

CELL_M = 5.0
_DRIVEN = (RoadKind.MAIN,)
_HOMES = (ZoneKind.OFFICE, ZoneKind.GATE, ZoneKind.INSPECTION, ZoneKind.RAIL)


class RoadCells:
    """Kinds of places on a grid of five metres, about what a receiver is accurate to. A cell is looked at when the
    first vehicle is in it. Memory: one byte a cell.

    stop_m: around a stop point trucks stand for its sake. road_m: this far beside a road's edge a truck is still on it.
    """

    def __init__(self, index: PortIndex, stop_m: float, road_m: float) -> None:
        layout = index.layout
        self._stop_m, self._road_m = stop_m, road_m
        grounds = [shapely.Polygon(zone.outline) for zone in layout.zones]
        self._port = shapely.union_all(grounds)
        shapely.prepare(self._port)
        self._driven, self._half_driven = _roads(index, _DRIVEN)
        others = tuple(kind for kind in RoadKind if kind not in _DRIVEN)
        self._served, self._half_served = _roads(index, others)
        self._stops = shapely.STRtree([shapely.Point(stop.at) for stop in layout.stop_points])
        homes = [ground for zone, ground in zip(layout.zones, grounds, strict=True) if zone.kind in _HOMES]
        homes += [shapely.Polygon(building.outline) for building in layout.buildings]
        homes += index.block_outline
        self._homes = shapely.union_all(homes)
        shapely.prepare(self._homes)
        self._cells = Cells(list(grounds), CELL_M)
        self._kind = np.full(self._cells.count + 1, -1, dtype=np.int8)  # -1: not looked at yet
        self._kind[-1] = ELSEWHERE  # beyond the grid

    def of(self, x: F8, y: F8) -> NDArray[np.int8]:
        """What places are, metres. Shape (N,)."""
        numbers = self._cells.number(x, y)
        kind = self._kind[numbers]
        if kind.size and kind.min() < 0:
            self._look(np.unique(numbers[kind < 0]))
            kind = self._kind[numbers]
        return kind

    def _look(self, numbers: NDArray[np.intp]) -> None:
        points = shapely.centroid(self._cells.boxes(numbers))
        to_driven, half_driven = _nearest(self._driven, self._half_driven, points, self._road_m)
        to_served, half_served = _nearest(self._served, self._half_served, points, self._road_m)
        to_stop, _ = _nearest(self._stops, np.zeros(len(self._stops.geometries)), points, self._stop_m)
        driven = (to_driven <= half_driven + self._road_m) & (to_driven < to_served) & (to_stop > self._stop_m)
        served = (to_served <= half_served + self._road_m) | (to_stop <= self._stop_m)
        served |= to_driven <= half_driven + self._road_m
        inside = shapely.intersects(self._port, points)
        off = inside & ~served & ~shapely.dwithin(self._homes, points, self._road_m)
        self._kind[numbers] = np.where(inside & driven, ROADWAY, np.where(off, OFF_ROAD, ELSEWHERE))


def _roads(index: PortIndex, kinds: tuple[RoadKind, ...]) -> tuple[shapely.STRtree, F8]:
    """A tree of the roads of some kinds and half the width of each."""
    of_kind = [(line, edge.width_m / 2.0) for line, edge in zip(index.edge_lines, index.layout.road_edges, strict=True)
               if edge.kind in kinds]
    return shapely.STRtree([line for line, _ in of_kind]), np.array([half for _, half in of_kind])


def _nearest(tree: shapely.STRtree, values: F8, points: NDArray[np.object_], beside_m: float) -> tuple[F8, F8]:
    """How far the nearest thing of a tree is from points, and its value; infinite and 0 where none is within `beside_m`
    of the largest value."""
    distance, found = np.full(len(points), np.inf), np.zeros(len(points))
    if len(tree.geometries):
        reach_m = values.max() + beside_m
        (which, nearest), metres = tree.query_nearest(
            points, max_distance=max(reach_m, 1e-6), all_matches=False, return_distance=True)
        distance[which], found[which] = metres, values[nearest]
    return distance, found
