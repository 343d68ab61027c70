"""Jiangyin's plan, part three: yard blocks with their lanes, stops and cranes. Quay coordinates (s, d), metres.

Sourced: the automated terminal at berths 6-7; cranes, reefer plugs and dangerous classes of berths 4-5 (2012).
Everything else is a plausible schematic (surveyed false).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from resources.port.drawing import PASSING, QUAY, SERVICE, QuayFrame, Roads
from resources.port.jiangyin_plan import COLUMN_ROADS, DOMESTIC_ROADS

Row = dict[str, Any]

ROW_PITCH_M = 2.9
BAY_PITCH_M = 6.5
EMPTY_BAY_PITCH_M = 7.0  # true 45-foot boxes (13.716 m) fit two bays
LICENSED = ["2.2", "3", "4", "5", "6", "8", "9"]  # dangerous classes of berths 4-5, 2012


@dataclass(frozen=True)
class Style:
    """A sort of block: its table values and where lane and crane legs lie across it, metres from the row-1 edge."""

    kind: str
    rows: int
    tiers: int
    lane_m: float  # from the last row's edge to the middle of the service lane
    passing_m: float  # the same for the passing lane
    leg_m: float  # the same for the crane's far leg; the near one stands 1.5 m before row 1
    crane: str
    lift_m: float
    bay_pitch_m: float = BAY_PITCH_M
    classes: tuple[str, ...] = ()

    @property
    def width_m(self) -> float:
        """Across all rows."""
        return self.rows * ROW_PITCH_M

    @property
    def gauge_m(self) -> float:
        """Between the crane's legs."""
        return round(self.width_m + self.leg_m + 1.5, 2)


RTG = Style("rtg", 6, 5, 2.2, 7.9, 4.6, "rtg", 18.2)
REEFER = Style("reefer", 6, 4, 2.2, 7.9, 4.6, "rtg", 18.2)
DANGEROUS = Style("dangerous", 4, 3, 2.2, 7.9, 4.6, "rtg", 15.2, classes=tuple(LICENSED))
AUTOMATED = Style("automated", 8, 5, 4.5, 8.8, 1.5, "armg", 18.2)
EMPTY = Style("empty", 8, 7, 2.2, 7.9, 4.6, "rtg", 23.8, bay_pitch_m=EMPTY_BAY_PITCH_M)
INSPECTION = Style("inspection", 6, 3, 2.2, 7.9, 4.6, "rtg", 15.2)
RAIL = Style("rail", 6, 4, 2.2, 7.9, 4.6, "rtg", 15.2)


@dataclass(frozen=True)
class Place:
    """One block of a row: id, quay coordinate of its eastern end, bays, zone, trade."""

    id: str
    s: float
    bays: int
    zone: str
    trade: str = "foreign"


@dataclass
class Yard:
    """Collects the tables of blocks and yard cranes while lanes and stops go to the roads."""

    frame: QuayFrame
    roads: Roads
    blocks: list[Row] = field(default_factory=list)
    cranes: list[Row] = field(default_factory=list)

    def row(self, style: Style, d: float, landward_lane: bool, s_lane: tuple[float, float], places: list[Place],
            crossovers: tuple[float, ...] = ()) -> None:
        """Blocks side by side along one service lane and one passing lane between two roads (s_lane, east and west).

        d: seaward edge. A landward lane runs east, a seaward lane west (right-hand traffic around the pair's middle).
        """
        edge, side = (d + style.width_m, 1) if landward_lane else (d, -1)
        start, end = (s_lane[1], s_lane[0]) if landward_lane else s_lane
        d_lane, d_passing = round(edge + side * style.lane_m, 2), round(edge + side * style.passing_m, 2)
        name = f"lane-{places[0].id}" if len(places) == 1 else f"lane-{places[0].id}-{places[-1].id}"
        self.roads.lane(name, (start, d_lane), (end, d_lane), SERVICE)
        self.roads.lane(f"{name}-pass", (start, d_passing), (end, d_passing), PASSING)
        ahead = 1.0 if end > start else -1.0
        for i, s in enumerate(crossovers, 1):
            self.roads.link(f"{name}-in{i}", (s, d_passing), (s + ahead * 22, d_lane), PASSING)
            self.roads.link(f"{name}-out{i}", (s - ahead * 30, d_lane), (s - ahead * 8, d_passing), PASSING)
        for place in places:
            self._block(style, d, side, place)
            for bay in range(1, 2 * place.bays, 2):
                at = (place.s + bay * 0.5 * style.bay_pitch_m, d_lane)
                self.roads.stop(f"{place.id}-{bay:02d}", "block", place.id, name, at, bay)

    def crane(self, ident: str, style: Style, d: float, landward_lane: bool, serves: list[str], s: float) -> None:
        """A yard crane over a row of blocks."""
        low = -1.5 if landward_lane else -style.leg_m
        home = self.frame.point(s, d + low + style.gauge_m / 2)
        self.cranes.append({"id": ident, "kind": style.crane, "serves": serves, "home": list(home),
                            "bearing_deg": self.frame.bearing_deg, "rail_gauge_m": style.gauge_m,
                            "height_m": style.lift_m, "capacity_kg": 40_600.0})

    def _block(self, style: Style, d: float, side: int, place: Place) -> None:
        self.blocks.append({
            "id": place.id, "zone": place.zone, "kind": style.kind, "trade": place.trade,
            "origin": list(self.frame.point(place.s, d)), "bearing_deg": self.frame.bearing_deg, "bays": place.bays,
            "rows": style.rows, "tiers": style.tiers, "bay_pitch_m": style.bay_pitch_m, "row_pitch_m": ROW_PITCH_M,
            "dangerous_classes": list(style.classes), "service_side": side, "surveyed": False})


