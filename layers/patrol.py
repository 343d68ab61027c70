"""The patrol route: a round over the port's own roads, past its gates, quay, blocks and inspection buildings."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.port_layout import PortLayout, RoadKind

_STOPS_AT_MOST: Final = 9


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """A polyline one drives round and round. points: (N, 2), metres; reached_m: way to each, (N,), metres."""

    points: NDArray[np.float64]
    reached_m: NDArray[np.float64]

    @property
    def length_m(self) -> float:
        """Once round."""
        return float(self.reached_m[-1]) if len(self.reached_m) else 0.0

    def at(self, gone_m: float) -> tuple[float, float]:
        """Where one is after so many metres, beginning again at the end. Raises ValueError for an empty route."""
        if self.length_m <= 0.0:
            raise ValueError("the route is empty")
        gone = gone_m % self.length_m
        return (float(np.interp(gone, self.reached_m, self.points[:, 0])),
                float(np.interp(gone, self.reached_m, self.points[:, 1])))


def patrol_route(layout: PortLayout) -> Route:
    """The round of a port: the shortest ways over its one-way roads between a few stops, and back. Empty without roads.

    Stops are the points of gates, quay, inspection and blocks, thinned out and visited by direction round their middle.
    """
    number = {node.id: at for at, node in enumerate(layout.road_nodes)}
    lines = {
        (number[e.start], number[e.end]): np.array([layout.road_nodes[number[e.start]].at, *e.via,
                                                    layout.road_nodes[number[e.end]].at], dtype=np.float64)
        for e in layout.road_edges if e.kind is not RoadKind.PUBLIC
    }
    ways: dict[int, list[tuple[int, float]]] = {}
    for (a, b), line in lines.items():
        ways.setdefault(a, []).append((b, float(np.hypot(*np.diff(line, axis=0).T).sum())))
    stops = _stops(layout, number, ways)
    if len(stops) < 2:
        return Route(np.empty((0, 2)), np.empty(0))
    parts: list[NDArray[np.float64]] = []
    here = stops[0]
    for goal in [*stops[1:], stops[0]]:
        nodes = _shortest(ways, here, goal)
        if nodes is None:
            continue  # a stop one cannot drive to is left out
        parts += [lines[pair] for pair in pairwise(nodes)]
        here = goal
    if not parts:
        return Route(np.empty((0, 2)), np.empty(0))
    points = np.concatenate(parts)
    kept = np.concatenate([[True], np.hypot(*np.diff(points, axis=0).T) > 0.01])
    points = points[kept]
    return Route(points, np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))]))


def _stops(layout: PortLayout, number: dict[str, int], ways: dict[int, list[tuple[int, float]]]) -> list[int]:
    """Road nodes to pass, in order round their middle: the first stop of each purpose, then blocks far apart."""
    edges = {edge.id: edge for edge in layout.road_edges}
    nodes: list[int] = []
    for purpose in ("h986", "manual", "ultrasonic", "quay", "rail"):
        nodes += [number[edges[s.edge].start] for s in layout.stop_points if s.purpose == purpose][:1]
    nodes += [number[g.lanes[0].node_after] for g in layout.gates if g.lanes and g.lanes[0].direction == "in"][:2]
    blocks = [number[edges[s.edge].start] for s in layout.stop_points if s.purpose == "block"]
    nodes += blocks[:: max(1, len(blocks) // (_STOPS_AT_MOST - len(nodes)))] if len(nodes) < _STOPS_AT_MOST else []
    found = [node for node in dict.fromkeys(nodes) if node in ways]
    if len(found) < 2:
        return found
    at = np.array([layout.road_nodes[node].at for node in found])
    middle = at.mean(axis=0)
    order = np.argsort(np.arctan2(*(at - middle).T), kind="stable")
    return [found[k] for k in order.tolist()]


def _shortest(ways: dict[int, list[tuple[int, float]]], start: int, goal: int) -> list[int] | None:
    """Nodes of the shortest way (Dijkstra), None when there is none."""
    best = {start: 0.0}
    before: dict[int, int] = {}
    queue = [(0.0, start)]
    while queue:
        gone, node = heapq.heappop(queue)
        if node == goal:
            found = [goal]
            while found[-1] != start:
                found.append(before[found[-1]])
            return found[::-1]
        if gone > best[node]:
            continue
        for after, length in ways.get(node, []):
            if gone + length < best.get(after, np.inf):
                best[after] = gone + length
                before[after] = node
                heapq.heappush(queue, (gone + length, after))
    return None
