"""R05 identity-mismatch 车货不符: a gate reads another plate or container than the terminal put on the truck, a number
that cannot be one, or a plate or container that is somewhere else at the same time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from twin.iso6346 import is_valid
from twin.late_mapping import changed
from twin.records import Kind
from twin.rules import places
from twin.rules.base import Parameter, RuleSpec, Verdict, View
from twin.rules.cases import Case, Conclusion, Docket, touched
from twin.rules.loads import Loads
from twin.rules.recent_fixes import RecentFixes
from twin.rules.sightings import no_sightings, with_trucks
from twin.rules.story import slot_at
from twin.state import State
from twin.warnings import Fact, Finding, Limit, Severity

RULE = RuleSpec(
    id="R05", zh="车货不符", en="Identity mismatch", severity=Severity.HIGH,
    reason="Truck and container must be those of the order (supervised sites, order no. 232): who swaps one, smuggles.",
    parameters=(
        Parameter("least_confidence", 0.8, "1", 0.0, 1.0, "readings less certain than this prove nothing"),
        Parameter("apart_m", 150.0, "m", 10.0, 5_000.0, "so far from a gate a truck is certainly not at it"),
        Parameter("fastest_mps", 25.0, "m/s", 1.0, 60.0, "nobody drives faster than this between fix and gate"),
        Parameter("stood_m", 20.0, "m", 0.0, 200.0, "two fixes this near to each other are of one that stood"),
        Parameter("stood_min", 7.0, "min", 0.0, 60.0, "two fixes further apart in time do not show that it stood"),
    ),
    relies_on=(Kind.GATE_PASSAGE, Kind.MOVE, Kind.INVENTORY, Kind.POSITION, Kind.CONTAINER),
)

_HOUR_MS = 3_600_000
_KEPT_MS = 24 * _HOUR_MS
_LOOK_AGAIN_MS = 12 * 60_000  # so long after a passage fixes of a truck may come


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a gate read."""

    at: int
    record: str
    gate: str
    lane: str
    direction: str
    plate: str
    plate_confidence: float
    containers: tuple[str, ...]
    container_confidence: float


@dataclass(frozen=True, slots=True)
class _Awaited:
    """A truck whose fixes around a passage are awaited; seen: device times of those known, ms UTC."""

    plate: str
    at: int
    seen: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Memory:
    readings: Mapping[str, tuple[_Reading, ...]] = field(default_factory=dict)  # by visit: order and direction
    visits: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by plate and container number as read
    awaited: Mapping[str, _Awaited] = field(default_factory=dict)  # by visit, while fixes of its truck may still come
    tidied: int = 0  # the hour in which old readings were last forgotten
    loads: Loads = field(default_factory=Loads)
    sightings: RecentFixes = field(default_factory=no_sightings)
    cases: Mapping[str, tuple[Case, ...]] = field(default_factory=dict)  # by visit


@dataclass(frozen=True, slots=True)
class _Mismatch:
    """What is wrong with a reading: of which truck, why, beside which record, with what difference."""

    truck: str
    cause: str
    facts: Mapping[str, Fact]
    evidence: tuple[str, ...]
    limit: Limit


