"""The port at work: the face of operations towards customs, scenario and the API."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from data_sources.simulated_port import fixes, stock
from data_sources.simulated_port.calls import Calls
from data_sources.simulated_port.cargo import CargoDrawer
from data_sources.simulated_port.clerk import Clerk
from data_sources.simulated_port.container_numbers import NumberMint
from data_sources.simulated_port.crane_motion import CraneMotion
from data_sources.simulated_port.fleet import Fleet
from data_sources.simulated_port.gangs import Gangs
from data_sources.simulated_port.gates import Gates
from data_sources.simulated_port.handling import Handling
from data_sources.simulated_port.pools import Pools
from data_sources.simulated_port.quay import Quay
from data_sources.simulated_port.quay_cranes import QuayCranes
from data_sources.simulated_port.sampling import Sampler
from data_sources.simulated_port.site_trips import SiteTrips
from data_sources.simulated_port.traffic import Traffic, Vehicle
from data_sources.simulated_port.trucks import Booking, Trucks
from data_sources.simulated_port.vessel_motion import VesselMotion
from data_sources.simulated_port.world import Box, CustomsDesk, RecordSink, World
from data_sources.simulated_port.yard import DANGEROUS, EMPTY, GENERAL, Yard, area_of_box
from data_sources.simulated_port.yard_cranes import YardCranes
from twin.port_layout import PortLayout, parse_slot
from twin.records import GatePassage, Kind, PlaceKind, Trade

Work = Callable[[Box], Generator[simpy.Event, Any, Any]]
GateHook = Callable[[GatePassage], GatePassage]
CustomsMaker = Callable[[World, "Operations", Any], CustomsDesk]
_BOOKED_S = (1_800.0, 3_600.0)
_FULL = 0.84  # share of an area beyond which no more boxes are planned for it
_SPARE = 8  # boxes


class Operations:
    """Everything terminal and trucks do. Made by `Simulation`; `customs` is set before anything moves.

    `vehicles`: id (plate or fleet number) -> Vehicle with `.id .kind .trade .x .y .moving .boxes .purpose .inside`.
    `trips`: vehicle id -> what it is about now, "pickup", "delivery", "inspection", "restow", "discharge", "loading",
    "idle".
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.customs: CustomsDesk
        self.clerk = Clerk(world)
        self.yard = Yard(world.layout.blocks, world.layout.cranes)
        self.traffic = Traffic(world)
        self.crane_motion = CraneMotion(len(world.layout.cranes))
        self.yard_cranes = YardCranes(world, self.yard, self.clerk, self.crane_motion)
        self.fleet = Fleet(world, self.traffic, self.clerk)
        self.handling = Handling(world, self.yard, self.traffic, self.yard_cranes)
        self.pools = Pools()
        self.gates = Gates(world, self.traffic)
        drawer = CargoDrawer(world.stream("cargo"), NumberMint(world.stream("numbers")))
        self._drawer = drawer
        self._spots: dict[str, tuple[float, float, float, float]] = {}
        self._awaited: Counter[tuple[str, int, str | None]] = Counter()

        def customs() -> CustomsDesk:
            return self.customs

        self.quay_cranes = QuayCranes(world, self.crane_motion)
        gangs = Gangs(
            world, self.yard, self.traffic, self.fleet, self.handling, self.pools, self.yard_cranes, self.landed
        )
        self.quay = Quay(world, self.traffic, self.clerk, self.quay_cranes, self.fleet, gangs, customs)
        self.vessel_motion = VesselMotion(_seaward(world.layout), world.stream("vessel_motion"))
        self.calls = Calls(world, self.clerk, drawer, self.vessel_motion, customs, self.quay.work, self.awaited)
        self.trucks = Trucks(
            world,
            self.yard,
            self.traffic,
            self.clerk,
            drawer,
            self.gates,
            self.handling,
            self.pools,
            self.fleet.parks,
            customs,
            self.landed,
            self.awaited,
        )
        self.sites = SiteTrips(world, self.yard, self.traffic, self.fleet, self.handling, self.pools)

    def begin(self) -> None:
        """Fills the yard, berths the first vessels, books the first trucks. `customs` must be there."""
        boxes = stock.build(self.world, self.yard, self._drawer)
        self.customs.initial_all(boxes)
        for box in boxes:
            self.pools.enter(box)
        self.calls.begin()
        self.trucks.begin()

    @property
    def vehicles(self) -> Mapping[str, Vehicle]:
        """Every vehicle on the modelled roads."""
        return self.traffic.vehicles

    @property
    def trips(self) -> Mapping[str, str]:
        """What each vehicle is about."""
        return {name: vehicle.purpose for name, vehicle in self.traffic.vehicles.items()}

    def inspection_trip(self, box: Box, purpose: str, work: Work) -> simpy.Process:
        """A terminal tractor fetches the box from its slot, drives to the site stop of `purpose` ("h986", "manual",
        "ultrasonic"), runs the generator `work(box)` there (it may yield timeouts and events), brings it to a slot.

        The process ends when the box stands in a slot again; its value is True, or False if the box was gone.
        """
        return self.world.env.process(self.sites.inspection(box, purpose, work))

    def restow(self, box: Box, block: str | None = None) -> simpy.Process:
        """A tractor takes the box from its slot to a free slot of `block` (None: another block of the same trade),
        whatever customs and the block's licence say: for incidents. Purpose RESTOW; value as of `inspection_trip`."""
        return self.world.env.process(self.sites.restow(box, block))

    def reserve_elsewhere(self, box: Box) -> str | None:
        """A free slot on the ground of another block of the box's area, kept free from now on; None if there is
        none. For incidents: where the terminal may wrongly believe it to stand."""
        own = self.yard.pile_of(box).ground
        for ground in self.yard.area(own.area):
            piles = (p for pair in ground.piles for p in pair if p.mode == 0 and p.room(box.length_ft))
            if ground is not own and (pile := next(piles, None)) is not None:
                self.yard.expect(pile, box)
                return str(self.yard.slot_on(pile))
        return None

    def pickup(self, box: Box, at: int | None = None, force: bool = False, plate: str | None = None) -> str:
        """Books a truck that comes at `at` (ms UTC, default in 30-60 minutes) and takes the box out by the gate.

        `force` lifts it whether released or not. Returns the vehicle id (plate). The truck is in `vehicles` from the
        moment it enters the modelled roads until it left them.
        """
        return self._booked(box, False, at, force, plate)

    def delivery(self, box: Box, at: int | None = None, plate: str | None = None) -> str:
        """Books a truck that brings the (new, announced) box by road. Returns the vehicle id (plate)."""
        return self._booked(box, True, at, False, plate)

    def new_box(self, flow: str, trade: Trade, call: str | None = None) -> Box:
        """A new box as the port would get it (number, type, weight drawn), not announced, OUTSIDE, for `delivery`.

        Customs makes the transit containers that come from the dry ports this way: flow "export", trade TRANSIT.
        Ordinary deliveries of operations are of trade FOREIGN or DOMESTIC only.
        """
        box = self.trucks.new_box(flow, trade, not flow.startswith("empty"))
        box.call = call
        return box

    def detour(self, vehicle_id: str, points: Sequence[tuple[float, float]], stand_s: float = 0.0) -> None:
        """At the start of its next leg the vehicle goes by way of the places on roads nearest to these local points,
        and stands `stand_s` seconds at each, before it goes on to where it was bound."""
        self.traffic.vehicles[vehicle_id].detours += [((float(x), float(y)), stand_s) for x, y in points]

    def gate_reading(self, hook: GateHook) -> None:
        """Adds a hook that sees every GatePassage before it is said and may return an altered one."""
        self.gates.add_hook(hook)

    def hold_at_gate(self, plate_or_container: str, until: int | None) -> None:
        """The gate does not raise its barrier for this truck before `until` (ms UTC; None: until lifted by a call with
        a past instant). The passage is said with decision hold first, and with raise when it goes."""
        self.gates.hold(plate_or_container, math.inf if until is None else self.world.seconds(until))

    def locate(self, numbers: Sequence[str]) -> dict[str, NDArray[Any]]:
        """Where containers are now: arrays x, y (metres), speed_mps, course_deg in the order asked; NaN if not here."""
        nowhere = (math.nan, math.nan, math.nan, math.nan)
        rows: list[tuple[float, float, float, float]] = []
        carried: list[tuple[int, int]] = []  # row in the answer, row of the vehicle's track
        boxes, vehicles = self.world.boxes, self.traffic.vehicles
        for i, number in enumerate(numbers):
            box = boxes.get(number)
            if box is None:
                rows.append(nowhere)
            elif box.place_kind is PlaceKind.SLOT:
                rows.append(self._spots.get(box.place_ref) or self._spot(box.place_ref))
            else:
                rows.append(nowhere)
                if box.place_kind is PlaceKind.VEHICLE and (vehicle := vehicles.get(box.place_ref)) is not None:
                    carried.append((i, vehicle.row))
        table = np.array(rows, dtype=float).reshape(-1, 4)
        if carried:
            at, tracks = np.array(carried).T
            sample = self.traffic.tracks.sample(self.world.env.now, tracks)
            table[at] = np.stack([sample.x, sample.y, sample.speed_mps, sample.course_deg], axis=1)
        return dict(zip(("x", "y", "speed_mps", "course_deg"), table.T, strict=True))

    def _spot(self, ref: str) -> tuple[float, float, float, float]:
        """What `locate` says of a container that stands in a slot."""
        slot = parse_slot(ref)
        number = self.world.index.block_number[slot.block]
        x, y, _ = self.world.index.slot_xyz(number, slot.bay, slot.row, 1)
        found = self._spots[ref] = (float(x), float(y), 0.0, self.world.layout.blocks[number].bearing_deg)
        return found

    def _booked(self, box: Box, brings: bool, at: int | None, force: bool, plate: str | None) -> str:
        notice = float(self.world.stream("bookings").uniform(*_BOOKED_S))
        at_s = self.world.env.now + notice if at is None else self.world.seconds(at)
        trade = Trade.DOMESTIC if box.trade is Trade.DOMESTIC else Trade.FOREIGN
        brought, taken = (box, None) if brings else (None, box)
        booking = Booking(plate or self.trucks.plate(), trade, brought, taken, force, at_s, announced=True)
        self.trucks.book(booking)
        return booking.plate

    def _room_for(self, box: Box) -> bool:
        """Whether the yard can take one more box of this sort, beside all those that are already on their way to it."""
        area = area_of_box(box)
        key = (area, box.length_ft, box.dangerous_class)
        if area == DANGEROUS:  # empty ground serves either length
            coming = sum(n for (a, _, c), n in self._awaited.items() if a == area and c == box.dangerous_class)
            return self.yard.room_for(area, box.length_ft, box.dangerous_class) > 3 * coming + _SPARE
        capacity = sum(ground.teu_capacity for ground in self.yard.area(area))
        used = sum(ground.teu for ground in self.yard.area(area))
        coming = sum(n for (a, _, _), n in self._awaited.items() if a == area)
        if used + 2 * coming >= _FULL * capacity:
            return False
        wide = area in (GENERAL, EMPTY) and box.length_ft != 45
        return wide or self.yard.room_for(area, box.length_ft, None) > 2 * self._awaited[key] + _SPARE

    def awaited(self, box: Box) -> bool:
        """Counts a box that will come to stand in the yard; False, and nothing counted, if there is no room for it."""
        if not self._room_for(box):
            return False
        self._awaited[(area_of_box(box), box.length_ft, box.dangerous_class)] += 1
        return True

    def landed(self, box: Box) -> None:
        """A box came to stand in the yard from outside."""
        key = (area_of_box(box), box.length_ft, box.dangerous_class)
        self._awaited[key] = max(self._awaited[key] - 1, 0)
        box.mission = ""
        self.pools.enter(box)
        self.customs.landed(box)


