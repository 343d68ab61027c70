"""Timelines in the trade's words: a story is told record by record and reaches the twin in whatever order a test
wants.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from tests.core.small_port import small_port
from twin.batch import batch_of
from twin.events import Delta
from twin.iso6346 import check_digit
from twin.port_index import PortIndex
from twin.records import (
    RECORD_CLASSES,
    CallState,
    Classifier,
    Container,
    Datum,
    Declaration,
    DeclarationMode,
    DeclarationState,
    Direction,
    EntityKind,
    GateDecision,
    GatePassage,
    Inspection,
    InspectionKind,
    InspectionResult,
    InspectionState,
    Inventory,
    Kind,
    Manifest,
    Move,
    MoveEvent,
    PlaceKind,
    Position,
    Purpose,
    Record,
    SealEvent,
    SealEventKind,
    Trade,
    TransitTrip,
    TripState,
    Vehicle,
    VehicleKind,
    VesselCall,
)
from twin.rules.base import Rule, RuleFault
from twin.rules.quantities import QUANTITIES
from twin.rules.registry import RULES, Settings, make_rules
from twin.twin import Twin
from twin.warnings import RiskWarning

DAY = 1_795_219_200_000  # 2026-11-21T00:00:00Z, 08:00 in Jiangyin
_KIND_OF = {record_class: kind for kind, record_class in RECORD_CLASSES.items()}


def number(serial: int, owner: str = "MSKU") -> str:
    """A valid container number."""
    stem = f"{owner}{serial:06d}"
    return stem + str(check_digit(stem))


BOX = number(1)


def at(clock: str) -> int:
    """An instant of the day from "8:15" or "8:15:30" local time in Jiangyin, ms UTC."""
    hours, minutes, seconds = (int(p) for p in (clock + ":00").split(":")[:3])
    return DAY + ((hours - 8) * 3600 + minutes * 60 + seconds) * 1000


class Story:
    """Records in the order in which they are told."""

    def __init__(self, index: PortIndex | None = None) -> None:
        self.index = index or small_port()
        self.records: list[Record] = []

    def _tell(self, record_class: type[Any], when: str | int, **fields: Any) -> Any:
        observed_at = at(when) if isinstance(when, str) else when
        record = record_class(id=f"{record_class.__name__}-{len(self.records):04d}", source="test",
                              observed_at=observed_at, **fields)
        self.records.append(record)
        return record

    def container(self, when: str, box: str = BOX, *, trade: Trade = Trade.FOREIGN, full: bool = True,
                  type_code: str = "22G1", kg: float = 20_000.0) -> Container:
        return self._tell(Container, when, container=box, type_code=type_code, full=full, gross_kg=kg,
                          trade=trade, owner="MSK", dangerous_class=None, un_number=None, reefer_set_c=None)

    def vehicle(self, when: str, plate: str = "闽A1", kind: VehicleKind = VehicleKind.ROAD_TRUCK,
                trade: Trade = Trade.FOREIGN) -> Vehicle:
        return self._tell(Vehicle, when, vehicle=plate, vehicle_kind=kind, trade=trade, operator="haulier")

    def stands(self, when: str, slot: str, box: str = BOX) -> Inventory:
        return self._tell(Inventory, when, container=box, place_kind=PlaceKind.SLOT, place_ref=slot, present=True,
                          arrived_at=at("0:00"))

    def declares(self, when: str, state: DeclarationState, box: str = BOX, *,
                 mode: DeclarationMode = DeclarationMode.IMPORT, kg: float = 20_000.0,
                 declaration: str = "350120261000000001", also: tuple[str, ...] = ()) -> Declaration:
        return self._tell(Declaration, when, declaration=declaration, mode=mode, state=state, containers=(box, *also),
                          hs_code="84", goods="pumps", packages=1, gross_kg=kg, consignor="a", consignee="b",
                          lodged_at=at("0:00"), reason=None)

    def manifested(self, when: str, box: str = BOX, *, mode: DeclarationMode = DeclarationMode.IMPORT,
                   kg: float = 20_000.0, call: str = "") -> Manifest:
        return self._tell(Manifest, when, manifest="M1", line=1, bill="B1", call=call, container=box, mode=mode,
                          goods="pumps", packages=1, gross_kg=kg)

    def calls(self, when: str, state: CallState, call: str = "CALL-1", berth: str | None = "B4") -> VesselCall:
        return self._tell(VesselCall, when, call=call, vessel="Min Jiang", imo="9000000", mmsi="413000001",
                          voyage="001E", length_m=200.0, beam_m=30.0, berth=berth, state=state, arrival_at=at("6:00"),
                          departure_at=at("9:00"))

    def stated(self, when: str, kind: PlaceKind, ref: str, box: str = BOX, *, present: bool = True,
               arrived: str = "0:00") -> Inventory:
        return self._tell(Inventory, when, container=box, place_kind=kind, place_ref=ref, present=present,
                          arrived_at=at(arrived))

    def released(self, when: str, box: str = BOX, **more: Any) -> Declaration:
        return self.declares(when, DeclarationState.RELEASED, box, **more)

    def inspects(self, when: str, state: InspectionState, box: str = BOX, kind: InspectionKind = InspectionKind.H986,
                 order: str = "I1", result: InspectionResult | None = None) -> Inspection:
        return self._tell(Inspection, when, order=order, inspection_kind=kind, container=box, state=state,
                          result=result, images=(), officer="Lin")

    def move(self, when: str, event: MoveEvent, purpose: Purpose, start: tuple[PlaceKind, str],
             end: tuple[PlaceKind, str], box: str = BOX, classifier: Classifier = Classifier.ACTUAL) -> Move:
        return self._tell(Move, when, container=box, event=event, classifier=classifier, purpose=purpose,
                          from_kind=start[0], from_ref=start[1], to_kind=end[0], to_ref=end[1], equipment="RTG1",
                          order="O1", driver="Chen")

    def lifted_for_exit(self, when: str, slot: str = "F1-01-01-1", plate: str = "闽A1", box: str = BOX,
                        classifier: Classifier = Classifier.ACTUAL) -> Move:
        return self.move(when, MoveEvent.PICK, Purpose.PICKUP, (PlaceKind.SLOT, slot), (PlaceKind.VEHICLE, plate), box,
                         classifier)

    def dropped(self, when: str, slot: str = "F1-01-01-1", plate: str = "闽A1", box: str = BOX,
                purpose: Purpose = Purpose.RESTOW) -> Move:
        return self.move(when, MoveEvent.DROP, purpose, (PlaceKind.VEHICLE, plate), (PlaceKind.SLOT, slot), box)

    def passes_gate(self, when: str, direction: Direction = Direction.OUT, plate: str = "闽A1",
                    boxes: tuple[str, ...] = (BOX,), seals: tuple[str, ...] = (),
                    decision: GateDecision = GateDecision.RAISE, kg: float = 30_000.0, order: str | None = "O1",
                    sure: tuple[float, float] = (0.99, 0.98), gate: str = "G1") -> GatePassage:
        lane = f"{gate}-O1" if direction is Direction.OUT else f"{gate}-I1"
        return self._tell(GatePassage, when, gate=gate, lane=lane, direction=direction, plate=plate,
                          plate_confidence=sure[0], containers=boxes, container_confidence=sure[1], seals=seals,
                          weight_kg=kg, pictures=(), order=order, decision=decision)

    def fix(self, when: str | int, x: float, y: float, who: str = "闽A1", *, kind: EntityKind = EntityKind.VEHICLE,
            speed: float = 8.0, accuracy: float = 2.0) -> Position:
        lon, lat = self.index.frame.to_geographic(np.array([x]), np.array([y]))
        return self._tell(Position, when, entity=who, entity_kind=kind, lon=float(lon[0]), lat=float(lat[0]),
                          datum=Datum.WGS84, height_m=0.0, speed_mps=speed, course_deg=0.0, status=0,
                          accuracy_m=accuracy)

    def seal(self, when: str, event: SealEventKind, x: float = 50.0, y: float = 30.0, *, seal: str = "JY-000001",
             box: str = BOX, by: str = "", authority: str | None = None, clock_offset_s: float = 0.0) -> SealEvent:
        lon, lat = self.index.frame.to_geographic(np.array([x]), np.array([y]))
        return self._tell(SealEvent, when, seal=seal, container=box, event=event, by=by, authority=authority,
                          lon=float(lon[0]), lat=float(lat[0]), datum=Datum.WGS84, clock_offset_s=clock_offset_s)

    def trip(self, when: str, seal: str = "JY-000001", box: str = BOX, plate: str = "闽A1",
             state: TripState = TripState.UNDERWAY) -> TransitTrip:
        return self._tell(TransitTrip, when, trip="T1", declaration="350120261000000009", container=box, seal=seal,
                          vehicle=plate, origin="Sanming", destination="Jiangyin", corridor="C1", state=state,
                          departed_at=at("4:00"), due_at=at("12:00"))


class Watch:
    """A twin and what it said while a story was told to it."""

    def __init__(
        self, index: PortIndex | None = None, rules: Iterable[Rule] | None = None,
        on_fault: Callable[[RuleFault], None] | None = None,
    ) -> None:
        self.twin = Twin(index or small_port(), tuple(make_rules() if rules is None else rules), on_fault)
        self.deltas: list[Delta] = []

    def hears(self, records: Iterable[Record], now: int | None = None) -> Delta:
        """All records in one step, as one answer of a backend would bring them."""
        by_kind: dict[Kind, list[Record]] = defaultdict(list)
        rows = list(records)
        for record in rows:
            by_kind[_KIND_OF[type(record)]].append(record)
        now = max([self.twin.now, *(r.observed_at for r in rows)]) if now is None else now
        delta = self.twin.apply([batch_of(kind, some, now) for kind, some in by_kind.items()], now)
        self.deltas.append(delta)
        for warning in delta.warnings:
            _explained(warning)
        return delta

    def hears_one_by_one(self, records: Iterable[Record]) -> Watch:
        for record in records:
            self.hears([record])
        return self

    def warnings(self, rule: str | None = None) -> tuple[RiskWarning, ...]:
        return tuple(w for w in self.twin.warnings.all() if rule in (None, w.rule))

    def only(self, rule: str) -> RiskWarning:
        """The one warning there is, of this rule."""
        every = self.warnings()
        assert [w.rule for w in every] == [rule], f"warnings: {[(w.rule, w.subject, dict(w.facts)) for w in every]}"
        return every[0]


def watching(*rules: str, settings: Settings | None = None, index: PortIndex | None = None) -> Watch:
    """A watch by some of the rules alone."""
    return Watch(index, [rule for rule in make_rules(settings) if rule.spec.id in rules])


def _explained(warning: RiskWarning) -> None:
    """What every warning of a rule the twin ships with must say: version, evidence, and what would have been right."""
    spec = next((spec for spec in RULES if spec.id == warning.rule), None)
    if spec is None:
        return
    parameters = {p.name: p for p in spec.parameters}
    assert warning.rule_version == spec.version >= 1
    assert warning.limits, f"{warning.rule} does not say what would have made it not fire: {dict(warning.facts)}"
    assert warning.evidence
    for limit in warning.limits:
        assert limit.quantity in QUANTITIES
        assert limit.observed != limit.allowed
        assert not limit.parameter or limit.parameter in parameters
        assert limit.unit or limit.excess is None


def told(story: Story, *steps: int) -> list[list[Record]]:
    """The story cut into steps of the given lengths."""
    cut, begin = [], 0
    for length in steps:
        cut.append(story.records[begin:begin + length])
        begin += length
    return cut


def again(record: Record, **changes: Any) -> Any:
    """The same record with other values."""
    return dataclasses.replace(record, **changes)
