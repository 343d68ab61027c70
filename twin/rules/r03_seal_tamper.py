"""R03 seal-tamper 关锁异常: a seal cut, tampered with, opened without authority or in the wrong place, silent on a
moving truck, or another than the one that is read at a gate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import shapely

from twin.batch import Batch
from twin.port_index import PortIndex
from twin.port_layout import FenceClass, ZoneKind
from twin.records import EntityKind, GateDecision, Kind, SealEventKind, TransitTrip, TripState
from twin.rules.base import Parameter, RuleSpec, Verdict, View
from twin.seal_state import SealState
from twin.sealing import true_time
from twin.state import State
from twin.tables import ENTITY_KINDS
from twin.warnings import Clearing, Fact, Finding, Limit, Severity

RULE = RuleSpec(
    id="R03", zh="关锁异常", en="Seal tampering", severity=Severity.CRITICAL,
    reason="A customs seal may be opened only by customs or with their authority, in a place meant for it.",
    parameters=(
        Parameter("interval_s", 60.0, "s", 1.0, 86_400.0, "a seal gives a sign of life this often"),
        Parameter("missed", 3.0, "", 1.0, 100.0, "silent after this many intervals without one"),
        Parameter("moving_mps", 1.0, "m/s", 0.0, 30.0, "a truck at this speed or more is moving"),
        Parameter("place_margin_m", 30.0, "m", 0.0, 1_000.0, "an opening this near to a permitted place is in it"),
        Parameter("heard_before_lift_s", 1_800.0, "s", 0.0, 86_400.0,
                  "a seal not heard for longer than this when its container was lifted is no longer in use"),
    ),
    relies_on=(Kind.SEAL_EVENT, Kind.POSITION, Kind.GATE_PASSAGE, Kind.TRANSIT_TRIP, Kind.MOVE),
)

_VEHICLE = ENTITY_KINDS[EntityKind.VEHICLE]
_OPENED = (SealState.UNLOCKED, SealState.CUT)
_ALARMS = {SealEventKind.CUT: "cut", SealEventKind.TAMPERED: "tampered"}
_PERMITTED_ZONES = (ZoneKind.GATE, ZoneKind.INSPECTION)
_HEARD_BEFORE_GATE_MS = 2 * 3_600_000
_LONGEST_RHYTHM_MS = 600_000


@dataclass(frozen=True, slots=True)
class _Case:
    """What is held against a seal. causes: cause and since when (true time, ms UTC). silent_since: last sign of life
    before a silence that goes on, 0 without one."""

    incident: str
    causes: tuple[tuple[str, int], ...] = ()
    silent_since: int = 0


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a gate read on a container."""

    at: int
    seals: tuple[str, ...]
    record: str
    gate: str
    vehicle: str


@dataclass(frozen=True, slots=True)
class _Memory:
    cases: Mapping[int, _Case] = field(default_factory=dict)  # by seal row
    proper_at: Mapping[int, int] = field(default_factory=dict)  # newest locking or permitted opening, by seal row
    readings: Mapping[int, _Reading] = field(default_factory=dict)  # newest with a seal, by container row
    trips: Mapping[int, tuple[str, int]] = field(default_factory=dict)  # seal and departure, by container row


@dataclass(slots=True)
class _Work:
    """A memory while a step is judged, and what comes of it."""

    cases: dict[int, _Case]
    proper_at: dict[int, int]
    readings: dict[int, _Reading]
    trips: dict[int, tuple[str, int]]
    findings: list[Finding] = field(default_factory=list)
    clearings: list[Clearing] = field(default_factory=list)


