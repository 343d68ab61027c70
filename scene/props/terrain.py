"""The ground: natural land, the reclaimed platform with its walls, and the surfaces of its areas."""

from __future__ import annotations

import math

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer

from scene import materials
from scene import mesh as m
from scene.actors import Code, still
from scene.light import Light
from scene.plan import Plan, depth_of
from scene.props.base import Near, StaticProp
from scene.still import Recipe, Stock
from twin.port_layout import PortLayout, ZoneKind

LAND_M = -0.9  # natural land lies a little lower than the terminal, so that their edges never fight
PLATFORM_M = 0.0
_UNDER_M = 0.5  # a second ground below the patches: edges that only meet leave single pixels undrawn
_FIELD_M = 260.0
_FIELDS_WITHIN_M = 5_200.0
_FAR_CELL_M = 2400.0  # haze is worked out at the corners
_CELL_M = 48.0  # so fine is the lamplight on paved ground, and so large are slabs cast in one go
_FIELD_CELLS = (4, 3)  # slabs of one season, along and across
_JOINT_M, _JOINTS_SEEN_M = 12.0, 450.0
_TILE_M = 640.0
_GROUND_TILE_M = 12_000.0
_SHADES = 0.065
_HILLS_FROM_M, _HILLS_WITHIN_M, _HILL_CELL_M = 1800.0, 13_000.0, 260.0

_AREAS = {
    ZoneKind.QUAY: materials.APRON,
    ZoneKind.FOREIGN_YARD: materials.YARD,
    ZoneKind.DOMESTIC_YARD: materials.YARD,
    ZoneKind.EMPTY_YARD: materials.YARD,
    ZoneKind.INSPECTION: materials.INSPECTION,
    ZoneKind.GATE: materials.GATE_AREA,
    ZoneKind.RAIL: materials.RAIL_YARD,
    ZoneKind.OFFICE: materials.OFFICE_AREA,
}


class Terrain(StaticProp):
    """Land, platform and areas."""

    def __init__(self, renderer: vtkRenderer, layout: PortLayout, stock: Stock, light: Light) -> None:
        super().__init__(renderer)
        joints = _joints(layout)
        self._paved: list[tuple[vtkActor, vtkActor, NDArray[np.float64]]] = []
        for part in stock.at_once("terrain.paved"):
            far, near = still(part, light, 1), still(part, light, 1, code=joints)
            near.VisibilityOff()
            low, high = part.points.min(axis=0)[:2], part.points.max(axis=0)[:2]
            self._paved.append((self.add(far), self.add(near), np.concatenate([low, high]).astype(float)))
        self._near = [Near(stock.at_once("terrain.ground"), light)]
        self.adopt(len(stock.at_once("terrain.ground")))

    def look_from(self, eye: tuple[float, float, float]) -> None:
        """Work joints out, pixel by pixel, only where one is near enough to see them."""
        super().look_from(eye)
        x, y, z = eye
        for far, near, (west, south, east, north) in self._paved:
            close = math.hypot(max(west - x, x - east, 0.0), max(south - y, y - north, 0.0), z) < _JOINTS_SEEN_M
            if bool(near.GetVisibility()) != close:
                near.SetVisibility(close)
                far.SetVisibility(not close)

    def set_visible(self, visible: bool) -> None:
        """Show or hide all of it."""
        super().set_visible(visible)
        for _, near, _ in self._paved:
            near.VisibilityOff()

    def close(self) -> None:
        """Let go of everything."""
        self._paved.clear()
        super().close()


def paved(plan: Plan) -> m.Mesh:
    """What is built on, each zone in its colour: a zone inside another replaces it."""
    zones = {z.id: z for z in plan.layout.zones}
    taken: BaseGeometry = Polygon()
    along = _quay_way(plan.layout)
    made = []
    for zone in sorted((z for z in zones.values() if z.kind in _AREAS and z.id in plan.zones),
                       key=lambda z: -depth_of(z, zones)):
        shape = plan.zones[zone.id]
        made.append(_slabs(shape.difference(taken), along, _AREAS[zone.kind]))
        taken = taken.union(shape)
    rest = plan.platform.intersection(plan.built).difference(taken)
    made.append(_slabs(rest, along, materials.PLATFORM))
    return m.merge(made)


