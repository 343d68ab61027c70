"""The simulated customs: legal steps only, nothing leaves unreleased, and a clean day breaks no rule."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data_sources.simulated_port import fixes
from data_sources.simulated_port.declarations import (
    NEXT,
    DeclarationBook,
    DeclarationNumbers,
    DeclarationStateError,
    Filing,
    may_follow,
)
from data_sources.simulated_port.filings import FilingDrawer
from data_sources.simulated_port.world import Box
from tests.port.quiet_terminal import BASE_MS, Heard, Port, jiangyin
from twin.batch import batch_of
from twin.port_layout import FenceClass, ZoneKind
from twin.records import (
    Declaration,
    DeclarationMode,
    DeclarationState,
    DeviceHealth,
    DeviceState,
    Inspection,
    InspectionKind,
    InspectionResult,
    InspectionState,
    Kind,
    Manifest,
    Move,
    Purpose,
    SealEvent,
    SealEventKind,
    Trade,
    TransitTrip,
    TripState,
)

HOUR_MS = 3_600_000


class BusyPort(Port):
    """A port that notes when each container landed: its flow and ms UTC by number."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed=seed)
        self.landed: dict[str, tuple[str, int]] = {}


def _busy_port(seed: int = 7, boxes: int = 600) -> BusyPort:
    """A port with a mixed yard, vessels that land import containers and trucks that bring export ones."""
    port = BusyPort(seed)
    flows = (("import", True), ("export", True), ("empty_in", False), ("transshipment", True), ("import", True))
    for n in range(boxes):
        flow, full = flows[n % 5]
        trade = Trade.TRANSSHIPMENT if flow == "transshipment" else Trade.FOREIGN
        if n % 11 == 0:
            flow, full, trade = "domestic_in", True, Trade.DOMESTIC
        slot = f"B1-{2 + 4 * (n % 10):02d}-{1 + n // 10 % 6:02d}-1"
        port.customs.initial(port.terminal.stand(port.terminal.box(flow, trade, full), slot, days=0.02 * n % 8))
    port.world.env.process(_arrivals(port))
    return port


def _arrivals(port: BusyPort):  # type: ignore[no-untyped-def]
    for n in range(200):
        flow = ("import", "export", "empty_in", "transshipment")[n % 4]
        trade = Trade.TRANSSHIPMENT if flow == "transshipment" else Trade.FOREIGN
        box = port.terminal.box(flow, trade, flow != "empty_in", call="C1" if flow != "export" else None)
        port.customs.announce(box)
        yield port.world.env.timeout(120.0)
        port.terminal.stand(box, f"B2-{2 + 4 * (n % 10):02d}-{1 + n // 10 % 6:02d}-2", days=0.0)
        port.customs.landed(box)
        port.landed[box.number] = flow, port.world.now_ms
        if flow == "import" and n % 3 == 0:
            port.terminal.pickup(box)


@pytest.fixture(scope="module")
def day() -> tuple[BusyPort, Heard]:
    port = _busy_port()
    return port, port.run(30.0)


def test_a_declaration_goes_from_lodged_to_released_by_legal_steps_only(day: tuple[BusyPort, Heard]) -> None:
    port, heard = day
    told: dict[str, list[Declaration]] = defaultdict(list)
    for record in heard.of(Declaration):
        told[record.declaration].append(record)
    assert len(told) > 800
    for records in told.values():
        assert all(may_follow(one.state, next_.state) for one, next_ in pairwise(records)), records
    passing = {b.number for b in port.world.boxes.values() if b.flow == "transshipment"}
    settled = [
        records[-1].state is DeclarationState.RELEASED for records in told.values()
        if records[0].state is DeclarationState.LODGED and records[0].lodged_at < port.world.now_ms - 12 * HOUR_MS
        and not passing.intersection(records[0].containers)
    ]
    assert len(settled) > 250
    assert 0.85 < np.mean(settled) < 1.0  # for some, papers or duties are still outstanding


def test_a_declaration_names_one_container_and_keeps_its_goods(day: tuple[BusyPort, Heard]) -> None:
    first: dict[str, Declaration] = {}
    for record in day[1].of(Declaration):
        same = first.setdefault(record.declaration, record)
        assert (record.containers, record.hs_code, record.goods, record.gross_kg, record.lodged_at) == (
            same.containers, same.hs_code, same.goods, same.gross_kg, same.lodged_at
        )
        assert len(record.declaration) == 18
        assert record.declaration.isdecimal()
        assert len(record.hs_code) == 10
        assert record.observed_at >= record.lodged_at
    containers = [d.containers for d in first.values()]
    assert len(set(containers)) == len(containers)  # nothing is declared twice


