"""The picture the twin keeps: places, loads, legal states, positions, seals, papers, counts."""

from __future__ import annotations

import numpy as np
import pytest

from tests.core.timeline import BOX, Story, Watch, at, number, watching
from twin.events import EventKind
from twin.legal_state import LegalState
from twin.records import (
    Action,
    Appointment,
    CallState,
    Classifier,
    Consultation,
    CraneTelemetry,
    DeclarationMode,
    DeclarationState,
    DeviceHealth,
    DeviceState,
    Direction,
    EntityKind,
    GateDecision,
    InspectionKind,
    InspectionState,
    Kind,
    Manifest,
    MoveEvent,
    PlaceKind,
    Purpose,
    SealEventKind,
    Task,
    TaskState,
    Trade,
    TripState,
    VesselCall,
)
from twin.seal_state import SealState
from twin.tables import PLACE_KINDS, PLACE_KNOWN, PLACE_SHARED, PLACE_UNREADABLE, Containers

SLOT = PLACE_KINDS[PlaceKind.SLOT]


def told(story: Story) -> Watch:
    return Watch(story.index, rules=()).hears_one_by_one(story.records)


def legal(watch: Watch, box: str = BOX) -> LegalState:
    return LegalState(int(watch.twin.containers.legal_state[watch.twin.containers.row_of[box]]))


# Places


def test_a_container_stands_where_its_slot_is() -> None:
    story = Story()
    story.container("7:00", type_code="45G1")
    story.stands("7:00", "F1-02-03-4")
    containers = told(story).twin.containers
    assert (containers.block[0], containers.bay[0], containers.row[0], containers.tier[0]) == (0, 2, 3, 4)
    assert containers.xyz[0] == pytest.approx((10 + 6.5, 10 - 2.5 * 2.8, 3 * 2.591), abs=1e-4)
    assert containers.bearing_deg[0] == 90.0
    assert (containers.length_m[0], containers.height_m[0]) == pytest.approx((12.192, 2.896))
    assert containers.present[0]
    assert containers.arrived_at[0] == at("0:00")


def test_the_newest_word_on_the_place_holds_and_late_ones_are_kept_as_facts() -> None:
    story = Story()
    story.stands("8:00", "F1-01-01-1")
    story.dropped("9:00", "F1-05-01-1")
    story.stands("8:30", "F1-03-01-1")
    watch = told(story)
    assert watch.twin.containers.place_ref[0] == "F1-05-01-1"
    assert len(watch.deltas[-1].containers) == 0 or watch.twin.containers.moved_at[0] == at("9:00")
    assert [entry.observed_at for entry in watch.twin.dossier(BOX)] == [at("8:00"), at("8:30"), at("9:00")]


@pytest.mark.parametrize("text", ["", "F1", "F1-00-01-1", "F1-20-01-1", "F1-01-05-1", "F1-01-01-6", "X9-01-01-1",
                                  "F1-a-01-1", "F1-01-01-0", "F1-²-01-1", "第三堆位", "F1-01-01-99999999999999999999"])
def test_a_slot_nobody_knows_is_kept_and_flagged(text: str) -> None:
    story = Story()
    story.stands("8:00", text)
    watch = told(story)
    containers = watch.twin.containers
    assert (containers.place_ref[0], containers.place_flag[0], containers.block[0]) == (text, PLACE_UNREADABLE, -1)
    assert containers.present[0]
    assert np.isnan(containers.xyz[0]).all()
    assert [e.kind for e in watch.deltas[-1].events] == [EventKind.SLOT_UNKNOWN]


@pytest.mark.parametrize(("first", "second"), [("F1-01-01-1", "F1-01-01-1"), ("F1-01-01-1", "F1-02-01-1"),
                                               ("F1-02-01-1", "F1-04-01-1")])
def test_two_containers_in_one_slot_are_both_kept_and_flagged_until_one_goes(first: str, second: str) -> None:
    story = Story()
    other = number(2)
    story.stands("8:00", first)
    story.stands("8:01", second, other)
    watch = told(story)
    containers = watch.twin.containers
    assert list(containers.place_flag) == [PLACE_SHARED, PLACE_SHARED]
    assert EventKind.SLOT_SHARED in [e.kind for e in watch.deltas[-1].events]
    watch.hears([story.dropped("8:10", "F1-09-01-1", box=other)])
    assert list(containers.place_flag) == [PLACE_KNOWN, PLACE_KNOWN]
    assert list(watch.deltas[-1].containers) == [0, 1]