def ground(plan: Plan) -> m.Mesh:
    """Reserve land, the walls down into the water and natural land."""
    platform = plan.platform
    parts = [*_land(plan.layout, platform), _hills(plan)]
    if not platform.is_empty:
        # What lies under other ground comes after it: what is hidden already costs nothing to draw.
        parts += _fields(platform.difference(plan.built), PLATFORM_M, (materials.PLATFORM_RESERVE, materials.LAND),
                         160.0, 3)
        parts.append(m.polygon(platform, PLATFORM_M - _UNDER_M, materials.PLATFORM_RESERVE))
        for piece in shapely.get_parts(platform):
            parts.append(m.walls(np.array(piece.exterior.coords), plan.layout.lowest_sea_m - 2.0, PLATFORM_M,
                                 materials.QUAY_WALL, foot=0.62))
    return m.merge(parts)


AT_ONCE = {"terrain.paved": Recipe(paved, _TILE_M), "terrain.ground": Recipe(ground, _GROUND_TILE_M)}


def _slabs(area: BaseGeometry, along: NDArray[np.float64], colour: m.Rgb) -> m.Mesh:
    """Ground of slabs cast at different times, in rows along the quay, each a shade apart."""
    frame = np.column_stack([along, (-along[1], along[0])])
    turned = m.squares(shapely.transform(area, lambda places: places @ frame), _CELL_M)
    slab = np.floor(shapely.get_coordinates(shapely.centroid(turned)) / _CELL_M)
    field = np.floor(slab / _FIELD_CELLS)
    # Sums of irrational multiples are as good as chance here.
    shade = (slab @ [0.7548777, 0.5698403] + slab.prod(axis=1) * 0.3183099) % 1.0 - 0.5
    shade += 0.9 * ((field @ [0.6180340, 0.3542486]) % 1.0 - 0.5)
    made = m.polygons(turned, PLATFORM_M, np.asarray(colour) * (1.0 + _SHADES * shade[:, None]))
    points = made.points.copy()
    points[:, :2] = made.points[:, :2] @ frame.T
    return made._replace(points=points)


def _joints(layout: PortLayout) -> Code:
    """Joints between the slabs, for ground close by."""
    x, y = _quay_way(layout)
    return Code(
        "vec3 placeVSOutput",
        f"  placeVSOutput = vec3(dot(vertexMC.xy, vec2({x:.6f}, {y:.6f})) * {1 / _JOINT_M:.7f}, "
        f"dot(vertexMC.xy, vec2({-y:.6f}, {x:.6f})) * {1 / _JOINT_M:.7f}, "
        f"0.13 * clamp(1.0 - gl_Position.w * {1 / _JOINTS_SEEN_M:.7f}, 0.0, 1.0));\n",
        "  vec2 joint = abs(fract(placeVSOutput.xy) - 0.5);\n"
        "  fragOutput0.rgb *= 1.0 - placeVSOutput.z * step(0.492, max(joint.x, joint.y));\n",
    )


def _quay_way(layout: PortLayout) -> NDArray[np.float64]:
    """Unit vector (2,) along the first quay; east where there is none."""
    if not layout.quay_lines:
        return np.array([1.0, 0.0])
    start, end = np.asarray(layout.quay_lines[0][0]), np.asarray(layout.quay_lines[0][-1])
    way: NDArray[np.float64] = (end - start) / max(float(np.linalg.norm(end - start)), 1e-9)
    return way


def _land(layout: PortLayout, platform: BaseGeometry) -> list[m.Mesh]:
    parts: list[m.Mesh] = []
    reach = _FIELDS_WITHIN_M
    neighbourhood = shapely.box(-reach, -reach, reach, reach)
    island = platform.buffer(-5.0)
    shapes = [shape for shape in (Polygon(ring).buffer(0) for ring in layout.land) if not shape.is_empty]
    far: list[BaseGeometry] = []
    for shape in shapes:
        parts += [_shore(np.array(piece.exterior.coords), layout.lowest_sea_m) for piece in shapely.get_parts(shape)]
        dry = shape.difference(island) if shape.intersects(island) else shape
        near = dry.intersection(neighbourhood)
        far.append(dry.difference(near))
        if not near.is_empty:
            parts += _fields(near, LAND_M, (materials.LAND, materials.LAND_WOODED), _FIELD_M, 7)
            parts.append(m.polygon(near, LAND_M - _UNDER_M, materials.LAND))
    parts.append(m.cells(shapely.union_all(far), _FAR_CELL_M, LAND_M, materials.LAND))
    return parts


