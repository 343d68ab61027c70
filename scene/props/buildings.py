"""Buildings: each outline gets the model of its kind, with a soft shadow on the ground."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.affinity import translate
from shapely.geometry import Polygon
from vtkmodules.vtkRenderingCore import vtkRenderer

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
_LONGEST_SHADOW_M = 70.0
_LIT_SHARE = 0.36  # of the windows, at night


class Buildings(StaticProp):
    """All buildings as one body; light masts apart, because they are many and thin."""

    def __init__(self, renderer: vtkRenderer, layout: PortLayout, stock: Stock, light: Light) -> None:
        super().__init__(renderer)
        for part in stock.at_once("buildings.houses"):
            self.add(still(part, light))
        self._near = [Near(stock.later("buildings.masts"), light, 0, _MASTS_SEEN_M)]
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


AT_ONCE = {"buildings.houses": Recipe(houses, 1280.0)}
LATER = {"buildings.masts": Recipe(masts, 1280.0)}


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
