"""Roads: carriageways, edge and lane lines, arrows, and the railway's tracks."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry
from vtkmodules.vtkRenderingCore import vtkRenderer

from scene import materials
from scene import mesh as m
from scene.light import Light
from scene.models import structures
from scene.plan import Plan
from scene.props.base import Near, StaticProp
from scene.still import Recipe, Stock
from twin.port_layout import RoadKind

_ROAD_M, _PAINT_M = 0.06, 0.10
_PAINT_SEEN_M = 900.0
_LANED = (RoadKind.MAIN, RoadKind.PUBLIC, RoadKind.QUAY_LANE)
_SHORTEST_LANED_M = 24.0
_GAUGE_M = 1.435
_PIECE_M = 64.0
_WAGON_M, _WAGONS_SEEN_M = 13.9, 2200.0
_RAKE_CLEAR_M, _RAKE_WITHIN_M = 40.0, 760.0


class Roads(StaticProp):
    """All roads as one surface, their paint in tiles."""

    def __init__(self, renderer: vtkRenderer, stock: Stock, light: Light) -> None:
        super().__init__(renderer)
        self._near = [
            Near(stock.later("roads.carriageways"), light, 2),
            Near(stock.later("roads.public"), light, 3),
            Near(stock.later("roads.railway"), light, 4),
            Near(stock.later("roads.wagons"), light, 0, _WAGONS_SEEN_M),
            Near(stock.later("roads.paint"), light, 5, _PAINT_SEEN_M, materials.ROAD),
        ]


def carriageways(plan: Plan) -> m.Mesh:
    """The surface of all roads but those that are lines on the apron, in pieces as lamplight is fine."""
    return m.cells(_area(plan), _PIECE_M, _ROAD_M, materials.ROAD)


def _plazas(plan: Plan) -> BaseGeometry:
    """Gate lanes with the ground between them."""
    lanes = plan.roads_of(RoadKind.GATE_LANE)
    if not lanes.any():
        return shapely.Polygon()
    bands = shapely.buffer(plan.road_lines[lanes], plan.road_widths[lanes] / 2 + 2.2, cap_style="square", quad_segs=2)
    found: BaseGeometry = shapely.union_all(bands).buffer(-1.6, join_style="mitre")
    return found


def public(plan: Plan) -> m.Mesh:
    """Public roads in their own shade, over the rest."""
    mine = plan.roads_of(RoadKind.PUBLIC)
    return m.merge(m.strip(shapely.get_coordinates(line), width + 0.5, _ROAD_M, materials.PUBLIC_ROAD)
                   for line, width in zip(plan.road_lines[mine], plan.road_widths[mine], strict=True))


def paint(plan: Plan) -> m.Mesh:
    """Edge lines, lane lines and arrows."""
    lines = plan.road_lines
    straight = np.array([not e.via for e in plan.layout.road_edges], dtype=bool)
    laned = plan.roads_of(*_LANED) & straight & (shapely.length(lines) > _SHORTEST_LANED_M)
    ends = shapely.get_coordinates(lines[laned]).reshape(-1, 2, 2)
    return m.merge([_edge_lines(_area(plan)), _lane_lines(ends, plan.road_widths[laned]), _arrows(ends)])


def railway(plan: Plan) -> m.Mesh:
    """Ballast and rails of all tracks."""
    beds, rails = [], []
    for track in plan.layout.rail_tracks:
        line = np.asarray(track.line)
        beds.append(m.strip(line, 3.4, 0.10, materials.BALLAST))
        for side in (-1, 1):
            offset = shapely.get_coordinates(LineString(line).offset_curve(side * _GAUGE_M / 2))
            rails.append(m.strip(offset, 0.16, 0.14, materials.RAIL))
    return m.merge([*beds, *rails])


def wagons(plan: Plan) -> m.Mesh:
    """Empty container wagons in rakes on the longest straight of some tracks: a yard without any looks given up."""
    model, made = structures.rail_wagon(), []
    for at, track in enumerate(plan.layout.rail_tracks):
        line = np.asarray(track.line, dtype=float)
        length = np.linalg.norm(np.diff(line, axis=0), axis=1)
        leg = int(np.argmax(length))
        room = int((min(length[leg], _RAKE_WITHIN_M) - 2 * _RAKE_CLEAR_M) / _WAGON_M)
        count = min(room, (16, 0, 22, 9, 0, 13)[at % 6])
        if count <= 0:
            continue
        along = (line[leg + 1] - line[leg]) / length[leg]
        start = _RAKE_CLEAR_M + (37.0 * at) % max((room - count) * _WAGON_M, 1.0)
        places = line[leg] + along * (start + (np.arange(count) + 0.5) * _WAGON_M)[:, None]
        bearing = float(np.degrees(np.arctan2(along[0], along[1])))
        made.append(m.copies(model, np.column_stack([places, np.full(count, 0.14)]), bearing))
    return m.merge(made)


LATER = {
    "roads.wagons": Recipe(wagons, 420.0),
    "roads.carriageways": Recipe(carriageways, 1280.0),
    "roads.public": Recipe(public),
    "roads.railway": Recipe(railway),
    "roads.paint": Recipe(paint, 300.0),
}


def _area(plan: Plan) -> BaseGeometry:
    paved = ~plan.roads_of(RoadKind.QUAY_LANE)
    found: BaseGeometry = plan.once("road area", lambda: _surface(plan, paved))
    return found


def _surface(plan: Plan, paved: NDArray[np.bool_]) -> BaseGeometry:
    if not paved.any():
        return shapely.Polygon()
    bands = shapely.buffer(plan.road_lines[paved], plan.road_widths[paved] / 2 + 0.25, cap_style="square",
                           join_style="mitre", quad_segs=2)
    # A hair's gap between lanes side by side is no island.
    closed = shapely.union_all([*bands, _plazas(plan)]).buffer(0.6, join_style="mitre").buffer(-0.6, join_style="mitre")
    return shapely.simplify(closed, 0.05)


def _edge_lines(area: BaseGeometry) -> m.Mesh:
    rings = shapely.get_parts(shapely.boundary(area.buffer(-0.35, join_style="mitre")))
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    return m.segments(coordinates[:-1][same], coordinates[1:][same], 0.2, _PAINT_M, materials.PAINT_DIM)


def _lane_lines(ends: NDArray[np.float64], widths: NDArray[np.float64]) -> m.Mesh:
    """Dashes along the left side of each lane, short of the crossings: the middle of the road or the next lane."""
    if not len(ends):
        return m.empty()
    a, b = ends[:, 0], ends[:, 1]
    length = np.linalg.norm(b - a, axis=1)
    along = (b - a) / length[:, None]
    left = np.column_stack([-along[:, 1], along[:, 0]])
    dash, gap, clear = 4.0, 6.0, 9.0
    base = a + left * widths[:, None] / 2
    count = np.maximum(((length - 2 * clear) / (dash + gap)).astype(int), 0)
    row = np.repeat(np.arange(len(a)), count)
    k = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    begin = clear + k * (dash + gap)
    starts = base[row] + along[row] * begin[:, None]
    stops = base[row] + along[row] * (begin + dash)[:, None]
    return m.segments(starts, stops, 0.2, _PAINT_M, materials.PAINT_WHITE)


def _arrows(ends: NDArray[np.float64]) -> m.Mesh:
    """A straight-ahead arrow early on each long lane."""
    if not len(ends):
        return m.empty()
    a, b = ends[:, 0], ends[:, 1]
    way = b - a
    length = np.linalg.norm(way, axis=1)
    far = length > 60.0
    at = (a + way / length[:, None] * 20.0)[far]
    bearing = np.degrees(np.arctan2(way[far, 0], way[far, 1]))
    shaft = m.quads([[(-0.12, -2.6, 0), (0.12, -2.6, 0), (0.12, 0.8, 0), (-0.12, 0.8, 0)]], materials.PAINT_WHITE)
    head = m.fan([(-0.55, 0.6, 0), (0.55, 0.6, 0), (0.0, 2.8, 0)], materials.PAINT_WHITE)
    places = np.column_stack([at, np.full(len(at), _PAINT_M)])
    return m.copies(m.merge([shaft, head]), places, bearing)


