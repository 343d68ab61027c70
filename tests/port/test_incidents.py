"""Injected incidents: each leaves the records that show it and no others, and the truth says where and when."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import simpy

from data_sources.simulated_port import fixes, scenario
from data_sources.simulated_port.truth import TruthEntry
from data_sources.simulated_port.world import WARM_UP_MS, Box, Call
from tests.port.quiet_terminal import BASE_MS, Heard, Port, jiangyin
from twin.iso6346 import is_valid
from twin.records import (
    CallState,
    Container,
    Declaration,
    DeclarationState,
    DeviceHealth,
    DeviceState,
    Direction,
    GateDecision,
    GatePassage,
    Inspection,
    InspectionKind,
    InspectionResult,
    Inventory,
    Manifest,
    Move,
    MoveEvent,
    Purpose,
    SealEvent,
    SealEventKind,
    Trade,
    TransitTrip,
    TripState,
    VesselCall,
)

FIVE_PAST = BASE_MS + 300_000


def _played(line: str, hours: float = 6.0, yard: int = 120, base_ms: int = BASE_MS) -> tuple[Port, Heard, TruthEntry]:
    """A port in which one line of a scenario is played; its only truth."""
    port = Port(scenario.parse(line, "drill.txt"), base_ms=base_ms)
    for n in range(yard):
        flow, full = (("import", True), ("empty_in", False), ("export", True))[n % 3]
        dangerous = {"dangerous_class": "3", "un_number": "UN1230"} if n % 15 == 2 else {}
        box = port.terminal.box(flow, Trade.FOREIGN, full, **dangerous)
        slot = f"B1-{2 + 4 * (n % 10):02d}-{1 + n // 10 % 6:02d}-{1 + n // 60}"
        port.customs.initial(port.terminal.stand(box, slot, days=0.05 if n % 2 else 1.0))
    port.world.env.process(_empties_land(port))
    port.world.env.process(_exports_come(port))
    port.terminal.truck("闽A10001")
    port.terminal.truck("闽A10002", 820.0, 310.0).boxes.append(port.terminal.box())
    heard = port.run(hours)
    truths = list(port.customs.truth)
    assert len(truths) == 1, truths
    return port, heard, truths[0]


def _empties_land(port: Port) -> Generator[simpy.Event, Any, None]:
    """An empty container comes ashore every ten minutes."""
    for n in range(12):
        yield port.world.env.timeout(600.0)
        box = port.terminal.box("empty_in", Trade.FOREIGN, full=False)
        port.customs.announce(box)
        port.terminal.stand(box, f"B2-{2 + 4 * n:02d}-01-1", days=0.0)
        port.customs.landed(box)


def _exports_come(port: Port) -> Generator[simpy.Event, Any, None]:
    """A truck brings an export container every half hour."""
    for _ in range(6):
        yield port.world.env.timeout(1_800.0)
        box = port.terminal.box("export")
        port.customs.announce(box)
        port.terminal.delivery(box)


def _at(port: Port, lon: float, lat: float) -> tuple[float, float]:
    x, y = port.world.index.frame.to_local([lon], [lat])
    return float(x[0]), float(y[0])


def _unreleased(heard: Heard, number: str) -> bool:
    return not [d for d in heard.of(Declaration, state=DeclarationState.RELEASED) if number in d.containers]


def _seal_alarms(heard: Heard) -> list[SealEvent]:
    """Openings that nobody allowed, cuts and tampering."""
    return [
        e for e in heard.of(SealEvent)
        if e.event in (SealEventKind.CUT, SealEventKind.TAMPERED)
        or (e.event is SealEventKind.UNLOCKED and (not e.authority or e.by == "堆场人员"))
    ]


def test_without_scenario_nothing_is_injected_and_nothing_is_wrong() -> None:
    port = Port()
    for n in range(60):
        port.customs.initial(port.terminal.stand(port.terminal.box(), f"B1-{2 + 4 * (n % 10):02d}-{1 + n // 10:02d}-1"))
    heard = port.run(6.0)
    assert not list(port.customs.truth)
    assert not _seal_alarms(heard)
    assert not [m for m in heard.of(Move) if m.purpose is not Purpose.INSPECTION and m.purpose is not Purpose.DELIVERY]


def test_r01_an_unreleased_container_is_lifted_and_leaves() -> None:
    port, heard, truth = _played("+00:05:00 R01 plate=闽A99999")
    lift, = heard.of(Move, event=MoveEvent.PICK, purpose=Purpose.PICKUP)
    assert (truth.rule, truth.subject_kind, truth.subject) == ("R01", "container", lift.container)
    assert truth.from_ms == lift.observed_at >= FIVE_PAST
    assert lift.to_ref == "闽A99999"
    assert truth.related == ("闽A99999",)
    slot = port.world.index.layout.blocks[port.world.index.block_number["B1"]]
    assert shapely.contains_xy(shapely.Polygon(slot.outline), truth.x, truth.y)
    assert _unreleased(heard, lift.container)
    passage, = [p for p in heard.of(GatePassage, direction=Direction.OUT) if lift.container in p.containers]
    assert truth.to_ms == passage.observed_at > truth.from_ms


def test_r01_the_container_a_scenario_names_is_the_one() -> None:
    twin = _played("+00:05:00 R01")[2].subject
    again = _played(f"+00:05:00 R01 container={twin}")[2]
    assert again.injected
    assert again.subject == twin


def test_r01_a_container_that_is_not_there_is_said_not_to_be_injected() -> None:
    _, heard, truth = _played("+00:05:00 R01 container=MSKU0000000", hours=8.0)
    assert not truth.injected
    assert truth.subject == "MSKU0000000"
    assert not heard.of(Move, purpose=Purpose.PICKUP)


def test_r02_a_foreign_truck_drives_into_the_domestic_area() -> None:
    _, _, truth = _played("+00:05:00 R02 plate=闽A10001 stand_s=120")
    fence = next(f for f in jiangyin().fences if f.id == "fence-domestic")
    assert (truth.subject_kind, truth.subject) == ("vehicle", "闽A10001")
    assert shapely.contains_xy(shapely.Polygon(fence.outline), truth.x, truth.y)
    assert truth.to_ms is not None
    assert truth.to_ms - truth.from_ms >= 120_000
    assert "fence-domestic" in truth.related


@pytest.mark.parametrize(
    ("case", "event"),
    [("cut", SealEventKind.CUT), ("tampered", SealEventKind.TAMPERED), ("unlocked", SealEventKind.UNLOCKED),
     ("outside", SealEventKind.UNLOCKED)],
)
def test_r03_a_seal_in_the_yard_is_opened_by_force(case: str, event: SealEventKind) -> None:
    port, heard, truth = _played(f"+00:05:00 R03 case={case}", yard=300)
    alarm, = _seal_alarms(heard)
    assert (truth.subject_kind, truth.subject, truth.from_ms) == ("seal", alarm.seal, FIVE_PAST)
    assert alarm.event is event
    assert round(alarm.observed_at - alarm.clock_offset_s * 1000.0) == FIVE_PAST  # the seal's own clock drifts
    assert np.hypot(*np.subtract(_at(port, alarm.lon, alarm.lat), (truth.x, truth.y))) < 1.0
    assert bool(alarm.authority) == (case == "outside")
    assert alarm.container in truth.related


def test_r03_a_gate_reads_another_seal_than_the_trip_was_sent_with() -> None:
    port, heard, truth = _played("+00:05:00 R03 case=wrong_number")
    trip = next(t for t in heard.of(TransitTrip) if t.seal == truth.subject)
    passage, raised = [p for p in heard.of(GatePassage, direction=Direction.IN) if trip.container in p.containers]
    assert (passage.decision, raised.decision) == (GateDecision.HOLD, GateDecision.RAISE)
    assert truth.from_ms == passage.observed_at
    assert trip.seal not in passage.seals
    assert len(passage.seals) == 1
    assert (truth.x, truth.y) == pytest.approx(port.terminal.lane_in.stop)
    opened, = heard.of(SealEvent, seal=trip.seal, event=SealEventKind.UNLOCKED)
    assert opened.authority == trip.declaration
    assert passage.observed_at + 200_000 < opened.observed_at <= raised.observed_at + 10_000  # an officer looks first
    others = [p for p in heard.of(GatePassage, direction=Direction.IN) if p is not passage and p.seals]
    assert others
    sent = {t.container: t.seal for t in heard.of(TransitTrip)}
    assert all(p.seals == (sent[p.containers[0]],) for p in others)


def test_r03_a_seal_falls_silent_on_a_truck() -> None:
    _, heard, truth = _played("+00:05:00 R03 case=silent", yard=300)
    lift, = heard.of(Move, event=MoveEvent.PICK, purpose=Purpose.PICKUP)
    assert truth.from_ms == lift.observed_at
    told = [round(e.observed_at - e.clock_offset_s * 1000.0) for e in heard.of(SealEvent, seal=truth.subject)]
    assert not [at for at in told if truth.from_ms <= at < (truth.to_ms or 0)]
    assert not _unreleased(heard, lift.container)


@pytest.mark.parametrize("case", ["other_slot", "no_manifest", "weight", "empty_full"])
def test_r04_stock_manifest_and_yard_disagree(case: str) -> None:
    port, heard, truth = _played(f"+00:05:00 R04 case={case}")
    number = truth.subject
    box = port.world.boxes.get(number)
    manifests = heard.of(Manifest, container=number)
    if case == "other_slot":
        told, = heard.of(Inventory, container=number)
        assert box is not None
        assert told.place_ref != box.place_ref
    elif case == "no_manifest":
        assert box is not None
        assert not manifests
        assert box.place_ref
    elif case == "weight":
        told, = heard.of(Container, container=number)
        assert abs(told.gross_kg / manifests[0].gross_kg - 1.0) > 0.15
    else:
        told, = heard.of(Container, container=number)
        assert not told.full
        assert manifests[0].packages > 1


def test_r04_a_vessel_sails_and_a_container_of_her_manifest_was_never_landed() -> None:
    port = Port(scenario.parse("+00:05:00 R04 case=never_landed"))
    call = Call("CALL-1", "EVER GLEAM", "9351004", "477271000", "26001E", 147.0, 23.2, Trade.FOREIGN, "B1", BASE_MS,
                BASE_MS + 7_200_000, CallState.ALONGSIDE)
    port.world.calls[call.id] = call
    port.run((WARM_UP_MS / 1000 + 600) / 3600)
    assert not list(port.customs.truth)  # she may still land it
    manifest, = [m for m in port.heard.of(Manifest) if m.call == call.id]
    port.world.emit(VesselCall("VC-1", "tos", port.world.now_ms, call.id, call.vessel, call.imo, call.mmsi, call.voyage,
                               147.0, 23.2, "B1", CallState.DEPARTED, BASE_MS, port.world.now_ms))
    port.run((WARM_UP_MS / 1000 + 700) / 3600)
    truth, = port.customs.truth
    assert (truth.subject, truth.from_ms) == (manifest.container, BASE_MS + 600_000)
    assert is_valid(truth.subject) and truth.subject not in port.world.boxes


@pytest.mark.parametrize("case", ["plate", "container", "invalid_number", "cloned"])
def test_r05_a_gate_reads_what_the_order_does_not_name(case: str) -> None:
    _, heard, truth = _played(f"+00:05:00 R05 case={case}")
    wrong, = [p for p in heard.of(GatePassage) if p.observed_at == truth.from_ms]
    if case == "cloned":
        assert wrong.plate == truth.subject
        assert truth.subject.startswith(("闽A1000", "闽G"))  # which are inside
    elif case == "plate":
        assert wrong.plate != truth.subject
        assert wrong.plate in truth.related
    else:
        assert wrong.plate == truth.subject
        assert wrong.containers[0] in truth.related
        assert is_valid(wrong.containers[0]) is (case == "container")


def test_r06_the_weighbridge_shows_more_than_was_declared() -> None:
    _, heard, truth = _played("+00:05:00 R06 excess_kg=7000")
    passage, = [p for p in heard.of(GatePassage) if p.observed_at == truth.from_ms and truth.subject in p.containers]
    assert passage.weight_kg == pytest.approx(15_000.0 + 18_000.0 + 7_000.0)
    assert truth.rule == "R06"


@pytest.mark.parametrize("other", ["R06", "R05 case=plate", "R05 case=container"])
def test_the_truck_of_one_incident_at_the_gate_is_not_that_of_another(other: str) -> None:
    port = Port(scenario.parse(f"+00:05:00 R04 case=no_manifest\n+00:05:00 {other}", "drill.txt"))
    port.world.env.process(_exports_come(port))
    port.run(6.0)
    one, two = sorted(port.customs.truth, key=lambda t: t.rule)
    assert one.injected
    assert two.injected
    assert not {one.subject, *one.related} & {two.subject, *two.related}


def test_r10_by_law_the_day_of_arrival_does_not_count_and_the_fourteenth_after_it_ends_at_midnight() -> None:
    with pytest.raises(scenario.ScenarioError, match=r"days '14\.9' is not a number from 15 to 400"):
        scenario.parse("+00:05:00 R10 days=14.9", "drill.txt")
    assert scenario.parse("+00:05:00 R10 days=15", "drill.txt").incidents[0].parameters["days"] == 15.0


@pytest.mark.parametrize("case", ["untested", "loaded"])
def test_r07_an_inbound_empty_leaves_without_its_test(case: str) -> None:
    _, heard, truth = _played(f"+00:05:00 R07 case={case}")
    passage, = heard.of(GatePassage, direction=Direction.OUT)
    assert passage.containers == (truth.subject,)
    lift, = heard.of(Move, container=truth.subject, event=MoveEvent.PICK)
    assert (truth.from_ms, truth.to_ms) == (lift.observed_at, passage.observed_at)
    results = [i.result for i in heard.of(Inspection, container=truth.subject) if i.result]
    assert results == ([InspectionResult.LOADED] if case == "loaded" else [])


@pytest.mark.parametrize("case", ["moved", "overdue"])
def test_r08_a_held_container_evades_inspection(case: str) -> None:
    _, heard, truth = _played(f"+00:05:00 R08 case={case} hours=6", hours=8.0)
    states = [d.state for d in heard.of(Declaration) if truth.subject in d.containers]
    assert states[-1] is DeclarationState.HELD
    assert not heard.of(Inspection, container=truth.subject)
    moves = heard.of(Move, container=truth.subject)
    assert [m.purpose for m in moves] == ([Purpose.RESTOW, Purpose.RESTOW] if case == "moved" else [])


@pytest.mark.parametrize(("case", "purpose"), [("moved", Purpose.RESTOW), ("left", Purpose.PICKUP)])
def test_r09_a_suspect_container_is_moved_all_the_same(case: str, purpose: Purpose) -> None:
    _, heard, truth = _played(f"+00:05:00 R09 case={case}")
    image, = heard.of(Inspection, container=truth.subject, result=InspectionResult.SUSPECT)
    assert image.inspection_kind is InspectionKind.H986
    moved = [m for m in heard.of(Move, container=truth.subject, event=MoveEvent.PICK) if m.purpose is purpose]
    assert truth.from_ms == moved[0].observed_at > image.observed_at


def test_r10_an_undeclared_container_has_stood_too_long() -> None:
    _, heard, truth = _played("+00:05:00 R10 days=20")
    told, = heard.of(Inventory, container=truth.subject)
    assert told.arrived_at == truth.from_ms - 20 * 86_400_000
    assert not [d for d in heard.of(Declaration) if truth.subject in d.containers]


def test_r11_dangerous_goods_go_where_they_may_not() -> None:
    port, heard, truth = _played("+00:05:00 R11")
    drop, = heard.of(Move, container=truth.subject, event=MoveEvent.DROP)
    block = jiangyin().blocks[port.world.index.block_number[drop.to_ref.split("-")[0]]]
    dangerous = port.world.boxes[truth.subject].dangerous_class
    assert dangerous is not None
    assert dangerous not in block.dangerous_classes
    assert truth.from_ms == drop.observed_at


def test_r12_a_trip_leaves_its_corridor_and_comes_back() -> None:
    _, heard, truth = _played("+00:05:00 R12 case=deviates minutes=20", hours=3.0)
    trip = next(t for t in heard.of(TransitTrip) if t.trip == truth.subject)
    corridor = jiangyin().corridors[0]
    line = shapely.LineString(corridor.line)
    far = line.distance(shapely.Point(truth.x, truth.y))
    assert far == pytest.approx(corridor.half_width_m, rel=0.05)
    assert truth.to_ms is not None
    assert truth.to_ms > truth.from_ms
    assert trip.seal in truth.related


@pytest.mark.parametrize("case", ["overdue", "not_written_off"])
def test_r12_a_trip_is_late_or_stays_open(case: str) -> None:
    _, heard, truth = _played(f"+00:05:00 R12 case={case}")
    told = heard.of(TransitTrip, trip=truth.subject)
    arrived = [t.observed_at for t in told if t.state is TripState.ARRIVED]
    written_off = [t for t in told if t.state is TripState.WRITTEN_OFF]
    assert len(arrived) == 1
    if case == "overdue":
        assert arrived[0] > told[0].due_at == truth.from_ms
        assert written_off
    else:
        assert not written_off


def test_r13_a_receiver_reports_a_truck_kilometres_away() -> None:
    port = Port(scenario.parse("+00:05:00 R13 plate=闽A10001 seconds=40"))
    port.terminal.truck("闽A10001")
    port.run((WARM_UP_MS / 1000 + 300 + 1) / 3600)
    found = []
    for step in range(30):
        at = port.world.now_ms // 2_000 * 2_000 + 2_000 * (step + 1)
        columns = fixes.columns(port.customs.fixes(at), port.world.index.frame)
        mine = columns["entity"] == "闽A10001"
        found += list(zip(columns["lon"][mine], columns["lat"][mine], strict=True))
    truth, = port.customs.truth
    assert 8 <= len(found) <= 11
    assert all(np.hypot(*np.subtract(_at(port, *f), (800.0, 300.0))) > 3_000.0 for f in found)
    assert (truth.x, truth.y) == (800.0, 300.0)


def test_r14_a_loaded_truck_stands_where_nothing_is_to_be_done() -> None:
    _, _, truth = _played("+00:05:00 R14 plate=闽A10002 minutes=20")
    assert truth.subject == "闽A10002"
    stops = np.asarray([s.at for s in jiangyin().stop_points])
    assert np.hypot(*(stops - (truth.x, truth.y)).T).min() > 60.0
    assert truth.to_ms == truth.from_ms + 1_200_000


@pytest.mark.parametrize("what", ["unloaded", "out of the gate"])
def test_r14_a_truck_unloaded_or_gone_on_its_way_is_no_case_the_next_loaded_one_is(what: str) -> None:
    port = Port(scenario.parse("+00:05:00 R14 minutes=20", "drill.txt"))
    first = port.terminal.truck("闽A10002", 820.0, 310.0)
    first.boxes.append(port.terminal.box())

    def unloaded_then_another_comes() -> Generator[simpy.Event, Any, None]:
        yield port.world.env.timeout(WARM_UP_MS / 1000.0 + 360.0)
        if what == "unloaded":
            first.boxes.clear()
        first.inside = what == "unloaded"
        other = port.terminal.truck("闽A10003", 820.0, 310.0)
        other.boxes.append(port.terminal.box())

    port.world.env.process(unloaded_then_another_comes())
    port.run(6.0)
    truth, = port.customs.truth
    assert truth.injected
    assert truth.subject != first.id
    assert truth.related, "it carries something while it stands"


@pytest.mark.parametrize(("purpose", "at"), [
    ("delivery", (820.0, 310.0)), ("pickup", jiangyin().gates[0].lanes[0].stop),
])
def test_r14_a_truck_about_to_be_unloaded_or_to_leave_is_not_chosen(purpose: str, at: tuple[float, float]) -> None:
    port = Port(scenario.parse("+00:05:00 R14 plate=闽A10002", "drill.txt"))
    truck = port.terminal.truck("闽A10002", *at)
    truck.purpose = purpose
    truck.boxes.append(port.terminal.box())
    port.run(7.0)
    truth, = port.customs.truth
    assert not truth.injected


@pytest.mark.parametrize("case", ["down", "silent"])
def test_r15_a_device_is_down_or_says_nothing(case: str) -> None:
    _, heard, truth = _played(f"+00:05:00 R15 case={case} minutes=20")
    told = heard.of(DeviceHealth, device=truth.subject)
    meanwhile = [d.state for d in told if truth.from_ms <= d.observed_at < (truth.to_ms or 0)]
    assert set(meanwhile) == ({DeviceState.DOWN} if case == "down" else set())
    assert told[-1].state is DeviceState.UP


def test_r16_the_closed_inspection_site_is_used_at_night() -> None:
    night = BASE_MS - 10 * 3_600_000  # midnight
    _, heard, truth = _played("+01:00:00 R16", hours=5.0, base_ms=night)
    there, back = (heard.of(Move, container=truth.subject, event=event) for event in (MoveEvent.DROP, MoveEvent.PICK))
    assert there[0].to_ref.startswith("Y1-") and back[1].from_ref == there[0].to_ref
    assert truth.from_ms == there[0].observed_at < back[1].observed_at
    assert 1 <= (truth.from_ms / 3_600_000 + 8) % 24 < 5
    assert not [m for m in heard.of(Move, purpose=Purpose.INSPECTION) if m.container != truth.subject]


def test_the_patrol_finds_what_was_injected_and_nothing_else() -> None:
    port, _, truth = _played("+00:05:00 R03 case=cut")
    patrol = port.customs.patrol
    assert patrol.finding(truth.subject, truth.from_ms - 1).startswith("未见异常")
    assert patrol.finding(truth.subject, truth.from_ms) == f"属实：{truth.note}"
    assert patrol.finding(truth.related[0], truth.from_ms).startswith("属实")
    other = next(b for b in port.world.boxes.values() if b.number not in truth.related)
    assert patrol.finding(other.number, truth.from_ms).startswith("未见异常")
    assert patrol.dispatch(other.number) in {f"XC-{n:02d}" for n in range(1, 9)}
    assert patrol.dispatch("nobody") is None


def test_the_truth_is_written_as_json_lines_apart_from_the_records(tmp_path: Path) -> None:
    port, heard, truth = _played("+00:05:00 R03 case=cut")
    port.customs.truth.write(tmp_path / "truth.jsonl")
    line, = (tmp_path / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    told = json.loads(line)
    assert (told["rule"], told["subject"], told["from_ms"]) == ("R03", truth.subject, FIVE_PAST)
    assert told["note"] == truth.note
    assert not [r for r in heard.records if truth.note in str(r)]


def test_a_whole_exercise_plays_all_rules_of_the_day_side_by_side() -> None:
    lines = [f"+00:{5 + n:02d}:00 R{n:02d}" for n in range(1, 16)]
    port = Port(scenario.parse("\n".join(lines)))
    for n in range(240):
        flow, full = (("import", True), ("empty_in", False), ("export", True))[n % 3]
        more: dict[str, str] = {"dangerous_class": "3", "un_number": "UN1230"} if n % 15 == 2 else {}
        box: Box = port.terminal.box(flow, Trade.FOREIGN, full, **more)
        slot = f"B1-{2 + 4 * (n % 20):02d}-{1 + n // 20 % 6:02d}-{1 + n // 120}"
        port.customs.initial(port.terminal.stand(box, slot, days=0.05 if n % 2 else 1.0))
    port.world.env.process(_empties_land(port))
    port.world.env.process(_exports_come(port))
    for n in range(5):
        port.terminal.truck(f"闽A1000{n}", 800.0 + n, 300.0).boxes.append(port.terminal.box())
    port.run(7.0)
    truths = list(port.customs.truth)
    assert {t.rule for t in truths} == {f"R{n:02d}" for n in range(1, 16)}
    assert all(t.injected for t in truths), [t for t in truths if not t.injected]
    subjects = [t.subject for t in truths]
    assert len(set(subjects)) == len(subjects)