def _hills(plan: Plan) -> m.Mesh:
    """Low hills inland, so that there is a distance to look into: plausible, not surveyed, none near the port."""
    layout = plan.layout
    reach = np.arange(-_HILLS_WITHIN_M, _HILLS_WITHIN_M + 1.0, _HILL_CELL_M)
    x, y = np.meshgrid(reach, reach)
    points = shapely.points(x, y)
    shores = [Polygon(ring).buffer(0) for ring in layout.land if len(ring) >= 3]
    if not shores or plan.platform.is_empty:
        return m.empty()
    land = shapely.union_all(shores)
    shapely.prepare(land)
    inland = np.where(shapely.contains(land, points), shapely.distance(shapely.boundary(land), points), 0.0)
    clear = shapely.distance(plan.platform, points)
    z = _swells(x, y) * np.clip(inland / 900.0, 0, 1) * np.clip((clear - _HILLS_FROM_M) / 1500.0, 0, 1)
    z = np.where(z > 4.0, z, -12.0) + LAND_M
    index = np.arange(z.size).reshape(z.shape)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    faces = faces[z.ravel()[faces].max(axis=1) > LAND_M]
    used, faces = np.unique(faces, return_inverse=True)
    share = np.clip(z.ravel()[used] / 150.0, 0, 1)[:, None]
    colours = np.asarray(materials.LAND_WOODED) * (1 - share) + np.asarray(materials.HILL) * share
    corners = np.column_stack([x.ravel(), y.ravel(), z.ravel()])[used]
    return m.Mesh(corners.astype(np.float32), faces.reshape(-1, 3).astype(np.int32), colours.astype(np.uint8))


def _swells(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Heights of rolling country, metres: waves of several lengths and ways."""
    dice = np.random.default_rng(5)
    total = np.zeros_like(x)
    for length, height in ((5200.0, 90.0), (2900.0, 62.0), (1700.0, 40.0), (1000.0, 22.0)):
        for _ in range(3):
            way, phase = dice.uniform(0, 2 * np.pi, 2)
            total += height / 1.7 * np.sin((x * np.cos(way) + y * np.sin(way)) * 2 * np.pi / length + phase)
    return np.maximum(total - 20.0, 0.0)


def _shore(ring: NDArray[np.float64], lowest_sea_m: float) -> m.Mesh:
    """A bank around the land, from its edge down into the water."""
    return m.walls(ring, lowest_sea_m - 1.0, LAND_M, materials.SHORE, foot=0.8)


def _fields(
    area: BaseGeometry, z: float, colours: tuple[m.Rgb, m.Rgb], size_m: float, seed: int
) -> list[m.Mesh]:
    """An area as patches between two colours, as land looks from the air: cells round jittered points."""
    if area.is_empty:
        return []
    west, south, east, north = area.bounds
    rng = np.random.default_rng(seed)
    x, y = np.meshgrid(np.arange(west, east + size_m, size_m), np.arange(south, north + size_m, size_m))
    points = np.column_stack([x.ravel(), y.ravel()]) + rng.uniform(-0.42, 0.42, (x.size, 2)) * size_m
    shapely.prepare(area)
    points = points[shapely.dwithin(area, shapely.points(points), size_m)]
    if len(points) < 4:
        return [m.polygon(area, z, colours[0])]
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), extend_to=area.envelope))
    cells = cells[shapely.intersects(area, cells)]
    inside = shapely.contains_properly(area, cells)
    cut = np.where(inside, cells, shapely.intersection(cells, area))
    share = rng.beta(0.9, 0.9, len(cut))[:, None]
    tone = (1 - share) * np.asarray(colours[0]) + share * np.asarray(colours[1])
    tone *= rng.uniform(0.955, 1.045, (len(cut), 1))
    worth = shapely.area(cut) > 1.0
    return [m.polygons(cut[worth], z, tone[worth])]