def test_neighbours_share_nothing() -> None:
    story = Story()
    slots = ("F1-01-01-1", "F1-03-01-1", "F1-01-02-1", "F1-01-01-2", "F1-06-01-1", "D1-01-01-1")
    for serial, slot in enumerate(slots, 1):
        story.stands("8:00", slot, number(serial))
    assert set(told(story).twin.containers.place_flag) == {PLACE_KNOWN}


def test_plans_and_estimates_move_nothing() -> None:
    story = Story()
    story.stands("8:00", "F1-01-01-1")
    story.lifted_for_exit("8:10", classifier=Classifier.PLANNED)
    story.lifted_for_exit("8:11", classifier=Classifier.ESTIMATED)
    story.move("8:12", MoveEvent.INSP, Purpose.INSPECTION, (PlaceKind.SLOT, ""), (PlaceKind.SLOT, ""))
    assert told(story).twin.containers.place_kind[0] == SLOT


def test_a_truck_carries_what_was_lifted_onto_it_until_it_is_put_down() -> None:
    story = Story()
    story.lifted_for_exit("8:00", plate="闽A1", box=BOX)
    story.lifted_for_exit("8:01", plate="闽A1", box=number(2))
    watch = told(story)
    movers, rows = watch.twin.movers, watch.twin.containers.row_of
    assert (movers.load[0], movers.load2[0]) == (rows[number(2)], rows[BOX])
    assert watch.twin.containers.carrier[rows[BOX]] == 0
    watch.hears([story.dropped("8:10", "F1-05-01-1", "闽A1", number(2))])
    assert (movers.load[0], movers.load2[0]) == (rows[BOX], -1)
    watch.hears([story.dropped("8:11", "F1-07-01-1", "闽A1", BOX)])
    assert (movers.load[0], movers.load2[0]) == (-1, -1)
    assert 0 in watch.deltas[-1].movers


# Vessels


def call(story: Story, when: str, state: CallState, berth: str | None = "B1") -> VesselCall:
    return story._tell(VesselCall, when, call="C1", vessel="江阴之星", imo="9", mmsi="413000001", voyage="1W",
                       length_m=300.0, beam_m=48.0, berth=berth, state=state, arrival_at=at("6:00"),
                       departure_at=at("20:00"))


def test_a_vessel_her_place_and_the_boxes_on_board() -> None:
    story = Story()
    call(story, "6:00", CallState.ALONGSIDE)
    story.move("8:00", MoveEvent.LOAD, Purpose.LOADING, (PlaceKind.VEHICLE, "T1"),
               (PlaceKind.VESSEL, "413000001/140284"))
    story.fix("8:00", 400.0, -80.0, "413000001", kind=EntityKind.VESSEL, speed=0.0)
    watch = told(story)
    vessels, containers = watch.twin.vessels, watch.twin.containers
    assert (vessels.name[0], vessels.length_m[0], vessels.alongside_count()) == ("江阴之星", 300.0, 1)
    assert watch.twin.movers.x[vessels.mover[0]] == pytest.approx(400.0, abs=0.01)
    assert (containers.carrier[0], containers.vessel_slot[0]) == (vessels.mover[0], 140284)
    assert containers.present[0]
    watch.hears([call(story, "9:00", CallState.DEPARTED, None)])
    assert not containers.present[0]
    assert list(watch.deltas[-1].containers) == [0]
    watch.hears([call(story, "5:00", CallState.EXPECTED)])
    assert vessels.state[0] == 2, "an old word on the call changes nothing"


def test_a_vessel_known_only_by_her_positions_is_a_vessel() -> None:
    story = Story()
    story.fix("8:00", 4_000.0, -800.0, "538001234", kind=EntityKind.VESSEL)
    vessels = told(story).twin.vessels
    assert (vessels.name[0], vessels.mover[0], vessels.state[0]) == ("538001234", 0, -1)


# Legal states


def test_the_legal_life_of_an_import() -> None:
    story, watch = Story(), Watch(rules=())
    seen = []
    for record in (
        story.stands("7:00", "F1-01-01-1"), story.container("7:01"), story.declares("7:10", DeclarationState.LODGED),
        story.declares("7:20", DeclarationState.HELD), story.inspects("7:30", InspectionState.ORDERED),
        story.inspects("7:40", InspectionState.STARTED), story.inspects("7:50", InspectionState.DONE),
        story.declares("7:55", DeclarationState.INSPECTED), story.released("8:00"), story.lifted_for_exit("9:00"),
        story.move("9:10", MoveEvent.GTOT, Purpose.PICKUP, (PlaceKind.VEHICLE, "闽A1"), (PlaceKind.OUTSIDE, "")),
    ):
        watch.hears([record])
        seen.append(legal(watch).name)
    assert seen == ["UNKNOWN", "UNDECLARED", "DECLARED", "HELD", "HELD", "INSPECTION", "HELD", "DECLARED", "RELEASED",
                    "REMOVED", "REMOVED"]
    assert not watch.twin.containers.present[0]


