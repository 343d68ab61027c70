"""The Jiangyin definition: the sourced facts hold, and its roads, fences and stacks fit together."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pytest
import shapely
from shapely.geometry import LineString, Point, Polygon

from resources import locator
from twin.port_definition import load
from twin.port_index import PortIndex
from twin.port_layout import BlockKind, BuildingKind, CraneKind, FenceClass, RoadKind, StopPoint

FORTY_FIVE_FOOT_M = 13.716  # ISO 668
DRIVEN_THROUGH = {BuildingKind.H986, BuildingKind.INSPECTION_SHED, BuildingKind.GATE_CANOPY}


@pytest.fixture(name="port", scope="module")
def jiangyin() -> PortIndex:
    return PortIndex(load(locator.port_definition()))


def _length(port: PortIndex, *berths: str) -> float:
    return sum(float(np.hypot(*np.subtract(port.berths[b].end, port.berths[b].start))) for b in berths)


def test_the_sourced_facts_hold(port: PortIndex) -> None:
    layout = port.layout
    assert (layout.code, layout.origin_lat, layout.origin_lon) == ("CNJGY", 25.4133, 119.2917)
    assert _length(port, "B4", "B5") == pytest.approx(667, abs=0.1)
    assert _length(port, "B6", "B7") == pytest.approx(648, abs=0.1)
    assert _length(port, "B1", "B2", "B3", "B8", "B9") == pytest.approx(1650, abs=0.1)
    assert _length(port, "B14") == pytest.approx(325, abs=0.1)
    assert _length(port, "B28", "B29") == pytest.approx(580, abs=0.1)
    assert {berth.kind for berth in layout.berths if berth.id in ("B28", "B29")} == {"liquid"}
    east_to_west = [port.berths[f"B{n}"].start[0] for n in range(1, 10)]
    assert east_to_west == sorted(east_to_west, reverse=True)
    assert {b.kind for b in layout.blocks if b.id[0] in "FG"} == {BlockKind.AUTOMATED}
    plugs = sum(b.bays * b.rows * b.tiers for b in layout.blocks if b.kind is BlockKind.REEFER and b.zone == "yard-4-5")
    assert plugs == 2 * 528
    assert len(layout.rail_tracks) == 8
    assert not layout.surveyed


def test_what_is_not_surveyed_says_so(port: PortIndex) -> None:
    layout = port.layout
    rows = (*layout.berths, *layout.blocks, *layout.zones, *layout.gates, *layout.buildings)
    assert len(rows) > 100
    assert not any(row.surveyed for row in rows)


def test_the_yard_has_room_for_a_busy_day(port: PortIndex) -> None:
    blocks = port.layout.blocks
    assert 60 <= len(blocks) <= 80
    assert 60_000 <= sum(b.bays * b.rows * b.tiers for b in blocks) <= 100_000
    assert all(2 * b.bay_pitch_m >= FORTY_FIVE_FOOT_M for b in blocks if b.kind is BlockKind.EMPTY)
    assert all(b.dangerous_classes for b in blocks if b.kind is BlockKind.DANGEROUS)
    assert not any(b.dangerous_classes for b in blocks if b.kind is not BlockKind.DANGEROUS)


def test_dangerous_goods_stand_well_apart(port: PortIndex) -> None:
    shapes = dict(zip(port.blocks, port.block_outline, strict=True))
    dangerous = shapely.union_all([shapes[i] for i, b in port.blocks.items() if b.kind is BlockKind.DANGEROUS])
    others = shapely.union_all([shapes[i] for i, b in port.blocks.items() if b.kind is not BlockKind.DANGEROUS])
    assert dangerous.distance(others) > 200


def test_every_block_has_a_stop_at_every_odd_bay_beside_its_lane_and_a_crane(port: PortIndex) -> None:
    served = {subject for crane in port.layout.cranes for subject in crane.serves}
    for block in port.layout.blocks:
        stops = [s for s in port.stops_of[block.id] if s.purpose == "block"]
        assert [s.bay for s in stops] == list(range(1, 2 * block.bays, 2))
        for stop in stops:
            beside = np.subtract(stop.at, block.ground(stop.bay, 1))
            assert abs(beside @ block.along) < 0.05
            assert np.sign(beside @ block.across) == block.service_side
        assert block.id in served


def test_yard_cranes_span_their_blocks_and_lanes(port: PortIndex) -> None:
    for crane in (c for c in port.layout.cranes if c.kind is not CraneKind.STS):
        block = port.blocks[crane.serves[0]]
        middle = float(np.subtract(crane.home, block.origin) @ block.across)
        near, far = middle - crane.rail_gauge_m / 2, middle + crane.rail_gauge_m / 2
        assert near < -1.0
        assert far > block.width_m + 1.0
        assert crane.height_m > block.tiers * 2.896
        stop = next(s for s in port.stops_of[block.id] if s.purpose == "block")
        lane = float(np.subtract(stop.at, block.origin) @ block.across)
        if crane.kind is CraneKind.RTG:
            assert near + 1.5 < lane < far - 1.5
        else:
            assert min(abs(lane - near), abs(lane - far)) < 5.0  # under the cantilever


def test_quay_cranes_number_as_planned_and_straddle_the_quay_lanes(port: PortIndex) -> None:
    cranes = [c for c in port.layout.cranes if c.kind is CraneKind.STS]
    assert 16 <= len(cranes) <= 20
    for crane in cranes:
        assert (crane.outreach_m, crane.backreach_m, crane.height_m, crane.rail_gauge_m) == (65.0, 16.0, 44.0, 30.0)
        stop = min(port.layout.stop_points, key=lambda s: np.hypot(*np.subtract(s.at, crane.home)))
        assert stop.purpose == "quay"
        assert port.berths[stop.subject].id in crane.serves


def test_nothing_is_built_on_a_road_or_a_block(port: PortIndex) -> None:
    widths = [edge.width_m for edge in port.layout.road_edges]
    roads = shapely.STRtree(shapely.buffer(list(port.edge_lines), np.array(widths) / 2))
    blocks = shapely.union_all(port.block_outline)
    shapes = [Polygon(b.outline) for b in port.layout.buildings]
    for building, shape in zip(port.layout.buildings, shapes, strict=True):
        assert not shape.intersects(blocks), building.id
        if building.kind not in DRIVEN_THROUGH:
            assert not len(roads.query(shape, predicate="intersects")), building.id
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    assert (a == b).all()


def test_everything_stands_on_land(port: PortIndex) -> None:
    land = shapely.union_all([Polygon(o) for o in (*port.layout.platform, *port.layout.land)]).buffer(0.1)
    for shape in (*port.block_outline, *port.edge_lines, *(Polygon(b.outline) for b in port.layout.buildings)):
        assert land.covers(shape)
    sea_side = [Point(*(np.add(b.start, b.end) / 2 + _seaward(b.start, b.end) * 30)) for b in port.layout.berths]
    assert len(sea_side) == 12
    assert not any(land.contains(p) for p in sea_side)


def _seaward(start: tuple[float, float], end: tuple[float, float]) -> np.ndarray:
    """The left of the way from start to end."""
    dx, dy = np.subtract(end, start) / np.hypot(*np.subtract(end, start))
    return np.array([-dy, dx])


class _Net:
    """Shortest ways on the road graph, some edges closed."""

    def __init__(self, port: PortIndex, closed: Iterable[str] = ()) -> None:
        shut = set(closed)
        self.following: dict[str, list[tuple[str, float, str]]] = defaultdict(list)
        self.before: dict[str, list[tuple[str, float, str]]] = defaultdict(list)
        for edge, line in zip(port.layout.road_edges, port.edge_lines, strict=True):
            if edge.id not in shut:
                self.following[edge.start].append((edge.end, line.length, edge.id))
                self.before[edge.end].append((edge.start, line.length, edge.id))

    def ways(self, start: str, backwards: bool = False) -> dict[str, tuple[float, str | None, str | None]]:
        """Every node that can be reached: distance, node before and edge before."""
        graph = self.before if backwards else self.following
        found: dict[str, tuple[float, str | None, str | None]] = {}
        queue: list[tuple[float, str, str | None, str | None]] = [(0.0, start, None, None)]
        while queue:
            far, node, last, by = heapq.heappop(queue)
            if node not in found:
                found[node] = (far, last, by)
                for following, length, edge in graph[node]:
                    if following not in found:
                        heapq.heappush(queue, (far + length, following, node, edge))
        return found


def _inside(port: PortIndex, fence_class: FenceClass) -> set[str]:
    """Road edges that touch the inside of a fence of this class."""
    areas = [p for f, p in zip(port.layout.fences, port.fence_polygons, strict=True) if f.fence_class is fence_class]
    found = shapely.STRtree(list(port.edge_lines)).query([a.buffer(-0.1) for a in areas], predicate="intersects")[1]
    return {port.layout.road_edges[i].id for i in found}


def test_every_place_can_be_driven_to_from_every_other(port: PortIndex) -> None:
    net, start = _Net(port), port.layout.road_nodes[0].id
    assert len(port.nodes) > 1000
    assert net.ways(start).keys() == net.ways(start, backwards=True).keys() == port.nodes.keys()


@pytest.mark.parametrize(("gate", "own", "other", "least"), [
    ("G1", FenceClass.FOREIGN, FenceClass.DOMESTIC, 2000), ("G2", FenceClass.DOMESTIC, FenceClass.FOREIGN, 200)])
def test_trucks_do_their_work_without_entering_the_other_trades_fence(
        port: PortIndex, gate: str, own: FenceClass, other: FenceClass, least: int) -> None:
    inside, forbidden = _inside(port, own), _inside(port, other)
    assert inside
    assert forbidden
    assert not inside & forbidden
    lanes = port.gates[gate].lanes
    entry = next(lane for lane in lanes if lane.direction == "in")
    leave = next(lane for lane in lanes if lane.direction == "out")
    net = _Net(port, closed=forbidden)
    outward, homeward = net.ways(entry.node_after), net.ways(leave.node_before, backwards=True)
    work = [s for s in port.layout.stop_points if s.edge in inside or s.purpose == "quay"]
    assert len(work) > least
    for stop in work:
        assert port.edges[stop.edge].start in outward, stop.id
        assert port.edges[stop.edge].end in homeward, stop.id


def test_the_shortest_way_of_each_trade_stays_out_of_the_other_fence(port: PortIndex) -> None:
    everywhere = _Net(port)
    for gate, zones, other in (("G1", ("foreign_yard", "empty_yard", "inspection"), FenceClass.DOMESTIC),
                               ("G2", ("domestic_yard",), FenceClass.FOREIGN)):
        forbidden = _inside(port, other)
        blocks = [b.id for b in port.layout.blocks if port.zones[b.zone].kind in zones]
        assert blocks
        ways = everywhere.ways(next(lane for lane in port.gates[gate].lanes if lane.direction == "in").node_after)
        for stop in (s for b in blocks for s in port.stops_of[b]):
            assert not _edges_to(ways, port.edges[stop.edge].start) & forbidden, stop.id


def _edges_to(ways: dict[str, tuple[float, str | None, str | None]], node: str | None) -> set[str]:
    used: set[str] = set()
    while node is not None:
        _, node, edge = ways[node]
        used |= {edge} if edge else set()
    return used


def test_no_road_enters_a_closed_zone_and_walls_open_where_roads_pass(port: PortIndex) -> None:
    assert not _inside(port, FenceClass.CLOSED)
    for fence, shape in zip(port.layout.fences, port.fence_polygons, strict=True):
        doors = shapely.union_all([LineString(o) for o in fence.openings]).buffer(0.2)
        crossings = [line.intersection(shape.exterior) for line in port.edge_lines]
        assert all(doors.covers(place) for place in crossings if not place.is_empty), fence.id


def test_gates_have_their_lanes_on_the_landward_side_with_room_to_queue(port: PortIndex) -> None:
    counts = {g.id: [sum(lane.direction == d for lane in g.lanes) for d in ("in", "out")] for g in port.layout.gates}
    assert counts == {"G1": [6, 5], "G2": [3, 3]}
    for lane in port.gate_lanes.values():
        assert lane.queue_m >= 120
        before = np.array(port.nodes[lane.node_before].at)
        forward = np.array([np.sin(np.radians(lane.heading_deg)), np.cos(np.radians(lane.heading_deg))])
        assert float((np.array(lane.stop) - before) @ forward) >= lane.queue_m
        assert port.edge_lines[list(port.edges).index(f"{lane.id}-lane")].distance(Point(lane.stop)) < 0.05


def test_a_stop_heads_the_way_of_its_lane_and_leaves_room_for_the_next_truck(port: PortIndex) -> None:
    lines = dict(zip(port.edges, port.edge_lines, strict=True))
    for stop in port.layout.stop_points:
        (x0, y0), (x1, y1) = lines[stop.edge].coords[0], lines[stop.edge].coords[-1]
        assert stop.heading_deg == pytest.approx(np.degrees(np.arctan2(x1 - x0, y1 - y0)) % 360, abs=0.1)
    quay: dict[str, list[StopPoint]] = defaultdict(list)
    for stop in (s for s in port.layout.stop_points if s.purpose == "quay"):
        quay[stop.id[:-2]].append(stop)
    assert len(quay) == 18
    for row in quay.values():
        gaps = [np.hypot(*np.subtract(a.at, b.at)) for a, b in pairwise(row)]
        assert min(gaps) == pytest.approx(25, abs=0.1)


def test_the_inspection_site_is_a_permitted_place_with_all_its_stations(port: PortIndex) -> None:
    classes = [fence.fence_class for fence in port.layout.fences]
    site = port.fence_polygons[classes.index(FenceClass.SITE)]
    for purpose in ("h986", "manual", "ultrasonic"):
        stops = [s for s in port.layout.stop_points if s.purpose == purpose]
        assert stops
        for stop in stops:
            assert site.contains(Point(stop.at))
            assert Polygon(port.buildings[stop.subject].outline).contains(Point(stop.at))


def test_the_public_road_lies_outside_and_transit_trips_end_at_gate_1(port: PortIndex) -> None:
    public = {e.id for e in port.layout.road_edges if e.kind is RoadKind.PUBLIC}
    assert public
    assert not public & (_inside(port, FenceClass.FOREIGN) | _inside(port, FenceClass.DOMESTIC))
    corridor = port.layout.corridors[0]
    lanes = [lane.stop for lane in port.gates["G1"].lanes if lane.direction == "in"]
    assert min(np.hypot(*np.subtract(corridor.line[-1], stop)) for stop in lanes) < 5.0
    lon, lat = port.frame.to_geographic(*corridor.line[0])
    assert (float(lon), float(lat)) == pytest.approx((117.6389, 26.2634), abs=1e-4)  # Sanming


def test_the_natural_island_is_where_the_shoreline_data_has_it(port: PortIndex) -> None:
    island = next(Polygon(o) for o in port.layout.land if Polygon(o).contains(Point(800, 400)))
    lat = port.frame.to_geographic(*np.array(island.exterior.coords).T)[1]
    assert float(lat.min()) == pytest.approx(25.415396, abs=5e-5)  # GSHHG 2.3.7, island 1846: its southern tip
    assert not any(Polygon(o).contains(Point(0, -3000)) for o in port.layout.land)


def test_viewpoints_look_at_the_port_from_above_ground(port: PortIndex) -> None:
    assert set(port.viewpoints) == {"port", "quay", "gate", "h986", "block", "domestic", "rail", "top"}
    platform = Polygon(port.layout.platform[0])
    for view in port.viewpoints.values():
        assert platform.buffer(60).contains(Point(view.target[:2]))
        assert view.elevation_deg > 10
    assert port.viewpoints["top"].elevation_deg == 90
