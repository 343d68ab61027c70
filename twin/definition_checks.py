"""What must hold between the parts of a port definition: references, zones in zones, clear roads, reachable stops."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from shapely import STRtree
from shapely.geometry import LineString, Point, Polygon

from twin.definition_rows import show
from twin.errors import PortDefinitionError
from twin.port_layout import CraneKind, PortLayout, RoadEdge

_ALL = ("berths", "blocks", "gates", "road_nodes", "road_edges", "stop_points", "cranes", "viewpoints", "zones",
        "fences", "buildings", "rail_tracks", "corridors")
_SLACK_M = 0.05  # coordinates are written to the centimetre
_STOP_OFF_M = 1.0
_CLEAR_M = 1.25  # half a truck's width


class _Places:
    """Says where an element stands: the definition's own file or the GeoJSON file of its outlines."""

    def __init__(self, file: str, files: Mapping[str, str]) -> None:
        self._file, self._files = file, files

    def error(self, table: str, ident: str, field: str, value: object, demand: str) -> PortDefinitionError:
        """The sentence about an element's field."""
        file, kind = self._files.get(table, self._file), "feature" if table in self._files else table
        return PortDefinitionError(f"{file}: {kind} {ident}: field {field} is {show(value)}, but {demand}")


def check(layout: PortLayout, file: str, files: Mapping[str, str]) -> None:
    """Raises PortDefinitionError for the first thing that does not fit; `files`: outline table to GeoJSON file."""
    at = _Places(file, files)
    _unique(layout, at)
    _zones(layout, at)
    _references(layout, at)
    _blocks(layout, at)
    _roads(layout, at)
    _reachable(layout, at)


def _unique(layout: PortLayout, at: _Places) -> None:
    for table in _ALL:
        seen: set[str] = set()
        for row in getattr(layout, table):
            if row.id in seen:
                raise at.error(table, row.id, "id", row.id, "another element of the table has it already")
            seen.add(row.id)
    lanes: set[str] = set()
    for gate in layout.gates:
        for lane in gate.lanes:
            if lane.id in lanes:
                raise at.error("gates", gate.id, "lanes", lane.id, "another lane has this id already")
            lanes.add(lane.id)


def _zones(layout: PortLayout, at: _Places) -> None:
    parents = {zone.id: zone.parent for zone in layout.zones}
    for zone in layout.zones:
        if zone.parent is not None and zone.parent not in parents:
            raise at.error("zones", zone.id, "parent", zone.parent, "no zone has this id")
        seen, above = {zone.id}, zone.parent
        while above is not None:
            if above in seen:
                raise at.error("zones", zone.id, "parent", zone.parent, "zones would contain each other in a circle")
            seen.add(above)
            above = parents[above]
    shapes = {zone.id: Polygon(zone.outline).buffer(_SLACK_M) for zone in layout.zones}
    for zone in layout.zones:
        if zone.parent is not None and not shapes[zone.parent].covers(Polygon(zone.outline)):
            raise at.error("zones", zone.id, "parent", zone.parent, "the outline does not lie within that zone")


def _references(layout: PortLayout, at: _Places) -> None:
    ids: dict[str, set[str]] = {table: {row.id for row in getattr(layout, table)} for table in _ALL}

    def must(table: str, ident: str, field: str, value: str, *targets: str) -> None:
        if not any(value in ids[target] for target in targets):
            raise at.error(table, ident, field, value, f"no element of {' or '.join(targets)} has this id")

    for berth in layout.berths:
        must("berths", berth.id, "terminal", berth.terminal, "zones")
    for block in layout.blocks:
        must("blocks", block.id, "zone", block.zone, "zones")
    for edge in layout.road_edges:
        must("road_edges", edge.id, "start", edge.start, "road_nodes")
        must("road_edges", edge.id, "end", edge.end, "road_nodes")
    for gate in layout.gates:
        must("gates", gate.id, "zone", gate.zone, "zones")
        for lane in gate.lanes:
            must("gates", f"{gate.id}: lane {lane.id}", "node_before", lane.node_before, "road_nodes")
            must("gates", f"{gate.id}: lane {lane.id}", "node_after", lane.node_after, "road_nodes")
    targets = {"block": ("blocks",), "quay": ("berths",), "rail": ("blocks",), "park": ("zones", "buildings")}
    bays = {block.id: block.bays for block in layout.blocks}
    for stop in layout.stop_points:
        must("stop_points", stop.id, "edge", stop.edge, "road_edges")
        must("stop_points", stop.id, "subject", stop.subject, *targets.get(stop.purpose, ("buildings",)))
        if stop.purpose == "block" and (stop.bay is None or stop.bay % 2 == 0 or stop.bay > 2 * bays[stop.subject]):
            raise at.error("stop_points", stop.id, "bay", stop.bay, f"must be an odd bay of block {stop.subject}")
    for crane in layout.cranes:
        for served in crane.serves:
            must("cranes", crane.id, "serves", served, "berths" if crane.kind is CraneKind.STS else "blocks")