def test_a_late_release_is_taken_and_an_old_state_is_not() -> None:
    story = Story()
    story.container("7:00")
    story.released("8:00")
    story.declares("7:30", DeclarationState.HELD)
    assert legal(told(story)) is LegalState.RELEASED


def test_revoked_is_as_good_as_undeclared() -> None:
    story = Story()
    story.container("7:00")
    story.declares("7:30", DeclarationState.ACCEPTED)
    story.declares("7:40", DeclarationState.REVOKED)
    assert legal(told(story)) is LegalState.UNDECLARED


@pytest.mark.parametrize(("trade", "full", "expected"), [
    (Trade.DOMESTIC, True, LegalState.DOMESTIC), (Trade.DOMESTIC, False, LegalState.DOMESTIC),
    (Trade.FOREIGN, False, LegalState.EMPTY), (Trade.TRANSIT, True, LegalState.TRANSIT),
    (Trade.TRANSSHIPMENT, True, LegalState.TRANSIT), (Trade.FOREIGN, True, LegalState.UNDECLARED),
])
def test_what_trade_and_content_alone_say(trade: Trade, full: bool, expected: LegalState) -> None:
    story = Story()
    story.container("7:00", trade=trade, full=full)
    assert legal(told(story)) is expected


@pytest.mark.parametrize(("state", "expected"), [
    (InspectionState.ORDERED, LegalState.EMPTY), (InspectionState.STARTED, LegalState.INSPECTION),
    (InspectionState.DONE, LegalState.EMPTY),
])
def test_an_empty_is_tested_by_ultrasound_without_being_held(state: InspectionState, expected: LegalState) -> None:
    story = Story()
    story.container("7:00", full=False)
    story.inspects("7:30", state, kind=InspectionKind.ULTRASONIC)
    assert legal(told(story)) is expected


# Positions


def test_the_newest_fix_is_where_the_marker_is_with_the_one_before() -> None:
    story = Story()
    for when, x in (("8:00:00", 10.0), ("8:00:06", 40.0), ("8:00:02", 20.0), ("8:00:04", 30.0)):
        story.fix(when, x, 50.0)
    movers = told(story).twin.movers
    assert movers.x[0] == pytest.approx(40.0, abs=0.01)
    assert movers.previous_x[0] == pytest.approx(30.0, abs=0.01)
    assert (movers.observed_at[0], movers.previous_at[0]) == (at("8:00:06"), at("8:00:04"))


def test_late_fixes_move_no_marker_and_are_not_in_the_delta() -> None:
    story = Story()
    story.fix("8:00:04", 10.0, 50.0)
    story.fix("8:00:06", 40.0, 50.0)
    watch = told(story)
    delta = watch.hears([story.fix("8:00:00", 90.0, 90.0)])
    assert len(delta.movers) == 0
    assert watch.twin.movers.y[0] == pytest.approx(50.0, abs=0.01)


def test_not_fixed_is_no_position() -> None:
    from tests.core.timeline import again

    story = Story()
    bad = [again(story.fix("8:00", 1.0, 1.0), lon=0.0, lat=0.0), again(story.fix("8:01", 1.0, 1.0), lon=float("nan"))]
    watch = Watch(rules=())
    watch.hears(bad)
    assert watch.twin.movers.count == 0


def test_many_movers_at_once_grow_the_table() -> None:
    story = Story()
    for i in range(5_000):
        story.fix("8:00", float(i % 400), float(i % 300), f"truck {i}")
    watch = Watch(rules=())
    delta = watch.hears(story.records)
    movers = watch.twin.movers
    assert (movers.count, len(delta.movers)) == (5_000, 5_000)
    assert movers.id[4_321] == "truck 4321"
    assert movers.x[4_321] == pytest.approx(4_321 % 400, abs=0.01)
    with pytest.raises(ValueError, match="read-only"):
        movers.x[0] = 1.0


def test_zones_are_entered_and_told_once() -> None:
    story = Story()
    story.vehicle("7:00")
    for when, x in (("8:00:00", 150.0), ("8:00:02", 90.0), ("8:00:04", 80.0), ("8:00:06", -200.0)):
        story.fix(when, x, 30.0)
    watch = told(story)
    entered = [(e.subject, e.zone, e.at) for d in watch.deltas for e in d.events if e.kind is EventKind.ENTERED_ZONE]
    assert entered == [("闽A1", "FOREIGN", at("8:00:02"))]
    assert watch.twin.movers.zone[0] == -1