class Simulation:
    """The whole simulated port behind one clock.

    `sink`: `append(records)` and `append_columns(kind, columns)` (record_log.RecordLog fits). `customs` makes the
    customs side; by default `data_sources.simulated_port.customs.Customs(world, operations, scenario)`.
    """

    def __init__(
        self,
        layout: PortLayout,
        seed: int,
        base_ms: int,
        scenario: Any,
        sink: RecordSink,
        customs: CustomsMaker | None = None,
    ) -> None:
        """Builds the initial stock and vessels, says their records, and stands at 45 minutes before `base_ms`."""
        if customs is None:
            from data_sources.simulated_port.customs import Customs

            customs = Customs
        self.world = World(layout, seed, base_ms, sink)
        self.operations = Operations(self.world)
        self.customs: Any = customs(self.world, self.operations, scenario)
        self.operations.customs = self.customs
        self.operations.begin()
        self._sampler = Sampler(
            self.world, self.operations.traffic, self.operations.vessel_motion, self.operations.crane_motion
        )
        self._fixes: list[fixes.Fixes] = []
        self.world.flush()

    def advance(self, to_ms: int) -> None:
        """Runs all processes up to an instant; the records said meanwhile are then in the sink."""
        to_s = self.world.seconds(to_ms)
        if to_s > self.world.env.now:
            self.world.env.run(until=to_s)
        self.world.flush()

    def sample(self, at_ms: int, interval_ms: int = 2_000) -> dict[Kind, Mapping[str, NDArray[Any]]]:
        """Columns of Position and CraneTelemetry (by Kind) of all entities due at `at_ms`, a multiple of `interval_ms`;
        `at_ms` must be where `advance` stands. Report intervals shorter than `interval_ms` widen to it."""
        self.take(at_ms, interval_ms)
        return self.taken()

    def take(self, at_ms: int, interval_ms: int) -> None:
        """Takes the positions of an instant, as `sample` does, and keeps them until `taken` is called."""
        self._fixes += self._sampler.take(at_ms, interval_ms)
        self._fixes += self.customs.fixes(at_ms)

    def taken(self) -> dict[Kind, Mapping[str, NDArray[Any]]]:
        """Columns, by Kind, of all instants taken since the last call, in their order."""
        parts, self._fixes = self._fixes, []
        positions = fixes.columns(parts, self.world.index.frame)
        return {Kind.POSITION: positions, Kind.CRANE_TELEMETRY: self._sampler.telemetry()}


def _seaward(layout: PortLayout) -> tuple[float, float]:
    """Unit vector from the quay out to the sea."""
    berths = [b for b in layout.berths if b.kind == "container"] or list(layout.berths)
    if not berths or not layout.blocks:
        return 0.0, -1.0
    start, end = np.array(berths[0].start), np.array(berths[-1].end)
    along = (end - start) / np.hypot(*(end - start))
    right = np.array([along[1], -along[0]])
    yard = np.mean([b.origin for b in layout.blocks], axis=0)
    sign = 1.0 if float((yard - start) @ right) < 0 else -1.0
    return float(right[0] * sign), float(right[1] * sign)
