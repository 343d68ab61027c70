"""Drawing aids of the port builders: a frame along the quay, a road network from lines, and the GeoJSON writer.

Quay coordinates are (s, d): s metres along the quay from its eastern end, westward; d metres landward of the quay face.
Traffic keeps to the right.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

Pair = tuple[float, float]


@dataclass(frozen=True)
class QuayFrame:
    """A frame whose first axis runs along the quay at `bearing_deg`, its second landward, to the right of it."""

    east_end: Pair
    bearing_deg: float

    def point(self, s: float, d: float) -> Pair:
        """Local (x, y) of quay coordinates, metres, to the centimetre."""
        a = math.radians(self.bearing_deg)
        x = self.east_end[0] + s * math.sin(a) + d * math.cos(a)
        y = self.east_end[1] + s * math.cos(a) - d * math.sin(a)
        return (round(x, 2) + 0.0, round(y, 2) + 0.0)

    def points(self, places: Iterable[Pair]) -> list[Pair]:
        """Local coordinates of many quay coordinates."""
        return [self.point(s, d) for s, d in places]

    def box(self, s0: float, d0: float, s1: float, d1: float) -> list[Pair]:
        """Ring of a rectangle, counter-clockwise from its south-western corner."""
        return self.points([(s1, d0), (s0, d0), (s0, d1), (s1, d1)])

    def disc(self, s: float, d: float, radius: float, corners: int) -> list[Pair]:
        """Ring of a regular polygon, counter-clockwise."""
        turn = [2 * math.pi * (i + 0.5) / corners for i in range(corners)]
        return self.points([(s - radius * math.cos(t), d + radius * math.sin(t)) for t in turn])

    def bearing(self, start: Pair, end: Pair) -> float:
        """Bearing, degrees, of the way from one quay coordinate to another."""
        along = math.degrees(math.atan2(end[1] - start[1], end[0] - start[0]))
        return round((self.bearing_deg + along) % 360.0, 3)


@dataclass(frozen=True)
class Traffic:
    """What a road is like: its kind in the definition, width of a lane group and speed limit."""

    kind: str
    width_m: float
    speed_limit_mps: float


MAIN = Traffic("main", 4.0, 8.3)  # 30 km/h
SERVICE = Traffic("block_service", 3.5, 4.2)  # 15 km/h
PASSING = Traffic("main", 3.5, 5.6)  # 20 km/h
QUAY = Traffic("quay_lane", 4.0, 5.6)
GATE = Traffic("gate_lane", 3.5, 2.8)  # 10 km/h
PUBLIC = Traffic("public", 3.75, 16.7)  # 60 km/h
SITE = Traffic("site", 3.75, 4.2)


@dataclass
class _Line:
    id: str
    start: Pair
    end: Pair
    traffic: Traffic
    breaks: set[Pair] = field(default_factory=set)

    @property
    def axis(self) -> int:
        """0: runs along the quay, 1: runs landward or seaward."""
        return 0 if self.start[1] == self.end[1] else 1

    @property
    def constant(self) -> float:
        return self.start[1 - self.axis]

    def holds(self, value: float) -> bool:
        low, high = sorted((self.start[self.axis], self.end[self.axis]))
        return low - 1e-6 <= value <= high + 1e-6


@dataclass(frozen=True)
class _Edge:
    id: str
    start: Pair
    end: Pair
    traffic: Traffic
    via: tuple[Pair, ...] = ()


class Roads:
    """One-way lines parallel to the axes that join wherever they cross, and free links between places on them."""

    def __init__(self, frame: QuayFrame) -> None:
        self.frame = frame
        self._lines: dict[str, _Line] = {}
        self._links: list[_Edge] = []
        self._names: dict[Pair, str] = {}
        self._stops: list[tuple[dict[str, Any], str, Pair]] = []

    def lane(self, ident: str, start: Pair, end: Pair, traffic: Traffic) -> None:
        """A one-way lane along an axis."""
        if ident in self._lines:
            raise ValueError(f"lane {ident} is drawn twice")
        self._lines[ident] = _Line(ident, start, end, traffic, {_key(start), _key(end)})

    def along(self, ident: str, d: float, s_east: float, s_west: float, traffic: Traffic = MAIN,
              offset: float = 2.0) -> None:
        """A two-way road along the quay: westbound landward, eastbound seaward of its middle line d."""
        self.lane(f"{ident}w", (s_east, d + offset), (s_west, d + offset), traffic)
        self.lane(f"{ident}e", (s_west, d - offset), (s_east, d - offset), traffic)

    def across(self, ident: str, s: float, d_sea: float, d_land: float, traffic: Traffic = MAIN,
               offset: float = 2.0) -> None:
        """A two-way road landward: northbound east, southbound west of its middle line s."""
        self.lane(f"{ident}n", (s - offset, d_sea), (s - offset, d_land), traffic)
        self.lane(f"{ident}s", (s + offset, d_land), (s + offset, d_sea), traffic)

    def link(self, ident: str, start: Pair, end: Pair, traffic: Traffic, via: Sequence[Pair] = ()) -> None:
        """A free one-way link; its ends become nodes of the lines they lie on."""
        self._links.append(_Edge(ident, start, end, traffic, tuple(via)))

    def name(self, at: Pair, ident: str) -> None:
        """Give the node at a place a readable id."""
        self._names[_key(at)] = ident

    def stop(self, ident: str, purpose: str, subject: str, lane: str, at: Pair, bay: int | None = None) -> None:
        """A stop point on a lane or link."""
        row: dict[str, Any] = {"id": ident, "purpose": purpose, "subject": subject}
        if bay is not None:
            row["bay"] = bay
        self._stops.append((row, lane, at))

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """The definition's tables road_nodes, road_edges and stop_points. Raises ValueError for a stop off its lane."""
        edges = _without_dead_ends(self._split())
        used = sorted({_key(p) for e in edges for p in (e.start, e.end)}, key=lambda p: (p[1], p[0]))
        ids = {p: self._names.get(p, f"n{i:04d}") for i, p in enumerate(used, 1)}
        nodes = [{"id": ids[p], "at": list(self.frame.point(*p))} for p in used]
        rows = []
        for e in edges:
            row: dict[str, Any] = {"id": e.id, "start": ids[_key(e.start)], "end": ids[_key(e.end)],
                                   "kind": e.traffic.kind, "lanes": 1, "width_m": e.traffic.width_m,
                                   "speed_limit_mps": e.traffic.speed_limit_mps}
            if e.via:
                row["via"] = [list(p) for p in self.frame.points(e.via)]
            rows.append(row)
        return {"road_nodes": nodes, "road_edges": rows, "stop_points": [self._placed(s, edges) for s in self._stops]}

    def _placed(self, stop: tuple[dict[str, Any], str, Pair], edges: list[_Edge]) -> dict[str, Any]:
        row, lane, at = stop
        for e in edges:
            if (e.id == lane or e.id.rpartition(".")[0] == lane) and _between(at, e.start, e.end):
                heading = self.frame.bearing(e.start, e.end)
                return {**row, "edge": e.id, "at": list(self.frame.point(*at)), "heading_deg": heading}
        raise ValueError(f"stop {row['id']} does not lie on lane {lane}")

    def _split(self) -> list[_Edge]:
        lines = list(self._lines.values())
        for a in (line for line in lines if line.axis == 0):
            for b in (line for line in lines if line.axis == 1):
                if a.holds(b.constant) and b.holds(a.constant):
                    for line in (a, b):
                        line.breaks.add(_key((b.constant, a.constant)))
        for link in self._links:
            for end in (link.start, link.end):
                for line in lines:
                    if abs(end[1 - line.axis] - line.constant) < 1e-6 and line.holds(end[line.axis]):
                        line.breaks.add(_key(end))
        edges = list(self._links)
        for line in lines:
            forward = line.end[line.axis] > line.start[line.axis]
            places = sorted(line.breaks, key=lambda p: p[line.axis], reverse=not forward)
            for i, (p, q) in enumerate(pairwise(places), 1):
                edges.append(_Edge(f"{line.id}.{i}", p, q, line.traffic))
        return edges


