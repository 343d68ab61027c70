"""Places where a vehicle can stand, how each is reached from the road and left again, and the control points of the
roads."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import simpy
from numpy.typing import NDArray

from data_sources.simulated_port.road_graph import RoadGraph
from twin.port_layout import GateLane, PortLayout, RoadKind, StopPoint

if TYPE_CHECKING:
    from data_sources.simulated_port.traffic import Vehicle

Point = tuple[float, float]

VEHICLE_LENGTH_M = 16.5
ROOM_M = 9.8  # half a vehicle and half a gap: what one needs before and behind its middle
QUEUE_PITCH_M = 20.0  # between vehicles before a gate
QUEUE_STEP_M = 24.0  # between vehicles under a quay crane
_POINT_SPACING_M = 16.0
_SERVICE_SPACING_M = 6.0  # beside the blocks, so that any two who stand too near share a point
_BRUSH_M = 2.8  # nearer than this, two vehicles side by side touch
_SHOULDER_ASIDE_M = 3.6  # from the middle of a lane to that of a vehicle beside it
_PULL_M = 24.0  # along which a vehicle changes from the passing lane to a place beside it


class Waiters:
    """Processes that wait for something to change, each woken once."""

    def __init__(self) -> None:
        self._events: list[simpy.Event] = []

    def wait(self, env: simpy.Environment) -> simpy.Event:
        """An event that succeeds at the next change."""
        event = env.event()
        self._events.append(event)
        return event

    def wake(self) -> None:
        """Something changed."""
        events, self._events = self._events, []
        for event in events:
            event.succeed()


@dataclass(slots=True, eq=False)
class Place:
    """Where the middle of a vehicle stands. It leaves the road at `edge_in`, `s_in` by way of `lead_in`, and joins it
    again at `edge_out`, `s_out` by way of `lead_out`; both are empty for a place on the lane itself.

    A `private` place has room for one vehicle and is off the lanes of through traffic: `occupant` says who has it. Who
    stands at a place, private or not, holds its `lane_points` (control point, metres ahead of the place).
    """

    id: str
    at: Point
    heading_deg: float
    edge_in: int
    s_in: float
    edge_out: int
    s_out: float
    private: bool
    lead_in: tuple[Point, ...] = ()
    lead_out: tuple[Point, ...] = ()
    lane_points: tuple[tuple[int, float], ...] = ()
    aside_points: tuple[tuple[int, float], ...] = ()  # crossed between the road and the place, metres ahead of it
    occupant: Vehicle | None = None
    waiters: Waiters = field(default_factory=Waiters)  # shared by the places of a queue or a park
    queue: QueueLane | None = None  # that it belongs to
    start_v: float = 0.0  # speed of one that appears here
    end_v: float = 0.0  # speed of one that leaves the world here
    stop: StopPoint | None = None

    @property
    def free(self) -> bool:
        """Whether nobody has it."""
        return self.occupant is None


@dataclass(slots=True, eq=False)
class QueueLane:
    """Places one behind another, the first where service is given. Who comes takes the last free place of the tail."""

    id: str
    places: list[Place] = field(default_factory=list)
    waiters: Waiters = field(default_factory=Waiters)
    last_arrival_s: float = -math.inf  # of those who stand in it or are on the way to it: nobody may come before

    def add(self, place: Place) -> None:
        """Appends a place behind the others."""
        place.waiters, place.queue = self.waiters, self
        self.places.append(place)

    def tail(self) -> Place | None:
        """The place behind everyone who stands in the lane or is on the way to it; None if the lane is full."""
        taken = [i for i, place in enumerate(self.places) if place.occupant is not None]
        after = taken[-1] + 1 if taken else 0
        return self.places[after] if after < len(self.places) else None

    def ahead(self, place: Place) -> Place | None:
        """The foremost place that can be reached from `place` without passing anyone; None if it cannot move up."""
        best = None
        for candidate in reversed(self.places[: self.places.index(place)]):
            if candidate.occupant is not None:
                break
            best = candidate
        return best

    def shorten(self, length: int) -> None:
        """Gives up the last places, as far as nobody has them, down to `length`."""
        while len(self.places) > length and self.places[-1].occupant is None:
            self.places.pop()

    @property
    def length(self) -> int:
        """Vehicles that stand in the lane or are on the way to it."""
        return sum(place.occupant is not None for place in self.places)


@dataclass(slots=True, eq=False)
class Park:
    """Places side by side, all alike."""

    id: str
    places: list[Place]
    waiters: Waiters = field(default_factory=Waiters)

    def __post_init__(self) -> None:
        for place in self.places:
            place.waiters = self.waiters

    def vacancy(self) -> Place | None:
        """A free place, None if there is none."""
        return next((place for place in self.places if place.occupant is None), None)


class RoadPoints:
    """The control points of all roads: every node, and points at most 16 m apart between nodes,
    closer where vehicles stand beside the blocks.

    Lanes through a gate have none: their queue places order who drives there.
    """

    def __init__(self, layout: PortLayout, graph: RoadGraph) -> None:
        self.at: list[Point] = []
        node_point: dict[int, int] = {}
        ordered_by_places = {e.id for e in layout.road_edges if e.kind is RoadKind.GATE_LANE and e.id.endswith("-lane")}
        bare = {n for g in layout.gates for lane in g.lanes for n in (lane.node_before, lane.node_after)}
        self.of_edge: list[list[tuple[int, float]]] = []
        for number, edge in enumerate(layout.road_edges):
            line, length = graph.corners[number], graph.length[number]
            found: list[tuple[int, float]] = []
            ends = ((edge.start, graph.start[number], line[0], 0.0), (edge.end, graph.end[number], line[-1], length))
            for name, node, at, s in ends:
                if name in bare:
                    continue
                if node not in node_point:
                    node_point[node] = self._add((float(at[0]), float(at[1])))
                found.append((node_point[node], s))
            spacing = _SERVICE_SPACING_M if edge.kind is RoadKind.BLOCK_SERVICE else _POINT_SPACING_M
            if edge.id not in ordered_by_places:
                inner = np.linspace(0.0, length, math.ceil(length / spacing) + 1)[1:-1].tolist()
                found += [(self._add(point_on(graph, number, s)), s) for s in inner]
            self.of_edge.append(sorted(found, key=lambda f: f[1]))
        self.beyond_start = [
            ([point for point, at in of if at > 0.0], [at for _, at in of if at > 0.0]) for of in self.of_edge
        ]
        self._x, self._y = np.array(self.at).T
        self._by_x = np.argsort(self._x, kind="stable")
        self._sorted_x = self._x[self._by_x]

    def _add(self, at: Point) -> int:
        self.at.append(at)
        return len(self.at) - 1

    def __len__(self) -> int:
        return len(self.at)

    def nearest(self, at: Point, edges: list[int]) -> tuple[int, float]:
        """The edge among `edges`, and the distance along it, whose control point is nearest to a point."""
        choices = [(edge, point, s) for edge in edges for point, s in self.of_edge[edge]]
        spots = [point for _, point, _ in choices]
        best = int(np.argmin(np.hypot(self._x[spots] - at[0], self._y[spots] - at[1])))
        return choices[best][0], choices[best][2]

    def under(self, at: Point, heading_deg: float) -> tuple[tuple[int, float], ...]:
        """Control points on which a vehicle at a place stands, with how far ahead of its middle each lies."""
        return self.ahead(at, heading_deg, ROOM_M)

    def brushed(self, bend: NDArray[np.float64]) -> tuple[tuple[int, float], ...]:
        """Control points within a vehicle's width of a bend, (N, 2) vertices, each with the share of the bend at which
        it is nearest."""
        low, high = bend.min(axis=0) - _BRUSH_M, bend.max(axis=0) + _BRUSH_M
        x, y = self._x, self._y
        first, last = np.searchsorted(self._sorted_x, (low[0], high[0]))
        near = self._by_x[first:last]
        near = near[(y[near] > low[1]) & (y[near] < high[1])]
        if not len(near):
            return ()
        steps = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(bend, axis=0).T))])
        middles = np.concatenate([bend, 0.5 * (bend[:-1] + bend[1:])])
        shares = np.concatenate([steps, 0.5 * (steps[:-1] + steps[1:])]) / max(float(steps[-1]), 1e-6)
        away = np.hypot(x[near, None] - middles[:, 0], y[near, None] - middles[:, 1])
        nearest = away.argmin(axis=1)
        close = np.flatnonzero(away.min(axis=1) < _BRUSH_M).tolist()
        return tuple((int(near[k]), float(shares[nearest[k]])) for k in close)

    def ahead(self, at: Point, heading_deg: float, reach_m: float) -> tuple[tuple[int, float], ...]:
        """Control points on the line through a place, up to `reach_m` before and behind it, with how far ahead each
        lies."""
        angle = math.radians(heading_deg)
        sin, cos = math.sin(angle), math.cos(angle)
        wide = reach_m * abs(sin) + 2.0
        first, last = np.searchsorted(self._sorted_x, (at[0] - wide, at[0] + wide))
        near = self._by_x[first:last]
        dx, dy = self._x[near] - at[0], self._y[near] - at[1]
        along, beside = dx * sin + dy * cos, dx * cos - dy * sin
        found = np.flatnonzero((np.abs(along) < reach_m) & (np.abs(beside) < 1.6))
        return tuple(sorted((int(near[k]), float(along[k])) for k in found.tolist()))


def point_on(graph: RoadGraph, edge: int, s: float) -> Point:
    """The point of an edge at distance `s` from its start."""
    corners, distances = graph.corners[edge], graph.corners_s[edge]
    k = min(max(bisect_left(distances, s), 1), len(corners) - 1)
    (ax, ay), (bx, by) = corners[k - 1], corners[k]
    step = distances[k] - distances[k - 1]
    u = (s - distances[k - 1]) / step if step > 0 else 0.0
    return ax + (bx - ax) * u, ay + (by - ay) * u


def distance_on(graph: RoadGraph, edge: int, at: Point) -> float:
    """How far along an edge its point nearest to `at` lies."""
    best, found, passed = math.inf, 0.0, 0.0
    line = graph.corners[edge]
    for a, b in pairwise(line):
        step = math.dist(a, b)
        u = ((at[0] - a[0]) * (b[0] - a[0]) + (at[1] - a[1]) * (b[1] - a[1])) / max(step * step, 1e-9)
        u = min(max(u, 0.0), 1.0)
        off = math.dist(at, (a[0] + (b[0] - a[0]) * u, a[1] + (b[1] - a[1]) * u))
        if off < best:
            best, found = off, passed + u * step
        passed += step
    return found


def on_lane(
    graph: RoadGraph, points: RoadPoints, name: str, edge: int, s: float, private: bool, stop: StopPoint | None = None
) -> Place:
    """A place on a lane, where the lane runs."""
    at = point_on(graph, edge, s)
    heading = graph.first_bearing[edge] if stop is None else stop.heading_deg
    held = () if private else points.under(at, heading)
    return Place(name, at, heading, edge, s, edge, s, private, lane_points=held, stop=stop)


def on_shoulder(graph: RoadGraph, name: str, edge: int, s: float, draw_m: float) -> Place:
    """A place on the right of a lane, drawn up to and left along `draw_m` metres of it."""
    at, ahead = point_on(graph, edge, s), point_on(graph, edge, s + 1.0)
    ux, uy = ahead[0] - at[0], ahead[1] - at[1]
    length = max(math.hypot(ux, uy), 1e-9)
    right = (uy / length * _SHOULDER_ASIDE_M, -ux / length * _SHOULDER_ASIDE_M)
    before = point_on(graph, edge, s - 0.3 * draw_m)
    lead = (before[0] + right[0], before[1] + right[1])
    return Place(
        name, (at[0] + right[0], at[1] + right[1]), math.degrees(math.atan2(ux, uy)) % 360.0, edge, s - draw_m, edge,
        s + draw_m, True, lead_in=(lead,),
    )


def of_stop(graph: RoadGraph, points: RoadPoints, stop: StopPoint, private: bool) -> Place:
    """The place of a stop point of the layout."""
    edge = graph.edge_number[stop.edge]
    return on_lane(graph, points, stop.id, edge, distance_on(graph, edge, stop.at), private, stop)


def gate_queue(graph: RoadGraph, layout: PortLayout, points: RoadPoints, lane: GateLane) -> QueueLane:
    """The queue of a gate lane: the first vehicle's nose stands at the lane's stop, the others behind it."""
    edge = next(
        number for number, e in enumerate(layout.road_edges) if e.start == lane.node_before and e.end == lane.node_after
    )
    first = distance_on(graph, edge, lane.stop) - VEHICLE_LENGTH_M / 2
    queue = QueueLane(lane.id)
    s = first
    while s > VEHICLE_LENGTH_M / 2 or not queue.places:
        queue.add(on_lane(graph, points, f"{lane.id}/{len(queue.places)}", edge, max(s, 0.0), True))
        s -= QUEUE_PITCH_M
    return queue


class QuaySide:
    """Working lanes under the quay cranes, each with its passing lane beside it: places anywhere along them.

    Distances are metres along the direction of traffic from the first quay stop.
    """

    def __init__(self, layout: PortLayout, graph: RoadGraph, points: RoadPoints) -> None:
        stops = [s for s in layout.stop_points if s.purpose == "quay"]
        self._graph, self._points = graph, points
        self.heading_deg = stops[0].heading_deg if stops else 0.0
        angle = math.radians(self.heading_deg)
        self._along, self._across = (math.sin(angle), math.cos(angle)), (math.cos(angle), -math.sin(angle))
        self._origin = stops[0].at if stops else (0.0, 0.0)
        self.lanes: list[float] = sorted({round(self.beside(s.at), 1) for s in stops})
        quay = [n for n, e in enumerate(layout.road_edges) if e.kind is RoadKind.QUAY_LANE]
        sides: dict[float, list[tuple[float, float, int]]] = {}
        for number in quay:
            line = graph.corners[number]
            start, end = self.along((line[0][0], line[0][1])), self.along((line[-1][0], line[-1][1]))
            if end > start:
                sides.setdefault(round(self.beside((line[0][0], line[0][1])), 1), []).append((start, end, number))
        self._passing: list[list[tuple[float, float, int]]] = []
        for lane in self.lanes:
            others = [b for b in sides if all(abs(b - work) > 1.0 for work in self.lanes)] or [lane]
            self._passing.append(sorted(sides[min(others, key=lambda b: (abs(b - lane), b))]))

    def along(self, at: Point) -> float:
        """How far along the quay, in the direction of traffic, a point lies."""
        return (at[0] - self._origin[0]) * self._along[0] + (at[1] - self._origin[1]) * self._along[1]

    def beside(self, at: Point) -> float:
        """How far to the right of the first stop's lane a point lies."""
        return (at[0] - self._origin[0]) * self._across[0] + (at[1] - self._origin[1]) * self._across[1]

    def point(self, along: float, beside: float) -> Point:
        """The local point at a distance along and beside."""
        return (
            self._origin[0] + along * self._along[0] + beside * self._across[0],
            self._origin[1] + along * self._along[1] + beside * self._across[1],
        )

    def queue(self, name: str, along: float, lane: int, length: int) -> QueueLane:
        """A queue whose first place lies under a crane at `along` on the working lane of number `lane`."""
        made = QueueLane(name)
        low, high = self._passing[lane][0][0] + _PULL_M + 1, self._passing[lane][-1][1] - _PULL_M - 1
        previous = math.inf
        for k in range(length):
            here = min(max(along - QUEUE_STEP_M * k, low), high)
            if previous - here < 20.0:  # the lane ends here: a shorter queue, no two places in one
                continue
            previous = here
            in_edge, s_in = self._on(lane, here - _PULL_M)
            out_edge, s_out = self._on(lane, here + _PULL_M)
            at = self.point(here, self.lanes[lane])
            before, after = self.point(here - 5.0, self.lanes[lane]), self.point(here + 5.0, self.lanes[lane])
            # Roads cross the working lanes: who stands or drives there is in the way of who crosses.
            near = self._points.ahead(at, self.heading_deg, _PULL_M)
            under = tuple((point, ahead) for point, ahead in near if abs(ahead) < ROOM_M)
            made.add(
                Place(
                    f"{name}/{k}",
                    at,
                    self.heading_deg,
                    in_edge,
                    s_in,
                    out_edge,
                    s_out,
                    True,
                    (before,),
                    (after,),
                    under,
                    near,
                )
            )
        return made

    def _on(self, lane: int, along: float) -> tuple[int, float]:
        for start, end, number in self._passing[lane]:
            if along <= end:
                return number, max(along - start, 0.0)
        start, end, number = self._passing[lane][-1]
        return number, end - start
