"""The quay: a vessel alongside is shared among cranes, each works its bays one after another."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from typing import Any

import simpy

from data_sources.simulated_port.calls import Visit
from data_sources.simulated_port.clerk import Clerk
from data_sources.simulated_port.fleet import Fleet
from data_sources.simulated_port.fleet_of_vessels import Stack
from data_sources.simulated_port.gangs import LAST_LANDINGS, SIZE, Gangs
from data_sources.simulated_port.places import QUEUE_STEP_M, QuaySide, QueueLane
from data_sources.simulated_port.quay_cranes import QuayCrane, QuayCranes, Shift
from data_sources.simulated_port.traffic import Traffic, Vehicle
from data_sources.simulated_port.world import Box, CustomsDesk, World
from twin.records import MoveEvent, PlaceKind, Purpose

Act = Generator[simpy.Event, Any, Any]
_QUEUE = 5  # vehicles under and behind a crane
_LEAST_APART_M = 27.5  # between the middles of cranes, wheels clear of one another
_QUEUE_GAP_M = 33.0  # from one crane's vehicles leaving to the next one's arriving, beside the step of its queue


class Quay:
    """The work alongside."""

    def __init__(
        self,
        world: World,
        traffic: Traffic,
        clerk: Clerk,
        cranes: QuayCranes,
        fleet: Fleet,
        gangs: Gangs,
        customs: Callable[[], CustomsDesk],
    ) -> None:
        self._world, self._env, self._clerk, self._cranes = world, world.env, clerk, cranes
        self._fleet, self._gangs, self._customs = fleet, gangs, customs
        self._working: list[Shift] = []
        self._side = QuaySide(world.layout, traffic.graphs["foreign"], traffic.points)

    @property
    def cranes(self) -> list[QuayCrane]:
        """All quay cranes."""
        return self._cranes.all

    def work(self, visit: Visit) -> Act:
        """Discharges and loads a visit with the cranes of her berths; ends when all of them are done."""
        while not (cranes := self._cranes_for(visit)):
            yield self._env.timeout(300.0)
        for crane in cranes:
            crane.busy = True
        plan = self._plan(visit, sorted(visit.deck.bays, key=lambda bay: self._cranes.along_quay(visit.bay_at(bay))))
        shares = zip(cranes, _shares(plan, len(cranes)), strict=True)
        shifts = [Shift(crane, visit, QueueLane(""), left) for crane, left in shares if left]
        yield simpy.AllOf(self._env, [self._env.process(self._shift(shift, shifts)) for shift in shifts])
        for crane in cranes:
            crane.busy = False

    def _cranes_for(self, visit: Visit) -> list[QuayCrane]:
        """The free cranes whose homes lie before her berths, in gantry order, as many as her bays can employ."""
        start, end = visit.berths[0].start, visit.berths[-1].end
        length = math.dist(start, end)
        along = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
        homes = [(c, (c.crane.home[0] - start[0], c.crane.home[1] - start[1])) for c in self.cranes]
        places = [(c, x * along[0] + y * along[1]) for c, (x, y) in homes]
        found = [c for c, s in places if -5.0 <= s <= length + 5.0 and not c.busy]
        found.sort(key=lambda c: self._cranes.along_quay(c.crane.home))
        return found[: max(1, len(visit.deck.bays) // 2)]

    def _shift(self, shift: Shift, shifts: list[Shift]) -> Act:
        visit, crane = shift.visit, shift.quay_crane
        near = visit.bay_at(next(iter(shift.left)))
        kind = self._fleet.kind_at(self._world, crane.crane.home)
        trade = visit.call.trade
        while not (gang := self._fleet.borrow(near, trade, kind, SIZE) or self._fleet.borrow(near, trade, None, SIZE)):
            yield self._fleet.returned.wait(self._env)
        self._working.append(shift)
        members = [self._env.process(self._gangs.run(vehicle, depot, shift)) for vehicle, depot in gang]
        while shift.left:
            bay = next(iter(shift.left))
            yield from self._turn(shift, shifts, bay)
            yield from self._cranes.travel(crane, visit.bay_at(bay))
            self._open_queue(shift, bay)
            shift.bay, shift.landing, shift.loads_left = bay, self._landing(visit, bay), shift.left.pop(bay)
            shift.unassigned = len(shift.landing)
            shift.change()
            while shift.landing or shift.loads_left or shift.underway:
                yield from self._serve(shift)
        shift.over = True
        self._working.remove(shift)
        shift.change()
        yield from self._cranes.rest(crane)
        yield simpy.AllOf(self._env, members)

    def _plan(self, visit: Visit, bays: list[int]) -> list[tuple[int, int, int]]:
        """The bays to be worked, in the order given, with what is to be landed from and loaded into each: she is loaded
        where she was discharged, and where there is room if that does not suffice."""
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
            boxes = [(ref[-2:], box) for box, ref in stack.refs() if isinstance(box, Box)]
            boxes.sort(key=lambda b: b[0], reverse=True)
            found += [(stack, box) for _, box in boxes if box.number not in visit.loaded]
        return found

    def _turn(self, shift: Shift, shifts: list[Shift], bay: int) -> Act:
        """Waits until a bay is clear of the cranes beside this one. All work their bays in the same direction: whoever
        is ahead goes on by itself."""
        goal = self._cranes.along_quay(shift.visit.bay_at(bay))
        while any(
            abs(self._cranes.place_of(s.quay_crane) - goal) < _LEAST_APART_M
            for s in shifts
            if s is not shift and not s.over
        ):
            yield self._env.timeout(30.0)

    def _open_queue(self, shift: Shift, bay: int) -> None:
        """Opens the queue of vehicles under a crane, as long as the crane before it on the same lane leaves room for,
        and takes from that one behind it what is no longer clear."""
        crane, visit = shift.quay_crane, shift.visit
        lane, at = crane.number % len(self._side.lanes), self._side.along(visit.bay_at(bay))
        length = _QUEUE
        for other in self._working:
            if other is shift or not other.queue.places or other.quay_crane.number % len(self._side.lanes) != lane:
                continue
            there = self._side.along(other.visit.bay_at(other.bay))
            fits = max(1, int((abs(at - there) - _QUEUE_GAP_M) / QUEUE_STEP_M))
            if there < at:
                length = min(length, fits)
            else:
                other.queue.shorten(fits)
        shift.queue = self._side.queue(f"{crane.crane.id}/{visit.call.id}/{bay}", at, lane, length)

    def _serve(self, shift: Shift) -> Act:
        """Works the vehicle that comes first to the crane, one box off or onto the vessel, or waits for one."""
        there = (p.occupant for p in shift.queue.places)
        first = next((v for v in there if v is not None and not (v.boxes and v.purpose == "discharge")), None)
        ahead = first is None and len(shift.landing) > LAST_LANDINGS  # none with a box to load can be underway
        if shift.landing and (ahead or (first is not None and not first.boxes)):
            yield from self._discharge(shift)
        elif first is not None and first.boxes and first.served is not None:
            yield from self._load(shift, first, first.boxes[0])
        else:
            yield shift.next_change(self._env)

    def _discharge(self, shift: Shift) -> Act:
        """Lifts a box off the vessel, if need be before the vehicle for it stands under the crane."""
        stack, box = shift.landing.pop(0)
        stack.take(box)
        hitch = yield from self._cranes.lift_off(shift, box)
        while (vehicle := shift.queue.places[0].occupant) is None or vehicle.served is None:
            yield shift.next_change(self._env)
        yield from self._cranes.lower(shift, box, hitch)
        to = (PlaceKind.VEHICLE, vehicle.id)
        self._clerk.moved(box, MoveEvent.DISC, Purpose.DISCHARGE, to, shift.quay_crane.crane.id, shift.visit.call.id)
        box.arrived_at = self._world.now_ms
        box.mission = "discharge"
        vehicle.boxes.append(box)
        vehicle.let_go()

    def _load(self, shift: Shift, vehicle: Vehicle, box: Box) -> Act:
        visit = shift.visit
        stack = self._stack_for(shift, box)
        ref = visit.ref(stack.put(box))
        yield from self._cranes.load(shift, vehicle, box, ref)
        to = (PlaceKind.VESSEL, ref)
        self._clerk.moved(box, MoveEvent.LOAD, Purpose.LOADING, to, shift.quay_crane.crane.id, visit.call.id)
        box.mission = ""
        visit.loaded.add(box.number)
        self._customs().loaded(box)

    @staticmethod
    def _stack_for(shift: Shift, box: Box) -> Stack:
        """The stack a box goes on: in the bay in hand, clear of what is still to be landed; else wherever there is
        room."""
        length = 20 if box.length_ft == 20 else 40
        pending = {id(stack) for stack, _ in shift.landing}
        fitting = [s for s in shift.visit.stacks if s.length_ft == length and id(s) not in pending]
        here = [s for s in fitting if s.bay == shift.bay and s.room() > 0]
        anywhere = here or [s for s in fitting if s.room() > 0] or fitting or shift.visit.stacks
        return min(anywhere, key=lambda s: (-s.room(), s.bay, s.row))


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
