"""Buildings: each outline gets the model of its kind, with a soft shadow on the ground."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.affinity import translate
from shapely.geometry import Polygon
from vtkmodules.vtkRenderingCore import vtkRenderer

from scene import lettering, materials
from scene import mesh as m
from scene.actors import polydata, still, translucent, unit
from scene.light import Light
from scene.models import structures
from scene.plan import Plan
from scene.props.base import Near, StaticProp
from scene.still import Recipe, Stock
from twin.port_layout import Building, BuildingKind, PortLayout

_SHADOW_M = 0.12
_SHADOW = (8, 12, 16)
_SHADOW_OPACITY = 0.5
_SAME_SUN = 0.99995  # cosine: half a degree
_MASTS_SEEN_M = 3200.0
_PAINT_SEEN_M = 1200.0
_PAINT_M = 0.10
_CONTROLLED_M = 9.0  # around an H986, kept clear while it scans
_LONGEST_SHADOW_M = 70.0
_LIT_SHARE = 0.36  # of the windows, at night


class Buildings(StaticProp):
    """All buildings as one body; light masts apart, because they are many and thin."""

    def __init__(self, renderer: vtkRenderer, layout: PortLayout, stock: Stock, light: Light) -> None:
        super().__init__(renderer)
        for part in stock.at_once("buildings.houses"):
            self.add(still(part, light))
        self._near = [
            Near(stock.later("buildings.masts"), light, 0, _MASTS_SEEN_M),
            Near(stock.later("buildings.site_paint"), light, 5, _PAINT_SEEN_M, materials.INSPECTION),
        ]
        self._casting = _houses(layout)
        self._shadows = self.add(translucent(m.empty(), light, _SHADOW_OPACITY, layer=6))
        self._cast: tuple[float, float, float] | None = None
        self.relight(light)

    def relight(self, light: Light) -> None:
        """Shadows follow the sun, in steps too small to be seen."""
        super().relight(light)
        self._shadows.SetVisibility(light.shadow > 0.02)
        self._shadows.GetProperty().SetOpacity(_SHADOW_OPACITY * light.shadow)
        sun = unit(light.sun_from)
        if self._cast is None or float(np.dot(sun, self._cast)) < _SAME_SUN:
            self._cast = sun
            self._shadows.GetMapper().SetInputData(polydata(_shadows(self._casting, light)))


def houses(plan: Plan) -> m.Mesh:
    """All buildings but the masts."""
    return m.merge(_model(building) for building in _houses(plan.layout))


def masts(plan: Plan) -> m.Mesh:
    """The light masts."""
    return m.merge(_mast(b) for b in plan.layout.buildings if b.kind is BuildingKind.LIGHT_MAST)


def site_paint(plan: Plan) -> m.Mesh:
    """What is painted around places of inspection: the striped border of the area that is controlled while an H986
    scans, its name before both ends, numbers before the docks of inspection sheds."""
    parts: list[m.Mesh] = []
    for building in _houses(plan.layout):
        outline = np.asarray(building.outline, dtype=float)
        if building.kind is BuildingKind.H986:
            parts += _controlled(outline)
        elif building.kind is BuildingKind.INSPECTION_SHED:
            parts += _docks(outline)
    return m.merge(parts)


AT_ONCE = {"buildings.houses": Recipe(houses, 1280.0)}
LATER = {"buildings.masts": Recipe(masts, 1280.0), "buildings.site_paint": Recipe(site_paint, 600.0)}


def _controlled(outline: NDArray[np.float64]) -> list[m.Mesh]:
    centre, length, width, bearing = structures.oriented_box(outline)
    angle = np.radians(bearing)
    along, across = np.array([np.sin(angle), np.cos(angle)]), np.array([np.cos(angle), -np.sin(angle)])
    half_l, half_w = 0.5 * length + _CONTROLLED_M, 0.5 * width + 0.7 * _CONTROLLED_M
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
    ring = [centre + along * u * half_l + across * v * half_w for u, v in corners]
    parts = [m.strip(np.array(ring), 0.9, _PAINT_M, materials.PAINT_YELLOW)]
    start, end = m.dashes(np.array(ring), 1.4, 1.4)
    parts.append(m.segments(start, end, 0.9, _PAINT_M + 0.01, materials.ROAD))
    for way in (-1.0, 1.0):
        foot = centre + along * way * (0.5 * length + 16.0)
        parts.append(lettering.painted("H986", foot, bearing + (180.0 if way > 0 else 0.0), 4.2, materials.PAINT_WHITE,
                                       _PAINT_M))
    return parts


def _docks(outline: NDArray[np.float64]) -> list[m.Mesh]:
    centre, length, width, bearing = structures.oriented_box(outline)
    angle = np.radians(bearing)
    along, across = np.array([np.sin(angle), np.cos(angle)]), np.array([np.cos(angle), -np.sin(angle)])
    count = max(1, int(length / 14))  # as many as the shed has doors
    parts = []
    for side in (-1.0, 1.0):
        for number in range(count):
            at = centre + along * ((number + 0.5) * length / count - 0.5 * length)
            foot = at + across * side * (0.5 * width + 5.6)
            up = bearing + (90.0 if side > 0 else -90.0)
            parts.append(lettering.painted(str(number + 1), foot, up + 180.0, 2.4, materials.PAINT_WHITE, _PAINT_M))
            for edge in (-2.6, 2.6):
                wall = at + along * edge + across * side * (0.5 * width + 0.3)
                parts.append(m.segments([wall], [wall + across * side * 13.0], 0.18, _PAINT_M, materials.PAINT_YELLOW))
    return parts


def _houses(layout: PortLayout) -> list[Building]:
    return [b for b in layout.buildings if b.kind is not BuildingKind.LIGHT_MAST]


def _model(building: Building) -> m.Mesh:
    outline = np.asarray(building.outline, dtype=float)
    centre, length, width, bearing = structures.oriented_box(outline)
    height, seed = building.height_m, sum(map(ord, building.id))
    match building.kind:
        case BuildingKind.H986:
            body = structures.h986_hall(length, width, height)
        case BuildingKind.INSPECTION_SHED:
            body = structures.shed(length, width, height, structures.ROOF_BLUE)
        case BuildingKind.WAREHOUSE:
            body = structures.shed(length, width, height, structures.ROOF if seed % 3 else structures.ROOF_DARK)
        case BuildingKind.WORKSHOP:
            body = structures.shed(length, width, height, structures.ROOF_DARK)
        case BuildingKind.CUSTOMS:
            body = structures.customs_house(length, width, height, _LIT_SHARE, seed)
        case BuildingKind.OFFICE:
            body = structures.office(length, width, height, _LIT_SHARE, seed)
        case BuildingKind.GATE_CANOPY:
            # The lanes pass under the shorter way; a canopy model has its width along x.
            body = m.placed(structures.gate_canopy(length, width, height), 0.0, 0.0, 0.0, 90.0)
        case BuildingKind.TANK:
            body = structures.tank(min(length, width) / 2, height)
        case _:
            return m.prism(Polygon(building.outline), 0.0, height, structures.WALL, structures.ROOF, 0.75)
    return m.placed(body, float(centre[0]), float(centre[1]), 0.0, bearing)


def _mast(building: Building) -> m.Mesh:
    x, y = np.asarray(building.outline).mean(axis=0)
    return m.placed(structures.light_mast(building.height_m), float(x), float(y))


def _shadows(buildings: list[Building], light: Light) -> m.Mesh:
    """What the buildings darken on flat ground: outline swept along the light, without the outline itself."""
    sun = np.asarray(light.sun_from)
    way = -sun[:2] / max(float(sun[2]), 0.12)
    slope = max(float(np.hypot(*way)), 1e-6)
    parts = []
    for b in buildings:
        low = b.height_m - 1.5 if b.kind is BuildingKind.GATE_CANOPY else 0.0
        outline = Polygon(b.outline)
        reach = min(b.height_m * slope, _LONGEST_SHADOW_M) / slope
        near = translate(outline, *(way * min(low, reach)))
        swept = shapely.union(near, translate(outline, *(way * reach))).convex_hull
        parts.append(swept if low else swept.difference(outline))
    return m.polygons(parts, _SHADOW_M, np.tile(np.asarray(_SHADOW), (len(parts), 1))) if parts else m.empty()
