"""Roads: carriageways, edge and lane lines, arrows, and the railway's tracks."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry
from vtkmodules.vtkRenderingCore import vtkRenderer

from scene import materials
from scene import mesh as m
from scene.actors import baked
from scene.later import Later
from scene.light import Light
from scene.props.base import StaticProp, Tiled
from twin.port_layout import PortLayout, RoadKind

_ROAD_M, _PAINT_M = 0.06, 0.10
_PAINT_SEEN_M = 900.0
_LANED = (RoadKind.MAIN, RoadKind.PUBLIC, RoadKind.QUAY_LANE)
_SHORTEST_LANED_M = 24.0
_GAUGE_M = 1.435


class Roads(StaticProp):
    """All roads as two surfaces, their paint in tiles."""

    def __init__(self, renderer: vtkRenderer, layout: PortLayout, light: Light, later: Later) -> None:
        super().__init__(renderer)
        surface = _Surface(layout)
        self._near = [
            Tiled(later, surface.terminal, light, 2),
            Tiled(later, surface.public, light, 3),
            Tiled(later, surface.paint, light, 5, _PAINT_SEEN_M, 300.0, materials.ROAD),
        ]
        if layout.rail_tracks:
            self.add(baked(_railway(layout), light, layer=4))


class _Surface:
    """What the roads cover, worked out once for the carriageways and their paint. Used by one thread only."""

    def __init__(self, layout: PortLayout) -> None:
        self._layout = layout

    @cached_property
    def _lines(self) -> NDArray[np.object_]:
        return road_lines(self._layout)

    @cached_property
    def _widths(self) -> NDArray[np.float64]:
        return np.array([e.width_m for e in self._layout.road_edges])

    def _of(self, *kinds: RoadKind) -> NDArray[np.bool_]:
        return np.array([e.kind in kinds for e in self._layout.road_edges], dtype=bool)

    @cached_property
    def _area(self) -> BaseGeometry:
        paved = ~self._of(RoadKind.QUAY_LANE)  # those are lines on the apron
        return _surface(self._lines[paved], self._widths[paved])

    def terminal(self) -> m.Mesh:
        return m.polygon(self._area, _ROAD_M, materials.ROAD)

    def public(self) -> m.Mesh:
        """Public roads in their own shade, over the rest."""
        public = self._of(RoadKind.PUBLIC)
        return m.merge(m.strip(shapely.get_coordinates(line), width + 0.5, _ROAD_M, materials.PUBLIC_ROAD)
                       for line, width in zip(self._lines[public], self._widths[public], strict=True))

    def paint(self) -> m.Mesh:
        lines = self._lines
        straight = np.array([not e.via for e in self._layout.road_edges], dtype=bool)
        laned = self._of(*_LANED) & straight & (shapely.length(lines) > _SHORTEST_LANED_M)
        ends = shapely.get_coordinates(lines[laned]).reshape(-1, 2, 2)
        return m.merge([_edge_lines(self._area), _lane_lines(ends, self._widths[laned]), _arrows(ends)])


def road_lines(layout: PortLayout) -> NDArray[np.object_]:
    """Middle lines of the road edges, in their order."""
    nodes = {node.id: node.at for node in layout.road_nodes}
    ways = [(nodes[e.start], *e.via, nodes[e.end]) for e in layout.road_edges]
    if not ways:
        return np.zeros(0, dtype=object)
    owner = np.repeat(np.arange(len(ways)), [len(way) for way in ways])
    found: NDArray[np.object_] = shapely.linestrings(np.concatenate(ways), indices=owner)
    return found


def _surface(lines: NDArray[np.object_], widths: NDArray[np.float64]) -> BaseGeometry:
    if not len(lines):
        return shapely.Polygon()
    bands = shapely.buffer(lines, widths / 2 + 0.25, cap_style="square", join_style="mitre", quad_segs=2)
    # A hair's gap between lanes side by side is no island.
    closed = shapely.union_all(bands).buffer(0.6, join_style="mitre").buffer(-0.6, join_style="mitre")
    return shapely.simplify(closed, 0.05)


def _edge_lines(area: BaseGeometry) -> m.Mesh:
    rings = shapely.get_parts(area.buffer(-0.35, join_style="mitre").boundary)
    starts, ends = [np.zeros((0, 2))], [np.zeros((0, 2))]
    for ring in rings:
        for line in shapely.get_parts(shapely.line_merge(ring)):
            c = shapely.get_coordinates(line)
            starts.append(c[:-1])
            ends.append(c[1:])
    return m.segments(np.concatenate(starts), np.concatenate(ends), 0.2, _PAINT_M, materials.PAINT_DIM)


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


def _railway(layout: PortLayout) -> m.Mesh:
    beds, rails = [], []
    for track in layout.rail_tracks:
        line = np.asarray(track.line)
        beds.append(m.strip(line, 3.4, 0.10, materials.BALLAST))
        for side in (-1, 1):
            offset = shapely.get_coordinates(LineString(line).offset_curve(side * _GAUGE_M / 2))
            rails.append(m.strip(offset, 0.16, 0.14, materials.RAIL))
    return m.merge([*beds, *rails])
