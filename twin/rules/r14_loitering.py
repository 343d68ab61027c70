"""R14 loitering 异常停留: a loaded vehicle stands on a road where nothing is loaded, checked or waited for, or leaves
the roads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twin.port_index import PortIndex
from twin.records import EntityKind, Kind
from twin.rules.base import Parameter, RuleSpec, Verdict, View
from twin.rules.r02_fence_breach import loads_at
from twin.rules.road_cells import ELSEWHERE, OFF_ROAD, ROADWAY, RoadCells
from twin.rules.spans import Span, settle
from twin.state import Fixes, State, together
from twin.tables import ENTITY_KINDS
from twin.warnings import Clearing, Fact, Finding, Limit, Severity

RULE = RuleSpec(
    id="R14", zh="异常停留", en="Loitering", severity=Severity.MEDIUM,
    reason="Between the places where it is handled a container under supervision is on its way: where a loaded truck "
           "stands without cause, seals are opened and goods exchanged.",
    parameters=(
        Parameter("stand_s", 180.0, "s", 30.0, 7_200.0, "standing this long on a road is no traffic"),
        Parameter("off_route_s", 60.0, "s", 10.0, 7_200.0, "this long off the roads is no turn cut short"),
        Parameter("still_mps", 0.5, "m/s", 0.1, 5.0, "slower than this is standing"),
        Parameter("stand_radius_m", 30.0, "m", 5.0, 200.0, "fixes this near to each other are one stand"),
        Parameter("gap_s", 120.0, "s", 10.0, 1_800.0, "fixes further apart in time are two stands"),
        Parameter("stop_m", 30.0, "m", 5.0, 200.0, "around a stop point trucks stand for its sake"),
        Parameter("road_m", 15.0, "m", 1.0, 100.0, "this far beside a road a truck is still on it"),
    ),
    relies_on=(Kind.POSITION, Kind.MOVE),
)

_VEHICLE = ENTITY_KINDS[EntityKind.VEHICLE]
_KEPT_MS = 60 * 60_000
_SWEEP_MS = 60_000
_CAUSE = {ROADWAY: "standing", OFF_ROAD: "off_route"}


@dataclass(frozen=True, slots=True)
class _Stand:
    """A stretch of time in which a vehicle stood on a road, or was off the roads. Times: ms UTC; place of the first
    fix, metres; ids of the first and the last fix."""

    where: int
    first: int
    last: int
    x: float
    y: float
    record: str
    last_record: str


@dataclass(frozen=True, slots=True)
class _Memory:
    stands: Mapping[int, tuple[_Stand, ...]] = field(default_factory=dict)  # by mover row
    told: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)  # by mover row
    swept: int = 0


class Loitering:
    """The rule R14. Trucks at cranes, stop points, in gate lanes, parks and beside blocks have a reason to stand."""

    spec = RULE

    def __init__(self, parameters: Mapping[str, float] | None = None) -> None:
        self._parameters = RULE.values(parameters)
        self._port: PortIndex | None = None

    def start(self) -> _Memory:
        """Nothing seen yet."""
        return _Memory()

    def judge(self, memory: _Memory, view: View) -> Verdict:
        """Notes who stands where none should, and concludes on those who do so for long."""
        state = view.state
        if self._port is not state.index:
            self._port = state.index
            self._roads = RoadCells(state.index, self._parameters["stop_m"], self._parameters["road_m"])
        stands = dict(memory.stands)
        touched = {row for row, told in memory.told.items() if any(not span.end for span in told)}
        for fixes in view.changes.fixes:
            for row, stand in self._seen(state, fixes):
                stands[row] = self._joined(stands.get(row, ()), stand)
                touched.add(row)
        touched.update(stands.keys() & together(view.changes.carriers, state.movers.count).tolist())
        swept = memory.swept
        if view.now - swept >= _SWEEP_MS:
            swept = view.now
            for row, known in tuple(stands.items()):
                kept = tuple(stand for stand in known if stand.last >= view.now - _KEPT_MS)
                stands[row] = kept
                if not kept:
                    del stands[row]
        told = dict(memory.told)
        findings: list[Finding] = []
        clearings: list[Clearing] = []
        for row in sorted(touched):
            before = told.pop(row, ())
            spans = list(self._conclude(state, row, stands.get(row, ()), before))
            settled = settle(before, spans, view.now - _KEPT_MS // 2)
            findings += settled.findings
            clearings += settled.clearings
            if settled.told:
                told[row] = settled.told
        return Verdict(_Memory(stands, told, swept), tuple(findings), tuple(clearings))

    def _seen(self, state: State, fixes: Fixes) -> Iterator[tuple[int, _Stand]]:
        """Runs of fixes of one vehicle that stands on a road or is off the roads."""
        p = self._parameters
        where = self._roads.of(fixes.x, fixes.y)
        there = (where == OFF_ROAD) | ((where == ROADWAY) & (fixes.speed < p["still_mps"]))
        at = np.flatnonzero(there & (where != ELSEWHERE) & (state.movers.kind[fixes.rows] == _VEHICLE))
        if not len(at):
            return
        begins = np.ones(len(at), dtype=bool)
        begins[1:] = ~self._one_stand(fixes, where, at[:-1], at[1:])
        first = np.flatnonzero(begins)
        last = np.append(first[1:], len(at)) - 1
        for begin, end in zip(at[first].tolist(), at[last].tolist(), strict=True):
            yield int(fixes.rows[begin]), _Stand(
                int(where[begin]), int(fixes.at[begin]), int(fixes.at[end]), float(fixes.x[begin]),
                float(fixes.y[begin]), str(fixes.ids[begin]), str(fixes.ids[end]))

    def _one_stand(
        self, fixes: Fixes, where: NDArray[np.int8], one: NDArray[np.intp], next_: NDArray[np.intp],
    ) -> NDArray[np.bool_]:
        """Whether fixes and the next relevant ones belong together. Shape (N,)."""
        p = self._parameters
        same = (fixes.rows[one] == fixes.rows[next_]) & (where[one] == where[next_])
        same &= fixes.at[next_] - fixes.at[one] <= p["gap_s"] * 1000.0
        near = np.hypot(fixes.x[next_] - fixes.x[one], fixes.y[next_] - fixes.y[one]) <= p["stand_radius_m"]
        return np.asarray(same & (near | (where[one] == OFF_ROAD)))

    def _joined(self, known: tuple[_Stand, ...], stand: _Stand) -> tuple[_Stand, ...]:
        """The stands of a vehicle with one more, those that touch it made one with it."""
        gap_ms = self._parameters["gap_s"] * 1000.0
        apart = []
        for other in known:
            near = other.where == OFF_ROAD or (
                np.hypot(other.x - stand.x, other.y - stand.y) <= self._parameters["stand_radius_m"])
            if other.where == stand.where and near and (
                    stand.first - other.last <= gap_ms and other.first - stand.last <= gap_ms):
                early = min(stand, other, key=lambda s: (s.first, s.record))
                late = max(stand, other, key=lambda s: (s.last, s.last_record))
                stand = _Stand(
                    stand.where, early.first, late.last, early.x, early.y, early.record, late.last_record)
            else:
                apart.append(other)
        return tuple(sorted((*apart, stand), key=lambda s: s.first))

    def _conclude(
        self, state: State, row: int, stands: tuple[_Stand, ...], told: tuple[Span, ...],
    ) -> Iterator[Span]:
        """The stands that lasted too long, of a vehicle that carried something. What it carried then is known for a
        while only: of a stand told before, as it was told."""
        limits = {ROADWAY: "stand_s", OFF_ROAD: "off_route_s"}
        for stand in stands:
            allowed = self._parameters[limits[stand.where]]
            if stand.last - stand.first < allowed * 1000.0:
                continue
            before = next((t for t in told if t.cause == _CAUSE[stand.where] and t.finding.at <= stand.last and (
                not t.end or t.end >= stand.first)), None)
            loads = [str(state.containers.number[load]) for load in loads_at(state, row, stand.first) if load >= 0]
            container: Fact = " ".join(loads) if before is None else before.finding.facts["container"]
            if not container:
                continue
            number = str(state.movers.id[row])
            facts: dict[str, Fact] = {
                "cause": _CAUSE[stand.where], "vehicle": number,
                "container": container}
            quantity = "stop" if stand.where == ROADWAY else "off_route"
            limit = Limit(quantity, allowed + 1.0, allowed, "s", limits[stand.where])
            finding = Finding(
                rule=RULE.id, severity=RULE.severity, subject_kind="vehicle", subject=number, at=stand.first,
                incident="", x=stand.x, y=stand.y, zone=state.zone_name(stand.x, stand.y), facts=facts,
                evidence=(stand.record,), limits=(limit,))
            gone = int(state.movers.observed_at[row]) > stand.last
            yield Span(_CAUSE[stand.where], finding, stand.last if gone else 0, "drove on",
                       (stand.last_record,) if gone else ())