def test_each_flow_is_released_in_its_own_time(day: tuple[BusyPort, Heard]) -> None:
    """Empties after their test, exports in time for their vessel, imports when somebody has declared them and paid,
    transshipment for its next vessel."""
    port, heard = day
    released = {r.containers[0]: r.observed_at for r in heard.of(Declaration, state=DeclarationState.RELEASED)}
    waits: dict[str, list[float]] = defaultdict(list)
    for number, (flow, at) in port.landed.items():
        waits[flow].append((released.get(number, math.inf) - at) / HOUR_MS)
    within = {flow: [float(np.mean(np.array(hours) < most)) for most in (6.0, 24.0)] for flow, hours in waits.items()}
    assert within["empty_in"][0] == 1.0
    assert 0.25 < within["export"][0] < 0.9 and 0.45 < within["export"][1] < 1.0
    assert 0.05 < within["import"][0] < 0.5 and 0.4 < within["import"][1] < 0.9
    assert within["transshipment"][0] < 0.2 and min(waits["transshipment"]) >= 2.0


def test_held_containers_are_inspected_before_they_are_released(day: tuple[BusyPort, Heard]) -> None:
    heard = day[1]
    held = {r.containers[0]: r for r in heard.of(Declaration, state=DeclarationState.HELD)}
    inspected = {r.containers[0] for r in heard.of(Declaration, state=DeclarationState.INSPECTED)}
    done = {r.container: r for r in heard.of(Inspection, state=InspectionState.DONE)}
    assert len(held) >= 4
    assert all(r.reason for r in held.values())
    assert len(inspected) >= 3
    for number in inspected:
        assert done[number].images
        assert done[number].result is not None
    fetched = {m.container for m in heard.of(Move, purpose=Purpose.INSPECTION)}
    assert inspected <= fetched
    free = {r.containers[0]: r.observed_at for r in heard.of(Declaration, state=DeclarationState.RELEASED)}
    for move in heard.of(Move):
        if move.container in held and move.observed_at >= held[move.container].observed_at:
            assert move.purpose is Purpose.INSPECTION or move.observed_at >= free[move.container]


def test_an_inbound_empty_is_tested_before_it_is_released(day: tuple[BusyPort, Heard]) -> None:
    heard = day[1]
    tested = {
        r.container: r.observed_at for r in heard.of(
            Inspection, inspection_kind=InspectionKind.ULTRASONIC, result=InspectionResult.EMPTY
        )
    }
    empties = heard.of(Declaration, mode=DeclarationMode.EMPTY, state=DeclarationState.RELEASED)
    assert len(empties) > 120
    assert all(tested[r.containers[0]] <= r.observed_at for r in empties)


def test_a_foreign_container_has_a_manifest_whose_weight_agrees_to_two_percent(day: tuple[BusyPort, Heard]) -> None:
    port, heard = day
    manifests = {r.container: r for r in heard.of(Manifest)}
    for box in port.world.boxes.values():
        if box.trade == Trade.DOMESTIC:
            assert box.number not in manifests
            assert box.released
        else:
            assert abs(manifests[box.number].gross_kg / box.gross_kg - 1.0) <= 0.02
            assert manifests[box.number].packages >= 1


def test_a_truck_waits_until_its_container_is_released(day: tuple[BusyPort, Heard]) -> None:
    heard = day[1]
    released = {r.containers[0]: r.observed_at for r in heard.of(Declaration, state=DeclarationState.RELEASED)}
    lifts = heard.of(Move, purpose=Purpose.PICKUP)
    assert len(lifts) > 5
    assert all(released[lift.container] <= lift.observed_at for lift in lifts)


def test_seals_are_opened_with_authority_in_a_permitted_place(day: tuple[BusyPort, Heard]) -> None:
    port, heard = day
    layout = jiangyin()
    permitted = shapely.union_all(
        [shapely.Polygon(f.outline) for f in layout.fences if f.fence_class is FenceClass.SITE]
        + [shapely.Polygon(z.outline) for z in layout.zones if z.kind in (ZoneKind.GATE, ZoneKind.INSPECTION)]
    ).buffer(30.0)
    at_gate = [e for e in heard.of(SealEvent, event=SealEventKind.UNLOCKED) if e.by.startswith("卡口")]
    assert len(at_gate) > 20
    assert all(e.authority for e in heard.of(SealEvent, event=SealEventKind.UNLOCKED))
    for event in at_gate:
        x, y = port.world.index.frame.to_local([event.lon], [event.lat])
        assert shapely.contains_xy(permitted, float(x[0]), float(y[0]))
    assert not [e for e in heard.of(SealEvent) if e.event in (SealEventKind.CUT, SealEventKind.TAMPERED)]


def test_a_seal_says_what_its_clock_is_off(day: tuple[BusyPort, Heard]) -> None:
    offsets = np.array([e.clock_offset_s for e in day[1].of(SealEvent)])
    assert 0.5 < offsets.std() < 5.0
    by_seal: dict[str, list[SealEvent]] = defaultdict(list)
    for event in day[1].of(SealEvent):
        by_seal[event.seal].append(event)
    longest = max(by_seal.values(), key=len)
    beats = [e.observed_at - e.clock_offset_s * 1000.0 for e in longest if e.event is SealEventKind.HEARTBEAT]
    assert len(beats) > 20
    assert {round(after - before) for before, after in pairwise(beats)} == {3_600_000}  # hourly by the true time
    assert longest[0].clock_offset_s != longest[-1].clock_offset_s  # it drifts


