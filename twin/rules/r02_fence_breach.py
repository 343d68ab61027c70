"""R02 fence-breach 越网: foreign goods or their vehicle inside a domestic area or the reverse, or entry into a closed
one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.interner import Codes
from twin.port_index import PortIndex
from twin.port_layout import FenceClass
from twin.records import Classifier, EntityKind, Kind, MoveEvent, PlaceKind, Trade, VehicleKind
from twin.rules.base import Parameter, RuleSpec, Verdict, View
from twin.rules.calendar import OpenHours
from twin.rules.fence_cells import NEAR_M, FenceCells, Pairs
from twin.state import Fixes, State
from twin.tables import ENTITY_KINDS, PLACE_KINDS, TRADES, VEHICLE_KINDS
from twin.warnings import Clearing, Fact, Finding, Limit, Severity

RULE = RuleSpec(
    id="R02", zh="越网", en="Fence breach", severity=Severity.HIGH,
    reason="Foreign and domestic goods in one port are kept apart by an electronic fence; closed areas need leave.",
    parameters=(
        Parameter("margin_m", 5.0, "m", 0.0, 100.0, "one fix counts when deeper inside than its accuracy and this"),
        Parameter("crossing_m", 10.0, "m", 0.0, 1_000.0,
                  "a crossing between two fixes counts when this much more than both accuracies lies inside"),
        Parameter("crossing_gap_s", 10.0, "s", 0.0, 300.0, "fixes further apart say nothing of the way between"),
        Parameter("crossing_way_m", 250.0, "m", 1.0, 5_000.0, "fixes further apart say nothing of the way between"),
    ),
    relies_on=(Kind.POSITION, Kind.MOVE, Kind.CONTAINER, Kind.VEHICLE),
)

_VEHICLE = ENTITY_KINDS[EntityKind.VEHICLE]
_ROAD_TRUCK = VEHICLE_KINDS[VehicleKind.ROAD_TRUCK]
_SLOT = PLACE_KINDS[PlaceKind.SLOT]
_PUT_DOWN = Codes((MoveEvent.DROP, MoveEvent.DISC))
# Who may be in a closed area: the port's own vehicles and patrols. A road truck, or one nobody knows, may not.
_ADMITTED = np.zeros(len(VehicleKind) + 1, dtype=bool)
_ADMITTED[[VEHICLE_KINDS[k] for k in (VehicleKind.PATROL, VehicleKind.TERMINAL_TRACTOR, VehicleKind.AGV)]] = True
# Bits of what a vehicle stands for, by trade code (the last place is that of an unknown trade, -1).
_FOREIGN_BIT, _DOMESTIC_BIT, _STRANGER_BIT = 1, 2, 4
_STANDS_FOR = np.zeros(len(Trade) + 1, dtype=np.int64)
for _trade in (Trade.FOREIGN, Trade.TRANSIT, Trade.TRANSSHIPMENT):
    _STANDS_FOR[TRADES[_trade]] = _FOREIGN_BIT
_STANDS_FOR[TRADES[Trade.DOMESTIC]] = _DOMESTIC_BIT
# Whom a fence concerns, by its class.
_CONCERNED = {FenceClass.DOMESTIC: _FOREIGN_BIT, FenceClass.FOREIGN: _DOMESTIC_BIT, FenceClass.CLOSED: _STRANGER_BIT}


@dataclass(frozen=True, slots=True)
class _Visit:
    """A vehicle at fences it must not be inside. inside: those it certainly is in; doubtful: those it was inside of at
    its last fix by a little. begin: of the breach, ms UTC, 0 while there is only doubt."""

    begin: int = 0
    incident: str = ""
    inside: frozenset[int] = frozenset()
    doubtful: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Memory:
    vehicles: Mapping[int, _Visit] = field(default_factory=dict)  # by mover row
    boxes: Mapping[int, tuple[str, int]] = field(default_factory=dict)  # by container row: incident, fence


@dataclass(frozen=True, slots=True)
class _Sight:
    """One fix of a vehicle and how it lies to the fences that concern it."""

    mover: int
    at: int
    x: float
    y: float
    accuracy: float
    record: str
    late: bool
    depth: Mapping[int, float]  # by fence, metres, negative outside
    chord: Mapping[int, float]  # by fence, metres of the way to here that lie inside


class FenceBreach:
    """The rule R02. Subjects are vehicles, and containers that were put down where they must not be."""

    spec = RULE

    def __init__(self, parameters: Mapping[str, float] | None = None) -> None:
        self._parameters = RULE.values(parameters)
        self._port: PortIndex | None = None

    def start(self) -> _Memory:
        """Nothing seen yet."""
        return _Memory()

    def judge(self, memory: _Memory, view: View) -> Verdict:
        """Judges the step's fixes in order of time, then the containers put down in it."""
        self._know(view.state.index)
        vehicles, boxes = dict(memory.vehicles), dict(memory.boxes)
        findings: list[Finding] = []
        clearings: list[Clearing] = []
        for fixes in view.changes.fixes:
            for sight in self._sights(view.state, fixes, vehicles):
                visit = self._follow(view.state, sight, vehicles.get(sight.mover, _Visit()), findings, clearings)
                if visit.inside or visit.doubtful:
                    vehicles[sight.mover] = visit
                else:
                    vehicles.pop(sight.mover, None)
        self._put_down(view, boxes, findings, clearings)
        return Verdict(_Memory(vehicles, boxes), tuple(findings), tuple(clearings))

    def _know(self, index: PortIndex) -> None:
        """Prepares what depends on the port alone, once."""
        if self._port is index:
            return
        self._port, fences = index, index.layout.fences
        self._cells = FenceCells(index)
        self._hours = OpenHours([f.open_hours for f in fences], index.layout.time_zone)
        self._concerns = np.array([_CONCERNED.get(f.fence_class, 0) for f in fences], dtype=np.int64)
        rng = np.random.default_rng(len(fences))
        self._marks = rng.integers(1, 1 << 60, (3, len(fences)), dtype=np.int64)  # sums of them tell sets apart
        blocks = np.array(index.block_outline, dtype=object)
        at, fence = shapely.STRtree(index.fence_polygons).query(blocks, predicate="intersects")
        self._at_block: dict[int, list[int]] = {}  # fences that touch a block
        for block, number in sorted(zip(at.tolist(), fence.tolist(), strict=True)):
            self._at_block.setdefault(block, []).append(number)
        self._block_concerns = np.zeros(len(blocks) + 1, dtype=np.int64)  # the last place is that of no block, -1
        np.bitwise_or.at(self._block_concerns, at, self._concerns[fence])

    def _sights(self, state: State, fixes: Fixes, vehicles: Mapping[int, _Visit]) -> Iterator[_Sight]:
        """The fixes that may change something, in order of vehicle and time. All others are ruled out by columns."""
        if not self._concerns.any():
            return
        gap_ms = self._parameters["crossing_gap_s"] * 1000.0
        way = np.hypot(fixes.x - fixes.from_x, fixes.y - fixes.from_y)
        told = (fixes.from_at > 0) & (fixes.at - fixes.from_at <= gap_ms) & (way <= self._parameters["crossing_way_m"])
        from_x, from_y = np.where(told, fixes.from_x, np.nan), np.where(told, fixes.from_y, np.nan)
        pairs = self._forbidden(state, fixes, self._cells.near(from_x, from_y, fixes.x, fixes.y))
        certain, doubtful, line, crossing = self._measure(fixes, pairs, np.where(told, way, 0.0), from_x, from_y)
        steady = np.zeros(len(fixes.rows), dtype=np.int64)
        unsteady = np.zeros(len(fixes.rows), dtype=np.int64)
        np.add.at(steady, pairs.which[certain], self._marks[0, pairs.fence[certain]])
        np.add.at(unsteady, pairs.which[doubtful], self._marks[1, pairs.fence[doubtful]])
        np.add.at(unsteady, pairs.which[line], self._marks[2, pairs.fence[line]])
        matters = (unsteady != 0) | ((steady != 0) & fixes.late)
        matters[pairs.which[crossing]] = True
        matters |= self._changed(state, fixes, vehicles, steady, unsteady)
        at = np.flatnonzero(matters)
        yield from self._look(fixes, at, pairs.take(matters[pairs.which]), from_x, from_y)

    def _forbidden(self, state: State, fixes: Fixes, pairs: Pairs) -> Pairs:
        """Those of the pairs whose fence the vehicle must not be inside of at that time."""
        vehicle = state.movers.kind[fixes.rows] == _VEHICLE
        pairs = pairs.take((self._concerns[pairs.fence] != 0) & vehicle[pairs.which])
        at = pairs.which[np.flatnonzero(np.diff(pairs.which, prepend=-1))]
        bits = np.zeros(len(fixes.rows), dtype=np.int64)
        bits[at] = stands_for(state, fixes.rows[at], fixes.at[at])
        pairs = pairs.take(self._concerns[pairs.fence] & bits[pairs.which] != 0)
        return pairs.take(~self._hours.open_at(fixes.at[pairs.which], pairs.fence))

    def _measure(
        self, fixes: Fixes, pairs: Pairs, way: NDArray[np.float64], from_x: NDArray[np.float64],
        from_y: NDArray[np.float64],
    ) -> tuple[NDArray[np.bool_], ...]:
        """Which pairs are certainly inside, inside by a little, on the line, and crossings. Geometry only where the
        cells leave it open. Shapes (N,)."""
        i, slack = pairs.which, self._cells.slack_m
        accuracy, depth = fixes.accuracy[i], pairs.depth
        sure = accuracy + self._parameters["margin_m"]
        open_ = np.flatnonzero((depth - slack <= sure) & (depth + slack > -accuracy))
        depth[open_] = self._cells.depth(pairs.fence[open_], fixes.x[i[open_]], fixes.y[i[open_]])
        known = np.zeros(len(i), dtype=bool)
        known[open_] = True
        certain = np.where(known, depth > sure, depth - slack > sure)
        doubtful = known & ~certain & (depth > accuracy)
        line = known & ~certain & ~doubtful & (depth > -accuracy)
        least = 2.0 * accuracy + self._parameters["crossing_m"]
        nearest = np.where(np.isfinite(depth), np.maximum(-depth - np.where(known, 0.0, slack), 0.0), NEAR_M)
        crossing = ~certain & (depth <= accuracy) & (way[i] - nearest > least)
        maybe = np.flatnonzero(crossing)
        m = i[maybe]
        crossing[maybe] = self._cells.chord(
            pairs.fence[maybe], from_x[m], from_y[m], fixes.x[m], fixes.y[m]) > least[maybe]
        return certain, doubtful, line, crossing

    def _changed(
        self, state: State, fixes: Fixes, vehicles: Mapping[int, _Visit], steady: NDArray[np.int64],
        unsteady: NDArray[np.int64],
    ) -> NDArray[np.bool_]:
        """Which fixes find their vehicle inside other fences than the fix before did. Shape (N,)."""
        first = np.ones(len(fixes.rows), dtype=bool)
        first[1:] = (fixes.rows[1:] != fixes.rows[:-1]) | fixes.late[:-1]
        before_steady, before_unsteady = np.zeros((2, len(steady)), dtype=np.int64)
        before_steady[1:], before_unsteady[1:] = steady[:-1], unsteady[:-1]
        mark = np.zeros((2, state.movers.count), dtype=np.int64)
        for mover, visit in vehicles.items():
            mark[0, mover] = self._marks[0, list(visit.inside)].sum()
            mark[1, mover] = len(visit.doubtful)
        before_steady[first], before_unsteady[first] = mark[:, fixes.rows[first]]
        changed: NDArray[np.bool_] = ~fixes.late & ((steady != before_steady) | (before_unsteady != 0))
        return changed

    def _look(
        self, fixes: Fixes, at: NDArray[np.intp], pairs: Pairs, from_x: NDArray[np.float64],
        from_y: NDArray[np.float64],
    ) -> Iterator[_Sight]:
        """Fixes `at` one by one, with exact depths and chords of the pairs that concern them."""
        i = pairs.which
        depth = self._cells.depth(pairs.fence, fixes.x[i], fixes.y[i])
        chord = np.zeros(len(i))
        moved = np.flatnonzero(np.isfinite(from_x[i]) & (depth <= 0.0))
        m = i[moved]
        chord[moved] = self._cells.chord(pairs.fence[moved], from_x[m], from_y[m], fixes.x[m], fixes.y[m])
        begin, end = np.searchsorted(i, at), np.searchsorted(i, at, side="right")
        for k, b, e in zip(at.tolist(), begin.tolist(), end.tolist(), strict=True):
            fences = pairs.fence[b:e].tolist()
            yield _Sight(
                int(fixes.rows[k]), int(fixes.at[k]), float(fixes.x[k]), float(fixes.y[k]), float(fixes.accuracy[k]),
                str(fixes.ids[k]), bool(fixes.late[k]), dict(zip(fences, depth[b:e].tolist(), strict=True)),
                dict(zip(fences, chord[b:e].tolist(), strict=True)))

    def _lies(self, sight: _Sight, visit: _Visit) -> tuple[set[int], set[int], set[int]]:
        """The fences a fix is certainly inside of, those it may be inside of, and those crossed on the way to it."""
        certain: set[int] = set()
        doubtful: set[int] = set()
        crossed: set[int] = set()
        for fence, depth in sight.depth.items():
            if depth > sight.accuracy + self._parameters["margin_m"]:
                certain.add(fence)
            elif depth > sight.accuracy:
                again = not sight.late and (fence in visit.doubtful or fence in visit.inside)
                (certain if again else doubtful).add(fence)
            elif depth > -sight.accuracy and fence in visit.inside:
                certain.add(fence)  # on the line: neither left nor entered
            elif sight.chord[fence] > 2.0 * sight.accuracy + self._parameters["crossing_m"] and not visit.inside:
                crossed.add(fence)
        return certain, doubtful, crossed

    def _follow(
        self, state: State, sight: _Sight, visit: _Visit, findings: list[Finding], clearings: list[Clearing],
    ) -> _Visit:
        """What one fix makes of a vehicle's visit."""
        certain, doubtful, crossed = self._lies(sight, visit)
        if sight.late:
            return self._look_back(state, sight, visit, certain, crossed, findings, clearings)
        if crossed and not certain:
            findings.append(self._finding(state, sight, str(sight.at), crossed, crossed))
            clearings.append(_left(state, sight, str(sight.at), "crossed and left"))
        if not certain:
            if visit.inside:
                clearings.append(_left(state, sight, visit.incident, "left the area"))
            return _Visit(doubtful=frozenset(doubtful))
        begin, incident = (visit.begin, visit.incident) if visit.inside else (sight.at, str(sight.at))
        if certain - visit.inside:
            findings.append(self._finding(state, sight, incident, certain, crossed))
        return _Visit(begin, incident, frozenset(certain), frozenset(doubtful))

    def _look_back(
        self, state: State, sight: _Sight, visit: _Visit, certain: set[int], crossed: set[int], findings: list[Finding],
        clearings: list[Clearing],
    ) -> _Visit:
        """What an old fix that came late makes of a visit: it began earlier, or there was another one, long over."""
        if certain and visit.begin and sight.at < visit.begin:
            findings.append(self._finding(state, sight, visit.incident, certain, crossed))
            return replace(visit, begin=sight.at)
        if (certain or crossed) and not visit.begin:
            findings.append(self._finding(state, sight, str(sight.at), certain | crossed, crossed))
            clearings.append(_left(state, sight, str(sight.at), "was outside again by then"))
        return visit

    def _finding(self, state: State, sight: _Sight, incident: str, fences: set[int], crossed: set[int]) -> Finding:
        movers, containers = state.movers, state.containers
        fence = state.index.layout.fences[min(fences)]
        facts: dict[str, Fact] = {
            "fence": fence.id, "fence_class": fence.fence_class.value, "vehicle": str(movers.id[sight.mover]),
            "how": "crossed" if crossed else "inside",
        }
        loads = [row for row in loads_at(state, sight.mover, sight.at) if row >= 0]
        if loads:
            facts["container"] = " ".join(str(containers.number[row]) for row in loads)
        return Finding(
            rule=RULE.id, severity=RULE.severity, subject_kind="vehicle", subject=str(movers.id[sight.mover]),
            at=sight.at, incident=incident, x=sight.x, y=sight.y, zone=state.zone_name(sight.x, sight.y), facts=facts,
            evidence=(sight.record,), limits=(self._limit(sight, fences),))

    def _limit(self, sight: _Sight, fences: set[int]) -> Limit:
        """How far inside the fence, or how long the way through it, and what would have passed for inaccuracy."""
        fence = max(fences, key=lambda f: (max(sight.depth[f], 0.0), sight.chord[f]))
        depth = sight.depth[fence]
        if depth > 0.0:
            margin = self._parameters["margin_m"]
            certain = depth > sight.accuracy + margin
            allowed = sight.accuracy + (margin if certain else 0.0)
            return Limit("depth_inside", round(depth, 1), round(allowed, 1), "m", "margin_m" if certain else "")
        allowed = 2.0 * sight.accuracy + self._parameters["crossing_m"]
        return Limit("way_inside", round(sight.chord[fence], 1), round(allowed, 1), "m", "crossing_m")

    def _put_down(
        self, view: View, boxes: dict[int, tuple[str, int]], findings: list[Finding], clearings: list[Clearing],
    ) -> None:
        """Containers put into slots where they must not be, and those that are so no longer."""
        state = view.state
        c = state.containers
        for batch in view.batches.get(Kind.MOVE, ()):
            rows = c.known_rows(batch["container"])
            bits = _STANDS_FOR[c.trade[rows]]
            at = np.flatnonzero((_PUT_DOWN.of(batch["event"]) >= 0) & (bits > 0))
            at = at[(batch["to_kind"][at] == PlaceKind.SLOT) & (batch["classifier"][at] == Classifier.ACTUAL)]
            slots = state.yard.parse(batch["to_ref"][at].tolist())
            maybe = np.flatnonzero(self._block_concerns[slots[:, 0]] & bits[at])
            at, slots = at[maybe], slots[maybe]
            xyz = state.index.slot_xyz(*slots.T)
            for k, block in enumerate(slots[:, 0].tolist()):
                row, when = int(rows[at[k]]), int(batch["observed_at"][at[k]])
                fence, depth = self._deepest(self._at_block[block], int(bits[at[k]]), when, xyz[k])
                if fence < 0 or (row in boxes and when >= int(boxes[row][0])):
                    continue
                x, y = float(xyz[k, 0]), float(xyz[k, 1])
                facts: dict[str, Fact] = {
                    "fence": state.index.layout.fences[fence].id, "container": str(c.number[row]), "how": "put_down",
                    "fence_class": state.index.layout.fences[fence].fence_class.value,
                    "slot": str(batch["to_ref"][at[k]])}
                boxes.setdefault(row, (str(when), fence))
                findings.append(Finding(
                    rule=RULE.id, severity=RULE.severity, subject_kind="container", subject=str(c.number[row]), at=when,
                    incident=boxes[row][0], x=x, y=y, zone=state.zone_name(x, y), facts=facts,
                    evidence=(str(batch["id"][at[k]]),),
                    limits=(Limit("depth_inside", round(depth, 1), 0.0, "m"),)))
        for row, (incident, fence) in tuple(boxes.items()):
            stands_for_now, place = int(_STANDS_FOR[c.trade[row]]), c.xyz[row].astype(np.float64)
            if c.place_kind[row] != _SLOT or self._deepest([fence], stands_for_now, None, place)[0] < 0:
                del boxes[row]
                clearings.append(Clearing(
                    RULE.id, str(c.number[row]), incident, int(c.moved_at[row]), "container was moved"))

    def _deepest(
        self, fences: list[int], bits: int, when: int | None, xyz: NDArray[np.float64],
    ) -> tuple[int, float]:
        """The fence in which a place lies deepest and how deep, metres, of those that forbid it to what `bits` say and
        are closed at `when`; -1 and 0 if in none."""
        concerned = np.array([f for f in fences if self._concerns[f] & bits], dtype=np.intp)
        if when is not None:
            concerned = concerned[~self._hours.open_at(np.full(len(concerned), when), concerned)]
        if not len(concerned) or not np.isfinite(xyz[0]):
            return -1, 0.0
        depth = self._cells.depth(concerned, np.full(len(concerned), xyz[0]), np.full(len(concerned), xyz[1]))
        deepest = int(np.argmax(depth))
        return (int(concerned[deepest]), float(depth[deepest])) if depth[deepest] > 0.0 else (-1, 0.0)


