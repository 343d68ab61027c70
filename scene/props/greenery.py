"""Trees along the public roads and around the offices: a sense of scale where nothing else gives one."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon
from vtkmodules.vtkRenderingCore import vtkRenderer

from scene import materials
from scene import mesh as m
from scene.light import Light
from scene.plan import Plan, area_of
from scene.props.base import Near, StaticProp
from scene.still import Recipe, Stock
from twin.port_layout import RoadKind, ZoneKind

_STEP_M, _OFFSET_M, _CLEAR_M = 17.0, 7.5, 3.5
_SEEN_M = 1700.0
_MOST = 1400


class Greenery(StaticProp):
    """Rows of trees; never on a road, a block or in a building."""

    def __init__(self, renderer: vtkRenderer, stock: Stock, light: Light) -> None:
        super().__init__(renderer)
        self._near = [Near(stock.later("greenery.trees"), light, 0, _SEEN_M)]


def places_of_trees(plan: Plan) -> NDArray[np.float64]:
    """Where trees stand: (N, 2), metres."""
    layout, lines = plan.layout, plan.road_lines
    rows = [line.offset_curve(side * _OFFSET_M) for e, line in zip(layout.road_edges, lines, strict=True)
            if e.kind is RoadKind.PUBLIC and line.length > 3 * _STEP_M for side in (-1, 1)]
    rows += [Polygon(z.outline).buffer(-5.0).exterior for z in layout.zones
             if z.kind is ZoneKind.OFFICE and z.id.startswith("office") and len(z.outline) >= 3]
    found = [shapely.get_coordinates(shapely.line_interpolate_point(row, np.arange(_STEP_M / 2, row.length, _STEP_M)))
             for row in rows if not row.is_empty and row.length > _STEP_M]
    if not found:
        return np.zeros((0, 2))
    places = np.concatenate(found)
    points = shapely.points(places)
    free = np.ones(len(places), dtype=bool)
    widest = max((e.width_m for e in layout.road_edges), default=0.0)
    bodies = [Polygon(b.outline) for b in (*layout.blocks, *layout.buildings)]
    tracks = [LineString(t.line) for t in layout.rail_tracks]
    for things, clear_m in ((lines, widest / 2 + _CLEAR_M), (bodies, _CLEAR_M), (tracks, 2 * _CLEAR_M)):
        free[shapely.STRtree(things).query(points, predicate="dwithin", distance=clear_m)[0]] = False
    ground = area_of((*layout.platform, *layout.land))
    shapely.prepare(ground)
    free &= shapely.contains_xy(ground, places)
    return places[free][:_MOST]


def _trees(places: NDArray[np.float64]) -> m.Mesh:
    dice = np.random.default_rng(11)
    kinds = []
    shapes = ((6.5, 2.0, materials.TREE), (5.2, 2.3, materials.TREE_DARK), (7.8, 1.9, materials.TREE))
    for height, radius, colour in shapes:
        crown = m.cylinder((0, 0, 1.2), radius, height * 0.42, colour, 6, radius * 0.86)
        top = m.cylinder((0, 0, 1.2 + height * 0.42), radius * 0.86, height * 0.5, colour, 6, radius * 0.24)
        kinds.append(m.grounded(m.merge([crown, top]), height, 0.7))
    which = dice.integers(0, len(kinds), len(places))
    turn = dice.uniform(0, 60, len(places))
    made = []
    for kind, model in enumerate(kinds):
        mine = which == kind
        made.append(m.copies(model, np.column_stack([places[mine], np.zeros(mine.sum())]), turn[mine]))
    return m.merge(made)


def trees(plan: Plan) -> m.Mesh:
    """All trees."""
    return _trees(places_of_trees(plan))


LATER = {"greenery.trees": Recipe(trees, 420.0)}
