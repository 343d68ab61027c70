"""The terminal at work: what comes is what stands, lies aboard or left, and what is said is what happened."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from data_sources.simulated_port.container_numbers import NumberMint, check_digits
from data_sources.simulated_port.fleet_of_vessels import Deck, imo_number, register
from data_sources.simulated_port.operations import Simulation
from data_sources.simulated_port.world import Box
from tests.port.ledger import BASE_MS, HOUR_MS, MIDNIGHT_MS, Ledger, jiangyin, passages, physical_faults, started
from twin import iso6346
from twin.batch import fields_of
from twin.records import (
    Appointment,
    Direction,
    EntityKind,
    GateDecision,
    Kind,
    Move,
    MoveEvent,
    PlaceKind,
    Purpose,
    Trade,
    Vehicle,
    VehicleKind,
    VesselCall,
)

MINUTE_MS = 60_000
NIGHT_MS = MIDNIGHT_MS + 2 * HOUR_MS
HELD_UNTIL_MS = NIGHT_MS - 20 * MINUTE_MS


@pytest.fixture(scope="module")
def evening() -> tuple[Simulation, Ledger]:
    """The port under quiet customs from 17:15 to 18:35, with everything it said."""
    simulation, ledger = started(7)
    simulation.advance(BASE_MS + 35 * MINUTE_MS)
    return simulation, ledger


@dataclass
class Night:
    """A quiet night in which one container is inspected, and a truck that comes for another is held at the gate."""

    simulation: Simulation
    ledger: Ledger
    inspected: Box
    trip: simpy.Process
    seen: list[tuple[float, float]]
    held: str


@pytest.fixture(scope="module")
def night() -> Night:
    """The port under quiet customs from 1:15 to 2:45."""
    simulation, ledger = started(31, NIGHT_MS)
    operations = simulation.operations
    simulation.advance(NIGHT_MS - 40 * MINUTE_MS)
    yard = operations.yard
    idle = (b for b, _ in yard.boxes() if b.flow == "import" and not b.mission and not yard.above(b))
    inspected, taken = next(idle), next(idle)
    seen: list[tuple[float, float]] = []

    def work(at_site: Box) -> Any:
        found = operations.locate([at_site.number])
        seen.append((float(found["x"][0]), float(found["y"][0])))
        yield simulation.world.env.timeout(300.0)

    trip = operations.inspection_trip(inspected, "manual", work)
    held = operations.pickup(taken, at=simulation.world.now_ms)
    operations.hold_at_gate(held, HELD_UNTIL_MS)
    simulation.advance(NIGHT_MS + 45 * MINUTE_MS)
    return Night(simulation, ledger, inspected, trip, seen, held)


def test_numbers_of_new_containers_are_valid_and_never_the_same():
    mint = NumberMint(np.random.default_rng(5))
    numbers = mint.draw(("MSCU", "TCNU"), 3_000) + mint.draw(("MSCU", "TCNU"), 3_000)
    assert len(set(numbers)) == 6_000
    assert iso6346.valid(np.array(numbers, dtype=object)).all()
    assert check_digits(np.array(["CSQU"]), np.array([305438])).tolist() == [3]  # the example of ISO 6346, annex A


def test_vessels_have_identities_as_the_registers_give_them():
    assert imo_number(907472) == "9074729"  # the example in IMO A.1117(30)
    for trade in (Trade.FOREIGN, Trade.DOMESTIC):
        ships = register(trade)
        assert len({s.imo for s in ships}) == len({s.mmsi for s in ships}) == len(ships)
        assert all(len(s.mmsi) == 9 and s.mmsi.isdecimal() for s in ships)
    deck = Deck(register(Trade.FOREIGN)[0].size)
    assert deck.forward_m(deck.bays[0]) > 0 > deck.forward_m(deck.bays[-1])


def test_the_yard_begins_full_of_what_such_a_port_holds():
    simulation, ledger = started(11)
    boxes = [box for box, _ in simulation.operations.yard.boxes()]
    count = len(boxes)
    assert 18_500 < count < 22_000
    assert physical_faults(simulation) == []
    share = {
        name: sum(test(b) for b in boxes) / count
        for name, test in {
            "full": lambda b: b.full,
            "foreign": lambda b: b.trade is Trade.FOREIGN,
            "domestic": lambda b: b.trade is Trade.DOMESTIC,
            "dangerous": lambda b: b.dangerous_class is not None,
            "reefer": lambda b: b.reefer_set_c is not None,
        }.items()
    }
    assert 0.65 < share["full"] < 0.77 and 0.72 < share["foreign"] < 0.84 and 0.12 < share["domestic"] < 0.18
    assert 0.008 < share["dangerous"] < 0.022 and 0.025 < share["reefer"] < 0.055
    said = [columns for kind, columns in ledger.columns if kind is Kind.INVENTORY]
    assert sum(len(c["container"]) for c in said) > count
    assert iso6346.valid(np.array([b.number for b in boxes], dtype=object)).all()


@settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.generate],
)
@given(st.integers(0, 2**31), st.integers(0, 23))
def test_nothing_is_lost_doubled_or_afloat(seed, hour):
    """Whatever the seed and the hour of the day: every box is in one place, and the places are physically right."""
    simulation, ledger = started(seed, BASE_MS + hour * HOUR_MS)
    begun = set(simulation.world.boxes)
    simulation.advance(BASE_MS + hour * HOUR_MS - 10 * MINUTE_MS)
    operations = simulation.operations
    assert ledger.contradictions == []
    assert physical_faults(simulation) == []
    standing = {box.number: str(slot) for box, slot in operations.yard.boxes()}
    knots = operations.crane_motion.sample(simulation.world.env.now)[3].tolist()
    lifted = {held for held in operations.crane_motion.held(range(len(knots)), knots) if held}
    for number, box in simulation.world.boxes.items():
        assert number not in standing or box.place_kind is PlaceKind.SLOT
        if box.place_kind is PlaceKind.SLOT and number not in lifted:
            assert standing[number] == box.place_ref
            assert ledger.place[number] == (PlaceKind.SLOT, box.place_ref)
        if box.place_kind is PlaceKind.VEHICLE:  # on its wheels, or just lifted off by a crane
            assert box in operations.vehicles[box.place_ref].boxes or number in lifted
    on_wheels = Counter(b.number for v in operations.vehicles.values() for b in v.boxes)
    assert all(count == 1 for count in on_wheels.values())
    left = {m.container for m in ledger.of(Move) if m.event is MoveEvent.GTOT}
    assert left and begun - left <= set(simulation.world.boxes)
    assert len([m for m in ledger.of(Move) if m.event is MoveEvent.DISC]) > 50


def test_the_same_seed_gives_the_same_records_whatever_the_steps():
    one, first = started(21)
    other, second = started(21)
    end = BASE_MS - 33 * MINUTE_MS
    one.advance(end)
    for at in range(BASE_MS - 45 * MINUTE_MS, end, 37_000):
        other.advance(at)
    other.advance(end)
    assert len(first.records) > 500
    assert first.records == second.records
    third = started(22)[1]
    assert third.records != first.records[: len(third.records)]


def test_every_move_says_from_where_to_where_by_what(evening):
    _, ledger = evening
    moves = ledger.of(Move)
    assert {m.purpose for m in moves} >= {
        Purpose.PICKUP,
        Purpose.DELIVERY,
        Purpose.DISCHARGE,
        Purpose.LOADING,
        Purpose.RESTOW,
    }
    for m in moves:
        kinds = (m.from_kind, m.to_kind)
        expected = {
            MoveEvent.DISC: (PlaceKind.VESSEL, PlaceKind.VEHICLE),
            MoveEvent.LOAD: (PlaceKind.VEHICLE, PlaceKind.VESSEL),
            MoveEvent.PICK: (PlaceKind.SLOT, PlaceKind.VEHICLE),
            MoveEvent.GTOT: (PlaceKind.VEHICLE, PlaceKind.OUTSIDE),
            MoveEvent.GTIN: (PlaceKind.VEHICLE, PlaceKind.VEHICLE),
        }.get(m.event)
        if m.event is MoveEvent.DROP:
            restow = m.purpose is Purpose.RESTOW and m.from_kind is PlaceKind.SLOT
            expected = (PlaceKind.SLOT if restow else PlaceKind.VEHICLE, PlaceKind.SLOT)
        assert kinds == expected
        assert m.equipment and m.order
    ids = [r.id for r in ledger.records]
    assert len(ids) == len(set(ids))


def test_trucks_come_as_booked_and_are_read_at_the_gate_both_ways(evening):
    _, ledger = evening
    booked = {a.plate: a for a in ledger.of(Appointment)}
    read = passages(ledger)
    assert len(read) > 150
    trucks = {v.vehicle for v in ledger.of(Vehicle) if v.vehicle_kind is VehicleKind.ROAD_TRUCK}
    inward = {p.plate for p in read if p.direction is Direction.IN}
    for p in read:
        assert p.plate in booked and p.plate in trucks and p.decision is GateDecision.RAISE
        assert p.weight_kg > 13_000 and len(p.pictures) == 3 and 0.5 < p.plate_confidence <= 1.0
        if p.direction is Direction.OUT:
            assert p.plate in inward
    assert all(a.window_from < a.window_to for a in booked.values())
    gates = {p.gate for p in read}
    assert gates == {"G1", "G2"}


def test_the_weighbridge_agrees_with_what_is_on_the_truck(evening):
    _, ledger = evening
    weights = {}
    for kind, columns in ledger.columns:
        if kind is Kind.CONTAINER:
            weights.update(zip(columns["container"], columns["gross_kg"], strict=True))
    weights.update({r.container: r.gross_kg for r in ledger.records if hasattr(r, "gross_kg")})
    laden = [p for p in passages(ledger) if p.containers]
    assert len(laden) > 80
    for p in laden:
        assert p.weight_kg - sum(weights[c] for c in p.containers) == pytest.approx(15_600, abs=400)


def test_vessels_lie_alongside_and_are_worked_at_a_believable_rate(evening):
    simulation, ledger = evening
    alongside = [c for c in simulation.world.calls.values() if c.state == "alongside"]
    assert 3 <= len(alongside) <= 9
    assert {c.berth for c in alongside} <= {b.id for b in simulation.world.layout.berths}
    assert any(c.trade is Trade.DOMESTIC for c in alongside)
    hours = (simulation.world.now_ms - simulation.world.start_ms) / HOUR_MS
    rates = [c.moves / hours for c in simulation.operations.quay.cranes if c.moves > 20]
    assert rates and max(rates) < 36
    assert {c.call for c in ledger.of(VesselCall)} >= {c.id for c in alongside}


def test_customs_hear_of_every_box_that_comes_and_goes(evening):
    simulation, ledger = evening
    told = simulation.customs.told
    moves = ledger.of(Move)
    assert set(told["loaded"]) == {m.container for m in moves if m.event is MoveEvent.LOAD}
    gone = {m.container for m in moves if m.event is MoveEvent.GTOT}
    assert gone <= set(told["gone"])
    landed = {
        m.container for m in moves if m.event is MoveEvent.DROP and m.purpose in (Purpose.DISCHARGE, Purpose.DELIVERY)
    }
    assert landed == set(told["landed"])
    assert landed <= set(told["announce"])


def test_positions_come_as_columns_of_the_record_and_at_their_intervals(evening):
    simulation, _ = evening
    at = simulation.world.now_ms
    counts = Counter()
    for step in range(1, 16):
        simulation.advance(at + step * 2_000)
        found = simulation.sample(at + step * 2_000)
        for kind, columns in found.items():
            assert list(columns) == [f.name for f in fields_of(kind)]
            assert len({len(v) for v in columns.values()}) == 1
        position = found[Kind.POSITION]
        counts.update(zip(position["entity"].tolist(), position["entity_kind"].tolist(), strict=True))
        assert len(set(position["id"].tolist())) == len(position) or len(position["id"]) == len(set(position["id"]))
        assert np.all(np.abs(position["lat"] - 25.4133) < 1.0) and np.all(np.abs(position["lon"] - 119.2917) < 1.0)
    vehicles = [n for (_, kind), n in counts.items() if kind == EntityKind.VEHICLE]
    assert len(vehicles) > 150 and max(vehicles) == 15 and min(vehicles) >= 1
    assert any(kind == EntityKind.CRANE for _, kind in counts)


def test_locate_finds_boxes_in_slots_on_wheels_and_none_elsewhere(evening):
    simulation, _ = evening
    boxes = simulation.world.boxes.values()
    carried = next(b for b in boxes if b.place_kind is PlaceKind.VEHICLE)
    standing = next(b for b in boxes if b.place_kind is PlaceKind.SLOT)
    found = simulation.operations.locate([carried.number, "NONE0000000", standing.number])
    vehicle = simulation.operations.vehicles[carried.place_ref]
    assert (found["x"][0], found["y"][0]) == pytest.approx((vehicle.x, vehicle.y))
    assert np.isnan(found["x"][1]) and found["speed_mps"][2] == 0.0


def test_an_inspection_trip_takes_the_box_there_and_back(night):
    box = night.inspected
    assert night.trip.processed and night.trip.value is True
    ((x, y),) = night.seen
    stops = [s.at for s in jiangyin().stop_points if s.purpose == "manual"]
    assert min(np.hypot(sx - x, sy - y) for sx, sy in stops) < 1.0
    purposes = [m.purpose for m in night.ledger.of(Move) if m.container == box.number]
    assert purposes[:2] == [Purpose.INSPECTION, Purpose.INSPECTION]
    assert Purpose.INSPECTION not in purposes[2:]
    assert len(purposes) > 2 or (box.place_kind is PlaceKind.SLOT and box.mission == "")


def test_a_truck_held_at_the_gate_waits_until_the_hold_ends(night):
    read = [p for p in passages(night.ledger) if p.plate == night.held and p.direction is Direction.IN]
    assert [p.decision for p in read] == [GateDecision.HOLD, GateDecision.RAISE]
    assert read[0].lane == read[1].lane
    assert read[0].observed_at < HELD_UNTIL_MS <= read[1].observed_at
    entered = [m for m in night.ledger.of(Move) if m.order == read[1].order and m.event is MoveEvent.PICK]
    assert all(m.observed_at > HELD_UNTIL_MS for m in entered)


def test_cranes_that_share_a_way_keep_apart(evening):
    simulation, _ = evening
    layout, motion = simulation.world.layout, simulation.operations.crane_motion
    cranes = layout.cranes
    pairs = []
    for b, second in enumerate(cranes):
        for a, first in enumerate(cranes[:b]):
            if first.kind == second.kind == "sts":
                pairs.append((a, b, 20.0))
            elif set(first.serves) & set(second.serves):
                pairs.append((a, b, 15.0))
    assert len(pairs) > 100
    begin = simulation.world.now_ms
    for step in range(1, 61):
        simulation.advance(begin + step * 15_000)
        gantry = motion.sample(simulation.world.env.now)[0]
        angles = np.radians([c.bearing_deg for c in cranes])
        at = np.array([c.home for c in cranes]) + np.stack([np.sin(angles), np.cos(angles)], axis=1) * gantry[:, None]
        for a, b, least in pairs:
            apart = float(np.hypot(*(at[a] - at[b])))
            assert apart > least, f"{cranes[a].id} and {cranes[b].id} are {apart:.1f} m apart after {15 * step} s"
