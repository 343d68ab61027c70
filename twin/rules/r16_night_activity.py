"""R16 night-activity 非工作时段作业: a lift or a passage in a zone outside its working hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from twin.batch import Batch
from twin.interner import Codes
from twin.port_index import PortIndex
from twin.port_layout import Zone
from twin.records import Classifier, GateDecision, Kind, MoveEvent, PlaceKind
from twin.rules.base import Parameter, RuleSpec, Verdict, View
from twin.rules.calendar import OpenHours
from twin.rules.spans import Span, settle
from twin.state import State
from twin.warnings import Clearing, Fact, Finding, Limit, Severity

RULE = RuleSpec(
    id="R16", zh="非工作时段作业", en="Activity outside working hours", severity=Severity.MEDIUM,
    reason="A supervised place works under the eyes of the customs in its hours; what is moved there outside them is "
           "moved unseen.",
    parameters=(
        Parameter("grace_min", 5.0, "min", 0.0, 120.0,
                  "work this long before opening and after closing is still part of the shift"),
    ),
    relies_on=(Kind.MOVE, Kind.GATE_PASSAGE),
)

_LIFTS = Codes((MoveEvent.PICK, MoveEvent.DROP, MoveEvent.DISC, MoveEvent.LOAD))
_MINUTE_MS = 60_000
_LOOK_AHEAD_MIN = 2 * 24 * 60
_NOWHERE = float("nan")


@dataclass(frozen=True, slots=True)
class _Memory:
    boxes: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)  # by container row


@dataclass(frozen=True, slots=True)
class _Lift:
    """A lift of a container from or into a slot of a zone with hours. into: whether it then stands there."""

    at: int
    record: str
    event: str
    slot: str
    zone: int
    into: bool
    equipment: str


class NightActivity:
    """The rule R16. Subjects are containers that were lifted, and vehicles that passed a gate."""

    spec = RULE

    def __init__(self, parameters: Mapping[str, float] | None = None) -> None:
        self._parameters = RULE.values(parameters)
        self._port: PortIndex | None = None

    def start(self) -> _Memory:
        """Nothing seen yet."""
        return _Memory()

    def judge(self, memory: _Memory, view: View) -> Verdict:
        """Judges the step's lifts and passages, and whether zones have opened meanwhile."""
        self._know(view.state.index)
        if not self._zones:
            return Verdict(memory)
        boxes = dict(memory.boxes)
        findings: list[Finding] = []
        clearings: list[Clearing] = []
        rows = {row for row, told in boxes.items() if any(not span.end for span in told)}
        for batch in view.batches.get(Kind.MOVE, ()):
            rows.update(self._lifted(view.state, batch, boxes))
        for row in sorted(rows):
            settled = settle(boxes.pop(row, ()), self._conclude(view, row))
            findings += settled.findings
            clearings += settled.clearings
            boxes[row] = settled.told
        for batch in view.batches.get(Kind.GATE_PASSAGE, ()):
            for finding in self._passages(view.state, batch):
                findings.append(finding)
                clearings.append(Clearing(RULE.id, finding.subject, finding.incident, finding.at, "passed the gate"))
        return Verdict(_Memory(boxes), tuple(findings), tuple(clearings))

    def _know(self, index: PortIndex) -> None:
        """Which blocks and gates lie in zones with working hours."""
        if self._port is index:
            return
        self._port = index
        self._zones = [zone for zone in index.layout.zones if zone.working_hours]
        self._time_zone = ZoneInfo(index.layout.time_zone)
        self._hours = OpenHours([zone.working_hours for zone in self._zones], index.layout.time_zone)
        self._of_block = np.array([*(self._zone_of(block.zone) for block in index.layout.blocks), -1], dtype=np.int64)
        self._of_gate = {gate.id: self._zone_of(gate.zone) for gate in index.layout.gates}

    def _zone_of(self, zone_id: str) -> int:
        """The innermost zone with hours on the path to a zone, as a number of `_zones`; -1 for none."""
        path = self._port.zone_path(zone_id) if self._port is not None and zone_id in self._port.zones else ()
        return next((self._zones.index(zone) for zone in reversed(path) if zone.working_hours), -1)

    def _closed(self, at: NDArray[np.int64], zones: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether zones (numbers of `_zones`, -1 none) are closed at instants, with the grace before and after. (N,)"""
        found = zones >= 0
        here = np.flatnonzero(found)
        grace = np.int64(self._parameters["grace_min"] * _MINUTE_MS)
        for shift in (-grace, np.int64(0), grace):
            found[here] &= ~self._hours.open_at(at[here] + shift, zones[here])
        return found

    def _zones_of_slots(self, state: State, refs: NDArray[np.object_], kinds: NDArray[np.object_]) -> NDArray[np.int64]:
        found = np.full(len(refs), -1, dtype=np.int64)
        in_slot = np.flatnonzero(kinds == PlaceKind.SLOT)
        found[in_slot] = self._of_block[state.yard.parse(refs[in_slot].tolist())[:, 0]]
        return found

    def _lifted(self, state: State, batch: Batch, told: Mapping[int, tuple[Span, ...]]) -> list[int]:
        """Rows of the containers with lifts in closed zones, and of those told of before that are named."""
        rows = state.containers.known_rows(batch["container"])
        concerned = np.array([row in told for row in rows.tolist()], dtype=bool)
        lifts = (_LIFTS.of(batch["event"]) >= 0) & (batch["classifier"] == Classifier.ACTUAL)
        for end in ("from", "to"):
            at = np.flatnonzero(lifts)
            zones = self._zones_of_slots(state, batch[f"{end}_ref"][at], batch[f"{end}_kind"][at])
            concerned[at] |= self._closed(batch["observed_at"][at], zones)
        found: list[int] = rows[concerned].tolist()
        return found

    def _conclude(self, view: View, row: int) -> list[Span]:
        """From all lifts of a container: when it was moved in a closed zone, and when that was over."""
        lifts = self._lifts(view.state, row)
        spans: list[Span] = []
        until = 0  # of the last span, endless while it goes on
        for number, lift in enumerate(lifts):
            if lift.at <= until or not self._closed(np.array([lift.at]), np.array([lift.zone]))[0]:
                continue
            ends = [(lift.at, "taken out of the zone", lift.record)] if not lift.into else [
                (out.at, "taken out of the zone", out.record)
                for out in lifts[number + 1:] if out.zone == lift.zone and not out.into][:1]
            opens = self._opens_after(lift)
            if opens and opens <= view.now:
                ends.append((opens, "the zone has opened", ""))
            end, reason, record = min(ends, default=(0, "", ""))
            until = end or (1 << 62)
            spans.append(Span("lift", self._finding(view.state, row, lift), end, reason, (record,) if record else ()))
        return spans

    def _lifts(self, state: State, row: int) -> list[_Lift]:
        found = []
        for batch, i in state.facts.of(row, Kind.MOVE):
            if _LIFTS[batch["event"][i]] < 0 or batch["classifier"][i] != Classifier.ACTUAL:
                continue
            for end in ("to", "from"):
                zone = int(self._zones_of_slots(state, batch[f"{end}_ref"][i:i + 1], batch[f"{end}_kind"][i:i + 1])[0])
                if zone >= 0:
                    found.append(_Lift(
                        int(batch["observed_at"][i]), str(batch["id"][i]), str(batch["event"][i]),
                        str(batch[f"{end}_ref"][i]), zone, end == "to", str(batch["equipment"][i])))
                    break  # within one zone it is where it is put that counts
        return sorted(found, key=lambda lift: (lift.at, lift.record))

    def _opens_after(self, lift: _Lift) -> int:
        """When the zone of a lift opens next, ms UTC; 0 if not within two days."""
        minutes = lift.at + np.arange(_LOOK_AHEAD_MIN, dtype=np.int64) * _MINUTE_MS
        minutes -= minutes % _MINUTE_MS
        open_ = self._hours.open_at(minutes, np.full(len(minutes), lift.zone))
        return int(minutes[np.argmax(open_)]) if open_.any() else 0

    def _finding(self, state: State, row: int, lift: _Lift) -> Finding:
        number, zone = str(state.containers.number[row]), self._zones[lift.zone]
        slot = state.yard.parse([lift.slot])
        x, y, _ = state.index.slot_xyz(*slot.T)[0]
        facts: dict[str, Fact] = {
            "container": number, "how": lift.event, "slot": lift.slot, "equipment": lift.equipment,
            "working_hours": _text(zone)}
        return Finding(
            rule=RULE.id, severity=RULE.severity, subject_kind="container", subject=number, at=lift.at, incident="",
            x=float(x), y=float(y), zone=zone.id, facts=facts, evidence=(lift.record,),
            limits=(Limit("working_hours", self._local(lift.at), _text(zone)),))

    def _passages(self, state: State, batch: Batch) -> list[Finding]:
        """Vehicles that passed gates of closed zones."""
        zones = np.array([self._of_gate.get(gate, -1) for gate in batch["gate"].tolist()], dtype=np.int64)
        closed = self._closed(batch["observed_at"], zones) & (batch["decision"] == GateDecision.RAISE)
        found = []
        for i in np.flatnonzero(closed).tolist():
            plate, at, zone = str(batch["plate"][i]), int(batch["observed_at"][i]), self._zones[zones[i]]
            lane = state.index.gate_lanes.get(str(batch["lane"][i]))
            x, y = lane.stop if lane is not None else (_NOWHERE, _NOWHERE)
            facts: dict[str, Fact] = {
                "vehicle": plate, "gate": str(batch["gate"][i]), "how": f"gate_{batch['direction'][i]}",
                "working_hours": _text(zone)}
            if batch["containers"][i]:
                facts["container"] = " ".join(batch["containers"][i])
            found.append(Finding(
                rule=RULE.id, severity=RULE.severity, subject_kind="vehicle", subject=plate, at=at, incident=str(at),
                x=x, y=y, zone=zone.id, facts=facts, evidence=(str(batch["id"][i]),),
                limits=(Limit("working_hours", self._local(at), _text(zone)),)))
        return found

    def _local(self, at: int) -> str:
        """A local time of day, "HH:MM"."""
        return datetime.fromtimestamp(at / 1000.0, self._time_zone).strftime("%H:%M")


def _text(zone: Zone) -> str:
    return ", ".join(f"{begin}-{end}" for begin, end in zone.working_hours)
