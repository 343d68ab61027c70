"""Gangs: the vehicles that run between a quay crane and the yard until its shift is over."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from typing import Any

import simpy

from data_sources.simulated_port.fleet import Depot, Fleet
from data_sources.simulated_port.handling import Handling
from data_sources.simulated_port.pools import Pools
from data_sources.simulated_port.quay_cranes import Shift
from data_sources.simulated_port.traffic import Traffic, Vehicle
from data_sources.simulated_port.world import Box, World
from data_sources.simulated_port.yard import Yard
from data_sources.simulated_port.yard_cranes import YardCranes
from twin.records import Purpose, Trade

Act = Generator[simpy.Event, Any, Any]
SIZE = 8  # vehicles to a crane
_NEAR_BLOCKS = 9
_RETRY_S = 20.0
_LOAD_TRIES = 5
LAST_LANDINGS = 3  # when so few are left to land, vehicles already go for what is to be loaded


class Gangs:
    """What the vehicles of a gang do."""

    def __init__(
        self,
        world: World,
        yard: Yard,
        traffic: Traffic,
        fleet: Fleet,
        handling: Handling,
        pools: Pools,
        yard_cranes: YardCranes,
        landed: Callable[[Box], None],
    ) -> None:
        self._env, self._yard, self._traffic, self._fleet = world.env, yard, traffic, fleet
        self._handling, self._pools, self._yard_cranes, self._landed = handling, pools, yard_cranes, landed
        self._rng = world.stream("gangs")

    def run(self, vehicle: Vehicle, depot: Depot, shift: Shift) -> Act:
        """Runs between crane and yard until the shift is over, then goes home."""
        while not shift.over:
            if shift.unassigned:
                yield from self._fetch_from_vessel(vehicle, depot, shift)
                continue
            brought = False
            for _ in range(_LOAD_TRIES):
                if shift.loads_left and len(shift.landing) <= LAST_LANDINGS and not brought:
                    brought = yield from self._bring_to_vessel(vehicle, depot, shift)
            if brought:
                continue
            if vehicle.place not in depot.park.places:  # nothing to do just now, and here it would stand in the way
                yield from self._traffic.drive(vehicle, depot.park.vacancy, depot.park.waiters)
            elif not shift.over:
                yield self._env.timeout(_RETRY_S) if shift.loads_left else shift.next_change(self._env)
        yield from self._fleet.send_home(vehicle, depot)

    def _fetch_from_vessel(self, vehicle: Vehicle, depot: Depot, shift: Shift) -> Act:
        shift.unassigned -= 1
        shift.underway += 1
        vehicle.purpose = "discharge"
        yield from self._under_the_crane(vehicle, depot, shift)
        shift.underway -= 1
        shift.change()
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
            shift.change()
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
        shift.change()
        return fetched

    def _next_load(self, shift: Shift) -> Box | None:
        visit = shift.visit
        domestic = visit.call.trade is Trade.DOMESTIC
        here = [s for s in visit.stacks if s.bay == shift.bay]
        forties, twenties = (sum(max(s.room(), 0) for s in here if s.length_ft == length) for length in (40, 20))
        trouble = self._trouble(visit.bay_at(shift.bay))
        for name in ("load40", "load20") if forties * 2 >= twenties else ("load20", "load40"):
            box = self._pools.pool(name, domestic).draw(self._rng, self._yard, lambda b: b.released, trouble)
            if box is not None:
                return box
        return None

    def _trouble(self, near: tuple[float, float]) -> Callable[[Box], float]:
        """How much it costs to bring a box to a place: digging, waiting for its crane, and the way, in minutes."""
        yard, handling, cranes = self._yard, self._handling, self._yard_cranes

        def minutes(box: Box) -> float:
            pile = yard.pile_of(box)
            return (
                2.0 * len(yard.above(box))
                + 2.0 * cranes.backlog(pile)
                + math.dist(handling.middle(pile.ground), near) / 250.0
            )

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
        shift.change()
        yield vehicle.served
