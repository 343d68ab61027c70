"""The quay: cranes that work a vessel bay by bay, and the gangs of vehicles that run between them and the yard."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import simpy

from data_sources.simulated_port.calls import Visit
from data_sources.simulated_port.clerk import Clerk
from data_sources.simulated_port.crane_motion import STS, CraneMotion, Knot
from data_sources.simulated_port.fleet import Depot, Fleet
from data_sources.simulated_port.fleet_of_vessels import Stack
from data_sources.simulated_port.handling import Handling
from data_sources.simulated_port.places import QuaySide, QueueLane
from data_sources.simulated_port.pools import Pools
from data_sources.simulated_port.traffic import Traffic, Vehicle
from data_sources.simulated_port.world import Box, CustomsDesk, World
from data_sources.simulated_port.yard import Yard
from data_sources.simulated_port.yard_cranes import YardCranes, box_height
from twin.port_layout import Crane, CraneKind
from twin.records import MoveEvent, PlaceKind, Purpose, Trade

Act = Generator[simpy.Event, Any, Any]
Spot = tuple[float, float]  # trolley metres, height of the spreader
GANG = 6  # vehicles to a crane
_QUEUE = 3
_LEAST_APART_M = 42.0  # between cranes at work
_TRAVEL_M = 34.0  # spreader height over the deck cargo
_DECK_M = 1.5
_HITCH_S = (2.0, 34.0)  # twist locks, lashings, waiting for the checker
_CLEAR_S = 14.0  # after locking: the box is off the vehicle
_HANGING_M = 4.0  # over the vehicle, waiting for it
_NEAR_BLOCKS = 12
_RETRY_S = 20.0
_LOAD_TRIES = 5
_LAST_LANDINGS = 3  # when so few are left to land, vehicles already go for what is to be loaded


@dataclass(slots=True, eq=False)
class QuayCrane:
    """A quay crane. Gantry metres count along its bearing from its home."""

    crane: Crane
    row: int
    along: tuple[float, float]
    number: int
    busy: bool = False
    gantry_m: float = 0.0
    moves: int = 0


@dataclass(slots=True, eq=False)
class Shift:
    """One crane's work on one visit."""

    quay_crane: QuayCrane
    visit: Visit
    queue: QueueLane
    left: dict[int, int]  # bays still to be worked, boxes to load into each
    landing: list[tuple[Stack, Box]] = field(default_factory=list)  # of the bay in hand, in lifting order
    bay: int = 0  # in hand
    unassigned: int = 0  # boxes to land that no vehicle has been sent for
    loads_left: int = 0  # of the bay in hand
    underway: int = 0  # vehicles that still will come under the crane in this bay
    changed: simpy.Event | None = None
    over: bool = False
    began: bool = False