def test_the_zone_grid_says_what_the_polygons_say() -> None:
    from tests.core.small_port import small_port
    from twin.cells import ZoneCells

    rng = np.random.default_rng(3)
    x, y = rng.uniform(-700.0, 1_200.0, (2, 5_000))
    x[0] = np.nan
    grid = ZoneCells(small_port())
    for _ in range(2):  # filled in, then looked up
        assert (grid.zone(x, y) == small_port().zone_of_points(x, y)).all()


def test_cranes_are_those_of_the_port_and_follow_their_telemetry() -> None:
    story = Story()
    story.container("7:00")
    for when, trolley in (("8:00:02", 7.0), ("8:00:00", 3.0)):
        story._tell(CraneTelemetry, when, crane="RTG1", trolley_m=trolley, hoist_m=9.0, locked=True, container=BOX)
    story.fix("8:00:03", 60.0, 16.0, "RTG1", kind=EntityKind.CRANE)
    watch = told(story)
    cranes = watch.twin.cranes
    assert (cranes.count, cranes.trolley_m[0], cranes.locked[0], cranes.container[0]) == (1, 7.0, True, 0)
    assert cranes.x[0] == pytest.approx(60.0, abs=0.01)
    assert watch.twin.movers.id[cranes.mover[0]] == "RTG1"


# Seals


def test_a_seal_follows_its_newest_event_and_position() -> None:
    story = Story()
    story.container("7:00")
    story.seal("8:00", SealEventKind.LOCKED, 10.0, 10.0)
    story.fix("8:05", 70.0, 80.0, "JY-000001", kind=EntityKind.SEAL)
    story.seal("8:02", SealEventKind.HEARTBEAT, 20.0, 20.0)
    watch = told(story)
    seals = watch.twin.seals
    assert (seals.state[0], seals.container[0], seals.observed_at[0], seals.previous_at[0]) == (
        SealState.LOCKED, 0, at("8:05"), at("8:02"))
    assert (seals.x[0], seals.y[0]) == pytest.approx((70.0, 80.0), abs=0.01)
    assert "JY-000001" not in watch.twin.movers.row_of
    assert [e.facts["state"] for d in watch.deltas for e in d.events] == ["locked"]


def test_a_low_battery_does_not_hide_a_cut() -> None:
    story = Story()
    story.seal("8:00", SealEventKind.CUT)
    story.seal("8:01", SealEventKind.LOW_BATTERY)
    assert told(story).twin.seals.state[0] == SealState.CUT


# Papers and readings


def test_declarations_answer_for_containers() -> None:
    story = Story()
    story.declares("7:00", DeclarationState.LODGED, declaration="111")
    story.declares("7:30", DeclarationState.ACCEPTED, declaration="111")
    story.declares("7:20", DeclarationState.LODGED, declaration="222")
    twin = told(story).twin
    assert [(d.declaration, d.state) for d in twin.declarations.of(0)] == [
        ("111", DeclarationState.ACCEPTED), ("222", DeclarationState.LODGED)]
    assert twin.declarations.containers_of("111") == (BOX,)
    assert twin.declarations.containers_of("999") == ()
    assert twin.declarations.numbers() == ("111", "222")
    assert len(twin.declarations) == 2
    assert twin.declarations.get("999") is None


def test_a_release_is_valid_from_its_own_time_on() -> None:
    story = Story()
    story.released("8:00")
    story.declares("9:00", DeclarationState.REVOKED)
    declarations = told(story).twin.declarations
    valid = [declarations.release_valid(0, at(t)) for t in ("7:59", "8:00", "8:59", "9:00")]
    assert valid == [False, True, True, False]
    assert declarations.first_release_after(0, at("7:00")) == at("8:00")
    assert declarations.first_release_after(0, at("8:00")) is None