def _key(place: Pair) -> Pair:
    return (round(place[0], 2), round(place[1], 2))


def _between(at: Pair, start: Pair, end: Pair) -> bool:
    ahead = (end[0] - start[0], end[1] - start[1])
    length = math.hypot(*ahead)
    u = ((at[0] - start[0]) * ahead[0] + (at[1] - start[1]) * ahead[1]) / length
    off = abs((at[0] - start[0]) * ahead[1] - (at[1] - start[1]) * ahead[0]) / length
    return -1e-6 <= u < length and off < 0.05


def _without_dead_ends(edges: list[_Edge]) -> list[_Edge]:
    """Edges less the stubs beyond a road's last crossing: places that cannot be reached or left."""
    while True:
        into: dict[Pair, int] = defaultdict(int)
        out: dict[Pair, int] = defaultdict(int)
        for e in edges:
            out[_key(e.start)] += 1
            into[_key(e.end)] += 1
        kept = [e for e in edges if into[_key(e.start)] and out[_key(e.end)]]
        if len(kept) == len(edges):
            return kept
        edges = kept


def feature(geometry: str, coordinates: Any, /, **properties: Any) -> dict[str, Any]:
    """A GeoJSON feature; a polygon's ring is closed here."""
    if geometry == "Polygon":
        coordinates = [[*coordinates, coordinates[0]]]
    return {"type": "Feature", "properties": properties, "geometry": {"type": geometry, "coordinates": coordinates}}


def write_geojson(path: Path, features: Iterable[dict[str, Any]], **notes: Any) -> None:
    """A FeatureCollection in local metres, one feature a line so that differences can be read."""
    lines = ",\n".join(json.dumps(f, ensure_ascii=False) for f in features)
    head = "".join(f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)},\n" for k, v in notes.items())
    path.write_text(f'{{"type": "FeatureCollection",\n{head}"features": [\n{lines}\n]}}\n', encoding="utf-8")


def write_tables(path: Path, head: dict[str, Any], tables: dict[str, list[dict[str, Any]]]) -> None:
    """The definition's main file, one table row a line."""
    parts = [f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in head.items()]
    for name, rows in tables.items():
        body = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows)
        parts.append(f"{json.dumps(name)}: [\n{body}\n]" if rows else f"{json.dumps(name)}: []")
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
