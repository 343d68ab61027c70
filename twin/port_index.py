"""Ready answers about a port's layout: ids to numbers, slots to metres, points to zones."""

from __future__ import annotations

import functools

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry import LineString, Polygon

from twin.local_frame import LocalFrame
from twin.port_layout import (
    STANDARD_HEIGHT_M,
    Berth,
    Block,
    Building,
    Crane,
    Fence,
    Gate,
    GateLane,
    PortLayout,
    RoadEdge,
    RoadNode,
    StopPoint,
    Viewpoint,
    Zone,
)


class PortIndex:
    """A layout with its look-ups. Numbers are rows of the layout's tuples: `block_number["A1"]` is one of `blocks`."""

    def __init__(self, layout: PortLayout) -> None:
        self.layout = layout
        self.frame = LocalFrame(layout.origin_lon, layout.origin_lat)
        self.block_number: dict[str, int] = {block.id: i for i, block in enumerate(layout.blocks)}
        self.zone_number: dict[str, int] = {zone.id: i for i, zone in enumerate(layout.zones)}
        self.blocks: dict[str, Block] = {block.id: block for block in layout.blocks}
        self.berths: dict[str, Berth] = {berth.id: berth for berth in layout.berths}
        self.zones: dict[str, Zone] = {zone.id: zone for zone in layout.zones}
        self.fences: dict[str, Fence] = {fence.id: fence for fence in layout.fences}
        self.gates: dict[str, Gate] = {gate.id: gate for gate in layout.gates}
        self.gate_lanes: dict[str, GateLane] = {lane.id: lane for gate in layout.gates for lane in gate.lanes}
        self.lane_gate: dict[str, str] = {lane.id: gate.id for gate in layout.gates for lane in gate.lanes}
        self.nodes: dict[str, RoadNode] = {node.id: node for node in layout.road_nodes}
        self.edges: dict[str, RoadEdge] = {edge.id: edge for edge in layout.road_edges}
        self.stops: dict[str, StopPoint] = {stop.id: stop for stop in layout.stop_points}
        self.cranes: dict[str, Crane] = {crane.id: crane for crane in layout.cranes}
        self.buildings: dict[str, Building] = {building.id: building for building in layout.buildings}
        self.viewpoints: dict[str, Viewpoint] = {view.id: view for view in layout.viewpoints}
        self._origin = np.array([block.origin for block in layout.blocks], dtype=np.float64).reshape(-1, 2)
        self._along = np.array([b.along for b in layout.blocks], dtype=np.float64).reshape(-1, 2)
        self._across = np.array([b.across for b in layout.blocks], dtype=np.float64).reshape(-1, 2)
        self._pitch = np.array([(b.bay_pitch_m, b.row_pitch_m) for b in layout.blocks], dtype=np.float64).reshape(-1, 2)

    def slot_xyz(self, block_no: ArrayLike, bay: ArrayLike, row: ArrayLike, tier: ArrayLike,
                 height_m: ArrayLike = STANDARD_HEIGHT_M) -> NDArray[np.float64]:
        """Centre of the base of a container in slots. Shape (N, 3), metres.

        `block_no` are rows of `layout.blocks`. `height_m` is the height of a tier, one for all or one each. Even bays
        are forty-foot places between two odd ones.
        """
        number = np.asarray(block_no, dtype=np.intp)
        along_m = np.asarray(bay, dtype=np.float64) * 0.5 * self._pitch[number, 0]
        across_m = (np.asarray(row, dtype=np.float64) - 0.5) * self._pitch[number, 1]
        along, across = self._along[number], self._across[number]
        ground = self._origin[number] + along_m[..., None] * along + across_m[..., None] * across
        base = (np.asarray(tier, dtype=np.float64) - 1.0) * np.asarray(height_m, dtype=np.float64)
        return np.concatenate([ground, np.broadcast_to(base, ground.shape[:-1])[..., None]], axis=-1)

    def zone_of_points(self, x: ArrayLike, y: ArrayLike) -> NDArray[np.int32]:
        """Row in `layout.zones` of the innermost zone (the smallest that holds the point), -1 for none. Shape (N,)."""
        px, py = np.atleast_1d(np.asarray(x, dtype=np.float64)), np.atleast_1d(np.asarray(y, dtype=np.float64))
        found = np.full(len(px), -1, dtype=np.int32)
        if not self.layout.zones or not len(px):
            return found
        usable = np.isfinite(px) & np.isfinite(py)
        points = shapely.points(np.where(usable, px, 0.0), np.where(usable, py, 0.0))
        point, zone = self._zone_tree.query(points, predicate="intersects")
        order = np.argsort(-self._zone_area[zone], kind="stable")  # the smallest zone is written last
        found[point[order]] = zone[order]
        found[~usable] = -1
        return found

    @functools.cached_property
    def _zone_shapes(self) -> list[Polygon]:
        return [Polygon(zone.outline) for zone in self.layout.zones]

    @functools.cached_property
    def _zone_area(self) -> NDArray[np.float64]:
        return np.array([shape.area for shape in self._zone_shapes], dtype=np.float64)

    @functools.cached_property
    def _zone_tree(self) -> shapely.STRtree:
        for shape in self._zone_shapes:
            shapely.prepare(shape)
        return shapely.STRtree(self._zone_shapes)

    @functools.cached_property
    def fence_polygons(self) -> tuple[Polygon, ...]:
        """Outlines of `layout.fences`, prepared, in their order."""
        shapes = tuple(Polygon(fence.outline) for fence in self.layout.fences)
        shapely.prepare(np.array(shapes, dtype=object))
        return shapes

    @functools.cached_property
    def block_outline(self) -> tuple[Polygon, ...]:
        """Ground outlines of `layout.blocks`, in their order."""
        return tuple(Polygon(block.outline) for block in self.layout.blocks)

    @functools.cached_property
    def edge_lines(self) -> tuple[LineString, ...]:
        """Middle lines of `layout.road_edges`, in their order and direction of travel."""
        return tuple(LineString([self.nodes[e.start].at, *e.via, self.nodes[e.end].at]) for e in self.layout.road_edges)

    @functools.cached_property
    def stops_of(self) -> dict[str, tuple[StopPoint, ...]]:
        """Stop points of each subject (block, berth, building or zone id), in the layout's order."""
        found: dict[str, list[StopPoint]] = {}
        for stop in self.layout.stop_points:
            found.setdefault(stop.subject, []).append(stop)
        return {subject: tuple(stops) for subject, stops in found.items()}

    @functools.cached_property
    def children(self) -> dict[str | None, tuple[Zone, ...]]:
        """Zones below each zone id, in the layout's order; under None those without a parent."""
        found: dict[str | None, list[Zone]] = {}
        for zone in self.layout.zones:
            found.setdefault(zone.parent, []).append(zone)
        return {parent: tuple(zones) for parent, zones in found.items()}

    def zone_name(self, number: int, english: bool = False) -> str:
        """Name of the zone in row `number`; an empty text for -1."""
        if number < 0:
            return ""
        name = self.layout.zones[number].name
        return name.en if english else name.zh

    def zone_path(self, zone_id: str) -> tuple[Zone, ...]:
        """The zone and those it lies in, outermost first. Raises KeyError."""
        path, at = [], self.zones[zone_id]
        while True:
            path.append(at)
            if at.parent is None:
                return tuple(reversed(path))
            at = self.zones[at.parent]