def _blocks(layout: PortLayout, at: _Places) -> None:
    zones = {zone.id: Polygon(zone.outline).buffer(_SLACK_M) for zone in layout.zones}
    shapes = [Polygon(block.outline) for block in layout.blocks]
    for block, shape in zip(layout.blocks, shapes, strict=True):
        if not zones[block.zone].covers(shape):
            raise at.error("blocks", block.id, "zone", block.zone, "the block does not lie within that zone")
    for i, j in _pairs(shapes, [shape.buffer(-_SLACK_M) for shape in shapes]):
        if i < j:
            raise at.error("blocks", layout.blocks[j].id, "origin", list(layout.blocks[j].origin),
                           f"the block overlaps block {layout.blocks[i].id}")


def _pairs(held: list[Any], asked: list[Any]) -> Iterable[tuple[int, int]]:
    """Index pairs (asked, held) that intersect."""
    if not held or not asked:
        return []
    found = STRtree(held).query(asked, predicate="intersects")
    return [(int(a), int(h)) for a, h in zip(*found, strict=True)]


def _edge_line(edge: RoadEdge, nodes: Mapping[str, tuple[float, float]]) -> LineString:
    return LineString([nodes[edge.start], *edge.via, nodes[edge.end]])


def _roads(layout: PortLayout, at: _Places) -> None:
    nodes = {node.id: node.at for node in layout.road_nodes}
    lines = [_edge_line(edge, nodes) for edge in layout.road_edges]
    for edge, line in zip(layout.road_edges, lines, strict=True):
        if line.length < _SLACK_M:
            raise at.error("road_edges", edge.id, "end", edge.end, "it stands where start does")
    for e, b in _pairs([Polygon(block.outline).buffer(_CLEAR_M) for block in layout.blocks], lines):
        raise at.error("road_edges", layout.road_edges[e].id, "end", layout.road_edges[e].end,
                       f"the road runs through or along the edge of block {layout.blocks[b].id}")
    rows = {edge.id: i for i, edge in enumerate(layout.road_edges)}
    for stop in layout.stop_points:
        off = lines[rows[stop.edge]].distance(Point(stop.at))
        if off > _STOP_OFF_M:
            raise at.error("stop_points", stop.id, "at", list(stop.at), f"it lies {off:.1f} m off its edge {stop.edge}")
    joined = {(edge.start, edge.end): line for edge, line in zip(layout.road_edges, lines, strict=True)}
    for gate in layout.gates:
        for lane in gate.lanes:
            way = joined.get((lane.node_before, lane.node_after))
            if way is None:
                raise at.error("gates", f"{gate.id}: lane {lane.id}", "node_after", lane.node_after,
                               f"no road edge leads there from {lane.node_before}")
            if way.distance(Point(lane.stop)) > _STOP_OFF_M:
                raise at.error("gates", f"{gate.id}: lane {lane.id}", "stop", list(lane.stop), "it lies off its edge")


def _reachable(layout: PortLayout, at: _Places) -> None:
    """Every stop can be driven to from an entry lane and from there to an exit lane."""
    lanes = [lane for gate in layout.gates for lane in gate.lanes]
    entries = [lane.node_after for lane in lanes if lane.direction == "in"]
    exits = [lane.node_before for lane in lanes if lane.direction == "out"]
    if not entries or not exits:
        return
    numbers = {node.id: i for i, node in enumerate(layout.road_nodes)}
    ahead = [(numbers[e.start], numbers[e.end]) for e in layout.road_edges]
    entered = _reach(len(numbers), ahead, [numbers[n] for n in entries])
    left = _reach(len(numbers), [(b, a) for a, b in ahead], [numbers[n] for n in exits])
    edges = {edge.id: edge for edge in layout.road_edges}
    for stop in layout.stop_points:
        edge = edges[stop.edge]
        if not entered[numbers[edge.start]]:
            raise at.error("stop_points", stop.id, "edge", stop.edge, "it cannot be reached from any entry gate")
        if not left[numbers[edge.end]]:
            raise at.error("stop_points", stop.id, "edge", stop.edge, "no exit gate can be reached from it")


def _reach(count: int, pairs: list[tuple[int, int]], starts: list[int]) -> Any:
    following: list[list[int]] = [[] for _ in range(count)]
    for a, b in pairs:
        following[a].append(b)
    reached = np.zeros(count, dtype=bool)
    queue = deque(starts)
    reached[starts] = True
    while queue:
        for b in following[queue.popleft()]:
            if not reached[b]:
                reached[b] = True
                queue.append(b)
    return reached