class Quay:
    """All quay cranes and the work alongside."""

    def __init__(
        self, world: World, yard: Yard, traffic: Traffic, clerk: Clerk, motion: CraneMotion, fleet: Fleet, handling: Handling,
        pools: Pools, yard_cranes: YardCranes, customs: Callable[[], CustomsDesk],
        landed: Callable[[Box], None],
    ) -> None:
        self._world, self._env, self._yard, self._traffic, self._clerk = world, world.env, yard, traffic, clerk
        self._motion, self._fleet, self._handling, self._pools, self._customs = motion, fleet, handling, pools, customs
        self._yard_cranes, self._landed = yard_cranes, landed
        self._rng = world.stream("quay")
        self._side = QuaySide(world.layout, traffic.graphs["foreign"], traffic.points)
        self.cranes: list[QuayCrane] = []
        for row, crane in enumerate(world.layout.cranes):
            if crane.kind is CraneKind.STS:
                angle = math.radians(crane.bearing_deg)
                self.cranes.append(QuayCrane(crane, row, (math.sin(angle), math.cos(angle)), len(self.cranes)))
                motion.park(row, 0.0, crane.rail_gauge_m * 0.5, crane.height_m * 0.8)

    def work(self, visit: Visit, _: float) -> Act:
        """Discharges and loads a visit with the cranes of her berths; ends when all of them are done."""
        while not (cranes := self._cranes_for(visit)):
            yield self._env.timeout(300.0)
        for crane in cranes:
            crane.busy = True
        plan = self._plan(visit, sorted(visit.deck.bays, key=lambda bay: self._gantry(cranes[0], visit.bay_at(bay))))
        shifts = [Shift(crane, visit, QueueLane(""), left) for crane, left in zip(cranes, _shares(plan, len(cranes)), strict=True) if left]
        yield simpy.AllOf(self._env, [self._env.process(self._shift(shift, shifts)) for shift in shifts])
        for crane in cranes:
            crane.busy = False

    def _cranes_for(self, visit: Visit) -> list[QuayCrane]:
        """The free cranes whose homes lie before her berths, in gantry order, as many as her bays can employ."""
        start, end = visit.berths[0].start, visit.berths[-1].end
        length = math.dist(start, end)
        along = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
        homes = [((c.crane.home[0] - start[0]) * along[0] + (c.crane.home[1] - start[1]) * along[1], c) for c in self.cranes]
        found = [c for s, c in homes if -5.0 <= s <= length + 5.0 and not c.busy]
        found.sort(key=lambda c: self._gantry(self.cranes[0], c.crane.home))
        return found[: max(1, len(visit.deck.bays) // 3)]

    @staticmethod
    def _gantry(crane: QuayCrane, at: tuple[float, float]) -> float:
        return (at[0] - crane.crane.home[0]) * crane.along[0] + (at[1] - crane.crane.home[1]) * crane.along[1]

    # One crane's shift

    def _shift(self, shift: Shift, shifts: list[Shift]) -> Act:
        visit, crane = shift.visit, shift.quay_crane
        near = visit.bay_at(next(iter(shift.left)))
        kind = self._fleet.kind_at(self._world, crane.crane.home)
        trade = visit.call.trade
        while not (gang := self._fleet.borrow(near, trade, kind, GANG) or self._fleet.borrow(near, trade, None, GANG)):
            yield self._fleet.returned.wait(self._env)
        members = [self._env.process(self._member(vehicle, depot, shift)) for vehicle, depot in gang]
        while shift.left:
            bay = yield from self._next_bay(shift, shifts)
            yield from self._travel(shift, bay)
            shift.bay, shift.landing, shift.loads_left = bay, self._landing(visit, bay), shift.left.pop(bay)
            shift.unassigned = len(shift.landing)
            self._change(shift)
            while shift.landing or shift.loads_left or shift.underway:
                yield from self._serve(shift)
        shift.over = True
        self._change(shift)
        yield from self._rest(shift)
        yield simpy.AllOf(self._env, members)

    def _plan(self, visit: Visit, bays: list[int]) -> list[tuple[int, int, int]]:
        """The bays to be worked, in the order given, with what is to be landed from and loaded into each: she is loaded where
        she was discharged, and where there is room if that does not suffice."""
        landing = {bay: len(self._landing(visit, bay)) for bay in bays}
        rest, loads = visit.to_load, dict.fromkeys(bays, 0)
        for bay in sorted(bays, key=lambda b: (-landing[b], b)):
            room = landing[bay] + sum(max(s.room(), 0) for s in visit.stacks if s.bay == bay)
            loads[bay] = min(room, rest)
            rest -= loads[bay]
        return [(bay, landing[bay], loads[bay]) for bay in bays if landing[bay] or loads[bay]]

    @staticmethod
    def _landing(visit: Visit, bay: int) -> list[tuple[Stack, Box]]:
        """What is to be lifted out of a bay, stack by stack from the top."""
        found = []
        for stack in (s for s in visit.stacks if s.bay == bay):
            boxes = [(ref[-2:], box) for box, ref in stack.refs() if isinstance(box, Box) and box.number not in visit.loaded]
            found += [(stack, box) for _, box in sorted(boxes, key=lambda b: b[0], reverse=True)]
        return found

    def _next_bay(self, shift: Shift, shifts: list[Shift]) -> Generator[simpy.Event, Any, int]:
        """The first bay left that is clear of the cranes beside this one; waits for one."""
        while True:
            others = [self._absolute(s) for s in shifts if s is not shift and s.began and not s.over]
            for bay in shift.left:
                goal = self._gantry(self.cranes[0], shift.visit.bay_at(bay))
                if all(abs(goal - other) >= _LEAST_APART_M for other in others):
                    return bay
            yield self._env.timeout(45.0)

    def _travel(self, shift: Shift, bay: int) -> Act:
        """Takes the crane over a bay and opens its queue of vehicles there."""
        crane, to = shift.quay_crane, shift.visit.bay_at(bay)
        shift.began = True
        here, trolley, hoist = self._motion.at(crane.row, self._env.now)
        there = self._gantry(crane, to)
        crane.gantry_m = there
        seconds = abs(there - here) / STS.gantry + 8.0
        now, high = self._env.now, crane.crane.height_m - 4.0
        self._motion.run(crane.row, [Knot(now, here, trolley, hoist), Knot(now + 4, here, trolley, high), Knot(now + seconds, there, trolley, high)])
        yield self._env.timeout(seconds)
        lane = crane.number % len(self._side.lanes)
        shift.queue = self._side.queue(f"{crane.crane.id}@{round(there)}", self._side.along(to), lane, _QUEUE)

    def _absolute(self, shift: Shift) -> float:
        home = self._gantry(self.cranes[0], shift.quay_crane.crane.home)
        return home + shift.quay_crane.gantry_m

    def _rest(self, shift: Shift) -> Act:
        crane = shift.quay_crane
        here, trolley, hoist = self._motion.at(crane.row, self._env.now)
        now = self._env.now
        self._motion.run(crane.row, [Knot(now, here, trolley, hoist), Knot(now + 30.0, here, 0.5 * crane.crane.rail_gauge_m, crane.crane.height_m - 4.0)])
        yield self._env.timeout(30.0)

    def _change(self, shift: Shift) -> None:
        if shift.changed is not None:
            event, shift.changed = shift.changed, None
            event.succeed()

    def _changed(self, shift: Shift) -> simpy.Event:
        if shift.changed is None:
            shift.changed = self._env.event()
        return shift.changed

    def _serve(self, shift: Shift) -> Act:
        """Works the vehicle that comes first to the crane, one box off or onto the vessel, or waits for one."""
        first = next((p.occupant for p in shift.queue.places if p.occupant is not None), None)
        if first is not None and not first.boxes and shift.landing:
            yield from self._discharge(shift, first)
        elif first is not None and first.boxes and first.served is not None:
            yield from self._load(shift, first, first.boxes[0])
        else:
            yield self._changed(shift)

    def _discharge(self, shift: Shift, vehicle: Vehicle) -> Act:
        """Lifts a box off the vessel, if need be before the vehicle for it stands under the crane."""
        stack, box = shift.landing.pop(0)
        stow = self._over(shift, box.place_ref)
        deck = self._trolley(shift.quay_crane.crane, shift.queue.places[0].at, shift), _DECK_M + box_height(box)
        stack.take(box)
        lower = yield from self._lift_off(shift, stow, deck, box)
        while vehicle.served is None:
            yield self._changed(shift)
        yield from self._lower(shift, lower, deck, box)
        self._clerk.moved(box, MoveEvent.DISC, Purpose.DISCHARGE, (PlaceKind.VEHICLE, vehicle.id), shift.quay_crane.crane.id, shift.visit.call.id)
        box.arrived_at = self._world.now_ms
        box.mission = "discharge"
        vehicle.boxes.append(box)
        self._done(vehicle)

    def _load(self, shift: Shift, vehicle: Vehicle, box: Box) -> Act:
        visit = shift.visit
        stack = self._stack_for(shift, box)
        ref = visit.ref(stack.put(box))
        yield from self._swing(shift, self._under(shift, vehicle, box), self._over(shift, ref), box, vehicle)
        self._clerk.moved(box, MoveEvent.LOAD, Purpose.LOADING, (PlaceKind.VESSEL, ref), shift.quay_crane.crane.id, visit.call.id)
        box.mission = ""
        visit.loaded.add(box.number)
        self._customs().loaded(box)

    @staticmethod
    def _stack_for(shift: Shift, box: Box) -> Stack:
        """The stack a box goes on: in the bay in hand, clear of what is still to be landed; else wherever there is room."""
        length = 20 if box.length_ft == 20 else 40
        pending = {id(stack) for stack, _ in shift.landing}
        fitting = [s for s in shift.visit.stacks if s.length_ft == length and id(s) not in pending]
        here = [s for s in fitting if s.bay == shift.bay and s.room() > 0]
        anywhere = here or [s for s in fitting if s.room() > 0] or fitting
        return min(anywhere, key=lambda s: (-s.room(), s.bay, s.row))

    def _done(self, vehicle: Vehicle) -> None:
        served, vehicle.served = vehicle.served, None
        if served is not None:
            served.succeed()

    def _swing(self, shift: Shift, pick: Spot, place: Spot, box: Box, vehicle: Vehicle) -> Act:
        """A whole cycle from a vehicle, which may go as soon as the box is clear of it, onto the vessel."""
        crane, travel = shift.quay_crane, self._travel_m(shift)
        hitch = float(self._rng.uniform(*_HITCH_S))
        knots = self._knots(shift, [
            ((pick[0], travel), None, 0.0), (pick, None, 0.0), (pick, box.number, STS.lock_s + hitch * 0.6),
            ((pick[0], travel), box.number, 0.0), ((place[0], travel), box.number, 0.0), (place, box.number, 0.0),
            (place, None, STS.lock_s + hitch * 0.4),
        ])
        self._motion.run(crane.row, knots)
        crane.moves += 1
        lifted = next(k.at_s for k in knots if k.box is not None)
        yield self._env.timeout(lifted + _CLEAR_S - self._env.now)
        vehicle.boxes.remove(box)
        self._done(vehicle)
        yield self._env.timeout(knots[-1].at_s - self._env.now)

    def _lift_off(self, shift: Shift, pick: Spot, place: Spot, box: Box) -> Act:
        """The first part of a cycle from the vessel: until the box hangs over the lane."""
        travel = self._travel_m(shift)
        hitch = float(self._rng.uniform(*_HITCH_S))
        knots = self._knots(shift, [
            ((pick[0], travel), None, 0.0), (pick, None, 0.0), (pick, box.number, STS.lock_s + hitch * 0.6),
            ((pick[0], travel), box.number, 0.0), ((place[0], travel), box.number, 0.0), ((place[0], place[1] + _HANGING_M), box.number, 0.0),
        ])
        self._motion.run(shift.quay_crane.row, knots)
        yield self._env.timeout(knots[-1].at_s - self._env.now)
        return hitch

    def _lower(self, shift: Shift, hitch: float, place: Spot, box: Box) -> Act:
        """The last part: onto the vehicle."""
        knots = self._knots(shift, [(place, box.number, 4.0), (place, None, STS.lock_s + hitch * 0.4)])
        self._motion.run(shift.quay_crane.row, knots)
        shift.quay_crane.moves += 1
        yield self._env.timeout(knots[-1].at_s - self._env.now)

    def _knots(self, shift: Shift, stations: list[tuple[Spot, str | None, float]]) -> list[Knot]:
        """Knots from where the crane is by way of stations (trolley and height, box held from then on, least seconds)."""
        crane, gantry, t = shift.quay_crane, shift.quay_crane.gantry_m, self._env.now
        _, trolley, hoist = self._motion.at(crane.row, t)
        knots = [Knot(t, gantry, trolley, hoist, stations[0][1])]
        for (to, up), box, least in stations:
            seconds = abs(to - trolley) / STS.trolley + abs(up - hoist) / (STS.hoist_full if box else STS.hoist_empty)
            t += max(seconds + (2.5 if seconds > 0.5 else 0.0), least, 0.3)
            knots.append(Knot(t, gantry, to, up, box))
            trolley, hoist = to, up
        return knots

    @staticmethod
    def _travel_m(shift: Shift) -> float:
        return min(_TRAVEL_M, shift.quay_crane.crane.height_m - 1.0)

    def _under(self, shift: Shift, vehicle: Vehicle, box: Box) -> tuple[float, float]:
        crane = shift.quay_crane.crane
        return self._trolley(crane, vehicle.place.at, shift), _DECK_M + box_height(box)

    def _over(self, shift: Shift, ref: str) -> tuple[float, float]:
        """Trolley and spreader height over a stowage place."""
        deck, visit = shift.visit.deck, shift.visit
        row, tier = int(ref[-4:-2]), int(ref[-2:])
        starboard = deck.starboard_m(row)
        right = (visit.bow[1], -visit.bow[0])
        at = (visit.middle[0] + right[0] * starboard, visit.middle[1] + right[1] * starboard)
        height = deck.hatch_m + self._world.layout.sea_level_m + (tier - 80) / 2 * 2.7
        return self._trolley(shift.quay_crane.crane, at, shift), min(height, _TRAVEL_M - 1.0)

    def _trolley(self, crane: Crane, at: tuple[float, float], shift: Shift) -> float:
        """Trolley position over a point: from the landside rail, positive towards the water."""
        angle = math.radians(crane.bearing_deg + 90.0)
        right = (math.sin(angle), math.cos(angle))
        middle = shift.visit.middle
        to_sea = (middle[0] - crane.home[0]) * right[0] + (middle[1] - crane.home[1]) * right[1]
        sign = 1.0 if to_sea >= 0 else -1.0
        offset = ((at[0] - crane.home[0]) * right[0] + (at[1] - crane.home[1]) * right[1]) * sign
        return offset + 0.5 * crane.rail_gauge_m

    # One vehicle of a gang

    def _member(self, vehicle: Vehicle, depot: Depot, shift: Shift) -> Act:
        """Runs between crane and yard until the shift is over, then goes home."""
        while not shift.over:
            if shift.unassigned:
                yield from self._fetch_from_vessel(vehicle, depot, shift)
                continue
            brought = False
            for _ in range(_LOAD_TRIES):
                if shift.loads_left and len(shift.landing) <= _LAST_LANDINGS and not brought:
                    brought = yield from self._bring_to_vessel(vehicle, depot, shift)
            if brought:
                continue
            if vehicle.place not in depot.park.places:  # nothing to do just now, and here it would stand in the way
                yield from self._traffic.drive(vehicle, depot.park.vacancy, depot.park.waiters)
            elif not shift.over:
                yield self._env.timeout(_RETRY_S) if shift.loads_left else self._changed(shift)
        yield from self._fleet.send_home(vehicle, depot)

    def _fetch_from_vessel(self, vehicle: Vehicle, depot: Depot, shift: Shift) -> Act:
        shift.unassigned -= 1
        shift.underway += 1
        vehicle.purpose = "discharge"
        yield from self._under_the_crane(vehicle, depot, shift)
        shift.underway -= 1
        self._change(shift)
        box = vehicle.boxes[0]
        near = _NEAR_BLOCKS
        while True:
            grounds = self._handling.grounds_near(box, vehicle.place.at, near)
            done = yield from self._handling.store(vehicle, box, Purpose.DISCHARGE, shift.visit.call.id, grounds)
            if done:
                break
            near = 99
            yield self._env.timeout(_RETRY_S)
        self._landed(box)

    def _bring_to_vessel(self, vehicle: Vehicle, depot: Depot, shift: Shift) -> Act:
        shift.loads_left -= 1
        box = self._next_load(shift)
        if box is None:  # nothing in the yard may board now
            self._change(shift)
            return False
        shift.underway += 1
        box.mission, vehicle.purpose, box.call = "loading", "loading", shift.visit.call.id
        fetched = yield from self._handling.fetch(vehicle, box, Purpose.LOADING, shift.visit.call.id)
        if fetched:
            yield from self._under_the_crane(vehicle, depot, shift)
        else:
            box.mission, box.call = "", None
            shift.loads_left += 1
        shift.underway -= 1
        self._change(shift)
        return fetched

    def _next_load(self, shift: Shift) -> Box | None:
        visit = shift.visit
        domestic = visit.call.trade is Trade.DOMESTIC
        rooms = {length: sum(max(s.room(), 0) for s in visit.stacks if s.bay == shift.bay and s.length_ft == length) for length in (40, 20)}
        near = visit.bay_at(shift.bay)
        names = ["load40", "load20"] if rooms[40] * 2 >= rooms[20] else ["load20", "load40"]
        for name in names:
            box = self._pools.pool(name, domestic).draw(self._rng, self._yard, lambda b: b.released, self._trouble(near))
            if box is not None:
                return box
        return None

    def _trouble(self, near: tuple[float, float]) -> Callable[[Box], float]:
        """How much it costs to bring a box to a place: digging, waiting for its crane, and the way, in minutes."""
        yard, handling, cranes = self._yard, self._handling, self._yard_cranes

        def minutes(box: Box) -> float:
            pile = yard.pile_of(box)
            return 2.0 * len(yard.above(box)) + 2.0 * cranes.backlog(pile) + math.dist(handling.middle(pile.ground), near) / 250.0

        return minutes

    def _under_the_crane(self, vehicle: Vehicle, depot: Depot, shift: Shift) -> Act:
        """Drives to the tail of the crane's queue, moves up, and is served when it stands under the crane."""
        queue = shift.queue
        yield from self._traffic.drive(vehicle, queue.tail, queue.waiters, depot.park.vacancy)
        while vehicle.place is not queue.places[0]:
            place = queue.ahead(vehicle.place)
            if place is None:
                yield queue.waiters.wait(self._env)
            else:
                yield from self._traffic.move_up(vehicle, place)
        vehicle.served = self._env.event()
        self._change(shift)
        yield vehicle.served


def _shares(plan: list[tuple[int, int, int]], count: int) -> list[dict[int, int]]:
    """A plan cut into `count` stretches of about equal work: for each crane its bays and what to load into them."""
    total = sum(landing + loads for _, landing, loads in plan)
    shares: list[dict[int, int]] = [{} for _ in range(count)]
    done = 0
    for bay, landing, loads in plan:
        middle = done + (landing + loads) / 2
        shares[min(int(middle / total * count), count - 1)][bay] = loads
        done += landing + loads
    return shares