class IdentityMismatch:
    """The rule R05. Its subjects are trucks; of a wrong plate the truck of the order. Only a contradiction counts, not
    what nobody said anything about. Seals are R03's matter.
    """

    spec = RULE

    def __init__(self, parameters: Mapping[str, float] | None = None) -> None:
        self._parameters = RULE.values(parameters)

    def start(self) -> _Memory:
        """Nothing seen yet."""
        return _Memory()

    def judge(self, memory: _Memory, view: View) -> Verdict:
        """Judges the step's readings, and earlier ones on which its moves and fixes throw light."""
        loads, trucks = memory.loads.with_records(view)
        sightings, seen = with_trucks(memory.sightings, view)
        known, fresh = _with_readings(memory, view)
        concerned = set(fresh)
        boxes = view.state.containers.number[touched(view, Kind.INVENTORY, Kind.MOVE, Kind.CONTAINER)]
        for name in {*trucks, *boxes.tolist()}:
            concerned |= known.visits.get(name, frozenset())
        awaited = self._awaited(memory, view, known, fresh, sightings, seen)
        concerned |= {visit for visit, truck in awaited.items() if truck != memory.awaited.get(visit)}
        docket: Docket[str] = Docket(dict(memory.cases))
        for visit in sorted(concerned):
            standing = {case.finding.incident: case for case in memory.cases.get(visit, ())}
            docket.conclude(visit, self._conclude(view, visit, known.readings[visit], loads, sightings, standing))
        return docket.verdict(replace(known, awaited=awaited, loads=loads, sightings=sightings, cases=docket.cases))

    def _awaited(
        self, memory: _Memory, view: View, known: _Memory, fresh: set[str], sightings: RecentFixes,
        seen: Mapping[int, int],
    ) -> dict[str, _Awaited]:
        """The trucks whose fixes around their passages may still come, with those that are known by now."""
        found = {visit: truck for visit, truck in memory.awaited.items() if truck.at >= view.now - _LOOK_AGAIN_MS}
        for visit in fresh:
            last = known.readings[visit][-1]
            found[visit] = _Awaited(last.plate, last.at)
        rows = view.state.movers.row_of
        for visit, truck in found.items():
            row = rows.get(truck.plate, -1)
            if visit in fresh or (row in seen and not (len(truck.seen) > 1 and truck.seen[1] <= seen[row])):
                times = tuple(at for at, _, _ in sightings.beside(row, truck.at, view.state.earlier_fixes))
                found[visit] = replace(truck, seen=times)
        return found

    def _conclude(
        self, view: View, visit: str, readings: tuple[_Reading, ...], loads: Loads, sightings: RecentFixes,
        standing: Mapping[str, Case],
    ) -> Conclusion:
        """What is wrong with the readings of one visit to a gate. The last reading of a truck counts."""
        state, cases = view.state, []
        judged = [(reading, self._mismatch(state, reading, loads)) for reading in readings]
        wrong = next(((reading, found) for reading, found in judged if found is not None), None)
        if wrong is not None:
            finding = self._finding(state, *wrong, incident=visit)
            last, again = judged[-1]
            right = again is None and loads.on(last.plate, last.at)
            cases.append(Case(finding, last.at, "read again as ordered", (last.record,)) if right else Case(finding))
        for reading in readings:
            if reading.at < view.now - _LOOK_AGAIN_MS and reading.record in standing:
                cases.append(standing[reading.record])  # where the truck was then is forgotten by and by
                continue
            elsewhere = self._cloned(state, reading, sightings)
            if elsewhere is not None:
                cases.append(Case(self._finding(state, reading, elsewhere, incident=reading.record)))
        return Conclusion(tuple(cases), "the terminal says the same, as became known later")

    # Beside what the terminal said

    def _mismatch(self, state: State, reading: _Reading, loads: Loads) -> _Mismatch | None:
        """A contradiction between a reading and what the terminal put on its trucks, None without one."""
        c = state.containers
        least = self._parameters["least_confidence"]
        expected = loads.on(reading.plate, reading.at)
        read = {number: c.row_of.get(number, -1) for number in reading.containers}
        extra = [number for number, row in read.items() if row not in expected]
        if not extra:
            return None
        carriers = {loads.carrier(read[number], reading.at) for number in extra}
        others = [found for found in carriers if found is not None]
        if len(others) == len(carriers) == 1 and reading.plate_confidence >= least:
            truck, record = others[0]
            return _Mismatch(
                truck, "plate", {"read": reading.plate, "expected": truck, "container": extra[0]}, (record,),
                Limit("plate_read", reading.plate, truck))
        if reading.container_confidence < least:
            return None
        missing = sorted(str(c.number[row]) for row in expected if row not in read.values())
        valid = is_valid(extra[0])
        if missing:
            return _Mismatch(
                reading.plate, "container" if valid else "invalid_number",
                {"read": extra[0], "expected": missing[0], "container": missing[0]},
                (expected[c.row_of[missing[0]]],), Limit("container_read", extra[0], missing[0]))
        if not valid and c.described_version[read[extra[0]]] < 0:
            return _Mismatch(
                reading.plate, "invalid_number", {"read": extra[0], "container": extra[0]}, (),
                Limit("check_digit", extra[0][-1:], "another digit"))
        return self._elsewhere(state, reading, extra[0], read[extra[0]])

    def _elsewhere(self, state: State, reading: _Reading, number: str, row: int) -> _Mismatch | None:
        """A container that stands in a slot while a gate reads it."""
        slot, record = slot_at(state, row, reading.at)
        place = places.of_slot(state, slot)
        if not places.known(place):
            return None
        gate = places.of_gate(state, reading.gate, reading.lane)
        away = round(math.dist(place, gate)) if places.known(gate) else 0
        return _Mismatch(
            reading.plate, "elsewhere",
            {"read": number, "container": number, "slot": slot, "disagrees": "gate", "says": reading.gate,
             "against": "tos", "against_says": slot, "difference_m": away}, (record,),
            Limit("place", slot, "on the truck"))

    # Beside where trucks are

    def _cloned(self, state: State, reading: _Reading, sightings: RecentFixes) -> _Mismatch | None:
        """A truck whose device says that it is far from the gate at which its plate is read."""
        row = state.movers.row_of.get(reading.plate, -1)
        gate = places.of_gate(state, reading.gate, reading.lane)
        seen = sightings.beside(row, reading.at, state.earlier_fixes)
        if not seen or not places.known(gate) or reading.plate_confidence < self._parameters["least_confidence"]:
            return None
        apart, fastest = self._parameters["apart_m"], self._parameters["fastest_mps"]
        beyond = [(math.dist((x, y), gate) - fastest * abs(at - reading.at) / 1000.0, math.dist((x, y), gate))
                  for at, x, y in seen]
        farthest, away = max(beyond)
        if farthest <= apart:
            if not self._stood(seen) or min(metres for _, metres in beyond) <= apart:
                return None
            away = min(metres for _, metres in beyond)
        return _Mismatch(
            reading.plate, "cloned",
            {"disagrees": "gate", "says": reading.gate, "against": "position",
             "against_says": f"{seen[0][1]:.0f}, {seen[0][2]:.0f}", "difference_m": round(away)}, (),
            Limit("distance_to_gate", math.ceil(away), apart, "m", "apart_m"))

    def _stood(self, seen: tuple[tuple[int, float, float], ...]) -> bool:
        """Whether the sightings before and after are of a truck that stood all the while."""
        if len(seen) < 2:
            return False
        (begin, *here), (end, *there) = seen
        near = math.dist(here, there) <= self._parameters["stood_m"]
        return near and end - begin <= self._parameters["stood_min"] * 60_000.0

    def _finding(self, state: State, reading: _Reading, found: _Mismatch, incident: str) -> Finding:
        x, y = places.of_gate(state, reading.gate, reading.lane)
        facts: dict[str, Fact] = {
            "cause": found.cause, "vehicle": found.truck, "gate": reading.gate, "direction": reading.direction,
            **found.facts}
        return Finding(
            rule=RULE.id, severity=RULE.severity, subject_kind="vehicle", subject=found.truck, at=reading.at,
            incident=incident, x=x, y=y, zone=state.zone_name(x, y), facts=facts,
            evidence=(reading.record, *found.evidence), limits=(found.limit,))