def test_registers_keep_the_newest_of_each_subject() -> None:
    story = Story()
    manifest = {"manifest": "M1", "line": 1, "bill": "B1", "call": "C1", "container": BOX,
                "mode": DeclarationMode.IMPORT, "packages": 1, "gross_kg": 1.0}
    story._tell(Manifest, "8:00", goods="new", **manifest)
    story._tell(Manifest, "7:00", goods="old", **manifest)
    story._tell(DeviceHealth, "8:00", device="G1-O1", device_kind="gate", state=DeviceState.DOWN, since=at("7:59"))
    story._tell(Appointment, "8:00", appointment="A1", plate="闽A1", container=BOX, purpose=Purpose.PICKUP, gate="G1",
                window_from=0, window_to=1)
    story._tell(Task, "8:00", task="K1", task_kind="patrol", subject=BOX, assignee="Lin", state=TaskState.OPEN,
                result=None, note="")
    story._tell(Consultation, "8:00", consultation="Q1", inspection="I1", state=TaskState.OPEN, participants=("a",),
                conclusion=None)
    story._tell(Action, "8:00", action="take", subject=BOX, warning="W1", operator="Zhang", note="")
    story.trip("8:00", state=TripState.ARRIVED)
    watch = told(story)
    twin = watch.twin
    found = twin.manifests.get(BOX)
    assert isinstance(found, Manifest)
    assert found.goods == "new"
    assert twin.manifests.value(BOX, "goods") == "new"
    assert twin.manifests.value("nobody", "goods") is None
    assert twin.manifests.get("nobody") is None
    registers = (twin.manifests, twin.devices, twin.appointments, twin.tasks, twin.consultations, twin.actions,
                 twin.trips, twin.inspections)
    assert [len(r) for r in registers] == [1, 1, 1, 1, 1, 1, 1, 0]
    assert [d.device for d in twin.devices if isinstance(d, DeviceHealth)] == ["G1-O1"]
    kinds = [e.kind for d in watch.deltas for e in d.events]
    assert kinds == [EventKind.DEVICE_CHANGED, EventKind.TASK_CHANGED, EventKind.TRIP_CHANGED]
    assert {e.kind for e in twin.dossier(BOX)} == {Kind.MANIFEST, Kind.APPOINTMENT, Kind.TASK, Kind.TRANSIT_TRIP}
    assert twin.dossier("nobody") == ()


def test_gate_passages_tell_who_is_in_and_who_left() -> None:
    story = Story()
    story.vehicle("7:00")
    story.passes_gate("8:00", Direction.IN)
    story.fix("8:01", 100.0, 100.0)
    story.passes_gate("8:30", decision=GateDecision.HOLD)
    watch = told(story)
    assert watch.twin.counts().vehicles == 1
    assert watch.twin.movers.left_at[0] == 0, "it was held"
    watch.hears([story.passes_gate("8:40")])
    watch.hears([], now=at("8:43"))
    assert watch.twin.counts().vehicles == 0
    assert [p.observed_at for p in watch.twin.gate_passages] == [at("8:40"), at("8:30"), at("8:00")]
    assert len(watch.twin.gate_passages) == 3
    assert watch.twin.activity.per_minute("gate_in", 60, at("8:43")).sum() == 1
    kinds = [e.kind for d in watch.deltas for e in d.events]
    assert kinds == [EventKind.PASSED_GATE, EventKind.HELD_AT_GATE, EventKind.PASSED_GATE]


def test_counts() -> None:
    story = Story()
    for serial in (1, 2, 3):
        story.container("7:00", number(serial))
        story.stands("7:00", f"F1-0{2 * serial - 1}-01-1", number(serial))
    story.inspects("7:30", InspectionState.STARTED)
    story.lifted_for_exit("8:00", box=number(3))
    story.seal("8:00", SealEventKind.LOCKED)
    watch = watching("R01").hears_one_by_one(story.records)  # the boxes of this story have no papers
    counts = watch.twin.counts()
    assert (counts.containers_in_yard, counts.seals, counts.inspecting) == (2, 1, 1)
    assert (counts.warnings_open, counts.warnings_today) == (1, 1)
    watch.hears([], now=at("8:00") + 24 * 3_600_000)
    assert watch.twin.counts().warnings_today == 0, "the day is that of Jiangyin"


def test_an_empty_twin_knows_nothing_and_says_so() -> None:
    watch = Watch()
    delta = watch.hears([], now=at("8:00"))
    assert (delta.now, len(delta.containers), delta.events, delta.warnings) == (at("8:00"), 0, (), ())
    assert watch.twin.counts().containers_in_yard == 0
    assert watch.twin.cranes.count == 1


def test_the_clock_of_events_never_runs_back() -> None:
    watch = Watch()
    watch.hears([], now=at("8:00"))
    assert watch.hears([], now=at("7:00")).now == at("8:00")


def test_a_wrong_check_digit_is_flagged_and_kept() -> None:
    story = Story()
    story.container("7:00", "MSKU0000012")
    containers = told(story).twin.containers
    assert (containers.number[0], containers.number_valid[0]) == ("MSKU0000012", False)


def test_rows_are_given_once_and_stay() -> None:
    table = Containers(1)
    rows = table.rows([BOX, number(2), BOX])
    assert list(rows) == [0, 1, 0]
    assert list(table.known_rows([number(9), BOX])) == [-1, 0]
    assert list(table.trade) == [-1, -1]
