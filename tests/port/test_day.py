"""A whole day of the simulated port: nothing is lost, nobody is stuck."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.port.ledger import HOUR_MS, MIDNIGHT_MS, passages, physical_faults, started
from twin.records import CallState, Direction, Move, MoveEvent, Purpose, VehicleKind, VesselCall

LONGEST_STAY_MS = 4 * HOUR_MS


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_a_day_goes_by_without_a_stuck_truck_or_a_lost_container():
    simulation, ledger = started(1, MIDNIGHT_MS)
    vehicles = simulation.operations.vehicles
    entered: dict[str, int] = {}
    longest, most_inside = 0, 0
    for at in range(MIDNIGHT_MS, MIDNIGHT_MS + 24 * HOUR_MS + 1, HOUR_MS // 4):
        simulation.advance(at)
        trucks = {v.id for v in vehicles.values() if v.kind is VehicleKind.ROAD_TRUCK}
        entered = {plate: entered.get(plate, at) for plate in sorted(trucks)}
        longest = max([longest, *(at - since for since in entered.values())])
        most_inside = max(most_inside, len(trucks))
    assert longest < LONGEST_STAY_MS
    assert ledger.contradictions == []
    assert physical_faults(simulation) == []

    moves = Counter((m.event, m.purpose) for m in ledger.of(Move))
    gate = moves[(MoveEvent.GTIN, Purpose.DELIVERY)] + moves[(MoveEvent.GTOT, Purpose.PICKUP)]
    quay = moves[(MoveEvent.DISC, Purpose.DISCHARGE)] + moves[(MoveEvent.LOAD, Purpose.LOADING)]
    assert 4_500 < gate < 7_500
    assert 4_000 < quay < 8_500
    assert 250 < most_inside < 550
    assert 18_000 < len(simulation.operations.yard) < 22_500
    states = {c.state for c in ledger.of(VesselCall)}
    assert states == {CallState.EXPECTED, CallState.ALONGSIDE, CallState.DEPARTED}
    inward, outward = (Counter(p.plate for p in passages(ledger) if p.direction is d) for d in Direction)
    assert set(outward) <= set(inward) and len(inward) > 3_000
    by_hour = Counter((p.observed_at - MIDNIGHT_MS) // HOUR_MS for p in passages(ledger))
    assert by_hour[10] > 2 * by_hour[3]