@dataclass(frozen=True)
class Column:
    """A column of blocks between two column roads: letter, middle lines of its roads, eastern end of its blocks."""

    letter: str
    east_road: float
    west_road: float
    zone: str
    trade: str = "foreign"
    bays: int = 42

    def start(self, length_m: float) -> float:
        """Where a block of this length begins so that it stands in the middle."""
        return round((self.east_road + self.west_road - length_m) / 2, 2)

    @property
    def lane(self) -> tuple[float, float]:
        """A lane's ends: the far lanes of both roads, so that trucks can turn in from either direction."""
        return (self.east_road - 2, self.west_road + 2)


PAIRS_D = (88.0, 148.0, 230.0, 290.0)  # seaward edges of the pairs of block rows
REAR_D = 406.0  # the empty yards of berths 4-5 and 8-9, behind the long road m2
AUTOMATED_D = (112.0, 230.0, 302.0)
COLUMNS = (
    Column("A", 14, 334, "yard-1-3"), Column("B", 334, 662, "yard-1-3"), Column("C", 662, 990, "yard-1-3"),
    Column("D", 990, 1323, "yard-4-5"), Column("E", 1323, 1657, "yard-4-5"),
    Column("F", 1657, 1981, "yard-6-7", bays=40), Column("G", 1981, 2305, "yard-6-7", bays=40),
    Column("H", 2305, 2635, "yard-8-9"), Column("N", 2672, 2952, "yard-domestic", "domestic", bays=34),
)
BY_LETTER = {c.letter: c for c in COLUMNS}


def mirrored(style: Style, d: float) -> tuple[float, float]:
    """Seaward edges of the two rows of a pair: their lanes lie between them, 4 m between the passing lanes."""
    return d, round(d + 2 * (style.width_m + style.passing_m) + 4.0 - style.width_m, 2)


def pair(yard: Yard, style: Style, column: Column, d: float, ids: tuple[str, str], bays: int | None = None,
         zone: str | None = None, cranes: int = 0) -> None:
    """Two rows of one block each, back to back around their lanes; `cranes` on each."""
    count = bays or column.bays
    length = count * style.bay_pitch_m
    s = column.start(length)
    for number, (edge, landward) in enumerate(zip(mirrored(style, d), (True, False), strict=True)):
        place = Place(ids[number], s, count, zone or column.zone, column.trade)
        yard.row(style, edge, landward, column.lane, [place], (s + length / 2,) if count >= 30 else ())
        for i in range(cranes):
            name = f"{style.crane.upper()}-{place.id}" + (f"{'ab'[i]}" if cranes > 1 else "")
            spread = (0.618 * (len(yard.cranes) + 1)) % 1.0  # cranes stand where work left them, not in a line
            yard.crane(name, style, edge, landward, [place.id], s + length * (i + 0.15 + 0.7 * spread) / cranes)


def lay_out(yard: Yard) -> None:
    """All blocks of the port."""
    for letter in "ABCDEHN":
        column = BY_LETTER[letter]
        for i, d in enumerate(PAIRS_D[: 2 if letter == "H" else 3]):
            own_crane = letter in "ADEHN" and not (letter in "DE" and i == 2)
            pair(yard, RTG, column, d, (f"{letter}{2 * i + 1}", f"{letter}{2 * i + 2}"), cranes=1 if own_crane else 0)
    _shared_cranes(yard, "BC", range(3))
    _shared_cranes(yard, "DE", range(2, 3))
    for letter in "FG":
        for i, d in enumerate(AUTOMATED_D):
            ids = (f"{letter}{2 * i + 1}", f"{letter}{2 * i + 2}")
            pair(yard, AUTOMATED, BY_LETTER[letter], d, ids, cranes=2)
    pair(yard, EMPTY, BY_LETTER["A"], PAIRS_D[3], ("K1", "K2"), 38, "empty-1-3", 1)
    pair(yard, EMPTY, BY_LETTER["B"], PAIRS_D[3], ("K3", "K4"), 38, "empty-1-3", 1)
    pair(yard, EMPTY, BY_LETTER["E"], REAR_D, ("K5", "K6"), 38, "empty-4-5", 1)
    pair(yard, EMPTY, BY_LETTER["H"], REAR_D, ("K7", "K8"), 38, "empty-8-9", 1)
    pair(yard, RTG, BY_LETTER["E"], PAIRS_D[3], ("E7", "E8"), cranes=1)
    pair(yard, REEFER, BY_LETTER["C"], PAIRS_D[3], ("R1", "R2"), 22, None, 1)
    pair(yard, REEFER, BY_LETTER["D"], PAIRS_D[3], ("R3", "R4"), 22, None, 1)
    pair(yard, REEFER, BY_LETTER["H"], PAIRS_D[2], ("R5", "R6"), 22, None, 1)
    _dangerous(yard)
    _inspection(yard)
    _rail(yard)


