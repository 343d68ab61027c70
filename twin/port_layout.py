"""The port's layout: what stands where, in metres in a local frame (x east, y north, z up, ground at z = 0).

Angles are degrees clockwise from north. The format of the files it is read from is documented in
`docs/port_definition.md`; `twin.port_definition` parses and validates them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.tide import Tide

Point = tuple[float, float]
Outline = tuple[Point, ...]  # a ring without the repeated last point, or a polyline

TWENTY_FOOT_M = 6.058  # ISO 668
CONTAINER_WIDTH_M = 2.438  # ISO 668
STANDARD_HEIGHT_M = 2.591  # ISO 668, 8 ft 6 in
HIGH_CUBE_HEIGHT_M = 2.896  # ISO 668, 9 ft 6 in

_SLOT = re.compile(r"^(?P<block>[A-Z0-9]+)-(?P<bay>\d{1,3})-(?P<row>\d{1,2})-(?P<tier>\d{1,2})$")


class BlockKind(StrEnum):
    """What a block is for, and by what it is served."""

    RTG = "rtg"
    AUTOMATED = "automated"
    EMPTY = "empty"
    REEFER = "reefer"
    DANGEROUS = "dangerous"
    INSPECTION = "inspection"
    RAIL = "rail"


class ZoneKind(StrEnum):
    """What a zone of the port is."""

    PORT = "port"
    TERMINAL = "terminal"
    FOREIGN_YARD = "foreign_yard"
    DOMESTIC_YARD = "domestic_yard"
    EMPTY_YARD = "empty_yard"
    QUAY = "quay"
    INSPECTION = "inspection"
    GATE = "gate"
    RAIL = "rail"
    OFFICE = "office"


class FenceClass(StrEnum):
    """What the electronic fence keeps apart."""

    FOREIGN = "foreign"  # foreign-trade area: domestic containers may not be inside
    DOMESTIC = "domestic"  # domestic-trade area: foreign containers may not be inside
    CLOSED = "closed"  # nobody without permission
    SITE = "site"  # permitted place for opening seals, inspection


class BuildingKind(StrEnum):
    """What a building is, and so how it is drawn."""

    H986 = "h986"
    INSPECTION_SHED = "inspection_shed"
    CUSTOMS = "customs"
    OFFICE = "office"
    WAREHOUSE = "warehouse"
    GATE_CANOPY = "gate_canopy"
    WORKSHOP = "workshop"
    LIGHT_MAST = "light_mast"
    TANK = "tank"


class CraneKind(StrEnum):
    """Kinds of cranes."""

    STS = "sts"  # ship-to-shore quay crane
    RTG = "rtg"  # rubber-tyred gantry
    ARMG = "armg"  # automated rail-mounted gantry


class RoadKind(StrEnum):
    """What traffic an edge of the road network carries."""

    MAIN = "main"
    BLOCK_SERVICE = "block_service"  # lane beside a block where trucks stop under the crane
    QUAY_LANE = "quay_lane"  # under the quay cranes
    GATE_LANE = "gate_lane"
    PUBLIC = "public"  # outside the port
    SITE = "site"  # inside inspection site, rail yard, truck park


@dataclass(frozen=True, slots=True)
class Name:
    """A name in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Berth:
    """A stretch of quay face. The sea lies to the left of the way from `start` to `end`."""

    id: str
    name: Name
    kind: str  # container, multi_purpose, liquid
    terminal: str
    start: Point  # quay face, eastern end
    end: Point  # quay face, western end
    depth_m: float
    surveyed: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A stack of slots: `bays` twenty-foot bays along `bearing_deg` from `origin`, `rows` across to the right of it.

    `origin` is the ground corner of bay 1, row 1. Twenty-foot bays have odd numbers 1, 3, ..., a forty-foot container
    over bays 2k-1 and 2k+1 stands in even bay 2k. Tier 1 is the ground.
    """

    id: str
    zone: str
    kind: BlockKind
    trade: str  # foreign, domestic, both
    origin: Point
    bearing_deg: float
    bays: int
    rows: int
    tiers: int
    bay_pitch_m: float
    row_pitch_m: float
    dangerous_classes: tuple[str, ...]  # IMDG classes it is licensed for
    service_side: int  # +1: the truck lane lies beyond the last row, -1: before row 1
    surveyed: bool

    @property
    def along(self) -> NDArray[np.float64]:
        """Unit vector of increasing bay. Shape (2,)."""
        angle = np.radians(self.bearing_deg)
        return np.array([np.sin(angle), np.cos(angle)])

    @property
    def across(self) -> NDArray[np.float64]:
        """Unit vector of increasing row, to the right of `along`. Shape (2,)."""
        angle = np.radians(self.bearing_deg + 90.0)
        return np.array([np.sin(angle), np.cos(angle)])

    @property
    def length_m(self) -> float:
        """Along the bays."""
        return self.bays * self.bay_pitch_m

    @property
    def width_m(self) -> float:
        """Across the rows."""
        return self.rows * self.row_pitch_m

    def ground(self, bay: Any, row: Any) -> NDArray[np.float64]:
        """Centre on the ground of slots (bay number, row number). Shape (N, 2), metres."""
        u = np.asarray(bay, dtype=float) * 0.5 * self.bay_pitch_m
        v = (np.asarray(row, dtype=float) - 0.5) * self.row_pitch_m
        return np.asarray(self.origin) + u[..., None] * self.along + v[..., None] * self.across

    @property
    def outline(self) -> Outline:
        """Corners on the ground, beginning at bay 1, row 1."""
        o, a, b = np.asarray(self.origin), self.along * self.length_m, self.across * self.width_m
        return tuple((float(x), float(y)) for x, y in (o, o + a, o + a + b, o + b))


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one container."""

    block: str
    bay: int
    row: int
    tier: int

    def __str__(self) -> str:
        return f"{self.block}-{self.bay:02d}-{self.row:02d}-{self.tier}"