class SealTamper:
    """The rule R03. Its subjects are seals; of a wrong number the seal that should have been read."""

    spec = RULE

    def __init__(self, parameters: Mapping[str, float] | None = None) -> None:
        self._parameters = RULE.values(parameters)
        self._port: PortIndex | None = None
        self._permitted: shapely.Geometry = shapely.Polygon()

    def start(self) -> _Memory:
        """Nothing seen yet."""
        return _Memory()

    def judge(self, memory: _Memory, view: View) -> Verdict:
        """Judges the step's seal events, then readings at gates, then who fell silent or spoke again."""
        self._know(view.state.index)
        work = _Work(dict(memory.cases), dict(memory.proper_at), dict(memory.readings), dict(memory.trips))
        for batch in view.batches.get(Kind.SEAL_EVENT, ()):
            self._events(view.state, batch, work)
        self._readings(view, work)
        self._silences(view.state, work)
        return Verdict(
            _Memory(work.cases, work.proper_at, work.readings, work.trips), tuple(work.findings), tuple(work.clearings))

    def _know(self, index: PortIndex) -> None:
        """The places where seals may be opened: inspection sites and gates."""
        if self._port is not index:
            self._port = index
            outlines = [shapely.Polygon(f.outline) for f in index.layout.fences if f.fence_class is FenceClass.SITE]
            outlines += [shapely.Polygon(z.outline) for z in index.layout.zones if z.kind in _PERMITTED_ZONES]
            self._permitted = shapely.buffer(shapely.union_all(outlines), self._parameters["place_margin_m"])
            shapely.prepare(self._permitted)

    # Events

    def _events(self, state: State, batch: Batch, work: _Work) -> None:
        news = batch["event"] != SealEventKind.HEARTBEAT
        news &= batch["event"] != SealEventKind.LOW_BATTERY
        at = true_time(batch)
        rows = state.seals.known_rows(batch["seal"])
        x, y = state.index.frame.to_local(batch["lon"], batch["lat"])
        for i in sorted(np.flatnonzero(news).tolist(), key=lambda i: (int(at[i]), str(batch["id"][i]))):
            row, when = int(rows[i]), int(at[i])
            place = (float(x[i]), float(y[i])) if batch["lon"][i] or batch["lat"][i] else (float("nan"), float("nan"))
            cause = self._cause(batch, i, place)
            if cause is None:
                work.proper_at[row] = max(when, work.proper_at.get(row, 0))
                self._settle(state, row, work, str(batch["id"][i]))
                continue
            facts: dict[str, Fact] = {"container": str(batch["container"][i])}
            if batch["by"][i]:
                facts["by"] = str(batch["by"][i])
            limit = self._limit(cause, str(batch["event"][i]), place)
            self._raise(state, row, cause, when, place, facts, str(batch["id"][i]), limit, work)

    def _limit(self, cause: str, event: str, place: tuple[float, float]) -> Limit:
        """What would have made an event a proper one."""
        if cause == "unlocked_without_authority":
            return Limit("authority", "none", "permit or declaration")
        if cause == "unlocked_outside_permitted_place":
            beyond = float(shapely.distance(self._permitted, shapely.Point(place)))
            margin = self._parameters["place_margin_m"]
            return Limit("distance_to_permitted_place", round(beyond + margin, 1), margin, "m", "place_margin_m")
        return Limit("seal_event", event, SealEventKind.HEARTBEAT.value)

    def _cause(self, batch: Batch, i: int, place: tuple[float, float]) -> str | None:
        """What is wrong with an event, None if nothing is."""
        event = batch["event"][i]
        if event in _ALARMS:
            return _ALARMS[event]
        if event != SealEventKind.UNLOCKED:
            return None
        if not batch["authority"][i]:
            return "unlocked_without_authority"
        somewhere = np.isfinite(place[0]) and np.isfinite(place[1])
        if somewhere and not shapely.intersects_xy(self._permitted, *place):
            return "unlocked_outside_permitted_place"
        return None

    def _raise(
        self, state: State, row: int, cause: str, at: int, place: tuple[float, float], facts: Mapping[str, Fact],
        record: str, limit: Limit, work: _Work,
    ) -> None:
        case = work.cases.get(row) or _Case(str(at))
        work.cases[row] = replace(case, causes=(*case.causes, (cause, at)))
        self._tell(state, row, case.incident, cause, at, place, facts, (record,), limit, work)
        self._settle(state, row, work, record)

    def _tell(
        self, state: State, row: int, incident: str, cause: str, at: int, place: tuple[float, float],
        facts: Mapping[str, Fact], evidence: tuple[str, ...], limit: Limit, work: _Work,
    ) -> None:
        x, y = place if np.isfinite(place[0]) else (float(state.seals.x[row]), float(state.seals.y[row]))
        seal = str(state.seals.id[row])
        work.findings.append(Finding(
            rule=RULE.id, severity=RULE.severity, subject_kind="seal", subject=seal, at=at, incident=incident, x=x, y=y,
            zone=state.zone_name(x, y), facts={"cause": cause, "seal": seal, **facts}, evidence=evidence,
            limits=(limit,)))

    def _settle(self, state: State, row: int, work: _Work, record: str) -> None:
        """Clears a seal's case when everything held against it lies before a proper locking or opening."""
        case = work.cases.get(row)
        proper = work.proper_at.get(row, 0)
        if case is None or case.silent_since or any(at >= proper for _, at in case.causes):
            return
        del work.cases[row]
        work.clearings.append(Clearing(
            RULE.id, str(state.seals.id[row]), case.incident, proper, "locked again or opened with authority",
            evidence=(record,)))

    # Gates

    def _readings(self, view: View, work: _Work) -> None:
        """Compares what gates read with the seals that containers should have, whichever of the two came last."""
        state = view.state
        concerned: set[int] = set()
        for batch in view.batches.get(Kind.TRANSIT_TRIP, ()):
            rows = state.containers.known_rows(batch["container"])
            for i, row in enumerate(rows.tolist()):
                trip = state.trips.get(str(batch["trip"][i]))
                if isinstance(trip, TransitTrip) and trip.state != TripState.WRITTEN_OFF:
                    work.trips[row] = (trip.seal, trip.departed_at)
                    concerned.add(row)
                elif work.trips.get(row, ("", 0))[0] == batch["seal"][i]:
                    del work.trips[row]
        for batch in view.batches.get(Kind.SEAL_EVENT, ()):
            locked = batch["event"] == SealEventKind.LOCKED
            concerned.update(state.containers.known_rows(batch["container"][locked]).tolist())
        concerned &= work.readings.keys()
        for batch in view.batches.get(Kind.GATE_PASSAGE, ()):
            passed = (batch["decision"] == GateDecision.RAISE) | (batch["decision"] == GateDecision.HOLD)
            for i in np.flatnonzero(passed).tolist():
                seals, boxes = batch["seals"][i], batch["containers"][i]
                if not seals or len(seals) < len(boxes):
                    continue  # nothing read, or not known on which of two containers
                at = int(batch["observed_at"][i])
                for row in state.containers.known_rows(list(boxes)).tolist():
                    if row not in work.readings or work.readings[row].at <= at:
                        work.readings[row] = _Reading(
                            at, seals, str(batch["id"][i]), str(batch["gate"][i]), str(batch["plate"][i]))
                        concerned.add(row)
        for row in sorted(concerned):
            self._compare(state, row, work.readings[row], work)

    def _compare(self, state: State, container: int, reading: _Reading, work: _Work) -> None:
        known = self._known(state, container, reading.at, work)
        if not known or set(known) & set(reading.seals):
            return
        row = state.seals.row_of.get(known[0])
        if row is None:
            return
        case = work.cases.get(row)
        if case is not None and ("number_differs", reading.at) in case.causes:
            return
        mover = state.movers.row_of.get(reading.vehicle, -1)
        place = (float(state.movers.x[mover]), float(state.movers.y[mover])) if mover >= 0 else (float("nan"),) * 2
        gate = state.index.gates.get(reading.gate)
        if not np.isfinite(place[0]) and gate is not None and gate.lanes:
            place = gate.lanes[0].stop
        facts: dict[str, Fact] = {
            "container": str(state.containers.number[container]), "read": " ".join(reading.seals), "gate": reading.gate,
            "vehicle": reading.vehicle}
        limit = Limit("seal_number", str(facts["read"]), known[0])
        self._raise(state, row, "number_differs", reading.at, place, facts, reading.record, limit, work)

    def _known(self, state: State, container: int, at: int, work: _Work) -> list[str]:
        """Seals that should be on a container at a time, the one of its transit trip first."""
        s = state.seals
        bound = (s.container == container) & ~np.isin(s.lock_state, _OPENED) & (s.bound_version // 16 <= at)
        bound |= (s.container == container) & (s.lock_state == SealState.LOCKED) & (s.lock_version // 16 <= at)
        bound &= (s.observed_at >= at - _HEARD_BEFORE_GATE_MS) & ~np.isin(s.lock_state, _OPENED)
        rows = np.flatnonzero(bound)
        found = [str(s.id[row]) for row in rows[np.argsort(-s.bound_version[rows], kind="stable")]]
        seal, departed_at = work.trips.get(container, ("", 0))
        if seal and departed_at <= at:
            opened = state.seals.row_of.get(seal)
            if opened is None or s.lock_state[opened] not in _OPENED:
                found = [seal, *(name for name in found if name != seal)]
        return found

    # Silence

    def _silences(self, state: State, work: _Work) -> None:
        s, m, c = state.seals, state.movers, state.containers
        for row in [row for row, case in work.cases.items() if case.silent_since]:
            case = work.cases[row]
            if s.observed_at[row] > case.silent_since:
                work.cases[row] = replace(case, silent_since=0)
                if case.causes:
                    self._settle(state, row, work, "")
                else:
                    del work.cases[row]
                    work.clearings.append(Clearing(
                        RULE.id, str(s.id[row]), case.incident, int(s.observed_at[row]), "gave a sign of life again"))
        for row, allowed_s in self._silent(state):
            standing = work.cases.get(row)
            if standing is not None and standing.silent_since:
                continue
            heard = int(s.observed_at[row])
            mover = int(c.carrier[s.container[row]])
            case = standing or _Case(str(heard))
            work.cases[row] = replace(case, silent_since=heard)
            silent_s = round((int(m.observed_at[mover]) - heard) / 1000.0)
            facts: dict[str, Fact] = {
                "container": str(c.number[s.container[row]]), "vehicle": str(m.id[mover]), "silent_s": silent_s}
            place = (float(m.x[mover]), float(m.y[mover]))
            self._tell(state, row, case.incident, "silent", int(m.observed_at[mover]), place, facts,
                       (str(m.fix_id[mover]),), Limit("silence", silent_s, allowed_s, "s", "missed"), work)

    def _silent(self, state: State) -> Iterable[tuple[int, float]]:
        """Rows of seals that should have been heard by now, going by the device time of the truck that carries them,
        and how long they might have been silent, seconds.

        Where a source thins out its reports, what is silence widens with the rhythm in which the truck is heard.
        """
        s, m, c = state.seals, state.movers, state.containers
        rows = np.flatnonzero((s.observed_at > 0) & (s.container >= 0) & ~np.isin(s.lock_state, _OPENED))
        rows = rows[c.carrier[s.container[rows]] >= 0]
        mover = c.carrier[s.container[rows]]
        moving = (m.kind[mover] == _VEHICLE) & (m.speed_mps[mover] >= self._parameters["moving_mps"])
        rows, mover = rows[moving], mover[moving]
        heard = s.observed_at[rows]
        in_use = heard >= c.moved_at[s.container[rows]] - self._parameters["heard_before_lift_s"] * 1000.0
        gap = np.where(m.previous_at[mover] > 0, m.observed_at[mover] - m.previous_at[mover], 0)
        rhythm = np.maximum(self._parameters["interval_s"] * 1000.0, np.minimum(gap, _LONGEST_RHYTHM_MS))
        # who has just begun to listen cannot have heard the seal before: its silence counts from then
        listening = m.first_at[mover] - self._parameters["interval_s"] * 1000.0
        allowed = self._parameters["missed"] * rhythm
        silent = (m.observed_at[mover] - np.maximum(heard, listening) > allowed) & in_use
        return zip(rows[silent].tolist(), (allowed[silent] / 1000.0).tolist(), strict=True)
