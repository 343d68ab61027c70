"""What lies under the pointer: a ray against upright boxes, in numpy columns, nearest first.

Containers are tried block by block in the order in which the ray meets the blocks, so that of a hundred thousand
boxes a few hundred are looked at. Small things that are hard to hit (seals, vehicles far away) are met a little beside
them too. What is hidden in the layer list is not met.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from layers.boxes import Boxes, unit
from layers.layers import Layers
from layers.places import Place
from layers.selection import Selection
from layers.stowage import stow
from layers.vehicles import CAB_M, OFFICER
from scene.props.containers import on_vehicles, under_spreaders
from twin.port_layout import CraneKind

F8 = NDArray[np.float64]

_BESIDE: Final = 0.0035  # of the distance: about four pixels on a screen a thousand high
_APRON_M: Final = 45.0
_LEG_M: Final = 1.6
_WHOLE_HULL: Final = 0.06  # share of the length by which the deck stands above the water
_NOTHING: Final = float("inf")

Hit = tuple[float, Selection]


def ray_boxes(origin: F8, way: F8, base: F8, size: F8, bearing_deg: F8) -> F8:
    """How far along a ray it enters upright boxes, infinity where it misses. Shape (N,), metres.

    Those whose bounding ball it passes are tried by the slab method. origin: (3,); way: a unit vector, (3,); base:
    centres of the under sides, (N, 3); size: length, width, height, (N, 3); bearing of the length, (N,). From inside a
    box the distance is 0.
    """
    found = np.full(len(base), np.inf)
    offset = origin - base
    to_middle = offset.copy()
    to_middle[:, 2] -= 0.5 * size[:, 2]
    along = to_middle @ way
    beside = np.einsum("ij,ij->i", to_middle, to_middle) - along * along
    near = np.flatnonzero(beside <= 0.25 * np.einsum("ij,ij->i", size, size))
    if len(near):
        found[near] = _slabs(way, offset[near], size[near], np.asarray(bearing_deg)[near])
    return found


def _slabs(way: F8, offset: F8, size: F8, bearing_deg: F8) -> F8:
    east, north = unit(bearing_deg)
    start = np.empty((len(offset), 3))
    start[:, 0] = offset[:, 0] * east + offset[:, 1] * north
    start[:, 1] = offset[:, 0] * north - offset[:, 1] * east
    start[:, 2] = offset[:, 2]
    step = np.empty((len(offset), 3))
    step[:, 0] = way[0] * east + way[1] * north
    step[:, 1] = way[0] * north - way[1] * east
    step[:, 2] = way[2]
    low = np.column_stack([-0.5 * size[:, 0], -0.5 * size[:, 1], np.zeros(len(offset))])
    high = np.column_stack([0.5 * size[:, 0], 0.5 * size[:, 1], size[:, 2]])
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = (low - start) / step, (high - start) / step
    flat = step == 0.0
    outside = (flat & ((start < low) | (start > high))).any(axis=1)
    enter = np.where(flat, -np.inf, np.minimum(first, second)).max(axis=1)
    leave = np.where(flat, np.inf, np.maximum(first, second)).min(axis=1)
    met = (leave >= np.maximum(enter, 0.0)) & ~outside
    return np.where(met, np.maximum(enter, 0.0), np.inf)


class Picker:
    """Finds what a ray meets first in what the layers show."""

    def __init__(self, layers: Layers) -> None:
        self._layers = layers
        layout = layers.index.layout
        self._buildings = _outlined([(b.id, b.outline, b.height_m) for b in layout.buildings])
        self._building_ids = [b.id for b in layout.buildings]
        gates = [(g.id, layers.place_of(Selection("gate", g.id))) for g in layout.gates]
        self._gate_ids = [name for name, place in gates if place is not None]
        self._gates = _columns([place for _, place in gates if place is not None])
        self._block_bounds = _columns([
            Place(*np.mean(b.outline, axis=0), 0.0, b.length_m, b.width_m, 0.0, b.bearing_deg) for b in layout.blocks])
        zones = [(z.id, shapely.Polygon(z.outline)) for z in layout.zones]
        self._zones = sorted(zones, key=lambda zone: zone[1].area)
        for _, area in self._zones:
            shapely.prepare(area)
        self._berths = [(b.id, shapely.LineString([b.start, b.end])) for b in layout.berths]
        self._crane_parts = _crane_parts(layers)
        self._heights = np.zeros(len(layout.blocks))
        self._measured = np.full(len(layout.blocks), -1, dtype=np.int64)

    def pick(self, origin: ArrayLike, direction: ArrayLike) -> Selection | None:
        """The first object on the ray from `origin` (metres) along `direction` (any length)."""
        eye = np.asarray(origin, dtype=np.float64)
        way = np.asarray(direction, dtype=np.float64)
        way = way / np.linalg.norm(way)
        hits = [
            hit for hit in (
                self._container(eye, way), self._vehicle(eye, way), self._vessel(eye, way), self._crane(eye, way),
                self._building(eye, way), self._gate(eye, way),
            ) if hit is not None
        ]
        nearest = min(hits, key=lambda hit: hit[0], default=None)
        pin = self._pin(eye, way, nearest[0] if nearest is not None else _NOTHING)
        if pin is not None:
            return pin
        return nearest[1] if nearest is not None else self._ground(eye, way)

    # Upright boxes ----------------------------------------------------------------------------------------------------

    def _container(self, eye: F8, way: F8) -> Hit | None:
        layers = self._layers
        if not layers.containers.visible:
            return None
        best = self._in_yard(eye, way)
        others = [on_vehicles(layers.containers, layers.vehicles) if layers.vehicles.visible else None,
                  under_spreaders(layers.containers, layers.cranes)]
        for boxes in others:
            best = _nearer(best, self._first_box(eye, way, boxes))
        return _nearer(best, self._on_board(eye, way))

    def _in_yard(self, eye: F8, way: F8) -> Hit | None:
        containers = self._layers.containers
        if not len(containers.blocks):
            return None
        base, size, bearing = self._block_bounds
        size = size.copy()
        size[:, 2] = self._stack_heights()
        size[:, 0] += 2.0  # a forty-five-foot box stands over the end of its block
        meets = ray_boxes(eye, way, base, size, bearing)
        best: Hit | None = None
        for number in np.argsort(meets).tolist():  # nearest blocks first, until none can be nearer
            if not np.isfinite(meets[number]) or (best is not None and best[0] < meets[number]):
                break
            best = _nearer(best, self._first_box(eye, way, containers.block(number).boxes))
        return best

    def _stack_heights(self) -> F8:
        """Height of the highest stack of each block; a block is only looked at again when it changed. Shape (N,)."""
        containers = self._layers.containers
        for number in np.flatnonzero(containers.block_revision != self._measured).tolist():
            self._heights[number] = containers.block(number).stacks.height_m.max()
        self._measured = containers.block_revision.copy()
        return self._heights

    def _first_box(self, eye: F8, way: F8, boxes: Boxes | None) -> Hit | None:
        if boxes is None or not len(boxes):
            return None
        meets = ray_boxes(eye, way, boxes.base.astype(np.float64), boxes.size.astype(np.float64), boxes.bearing_deg)
        at = int(meets.argmin())
        if not np.isfinite(meets[at]):
            return None
        return float(meets[at]), Selection("container", str(self._layers.twin.containers.number[boxes.rows[at]]))

    def _on_board(self, eye: F8, way: F8) -> Hit | None:
        layers, best = self._layers, None
        vessels, table = layers.vessels, layers.twin.containers
        for ship in self._ships_met(eye, way, deck_cargo=True):
            rows = layers.containers.rows_on_vessel(int(vessels.mover[ship]))
            if not len(rows):
                continue
            stowed = stow(vessels.plan(ship), table.vessel_slot[rows], table.height_m[rows])
            bearing = float(vessels.bearing_deg[ship])
            sin, cos = np.sin(np.radians(bearing)), np.cos(np.radians(bearing))
            base = np.column_stack([
                vessels.x[ship] + sin * stowed.place[:, 0] + cos * stowed.place[:, 1],
                vessels.y[ship] + cos * stowed.place[:, 0] - sin * stowed.place[:, 1],
                vessels.sea_m + stowed.place[:, 2],
            ])
            boxes = layers.containers.boxes(rows[stowed.on_deck], base, np.full(len(base), bearing))
            best = _nearer(best, self._first_box(eye, way, boxes))
        return best

    def _ships_met(self, eye: F8, way: F8, deck_cargo: bool) -> list[int]:
        meets = self._ship_distances(eye, way, 45.0 if deck_cargo else None)
        return [ship for ship in np.argsort(meets).tolist() if np.isfinite(meets[ship])]

    def _ship_distances(self, eye: F8, way: F8, height_m: float | None = None) -> F8:
        vessels = self._layers.vessels
        at = np.flatnonzero(vessels.shown)
        found = np.full(len(vessels.mover), np.inf)
        if not vessels.visible or not len(at):
            return found
        level = vessels.sea_m
        base = np.column_stack([vessels.x[at], vessels.y[at], np.full(len(at), level)])
        length = vessels.length_m[at].astype(np.float64)
        up = np.full(len(at), height_m) if height_m is not None else 4.0 + _WHOLE_HULL * 0.5 * length
        size = np.column_stack([length, vessels.beam_m[at], up])
        found[at] = ray_boxes(eye, way, base, size, vessels.bearing_deg[at])
        return found

    def _vessel(self, eye: F8, way: F8) -> Hit | None:
        meets = self._ship_distances(eye, way)
        if not np.isfinite(meets).any():
            return None
        ship = int(meets.argmin())
        return float(meets[ship]), Selection("vessel", str(self._layers.vessels.names()[ship]))

    def _vehicle(self, eye: F8, way: F8) -> Hit | None:
        vehicles = self._layers.vehicles
        at = np.flatnonzero(vehicles.shown)
        if not vehicles.visible or not len(at):
            return None
        base = np.column_stack([vehicles.x[at], vehicles.y[at], np.zeros(len(at))])
        slack = _BESIDE * np.linalg.norm(base - eye, axis=1)
        whole = vehicles.sizes()[at]
        low = whole.copy()  # what carries a box is no higher than its deck, the cab in front is
        low[:, 2] = np.where(vehicles.deck_m()[at] > 0.0, vehicles.deck_m()[at], whole[:, 2])
        low[:, :2] = np.maximum(low[:, :2], 2.0 * slack[:, None])
        low[:, 2] = np.maximum(low[:, 2], slack)
        bearing = vehicles.bearing_deg[at]
        east, north = unit(bearing)
        ahead = 0.5 * (whole[:, 0] - CAB_M)
        front = base + np.column_stack([east * ahead, north * ahead, np.zeros(len(at))])
        cab = np.column_stack([np.full(len(at), CAB_M), whole[:, 1:]])
        meets = np.minimum(ray_boxes(eye, way, base, low, bearing), ray_boxes(eye, way, front, cab, bearing))
        first = int(meets.argmin())
        if not np.isfinite(meets[first]):
            return None
        kind = "officer" if vehicles.kind[at[first]] == OFFICER else "vehicle"
        return float(meets[first]), Selection(kind, str(self._layers.twin.movers.id[vehicles.rows[at[first]]]))

    def _crane(self, eye: F8, way: F8) -> Hit | None:
        cranes = self._layers.cranes
        if not cranes.visible or not len(cranes.cranes):
            return None
        which, right, forward, low, size, bearing = self._crane_parts
        beam = cranes.beam[which]
        along = np.column_stack([-beam[:, 1], beam[:, 0]])
        base = np.column_stack([
            cranes.x[which] + beam[:, 0] * right + along[:, 0] * forward,
            cranes.y[which] + beam[:, 1] * right + along[:, 1] * forward, low])
        meets = ray_boxes(eye, way, base, size, bearing)
        first = int(meets.argmin())
        if not np.isfinite(meets[first]):
            return None
        return float(meets[first]), Selection("crane", cranes.cranes[int(which[first])].id)

    def _building(self, eye: F8, way: F8) -> Hit | None:
        return _first_of("building", self._building_ids, self._buildings, eye, way)

    def _gate(self, eye: F8, way: F8) -> Hit | None:
        return _first_of("gate", self._gate_ids, self._gates, eye, way)

    # Pins, beacons and the ground -------------------------------------------------------------------------------------

    def _pin(self, eye: F8, way: F8, hidden_from: float) -> Selection | None:
        """A warning's beacon or a seal's pin the ray passes close by, unless something nearer hides it."""
        layers = self._layers
        found: list[Hit] = []
        for kind, names, place, height, shown in (
            ("warning", layers.warnings.id, layers.warnings.place, 30.0, layers.warnings.visible),
            ("seal", layers.twin.seals.id, layers.seals.place, 3.0, layers.seals.visible),
        ):
            at = np.flatnonzero(np.isfinite(place).all(axis=1)) if shown and len(place) else np.empty(0, dtype=np.intp)
            if kind == "seal" and len(at):
                at = at[layers.seals.shown[at]]
            if not len(at):
                continue
            beside, along = _beside(eye, way, place[at], height)
            near = np.flatnonzero((beside < np.maximum(0.5, _BESIDE * along)) & (along > 0.0)
                                  & (along < hidden_from + 1.0))
            if len(near):
                first = near[along[near].argmin()]
                found.append((float(along[first]), Selection(kind, str(names[at[first]]))))
        return min(found, key=lambda hit: hit[0])[1] if found else None

    def _ground(self, eye: F8, way: F8) -> Selection | None:
        if way[2] >= 0.0:
            return None
        x, y = (eye - way * (eye[2] / way[2]))[:2]
        base, size, bearing = self._block_bounds
        if len(base):
            east, north = unit(bearing)
            dx, dy = x - base[:, 0], y - base[:, 1]
            along, across = dx * east + dy * north, dx * north - dy * east
            inside = np.flatnonzero((np.abs(along) <= 0.5 * size[:, 0]) & (np.abs(across) <= 0.5 * size[:, 1]))
            if len(inside):
                return Selection("block", self._layers.containers.blocks[int(inside[0])].id)
        point = shapely.Point(x, y)
        for name, line in self._berths:
            if shapely.distance(line, point) <= _APRON_M:
                return Selection("berth", name)
        for name, area in self._zones:  # the smallest first: the innermost
            if area.contains(point):
                return Selection("zone", name)
        return None


def _beside(eye: F8, way: F8, foot: F8, height_m: float) -> tuple[F8, F8]:
    """How far the ray passes beside upright lines, and how far away that is. Shapes (N,)."""
    flat = np.hypot(way[0], way[1])
    if flat < 1e-9:  # looking straight down
        return np.hypot(*(foot[:, :2] - eye[:2]).T), eye[2] - foot[:, 2]
    along = ((foot[:, :2] - eye[:2]) @ way[:2]) / (flat * flat)
    point = eye + along[:, None] * way
    up = np.clip(point[:, 2], foot[:, 2], foot[:, 2] + height_m)
    nearest = np.column_stack([foot[:, :2], up])
    return np.linalg.norm(nearest - point, axis=1), along


def _nearer(best: Hit | None, found: Hit | None) -> Hit | None:
    if best is None or found is None:
        return best if found is None else found
    return found if found[0] < best[0] else best


def _columns(places: list[Place]) -> tuple[F8, F8, F8]:
    """Base (N, 3), size (N, 3) and bearing (N,) of boxes."""
    return (
        np.array([(p.x, p.y, p.z) for p in places], dtype=np.float64).reshape(-1, 3),
        np.array([(p.length_m, p.width_m, p.height_m) for p in places], dtype=np.float64).reshape(-1, 3),
        np.array([p.bearing_deg for p in places], dtype=np.float64),
    )


def _outlined(things: list[tuple[str, tuple[tuple[float, float], ...], float]]) -> tuple[F8, F8, F8]:
    """The narrowest upright boxes around outlines."""
    places = []
    for _, outline, height in things:
        ring = np.array(shapely.minimum_rotated_rectangle(shapely.Polygon(outline)).exterior.coords)
        first, second = ring[1] - ring[0], ring[2] - ring[1]
        x, y = ring[:4].mean(axis=0)
        places.append(Place(float(x), float(y), 0.0, float(np.hypot(*first)), float(np.hypot(*second)), height,
                            float(np.degrees(np.arctan2(first[0], first[1])))))
    return _columns(places)


def _first_of(kind: str, names: list[str], columns: tuple[F8, F8, F8], eye: F8, way: F8) -> Hit | None:
    if not names:
        return None
    meets = ray_boxes(eye, way, *columns)
    first = int(meets.argmin())
    return (float(meets[first]), Selection(kind, names[first])) if np.isfinite(meets[first]) else None


def _crane_parts(layers: Layers) -> tuple[NDArray[np.intp], F8, F8, F8, F8, F8]:
    """Legs and girders of all cranes as boxes, so that one sees and clicks through a portal.

    Crane number, place right (along the beam) and forward (along the travel) of the portal's middle, height of the
    under side, size (forward, right, up), bearing of the travel direction. Shapes (P,), size (P, 3).
    """
    rows = []
    for number, crane in enumerate(layers.cranes.cranes):
        half, lift = 0.5 * crane.rail_gauge_m, crane.height_m
        quay = crane.kind is CraneKind.STS
        end = 9.8 if quay else 5.0
        rows += [(number, side * half, fore * end, 0.0, _LEG_M, _LEG_M, lift + 5.0)
                 for side in (-1, 1) for fore in (-1, 1)]
        reach = crane.outreach_m - crane.backreach_m
        width = crane.rail_gauge_m + crane.outreach_m + crane.backreach_m
        rows.append((number, 0.5 * reach, 0.0, lift + 2.5, 8.0 if quay else 2.0 * end, width, 4.0))
    table = np.array(rows, dtype=np.float64).reshape(-1, 7)
    which = table[:, 0].astype(np.intp)
    beam = layers.cranes.beam[which].reshape(-1, 2)
    bearing = np.degrees(np.arctan2(beam[:, 0], beam[:, 1])) - 90.0
    return which, table[:, 1], table[:, 2], table[:, 3], table[:, 4:7], bearing