def test_transit_trips_come_sealed_and_are_written_off_at_the_gate(day: tuple[BusyPort, Heard]) -> None:
    heard = day[1]
    states: dict[str, list[TripState]] = defaultdict(list)
    for trip in heard.of(TransitTrip):
        states[trip.trip].append(trip.state)
        assert trip.departed_at < trip.due_at
    whole = [TripState.UNDERWAY, TripState.ARRIVED, TripState.WRITTEN_OFF]
    assert len(states) > 100
    assert all(told == whole[: len(told)] for told in states.values())
    assert sum(told == whole for told in states.values()) > 100
    assert {t.origin for t in heard.of(TransitTrip)} == {"三明陆地港", "龙岩陆地港", "武夷山陆地港"}


def test_every_device_says_that_it_is_up(day: tuple[BusyPort, Heard]) -> None:
    told = day[1].of(DeviceHealth)
    assert {"gate", "camera", "reader", "crane"} <= {r.device_kind for r in told}
    assert {r.state for r in told} == {DeviceState.UP}


def test_seals_trips_and_officers_report_where_they_are() -> None:
    port = _busy_port(boxes=400)
    port.run(2.0)
    sealed = len(port.customs.seals)
    assert sealed > 50
    seen: dict[str, int] = defaultdict(int)
    places: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for step in range(60):
        columns = fixes.columns(port.customs.fixes(port.world.now_ms + step * 2_000), port.world.index.frame)
        assert set(columns) == {f for f in batch_of(Kind.POSITION, [], 0).columns if f != "received_at"}
        for name, lon, lat in zip(columns["entity"], columns["lon"], columns["lat"], strict=True):
            seen[name] += 1
            places[name].append((lon, lat))
    assert {n for n, count in seen.items() if n.startswith("JY-")} == set(port.customs.seals.carried)
    assert all(count == 4 for name, count in seen.items() if name.startswith("JY-"))  # twice a minute
    underway = [t.seal for t in port.customs.transit.trips.values()]
    assert any(len(set(places[seal])) > 1 for seal in underway)  # on its corridor
    officers = [n for n in seen if n.startswith("XC-")]
    assert len(officers) == 8
    assert any(len(set(places[n])) > 5 for n in officers)


def test_the_same_seed_says_the_same_day_and_another_seed_another() -> None:
    first, again, other = (_busy_port(seed, boxes=100).run(4.0).records for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_in_any_steps_of_time_the_same_day_is_said() -> None:
    whole, steps = _busy_port(boxes=100), _busy_port(boxes=100)
    for minute in range(1, 241):
        steps.run(minute / 60.0)
    assert steps.heard.records == whole.run(4.0).records


def test_a_step_the_procedure_does_not_know_is_refused() -> None:
    book = DeclarationBook(lambda record: None, lambda prefix: prefix)
    filing = Filing(
        book.numbers.take("3512", False, BASE_MS), DeclarationMode.IMPORT, ("MSKU1234565",), "2603000010", "铜精矿",
        20, 21_000.0, "A", "B", BASE_MS,
    )
    assert filing.number == "351220261" + "032500001"  # 21 November is day 325 of 2026
    book.step(filing, DeclarationState.LODGED, BASE_MS)
    with pytest.raises(DeclarationStateError, match=f"{filing.number} is lodged, it cannot become released"):
        book.step(filing, DeclarationState.RELEASED, BASE_MS)


def test_released_and_revoked_are_final() -> None:
    assert not NEXT[DeclarationState.RELEASED]
    assert not NEXT[DeclarationState.REVOKED]


_LODGED = st.tuples(st.sampled_from(["3512", "3504"]), st.booleans(), st.integers(0, 4_102_444_800_000))


@given(st.lists(_LODGED, max_size=50))
def test_declaration_numbers_are_eighteen_digits_and_never_twice_the_same(lodged: list[tuple[str, bool, int]]) -> None:
    numbers = DeclarationNumbers()
    taken = [numbers.take(*wanted) for wanted in lodged]
    assert len(set(taken)) == len(taken)
    for number, (office, _, _) in zip(taken, lodged, strict=True):
        assert len(number) == 18
        assert number.isdecimal()
        assert number.startswith(office)


def test_dangerous_goods_are_declared_as_what_they_are() -> None:
    drawer = FilingDrawer(np.random.default_rng(1), DeclarationNumbers())
    box = Box("MSKU1234565", "22T1", 20, False, True, 20_000.0, 20_000.0, Trade.FOREIGN, "import", "MSKU")
    box.dangerous_class, box.un_number = "3", "UN1230"
    assert drawer.filing(box, BASE_MS).goods == "甲醇"
    assert drawer.filing(box, BASE_MS).packages > 1
