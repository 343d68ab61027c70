"""The customs patrol: officers who walk and drive the port's roads, and what they find when they are sent to look."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy
from numpy.typing import NDArray

from data_sources.simulated_port import fixes
from data_sources.simulated_port.devices import device_place
from data_sources.simulated_port.fixes import Fixes
from twin.port_layout import PortLayout, RoadKind
from twin.records import EntityKind, PlaceKind

if TYPE_CHECKING:
    from data_sources.simulated_port.operations import Operations
    from data_sources.simulated_port.truth import Truth
    from data_sources.simulated_port.world import World

SOURCE = "patrol"
REPORT_MS = 5_000
"""An officer's handset reports its position this often."""

_SPEEDS_MPS = (1.3, 6.0, 1.3, 6.0, 1.3, 6.0, 1.3, 6.0)  # on foot and by car in turn
_LOOK_S = (40.0, 240.0)
_STROLL_S = (200.0, 900.0)
_ACCURACY_M = 3.0
_NOTHING = "未见异常"
_CONFIRMED = "属实"

Act = Generator[simpy.Event, Any, None]


class Footways:
    """Shortest ways over the port's roads in either direction: officers are not bound to lanes."""

    def __init__(self, layout: PortLayout) -> None:
        self._at = {node.id: np.asarray(node.at, dtype=float) for node in layout.road_nodes}
        self._ways: dict[str, list[tuple[str, float, tuple[tuple[float, float], ...]]]] = defaultdict(list)
        for edge in layout.road_edges:
            if edge.kind is not RoadKind.PUBLIC:
                line = (tuple(self._at[edge.start].tolist()), *edge.via, tuple(self._at[edge.end].tolist()))
                length = float(np.hypot(*np.diff(np.asarray(line), axis=0).T).sum())
                self._ways[edge.start].append((edge.end, length, line[1:]))
                self._ways[edge.end].append((edge.start, length, line[::-1][1:]))
        self.nodes = sorted(self._ways)
        self._spots = {node: (float(self._at[node][0]), float(self._at[node][1])) for node in self.nodes}
        self._places = np.asarray([self._at[n] for n in self.nodes]).reshape(-1, 2)

    def nearest(self, x: float, y: float) -> str:
        """The road node nearest to a place."""
        return self.nodes[int(np.argmin(np.hypot(*(self._places - (x, y)).T)))]

    def place(self, node: str) -> tuple[float, float]:
        """Where a node is."""
        return self._spots[node]

    def stroll(self, start: str, length_m: float, stream: np.random.Generator) -> tuple[str, NDArray[np.float64]]:
        """A way of about `length_m` that turns at random and never straight back: its end and points, shape (N, 2)."""
        node, came_from, gone = start, "", 0.0
        points = [self.place(start)]
        while gone < length_m and self._ways[node]:
            ahead = [way for way in self._ways[node] if way[0] != came_from] or self._ways[node]
            other, length, line = ahead[int(stream.integers(len(ahead)))]
            came_from, node, gone = node, other, gone + length
            points.extend(line)
        return node, np.asarray(points, dtype=float)

    def way(self, start: str, end: str) -> NDArray[np.float64]:
        """Points of the shortest way (found by A*), shape (N, 2); only the start if there is none."""
        goal = self._spots[end]
        best, before = {start: 0.0}, dict[str, tuple[str, tuple[tuple[float, float], ...]]]()
        heap, closed = [(math.dist(self._spots[start], goal), start)], set[str]()
        while heap:
            _, node = heapq.heappop(heap)
            if node == end:
                break
            if node in closed:
                continue
            closed.add(node)
            gone = best[node]
            for other, length, line in self._ways[node]:
                if gone + length < best.get(other, math.inf):
                    best[other], before[other] = gone + length, (node, line)
                    heapq.heappush(heap, (gone + length + math.dist(self._spots[other], goal), other))
        legs = []
        while end in before:
            node, line = before[end]
            legs.append(line)
            end = node
        return np.asarray([self.place(start), *(p for line in reversed(legs) for p in line)], dtype=float)