def _with_readings(memory: _Memory, view: View) -> tuple[_Memory, set[str]]:
    """The memory with the readings of a step, and the visits that these belong to."""
    batches = view.batches.get(Kind.GATE_PASSAGE, ())
    if not batches:
        return memory, set()
    hour = view.now // _HOUR_MS
    if hour != memory.tidied:
        memory = _tidied(memory, view.now - _KEPT_MS)
    readings: dict[str, tuple[_Reading, ...]] = {}
    visits: dict[str, frozenset[str]] = {}
    for batch in batches:
        for i in range(len(batch)):
            reading = _Reading(
                at=int(batch["observed_at"][i]), record=str(batch["id"][i]), gate=str(batch["gate"][i]),
                lane=str(batch["lane"][i]), direction=str(batch["direction"][i]), plate=str(batch["plate"][i]),
                plate_confidence=float(batch["plate_confidence"][i]), containers=batch["containers"][i],
                container_confidence=float(batch["container_confidence"][i]))
            visit = f"{batch['order'][i]}-{reading.direction}" if batch["order"][i] else reading.record
            before = readings.get(visit) or memory.readings.get(visit, ())
            readings[visit] = tuple(sorted((*before, reading), key=lambda r: (r.at, r.record)))
            for name in (reading.plate, *reading.containers):
                visits[name] = (visits.get(name) or memory.visits.get(name, frozenset())) | {visit}
    known = replace(memory, readings=changed(memory.readings, readings), visits=changed(memory.visits, visits),
                    tidied=hour)
    return known, set(readings)


def _tidied(memory: _Memory, oldest: int) -> _Memory:
    """The memory without visits whose last reading is older than that, ms UTC."""
    readings = {visit: read for visit, read in memory.readings.items() if read[-1].at >= oldest}
    visits = {name: kept for name, of in memory.visits.items() if (kept := of & readings.keys())}
    return replace(memory, readings=readings, visits=visits)
