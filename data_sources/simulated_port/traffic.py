"""Vehicles on the roads: each drive is planned whole, and starts when its whole way is clear.

A vehicle waits where it stands until its drive meets nobody's times at any control point of the roads (see
`right_of_way`), and holds its destination before it starts. So no two vehicles ever are on the same spot, none
overtakes on a lane, and none can be caught in a jam that cannot dissolve.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import simpy

from data_sources.simulated_port.paths import Course, Drive, RawPath, course_along, drive_on
from data_sources.simulated_port.places import ROOM_M, Place, RoadPoints, Waiters, on_shoulder, point_on
from data_sources.simulated_port.right_of_way import Hold, RightOfWay
from data_sources.simulated_port.road_graph import ANY, DOMESTIC, FOREIGN, RoadGraph
from data_sources.simulated_port.trajectories import Tracks
from data_sources.simulated_port.world import Box, World
from twin.records import Trade, VehicleKind

Act = Generator[simpy.Event, Any, Any]
_REACTION_S = 1.5  # of a driver when the one before him moves up
_FOLLOWS_S = 8.0  # the next in a queue comes this much later
_PATIENCE_S = 150.0  # on a lane, for a place to become free
_PLANS_KEPT = 12_000
_QUEUE_MPS = 2.5
_SHOULDER_M = 16.0  # along which a vehicle draws aside
_ASIDE_MPS = 4.2  # between a lane and a place beside it


@dataclass(slots=True, eq=False)
class Vehicle:
    """A vehicle as others see it. `x`, `y` are where it is now, metres."""

    id: str
    kind: VehicleKind
    trade: Trade
    traffic: Traffic
    row: int
    place: Place
    boxes: list[Box] = field(default_factory=list)
    purpose: str = "idle"
    inside: bool = False
    hold: Hold | None = None
    detours: list[tuple[tuple[float, float], float]] = field(default_factory=list)
    astray: bool = False  # an incident sent it where its trade may not go
    underway: tuple[Drive, float] | None = None  # the drive and when it starts
    served: simpy.Event | None = None  # it stands under a quay crane and waits for this
    blocker: Waiters | None = None  # what the last refused drive has to wait for
    resting_since: float = 0.0

    @property
    def x(self) -> float:
        """Metres east."""
        return float(self.traffic.now_of(self)[0])

    @property
    def y(self) -> float:
        """Metres north."""
        return float(self.traffic.now_of(self)[1])

    @property
    def moving(self) -> bool:
        """Whether it is driving."""
        return self.traffic.now_of(self)[2] > 0.0

    def let_go(self) -> None:
        """The crane is done with it."""
        served, self.served = self.served, None
        if served is not None:
            served.succeed()


class Traffic:
    """All vehicles, their places and their drives."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._env = world.env
        layout = world.layout
        self.graphs = {FOREIGN: RoadGraph(layout, FOREIGN), DOMESTIC: RoadGraph(layout, DOMESTIC)}
        self.points = RoadPoints(layout, self.graphs[FOREIGN])
        self._limits = [edge.speed_limit_mps for edge in layout.road_edges]
        self._way = RightOfWay(len(self.points))
        self._plans: dict[tuple[int, int, str], tuple[Place, Place, Drive]] = {}
        self._corners: dict[tuple[int, int, int, int], tuple[tuple[int, float], ...]] = {}
        self.tracks = Tracks()
        self.vehicles: dict[str, Vehicle] = {}
        self.drives = 0
        self._ready: Any = (None, None, 0.0, -1, None)  # what `clear` found, for the drive that follows at once
        self.names = np.full(1024, "", dtype=object)  # of vehicles, by row of `tracks`

    # Vehicles come and go

    def enter(self, name: str, kind: VehicleKind, trade: Trade, place: Place) -> Vehicle:
        """A vehicle that stands at a place from now on. A private place must be free."""
        row = self.tracks.add(*place.at, place.heading_deg)
        vehicle = Vehicle(name, kind, trade, self, row, place, resting_since=self._env.now)
        if place.private:
            place.occupant = vehicle
        else:
            vehicle.hold = self._way.stand(place, {point: self._env.now for point, _ in place.lane_points})
        self.vehicles[name] = vehicle
        if row >= len(self.names):
            self.names = np.concatenate([self.names, np.full(len(self.names), "", dtype=object)])
        self.names[row] = name
        return vehicle

    def leave(self, vehicle: Vehicle) -> None:
        """A vehicle leaves the modelled world."""
        self._vacate(vehicle.place, vehicle)
        self.tracks.remove(vehicle.row)
        del self.vehicles[vehicle.id]

    def now_of(self, vehicle: Vehicle) -> tuple[float, float, float, float]:
        """Where a vehicle is now: x, y, speed, course."""
        return self.tracks.now(vehicle.row, self._env.now)

    @functools.cached_property
    def _all_roads(self) -> RoadGraph:
        """Every road, for those whom an incident sends where they may not be."""
        return RoadGraph(self._world.layout, ANY)

    def graph_of(self, vehicle: Vehicle) -> RoadGraph:
        """The roads a vehicle may use."""
        if vehicle.astray:
            return self._all_roads
        return self.graphs[DOMESTIC if vehicle.trade == Trade.DOMESTIC else FOREIGN]

    # Drives

    def drive(
        self,
        vehicle: Vehicle,
        choose: Callable[[], Place | None],
        changes: Waiters,
        refuge: Callable[[], Place | None] | None = None,
        patience_s: float = _PATIENCE_S,
    ) -> Act:
        """Drives a vehicle to the place that `choose` names and ends, with the place, when it stands there.

        Nothing is taken before the whole way is clear. While there is no place the vehicle waits for `changes`, while
        somebody stands in the way for that one's leaving; then `choose` is asked again. A vehicle that finds no place
        for `patience_s` seconds clears the lane it stands on and waits in a `refuge`, if one is named.
        """
        yield from self._stray(vehicle)
        while True:
            place = choose()
            blocker = changes
            if place is not None:
                refused = self._start(vehicle, place)
                if refused is None:
                    break
                blocker = refused
            if place is None and refuge is not None and not vehicle.place.private:
                yield simpy.AnyOf(self._env, [blocker.wait(self._env), self._env.timeout(patience_s)])
                aside = refuge() if choose() is None else None
                if aside is not None:
                    yield from self.drive_if_clear(vehicle, aside)
            else:
                yield blocker.wait(self._env)
        yield from self._run(vehicle, place)
        vehicle.astray = False
        return place

    def drive_if_clear(self, vehicle: Vehicle, place: Place) -> Act:
        """Drives to a place if it can be had now; False at once if somebody stands there or in the way, and then the
        vehicle's `blocker` is what to wait for."""
        yield from self._stray(vehicle)
        vehicle.blocker = self._start(vehicle, place)
        if vehicle.blocker is not None:
            return False
        yield from self._run(vehicle, place)
        vehicle.astray = False
        return True

    def move_up(self, vehicle: Vehicle, place: Place) -> Act:
        """Moves on to a free place straight ahead in the same queue."""
        place.occupant = vehicle
        key = (id(vehicle.place), id(place), "ahead")
        if key not in self._plans:
            start, step = vehicle.place, math.dist(vehicle.place.at, place.at)
            between = [(p, ahead) for p, ahead in self._queue_points(start, place) if 0.0 < ahead <= step]
            raw = RawPath([start.at, place.at], [_QUEUE_MPS], [p for p, _ in between], [ahead for _, ahead in between])
            self._plans[key] = (start, place, drive_on(course_along(raw), ROOM_M))
        drive = self._plans[key][2]
        while isinstance(timed := self._way.fit(drive, place, vehicle.hold, self._env.now, _REACTION_S), Hold):
            yield timed.waiters.wait(self._env)
        self._commit(vehicle, timed[0], place, self._env.now + timed[1])
        vehicle.underway = timed[0], self._env.now + timed[1]
        yield from self._run(vehicle, place)

    @staticmethod
    def _queue_points(start: Place, goal: Place) -> list[tuple[int, float]]:
        """The control points crossed between two places of a queue, metres ahead of the first."""
        step = math.dist(start.at, goal.at)
        found = dict(start.aside_points) | {point: step + ahead for point, ahead in goal.aside_points}
        return sorted(found.items(), key=lambda f: f[1])

    def clear(self, vehicle: Vehicle, place: Place) -> bool:
        """Whether a drive to a place could start without waiting for somebody who stands there or in the way."""
        if place.private and place.occupant not in (None, vehicle):
            return False
        timed = self._timed(vehicle, place)
        self._ready = (vehicle, place, self._env.now, self.drives, timed)
        vehicle.blocker = timed.waiters if isinstance(timed, Hold) else None
        return vehicle.blocker is None

    def _start(self, vehicle: Vehicle, place: Place) -> Waiters | None:
        """Commits a drive; what to wait for if it cannot be."""
        if place.private and place.occupant not in (None, vehicle):
            return place.waiters
        who, where, when, drives, timed = self._ready
        if who is not vehicle or where is not place or when != self._env.now or drives != self.drives:
            timed = self._timed(vehicle, place)
        if isinstance(timed, Hold):
            return timed.waiters
        drive, start = timed[0], self._env.now + timed[1]
        if place.private:
            place.occupant = vehicle
        if place.queue is not None:
            place.queue.last_arrival_s = start + drive.duration
        self._commit(vehicle, drive, place, start)
        vehicle.underway = drive, start
        return None

    def _run(self, vehicle: Vehicle, place: Place) -> Act:
        """Waits while a committed drive happens."""
        if vehicle.underway is None:
            raise RuntimeError(f"{vehicle.id} has no drive to run")
        drive, start = vehicle.underway
        origin = vehicle.place
        away = min(drive.clear_s, drive.duration)
        yield self._env.timeout(start - self._env.now + away)
        self._vacate(origin, vehicle)
        yield self._env.timeout(max(start + drive.duration - self._env.now, 0.0))
        vehicle.place = place
        vehicle.underway = None
        vehicle.resting_since = self._env.now

    def _stray(self, vehicle: Vehicle) -> Act:
        """Where an incident sends the vehicle first."""
        while vehicle.detours:
            vehicle.astray = True  # until it has come to where it belongs
            at, stand_s = vehicle.detours.pop(0)
            place = self._roadside(at)
            while (blocker := self._start(vehicle, place)) is not None:
                yield blocker.wait(self._env)
            yield from self._run(vehicle, place)
            yield self._env.timeout(stand_s)

    def _commit(self, vehicle: Vehicle, drive: Drive, place: Place, start: float) -> None:
        self.drives += 1
        if vehicle.hold is not None:
            self._way.release(vehicle.hold, vehicle.place, drive, start)
        vehicle.hold = self._way.take(drive, place, self._env.now, start)
        self.tracks.run(vehicle.row, drive.pieces, start, *place.at, place.heading_deg)

    def _timed(self, vehicle: Vehicle, place: Place) -> tuple[Drive, float] | Hold:
        occupied = self._way.holder(place, vehicle.hold)
        if occupied is not None:
            return occupied
        drive, least = self._plan(vehicle, place), 0.0
        if place.queue is not None:  # nobody passes another in a queue: who comes for a place behind must come later
            least = max(place.queue.last_arrival_s + _FOLLOWS_S - self._env.now - drive.duration, 0.0)
        return self._way.fit(drive, place, vehicle.hold, self._env.now, least)

    def _vacate(self, place: Place, vehicle: Vehicle) -> None:
        if place.private and place.occupant is vehicle:
            place.occupant = None
            place.waiters.wake()

    def _plan(self, vehicle: Vehicle, place: Place) -> Drive:
        graph = self.graph_of(vehicle)
        key = (id(vehicle.place), id(place), graph.trade)
        found = self._plans.get(key)
        if found is not None:
            return found[2]
        course = course_along(self._raw(graph, vehicle.place, place), vehicle.place.start_v, place.end_v)
        course = self._with_corner_points(course)
        drive = drive_on(course, ROOM_M)
        if len(self._plans) >= _PLANS_KEPT:
            for old in list(self._plans)[: _PLANS_KEPT // 4]:
                del self._plans[old]
        # The places are kept beside the drive so that their identities stay theirs.
        self._plans[key] = (vehicle.place, place, drive)
        return drive

    def _with_corner_points(self, course: Course) -> Course:
        """The course with the control points it brushes where it cuts a corner, beside those it passes."""
        found = dict(zip(course.points, course.points_s.tolist(), strict=True))
        known = len(found)
        for begin, end, key in course.bends:
            brushed = self._corners.get(key)
            if brushed is None:
                first, last = np.searchsorted(course.s, (begin - 1e-3, end - 1e-3)).tolist()
                brushed = self._corners[key] = self.points.brushed(course.xy[first : last + 1])
            for point, share in brushed:
                found.setdefault(point, begin + share * (end - begin))
        return course if len(found) == known else course.with_points(sorted(found.items(), key=lambda f: f[1]))

    def _raw(self, graph: RoadGraph, start: Place, goal: Place) -> RawPath:
        """Vertices, limits and control points of the way between two places."""
        if start.edge_out == goal.edge_in and start.s_out < goal.s_in - 0.5:
            edges = [start.edge_out]
        else:
            edges = graph.way(start.edge_out, goal.edge_in)
        slow = min(self._limits[start.edge_out], _ASIDE_MPS)
        vertices: list[tuple[float, float]] = [start.at, *start.lead_out]
        limits = [slow] * len(start.lead_out)
        joint = point_on(graph, start.edge_out, start.s_out)
        vertices.append(joint)
        limits.append(slow)
        passed = sum(map(math.dist, vertices, vertices[1:])) - start.s_out  # distance at which the present edge began
        points = [point for point, ahead in start.aside_points if ahead > 0.0]
        points_at = [ahead for _, ahead in start.aside_points if ahead > 0.0]
        last = len(edges) - 1
        for i, edge in enumerate(edges):
            limit, length = self._limits[edge], graph.length[edge]
            low = start.s_out if i == 0 else 0.0
            high = goal.s_in if i == last else length
            corners = graph.corners[edge]
            if low > 0.0 or high < length:
                s = graph.corners_s[edge]
                corners = [c for c, at in zip(corners, s, strict=True) if low < at < high]
                corners = [*corners, point_on(graph, edge, high)]
            else:
                corners = corners[1:]
            vertices += corners
            limits += [limit] * len(corners)
            if 0 < i < last:
                numbers, places = self.points.beyond_start[edge]
                points += numbers
                points_at += [passed + at for at in places]
            else:
                low_margin, high_margin = (low - 8.0 if i == 0 else 1e-6), (high + 8.0 if i == last else length)
                for point, at in self.points.of_edge[edge]:
                    if low_margin <= at <= high_margin:
                        points.append(point)
                        points_at.append(max(passed + at, 0.0))
            passed += high if i == last else length
        if goal.lead_in:
            slow = min(self._limits[goal.edge_in], _ASIDE_MPS)
            for vertex in (*goal.lead_in, goal.at):
                passed += math.dist(vertices[-1], vertex)
                vertices.append(vertex)
                limits.append(slow)
            points += [point for point, ahead in goal.aside_points if ahead <= 0.0]
            points_at += [passed + ahead for _, ahead in goal.aside_points if ahead <= 0.0]
        return RawPath(vertices, limits, points, [min(at, passed) for at in points_at])

    def _roadside(self, at: tuple[float, float]) -> Place:
        """The place beside any road nearest to a point: on the shoulder, where nobody has to wait behind it."""
        graph = self._all_roads
        edges = [
            e for e in range(len(graph.length))
            if e not in graph.private and len(self.points.of_edge[e]) > 0 and graph.length[e] > 3.0 * _SHOULDER_M
        ]
        edge, s = self.points.nearest(at, edges)
        s = min(max(s, _SHOULDER_M + 1.0), graph.length[edge] - _SHOULDER_M - 1.0)
        return on_shoulder(graph, f"roadside/{edge}/{round(s)}", edge, s, _SHOULDER_M)