class _Officer:
    """One officer on a way: `line` from `since_ms` on at `speed_mps`."""

    def __init__(self, name: str, node: str, speed_mps: float, at: tuple[float, float]) -> None:
        self.name, self.node, self.speed_mps = name, node, speed_mps
        self.sent_to: str | None = None
        self.go(np.asarray([at]), 0)

    def go(self, line: NDArray[np.float64], since_ms: int) -> float:
        """Sets out along a line; returns the seconds it takes."""
        steps = np.hypot(*np.diff(line, axis=0).T) if len(line) > 1 else np.zeros(0)
        self.line, self.since_ms = line, since_ms
        self.along = np.concatenate([[0.0], np.cumsum(steps)])
        return float(self.along[-1]) / self.speed_mps

    def fix(self, at_ms: int) -> tuple[float, float, float, float]:
        """x, y (metres), speed (m/s), course (degrees) at an instant."""
        gone = min(max(0.0, (at_ms - self.since_ms) / 1000.0 * self.speed_mps), float(self.along[-1]))
        x = float(np.interp(gone, self.along, self.line[:, 0]))
        y = float(np.interp(gone, self.along, self.line[:, 1]))
        moving = gone < self.along[-1]
        leg = min(int(np.searchsorted(self.along, gone, side="right")), len(self.line) - 1)
        ahead = self.line[leg] - self.line[max(0, leg - 1)]
        course = float(np.degrees(np.arctan2(ahead[0], ahead[1])) % 360.0) if len(self.line) > 1 else 0.0
        return x, y, self.speed_mps if moving else 0.0, course


class Patrol:
    """The officers on patrol."""

    def __init__(self, world: World, operations: Operations, truth: Truth) -> None:
        self._world = world
        self._operations = operations
        self._truth = truth
        self._stream = world.stream("patrol")
        self._ways = Footways(world.layout)
        self._officers: list[_Officer] = []
        self._sampled_to: int | None = None
        for number, speed in enumerate(_SPEEDS_MPS if self._ways.nodes else (), 1):
            node = self._ways.nodes[int(self._stream.integers(len(self._ways.nodes)))]
            officer = _Officer(f"XC-{number:02d}", node, speed, self._ways.place(node))
            self._officers.append(officer)
            world.env.process(self._round(officer))

    def fixes(self, at_ms: int) -> Fixes:
        """Fixes of the officers due since the last call."""
        since = self._sampled_to if self._sampled_to is not None else at_ms - 2_000
        self._sampled_to = at_ms
        names, rows = [], []
        for number, officer in enumerate(self._officers):
            if fixes.due(number * 1_000, since, at_ms, REPORT_MS):
                names.append(officer.name)
                rows.append(officer.fix(at_ms))
        where = np.asarray(rows, dtype=np.float64).reshape(-1, 4)
        return Fixes(
            SOURCE, EntityKind.OFFICER, at_ms, fixes.objects(names), where[:, 0], where[:, 1], where[:, 2],
            where[:, 3], 1.0, _ACCURACY_M,
        )

    def dispatch(self, subject: str) -> str | None:
        """Sends the nearest officer on rounds to a subject; the officer's id, None if the subject has no place here."""
        place = self.place_of(subject)
        free = [o for o in self._officers if o.sent_to is None]
        if place is None or not free:
            return None
        now = self._world.now_ms

        def far(officer: _Officer) -> float:
            x, y, _, _ = officer.fix(now)
            return float(np.hypot(x - place[0], y - place[1])) / officer.speed_mps

        officer = min(free, key=far)
        officer.sent_to = self._ways.nearest(*place)
        return officer.name

    def place_of(self, subject: str) -> tuple[float, float] | None:
        """Where a container, vehicle, seal, device or trip is now, metres; None if it is not here."""
        vehicle = self._operations.vehicles.get(subject)
        if vehicle is not None:
            return float(vehicle.x), float(vehicle.y)
        container = next((b.number for b in self._world.boxes.values() if subject in (b.number, b.seal)), None)
        if container is not None:
            found = self._operations.locate([container])
            x, y = float(found["x"][0]), float(found["y"][0])
            return None if x != x else (x, y)
        return device_place(self._world.layout, subject)

    def finding(self, subject: str, at_ms: int) -> str:
        """What is found when somebody looks at a subject: the truth of what was injected, else nothing wrong."""
        facts = [e for e in self._truth.about(subject) if e.from_ms <= at_ms]
        if facts:
            return f"{_CONFIRMED}：" + "；".join(e.note for e in facts)
        box = self._world.boxes.get(subject)
        if box is None:
            return _NOTHING
        where = "箱位" if box.place_kind is PlaceKind.SLOT else "在"
        seal = f"，关锁 {box.seal} 完好" if box.seal else ""
        return f"{_NOTHING}：{where} {box.place_ref or '港外'}{seal}"

    def _round(self, officer: _Officer) -> Act:
        """An officer's rounds: go somewhere, look, go on; first of all where one is sent."""
        stream, env = self._stream, self._world.env
        while True:
            if officer.sent_to is not None:
                goal, line = officer.sent_to, self._ways.way(officer.node, officer.sent_to)
            else:
                length_m = float(stream.uniform(*_STROLL_S)) * officer.speed_mps
                goal, line = self._ways.stroll(officer.node, length_m, stream)
            taken_s = officer.go(line, self._world.now_ms)
            look_s = float(stream.uniform(*_LOOK_S))
            officer.node = goal
            yield env.timeout(taken_s)
            if officer.sent_to == goal:
                officer.sent_to = None
            yield env.timeout(look_s)
