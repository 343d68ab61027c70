"""What several parts of the port's picture need to know of a layout, each worked out once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from twin.port_layout import BuildingKind, CraneKind, PortLayout, RoadKind, Zone

_MAST_REACH, _CRANE_REACH_M, _CANOPY_REACH_M = 2.3, 34.0, 42.0


class Plan:
    """A layout with what follows from it. Used by one thread at a time."""

    def __init__(self, layout: PortLayout) -> None:
        self.layout = layout
        self._known: dict[str, Any] = {}

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, made at the first call with this name."""
        if name not in self._known:
            self._known[name] = make()
        return self._known[name]

    @cached_property
    def platform(self) -> BaseGeometry:
        """The reclaimed ground."""
        return area_of(self.layout.platform)

    @cached_property
    def zones(self) -> dict[str, BaseGeometry]:
        """Areas of the zones by id."""
        return {z.id: Polygon(z.outline).buffer(0) for z in self.layout.zones if len(z.outline) >= 3}

    @cached_property
    def built(self) -> BaseGeometry:
        """What of the platform is in use: the zones and a margin."""
        return shapely.union_all(list(self.zones.values())).buffer(12.0, quad_segs=2)

    @cached_property
    def quay_sides(self) -> tuple[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]], ...]:
        """Stretches of quay face: start (2,), end (2,) and the unit vector inland (2,)."""
        return tuple(
            (a, b, inland_of(a, b, self.platform))
            for line in self.layout.quay_lines for a, b in pairwise(np.asarray(line, dtype=float)))

    @cached_property
    def landward(self) -> NDArray[np.float64]:
        """Unit vector (2,) from the quay inland; north where there is no quay."""
        return self.quay_sides[0][2] if self.quay_sides else np.array([0.0, 1.0])

    @cached_property
    def road_lines(self) -> NDArray[np.object_]:
        """Middle lines of the road edges, in their order."""
        nodes = {node.id: node.at for node in self.layout.road_nodes}
        ways = [(nodes[e.start], *e.via, nodes[e.end]) for e in self.layout.road_edges]
        if not ways:
            return np.zeros(0, dtype=object)
        owner = np.repeat(np.arange(len(ways)), [len(way) for way in ways])
        found: NDArray[np.object_] = shapely.linestrings(np.concatenate(ways), indices=owner)
        return found

    @cached_property
    def road_widths(self) -> NDArray[np.float64]:
        """Widths of the road edges, metres."""
        return np.array([e.width_m for e in self.layout.road_edges])

    def roads_of(self, *kinds: RoadKind) -> NDArray[np.bool_]:
        """Which road edges are of these kinds."""
        return np.array([e.kind in kinds for e in self.layout.road_edges], dtype=bool)

    @cached_property
    def lamps(self) -> NDArray[np.float64]:
        """What lights the port at night: x, y and reach of the light on the ground, metres. Shape (N, 3)."""
        found = [(*np.mean(b.outline, axis=0), _MAST_REACH * b.height_m)
                 for b in self.layout.buildings if b.kind is BuildingKind.LIGHT_MAST]
        found += [(*np.mean(b.outline, axis=0), _CANOPY_REACH_M)
                  for b in self.layout.buildings if b.kind in (BuildingKind.GATE_CANOPY, BuildingKind.H986)]
        found += [(*c.home, _CRANE_REACH_M * (1.6 if c.kind is CraneKind.STS else 1.0)) for c in self.layout.cranes]
        return np.array(found, dtype=float).reshape(-1, 3)

    def lamplight(self, places: NDArray[np.floating]) -> NDArray[np.float32]:
        """Light of the lamps at places (N, 2 or 3), 0..1."""
        total = np.zeros(len(places), dtype=np.float32)
        xy = np.asarray(places, dtype=np.float32)[:, :2]
        for x, y, reach in self.lamps.astype(np.float32):  # some hundred lamps
            away = ((xy[:, 0] - x) ** 2 + (xy[:, 1] - y) ** 2) / (reach * reach)
            total += 1.0 / (1.0 + away) ** 2 * (away < 16.0)
        return np.minimum(total, 1.0)


def area_of(outlines: Sequence[Sequence[tuple[float, float]]]) -> BaseGeometry:
    """The union of outlines as a shapely area."""
    return shapely.union_all([Polygon(ring).buffer(0) for ring in outlines if len(ring) >= 3])


def inland_of(a: NDArray[np.float64], b: NDArray[np.float64], platform: BaseGeometry) -> NDArray[np.float64]:
    """Unit vector (2,) from the quay line a-b to the side on which the platform lies."""
    along = (b - a) / max(float(np.linalg.norm(b - a)), 1e-9)
    left = np.array([-along[1], along[0]])
    middle = (a + b) / 2 + left * 5.0
    return left if platform.is_empty or shapely.contains_xy(platform, *middle) else -left


def depth_of(zone: Zone, zones: dict[str, Zone]) -> int:
    """How many zones a zone lies in."""
    steps, parent = 0, zone.parent
    while parent in zones and steps < 20:
        parent, steps = zones[parent].parent, steps + 1
    return steps