def parse_slot(text: str) -> Slot:
    """Slot from "C3-12-04-3" (block-bay-row-tier). Raises ValueError naming the text."""
    found = _SLOT.match(text)
    if found is None:
        raise ValueError(f"slot {text!r} is not block-bay-row-tier")
    return Slot(found["block"], int(found["bay"]), int(found["row"]), int(found["tier"]))


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the port; zones form a tree."""

    id: str
    name: Name
    kind: ZoneKind
    parent: str | None
    outline: Outline
    surveyed: bool
    working_hours: tuple[tuple[str, str], ...] = ()  # local times "HH:MM" in which work is allowed; empty: always


@dataclass(frozen=True, slots=True)
class Fence:
    """A boundary of the electronic net."""

    id: str
    name: Name
    fence_class: FenceClass
    outline: Outline
    legal_basis: str
    open_hours: tuple[tuple[str, str], ...]  # local times "HH:MM" in which crossing is allowed; empty: never
    height_m: float
    openings: tuple[tuple[Point, Point], ...] = ()  # stretches where a road passes through: drawn without a wall


@dataclass(frozen=True, slots=True)
class GateLane:
    """A lane through a gate. A vehicle's nose stops at `stop` heading `heading_deg`; it queues behind it."""

    id: str
    direction: str  # in, out
    stop: Point
    heading_deg: float
    queue_m: float
    node_before: str  # road node at the tail of the queue
    node_after: str  # road node past the barrier


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate with its lanes."""

    id: str
    name: Name
    zone: str
    lanes: tuple[GateLane, ...]
    surveyed: bool


@dataclass(frozen=True, slots=True)
class RoadNode:
    """Where edges of the road network meet."""

    id: str
    at: Point


@dataclass(frozen=True, slots=True)
class RoadEdge:
    """A one-way lane group from one node to another, straight unless `via` gives points between."""

    id: str
    start: str
    end: str
    kind: RoadKind
    lanes: int
    width_m: float
    speed_limit_mps: float
    via: Outline = ()


@dataclass(frozen=True, slots=True)
class StopPoint:
    """Where a vehicle stops to be served: beside a block bay, under a quay crane, at an inspection bay, in a park."""

    id: str
    purpose: str  # block, quay, h986, manual, ultrasonic, park, rail
    subject: str  # block id, berth id, building id
    edge: str  # road edge on which it lies
    at: Point
    heading_deg: float
    bay: int | None = None  # odd bay number of a block stop


@dataclass(frozen=True, slots=True)
class Crane:
    """A crane where it stands when idle."""

    id: str
    kind: CraneKind
    serves: tuple[str, ...]  # berths of a quay crane, blocks of a yard crane
    home: Point  # centre of the portal on the ground
    bearing_deg: float  # direction of gantry travel
    rail_gauge_m: float  # span between legs
    height_m: float  # lift above ground
    outreach_m: float = 0.0
    backreach_m: float = 0.0
    capacity_kg: float = 40_000.0


@dataclass(frozen=True, slots=True)
class Building:
    """A building as an upright prism."""

    id: str
    name: Name
    kind: BuildingKind
    outline: Outline
    height_m: float
    surveyed: bool


@dataclass(frozen=True, slots=True)
class RailTrack:
    """A railway track."""

    id: str
    line: Outline


@dataclass(frozen=True, slots=True)
class Corridor:
    """A permitted way of transit trips outside the port: a line with a half width, metres."""

    id: str
    name: Name
    line: Outline
    half_width_m: float


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """A named camera: it looks at `target` from `distance_m` away, standing in direction `azimuth_deg` of it,
    `elevation_deg` above the horizon."""

    id: str
    name: Name
    target: tuple[float, float, float]
    azimuth_deg: float
    elevation_deg: float
    distance_m: float


@dataclass(frozen=True, slots=True)
class PortLayout:
    """A whole port. Lists may be empty: a plain definition has sea only."""

    code: str
    name: Name
    origin_lon: float
    origin_lat: float
    time_zone: str
    surveyed: bool
    sea_level_m: float  # mean sea surface, below ground at 0
    land: tuple[Outline, ...]  # natural land, coarse
    platform: tuple[Outline, ...]  # the reclaimed terminal
    quay_lines: tuple[Outline, ...]
    crane_rails: tuple[Outline, ...]
    berths: tuple[Berth, ...]
    blocks: tuple[Block, ...]
    zones: tuple[Zone, ...]
    fences: tuple[Fence, ...]
    gates: tuple[Gate, ...]
    road_nodes: tuple[RoadNode, ...]
    road_edges: tuple[RoadEdge, ...]
    stop_points: tuple[StopPoint, ...]
    cranes: tuple[Crane, ...]
    buildings: tuple[Building, ...]
    rail_tracks: tuple[RailTrack, ...]
    corridors: tuple[Corridor, ...]
    viewpoints: tuple[Viewpoint, ...]
    anchorages: tuple[Outline, ...] = field(default=())
    tide: Tide | None = None  # None: not known, the sea stands still

    @property
    def lowest_sea_m(self) -> float:
        """The lowest the sea ever stands, metres above ground."""
        return self.sea_level_m - (self.tide.most_m if self.tide is not None else 0.0)