def loads_at(state: State, mover: int, at: int) -> tuple[int, ...]:
    """Rows of the containers that a vehicle (row) carried at device time `at`, -1 for none."""
    return tuple(int(rows[0]) for rows in _loads(state, np.array([mover]), np.array([at])))


def _loads(state: State, movers: NDArray[np.integer], at: NDArray[np.int64]) -> tuple[NDArray[np.int32], ...]:
    """The containers that vehicles carried at device times: those they carry since then, or had before. Shapes (N,)."""
    m, moved_at = state.movers, state.containers.moved_at
    if not state.containers.count:
        return ()
    had = m.was_load[movers]
    then = (had >= 0) & (m.was_from[movers] <= at) & (at < m.was_until[movers])
    carried = [np.where((now >= 0) & (moved_at[now] <= at), now, -1) for now in (m.load[movers], m.load2[movers])]
    return tuple(rows.astype(np.int32) for rows in (*carried, np.where(then, had, -1)))


def stands_for(state: State, movers: NDArray[np.integer], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """What vehicles stand for at device times: the trade of what they carry; of an empty road truck its own; and
    whether they are strangers in closed areas. Bits; shape (N,)."""
    bits = np.zeros(len(movers), dtype=np.int64)
    for load in _loads(state, movers, at):
        bits |= np.where(load >= 0, _STANDS_FOR[state.containers.trade[load]], 0)
    m = state.movers
    own = (bits == 0) & (m.vehicle_kind[movers] == _ROAD_TRUCK)
    bits |= np.where(own, _STANDS_FOR[m.trade[movers]], 0)
    return bits | np.where(_ADMITTED[m.vehicle_kind[movers]], 0, _STRANGER_BIT)


def _left(state: State, sight: _Sight, incident: str, reason: str) -> Clearing:
    return Clearing(RULE.id, str(state.movers.id[sight.mover]), incident, sight.at, reason, evidence=(sight.record,))
