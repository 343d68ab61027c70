"""Trips within the terminal that customs or an incident ask for: to the inspection site and back, or to another
block."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import simpy

from data_sources.simulated_port.fleet import Depot, Fleet
from data_sources.simulated_port.handling import Handling
from data_sources.simulated_port.places import Park, of_stop
from data_sources.simulated_port.pools import Pools
from data_sources.simulated_port.road_graph import DOMESTIC, FOREIGN
from data_sources.simulated_port.traffic import Traffic, Vehicle
from data_sources.simulated_port.world import Box, World
from data_sources.simulated_port.yard import Yard
from twin.records import Purpose, Trade, VehicleKind

Act = Generator[simpy.Event, Any, Any]
Work = Callable[[Box], Act]
AT_ONCE = 22
"""Tractors that serve the inspection site at the same time at most."""

_SPARE = 4  # for other trips
_LOOK_S, _ABOVE_S = 45.0, 300.0


class SiteTrips:
    """Tractors that carry single boxes for customs."""

    def __init__(
        self, world: World, yard: Yard, traffic: Traffic, fleet: Fleet, handling: Handling, pools: Pools
    ) -> None:
        self._world, self._env, self._yard, self._traffic = world, world.env, yard, traffic
        self._fleet, self._handling, self._pools = fleet, handling, pools
        self._tractors = simpy.Resource(world.env, AT_ONCE)
        self._spare = simpy.Resource(world.env, _SPARE)
        self._sites: dict[str, Park] = {}
        for purpose in ("h986", "manual", "ultrasonic"):
            stops = [s for s in world.layout.stop_points if s.purpose == purpose]
            self._sites[purpose] = Park(
                purpose, [of_stop(traffic.graphs[FOREIGN], traffic.points, s, True) for s in stops]
            )

    def inspection(self, box: Box, purpose: str, work: Work) -> Act:
        """The process behind `Operations.inspection_trip`."""
        if not self._sites[purpose].places:
            raise ValueError(f"the port has no site stop for {purpose!r}")
        done = yield from self._trip(
            box, Purpose.INSPECTION, lambda vehicle: self._inspect(vehicle, box, purpose, work), None
        )
        return done

    def restow(self, box: Box, block: str | None) -> Act:
        """The process behind `Operations.restow`."""
        done = yield from self._trip(box, Purpose.RESTOW, None, block)
        return done

    def _trip(self, box: Box, purpose: Purpose, visit: Callable[[Vehicle], Act] | None, block: str | None) -> Act:
        env = self._env
        while box.number in self._yard and any(b.held for b in self._yard.above(box)):
            yield env.timeout(_ABOVE_S)  # what stands on it is called up first
        with (self._tractors if visit else self._spare).request() as turn:
            yield turn
            while box.mission:
                yield env.timeout(_LOOK_S)
            if box.number not in self._yard:
                return False
            box.mission = "inspection" if visit else "restow"
            trade = Trade.DOMESTIC if box.trade is Trade.DOMESTIC else Trade.FOREIGN
            near = self._handling.beside(self._yard.pile_of(box)).at
            while not (lent := self._fleet.borrow(near, trade, VehicleKind.TERMINAL_TRACTOR, 1)):
                yield self._fleet.returned.wait(env)
            vehicle, depot = lent[0]
            vehicle.purpose = box.mission
            order = self._world.new_id("INT")
            while not (yield from self._handling.fetch(vehicle, box, purpose, order)):
                yield from self._wait(vehicle)
            if visit is not None:
                yield from visit(vehicle)
            yield from self._back(vehicle, box, purpose, order, block)
            box.mission = ""
            self._pools.enter(box)
            env.process(self._home(vehicle, depot))
        return True

    def _home(self, vehicle: Vehicle, depot: Depot) -> Act:
        yield from self._fleet.send_home(vehicle, depot)

    def _inspect(self, vehicle: Vehicle, box: Box, purpose: str, work: Work) -> Act:
        site = self._sites[purpose]
        while True:
            place = site.vacancy()
            if place is not None and (yield from self._traffic.drive_if_clear(vehicle, place)):
                break
            if place is None:
                vehicle.blocker = site.waiters
            yield from self._aside(vehicle)
        yield from work(box)

    def _back(self, vehicle: Vehicle, box: Box, purpose: Purpose, order: str, block: str | None) -> Act:
        near = 6
        while True:
            if block is None:
                grounds = self._handling.grounds_near(box, vehicle.place.at, near)
                done = yield from self._handling.store(vehicle, box, purpose, order, grounds)
            else:
                done = yield from self._handling.store_anywhere(vehicle, box, purpose, order, block)
            if done:
                return
            near = 99
            yield from self._aside(vehicle)

    def _aside(self, vehicle: Vehicle) -> Act:
        """Off the lane, into a truck park, then until whatever stands in the way is gone."""
        blocker = vehicle.blocker
        if not vehicle.place.private:
            parks = self._fleet.parks[DOMESTIC if vehicle.trade is Trade.DOMESTIC else FOREIGN]
            place = next((p for park in parks if (p := park.vacancy()) is not None), None)
            if place is not None and (yield from self._traffic.drive_if_clear(vehicle, place)):
                return
        vehicle.blocker = blocker
        yield from self._wait(vehicle)

    def _wait(self, vehicle: Vehicle) -> Act:
        if vehicle.blocker is None:
            yield self._env.timeout(_LOOK_S)
        else:
            yield simpy.AnyOf(self._env, [vehicle.blocker.wait(self._env), self._env.timeout(600.0)])