def _shared_cranes(yard: Yard, letters: str, pairs: range) -> None:
    """One crane for the two collinear blocks of neighbouring columns."""
    first, second = BY_LETTER[letters[0]], BY_LETTER[letters[1]]
    for i in pairs:
        for n, (edge, landward) in enumerate(zip(mirrored(RTG, PAIRS_D[i]), (True, False), strict=True)):
            ids = [f"{c.letter}{2 * i + 1 + n}" for c in (first, second)]
            home = (first if n else second).start(first.bays * BAY_PITCH_M) + 130
            yard.crane(f"RTG-{ids[0]}{ids[1]}", RTG, edge, landward, ids, home)


def _dangerous(yard: Yard) -> None:
    """Four small blocks in the north-eastern corner, well apart from all others."""
    for n, (edge, landward) in enumerate(zip(mirrored(DANGEROUS, 660.0), (True, False), strict=True)):
        ids = (f"W{n + 1}", f"W{n + 3}")
        yard.row(DANGEROUS, edge, landward, (12, 336),
                 [Place(ids[0], 52, 12, "dangerous"), Place(ids[1], 212, 12, "dangerous")])
        yard.crane(f"RTG-{ids[0]}{ids[1]}", DANGEROUS, edge, landward, list(ids), 90)


def _inspection(yard: Yard) -> None:
    """The buffer where held containers wait."""
    yard.row(INSPECTION, 622.0, True, (660, 992), [Place("Y1", 740, 20, "inspection")])
    yard.crane("RTG-Y1", INSPECTION, 622.0, True, ["Y1"], 800)


def _rail(yard: Yard) -> None:
    """Two blocks along the loading tracks, one kilometre behind the quay."""
    yard.row(RAIL, 990.0, False, (1321, 1983), [Place("T1", 1360, 38, "rail"), Place("T2", 1690, 38, "rail")])
    yard.crane("RTG-T1T2", RAIL, 990.0, False, ["T1", "T2"], 1480)


def quay(yard: Yard, berths: Sequence[tuple[int, str, float, float, int]]) -> None:
    """Lanes under the quay cranes (two for work, two for passing), stops every 25 m, and the cranes.

    berths: number, terminal, eastern and western end s, number of cranes.
    """
    roads = yard.roads
    for lane, d in (("quay-a", 9.5), ("quay-a-pass", 14.5), ("quay-b", 19.5), ("quay-b-pass", 24.5)):
        roads.lane(lane, (16, d), (2950, d), QUAY)
    aprons = {round(b[2] + (b[3] - b[2]) * k / 3) for b in berths for k in (1, 2)}
    crossings = sorted({*COLUMN_ROADS, *DOMESTIC_ROADS, *aprons})
    for first, last in pairwise(crossings):
        for lane, d in (("a", 9.5), ("b", 19.5)):
            if last - first > 60:
                roads.link(f"quay-{lane}-in-{first}", (first + 8, d + 5), (first + 26, d), QUAY)
                roads.link(f"quay-{lane}-out-{first}", (last - 26, d), (last - 8, d + 5), QUAY)
    for number, terminal, east, west, cranes in berths:
        count = int((west - east - 20) // 25)
        first = east + (west - east - (count - 1) * 25) / 2
        for lane, d in (("a", 9.5), ("b", 19.5)):
            for i in range(count):
                at = (round(first + i * 25, 2), d)
                roads.stop(f"B{number}-{lane}{i + 1:02d}", "quay", f"B{number}", f"quay-{lane}", at)
        serves = [f"B{b[0]}" for b in berths if b[1] == terminal]
        for i in range(cranes):
            home = yard.frame.point(east + (west - east) * (i + 0.5) / cranes, 18.5)
            ident = f"QC{1 + sum(c['kind'] == 'sts' for c in yard.cranes):02d}"
            yard.cranes.append({"id": ident, "kind": "sts", "serves": serves, "home": list(home),
                                "bearing_deg": yard.frame.bearing_deg, "rail_gauge_m": 30.0, "height_m": 44.0,
                                "outreach_m": 65.0, "backreach_m": 16.0, "capacity_kg": 78_000.0})
