"""The road network as vehicles use it: which edges a trade may drive on, and the quickest way from one edge to another.

Lanes that hold a stop of their own (parks, sheds) are private: a way may begin or end on one but never pass through.
Long chains of edges without a choice are searched as one, which keeps a search over some thousand edges in
milliseconds.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from itertools import accumulate

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.port_layout import FenceClass, PortLayout, RoadKind

FOREIGN, DOMESTIC, ANY = "foreign", "domestic", "any"
_PRIVATE_PURPOSES = ("park", "manual", "ultrasonic", "h986")
_TURN_S_PER_DEGREE = 4.0 / 90.0  # slowing down and speeding up again
_REVERSAL_DEG = 150.0  # no vehicle of sixteen metres turns back on the spot
_NOT_LIKED = {
    RoadKind.BLOCK_SERVICE: 4.0,
    RoadKind.GATE_LANE: 3.0,
}  # through traffic keeps out of crane lanes and gates


class NoWayError(Exception):
    """There is no permitted way between two edges."""


class RoadGraph:
    """The directed graph of one trade's permitted edges. Edge numbers are rows of `layout.road_edges`."""

    def __init__(self, layout: PortLayout, trade: str) -> None:
        self.trade = trade
        nodes = {node.id: number for number, node in enumerate(layout.road_nodes)}
        places = {node.id: node.at for node in layout.road_nodes}
        edges = layout.road_edges
        self.start = [nodes[e.start] for e in edges]
        self.end = [nodes[e.end] for e in edges]
        self.corners: list[list[tuple[float, float]]] = [[places[e.start], *e.via, places[e.end]] for e in edges]
        self.corners_s = [list(accumulate(map(math.dist, c, c[1:]), initial=0.0)) for c in self.corners]
        self.length = [s[-1] for s in self.corners_s]
        self.first_bearing = [_bearing(corners[0], corners[1]) for corners in self.corners]
        self.last_bearing = [_bearing(corners[-2], corners[-1]) for corners in self.corners]
        rows = {e.id: number for number, e in enumerate(edges)}
        self.edge_number = rows
        self.private = {rows[s.edge] for s in layout.stop_points if s.purpose in _PRIVATE_PURPOSES}
        self.permitted = _permitted(layout, self.corners, trade)
        self._cost = [
            length / e.speed_limit_mps * _NOT_LIKED.get(e.kind, 1.0)
            for length, e in zip(self.length, edges, strict=True)
        ]
        self._leaving: dict[int, list[int]] = defaultdict(list)
        self._reaching: dict[int, list[int]] = defaultdict(list)
        for number in range(len(edges)):
            if self.permitted[number]:
                self._leaving[self.start[number]].append(number)
                self._reaching[self.end[number]].append(number)
        self._chain_edges: list[list[int]] = []
        self._chain_of: dict[int, tuple[int, int]] = {}
        self._next: list[list[tuple[int, float]]] = []
        self._chain()
        self._trees: dict[int, tuple[list[float], list[int], list[tuple[float, int, int]]]] = {}

    def way(self, first: int, last: int) -> list[int]:
        """The quickest edges from edge `first` to edge `last`, both included, entered at its end and its start.

        With `first` equal to `last` it is a round trip. Raises NoWayError.
        """
        best, found = math.inf, None
        for before, source in self._begins(first):
            for target, after in self._ends(last):
                cost, edges = self._between(source, target)
                if cost < best:
                    best, found = cost, before + edges + after
        if found is None:
            raise NoWayError(f"no way from road edge {first} to {last} for {self.trade} trade")
        return found

    def _begins(self, edge: int) -> list[tuple[list[int], int]]:
        if edge in self._chain_of:
            return [([], edge)]
        return [
            ([edge], e) for e in self._leaving[self.end[edge]] if e in self._chain_of and self._turn(edge, e) < math.inf
        ]

    def _ends(self, edge: int) -> list[tuple[int, list[int]]]:
        if edge in self._chain_of:
            return [(edge, [])]
        return [
            (e, [edge])
            for e in self._reaching[self.start[edge]]
            if e in self._chain_of and self._turn(e, edge) < math.inf
        ]

    def _between(self, source: int, target: int) -> tuple[float, list[int]]:
        chain, place = self._chain_of[source]
        goal, goal_place = self._chain_of[target]
        if chain == goal and place < goal_place:
            edges = self._chain_edges[chain][place : goal_place + 1]
            return sum(self._cost[e] for e in edges), edges
        costs, previous = self._tree(chain, goal)
        if costs[goal] == math.inf:
            return math.inf, []
        chains = [goal]
        while previous[chains[-1]] >= 0:
            chains.append(previous[chains[-1]])
        head = self._chain_edges[chain][place:]
        tail = self._chain_edges[goal][: goal_place + 1]
        middle = [e for c in reversed(chains[1:]) for e in self._chain_edges[c]]
        return costs[goal] + sum(self._cost[e] for e in head) + sum(self._cost[e] for e in tail), head + middle + tail

    def _tree(self, chain: int, goal: int) -> tuple[list[float], list[int]]:
        """Costs from the end of a chain to the start of the chains around it, and the chain before each (-1: the
        first).

        Dijkstra's search, carried on from where it stood the last time only until `goal` is settled.
        """
        found = self._trees.get(chain)
        if found is None:
            queue: list[tuple[float, int, int]] = [(turn, after, -1) for after, turn in self._next[chain]]
            heapq.heapify(queue)
            found = self._trees[chain] = ([math.inf] * len(self._chain_edges), [-1] * len(self._chain_edges), queue)
        costs, previous, queue = found
        totals, following = self._chain_costs, self._next
        while queue and costs[goal] == math.inf:
            cost, here, came = heapq.heappop(queue)
            if cost >= costs[here]:
                continue
            costs[here], previous[here] = cost, came
            through = cost + totals[here]
            for after, turn in following[here]:
                if through + turn < costs[after]:
                    heapq.heappush(queue, (through + turn, after, here))
        return costs, previous

    def _turn(self, edge: int, after: int) -> float:
        angle = abs((self.first_bearing[after] - self.last_bearing[edge] + 180.0) % 360.0 - 180.0)
        return math.inf if angle > _REVERSAL_DEG else angle * _TURN_S_PER_DEGREE

    def _chain(self) -> None:
        """Joins edges between nodes where nothing forks or merges, private lanes left out."""
        public = [e for e in range(len(self.start)) if self.permitted[e] and e not in self.private]
        leaving: dict[int, list[int]] = defaultdict(list)
        reaching: dict[int, int] = defaultdict(int)
        for e in public:
            leaving[self.start[e]].append(e)
            reaching[self.end[e]] += 1
        plain = {n for n, found in leaving.items() if len(found) == 1 and reaching[n] == 1}
        for e in public:
            if self.start[e] in plain:
                continue
            chain = [e]
            while self.end[chain[-1]] in plain:
                chain.append(leaving[self.end[chain[-1]]][0])
            for place, edge in enumerate(chain):
                self._chain_of[edge] = (len(self._chain_edges), place)
            self._chain_edges.append(chain)
        for chain in self._chain_edges:
            last = chain[-1]
            turns = ((e, self._turn(last, e)) for e in leaving[self.end[last]] if e in self._chain_of)
            self._next.append([(self._chain_of[e][0], turn) for e, turn in turns if turn < math.inf])
        self._chain_costs = [sum(self._cost[e] for e in chain) for chain in self._chain_edges]


def _permitted(layout: PortLayout, lines: list[list[tuple[float, float]]], trade: str) -> NDArray[np.bool_]:
    """Edges that touch no fence closed to the trade. Shape (edges,)."""
    permitted = np.ones(len(lines), dtype=np.bool_)
    barred = {
        FOREIGN: (FenceClass.CLOSED, FenceClass.DOMESTIC),
        DOMESTIC: (FenceClass.CLOSED, FenceClass.FOREIGN),
        ANY: (),
    }[trade]
    if not lines:
        return permitted
    owner = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    geometries = shapely.linestrings(np.array([point for line in lines for point in line]), indices=owner)
    for fence in layout.fences:
        if fence.fence_class in barred:
            outline = shapely.Polygon(fence.outline)
            shapely.prepare(outline)
            permitted &= ~shapely.intersects(geometries, outline)
    return permitted


def _bearing(a: tuple[float, float], b: tuple[float, float]) -> float:
    return math.degrees(math.atan2(b[0] - a[0], b[1] - a[1])) % 360.0
