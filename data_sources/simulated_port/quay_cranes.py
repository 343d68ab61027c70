"""Quay cranes: how one travels along the vessel and swings boxes between her deck and the lanes under its portal."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import simpy

from data_sources.simulated_port.calls import Visit
from data_sources.simulated_port.crane_motion import STS, CraneMotion, Knot
from data_sources.simulated_port.fleet_of_vessels import Stack
from data_sources.simulated_port.places import QueueLane
from data_sources.simulated_port.traffic import Vehicle
from data_sources.simulated_port.world import Box, World
from data_sources.simulated_port.yard_cranes import box_height
from twin.port_layout import Crane, CraneKind

Act = Generator[simpy.Event, Any, Any]
Spot = tuple[float, float]  # trolley metres, height of the spreader
_TRAVEL_M = 34.0  # spreader height over the deck cargo at mean sea level
_DECK_M = 1.5
_HITCH_S = (0.0, 14.0)  # twist locks, lashings, waiting for the checker
_CLEAR_S = 14.0  # after locking: the box is off the vehicle
_HANGING_M = 4.0  # over the vehicle, waiting for it


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

    def gantry(self, at: tuple[float, float]) -> float:
        """Gantry position over a local point."""
        return (at[0] - self.crane.home[0]) * self.along[0] + (at[1] - self.crane.home[1]) * self.along[1]


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

    def change(self) -> None:
        """Wakes whoever waits for the work to go on."""
        if self.changed is not None:
            event, self.changed = self.changed, None
            event.succeed()

    def next_change(self, env: simpy.Environment) -> simpy.Event:
        """The event of the next change."""
        if self.changed is None:
            self.changed = env.event()
        return self.changed


class QuayCranes:
    """The quay cranes and their movements."""

    def __init__(self, world: World, motion: CraneMotion) -> None:
        self._world, self._env, self._motion = world, world.env, motion
        self._rng = world.stream("quay")
        self.all: list[QuayCrane] = []
        for row, crane in enumerate(world.layout.cranes):
            if crane.kind is CraneKind.STS:
                angle = math.radians(crane.bearing_deg)
                self.all.append(QuayCrane(crane, row, (math.sin(angle), math.cos(angle)), len(self.all)))
                motion.park(row, 0.0, crane.rail_gauge_m * 0.5, crane.height_m * 0.8)

    def along_quay(self, at: tuple[float, float]) -> float:
        """How far along the quay a point lies, on one scale for all cranes."""
        return self.all[0].gantry(at)

    def place_of(self, crane: QuayCrane) -> float:
        """Where a crane is, or is going, on that scale."""
        return self.along_quay(crane.crane.home) + crane.gantry_m

    def travel(self, crane: QuayCrane, to: tuple[float, float]) -> Act:
        """Takes a crane along the quay to a point."""
        here, trolley, hoist = self._motion.at(crane.row, self._env.now)
        there = crane.gantry(to)
        crane.gantry_m = there
        seconds = abs(there - here) / STS.gantry + 8.0
        now, high = self._env.now, crane.crane.height_m - 4.0
        self._motion.run(
            crane.row,
            [
                Knot(now, here, trolley, hoist),
                Knot(now + 4, here, trolley, high),
                Knot(now + seconds, there, trolley, high),
            ],
        )
        yield self._env.timeout(seconds)

    def rest(self, crane: QuayCrane) -> Act:
        """Takes in the trolley and stays."""
        here, trolley, hoist = self._motion.at(crane.row, self._env.now)
        now = self._env.now
        inland, high = 0.5 * crane.crane.rail_gauge_m, crane.crane.height_m - 4.0
        self._motion.run(crane.row, [Knot(now, here, trolley, hoist), Knot(now + 30.0, here, inland, high)])
        yield self._env.timeout(30.0)

    def load(self, shift: Shift, vehicle: Vehicle, box: Box, ref: str) -> Act:
        """A whole cycle from a vehicle, which may go as soon as the box is clear of it, onto the vessel."""
        pick, place = (self._trolley(shift, vehicle.place.at), _DECK_M + box_height(box)), self._over(shift, ref)
        crane, travel = shift.quay_crane, self._travel_m(shift)
        hitch = float(self._rng.uniform(*_HITCH_S))
        knots = self._knots(
            shift,
            [
                ((pick[0], travel), None, 0.0),
                (pick, None, 0.0),
                (pick, box.number, STS.lock_s + hitch * 0.6),
                ((pick[0], travel), box.number, 0.0),
                ((place[0], travel), box.number, 0.0),
                (place, box.number, 0.0),
                (place, None, STS.lock_s + hitch * 0.4),
            ],
        )
        self._motion.run(crane.row, knots)
        crane.moves += 1
        lifted = next(k.at_s for k in knots if k.box is not None)
        yield self._env.timeout(lifted + _CLEAR_S - self._env.now)
        vehicle.boxes.remove(box)
        vehicle.let_go()
        yield self._env.timeout(knots[-1].at_s - self._env.now)

    def lift_off(self, shift: Shift, box: Box) -> Act:
        """The first part of a cycle from the vessel: until the box hangs over the lane. Its value is for `lower`."""
        pick, place = self._over(shift, box.place_ref), self._lane(shift, box)
        travel = self._travel_m(shift)
        hitch = float(self._rng.uniform(*_HITCH_S))
        knots = self._knots(
            shift,
            [
                ((pick[0], travel), None, 0.0),
                (pick, None, 0.0),
                (pick, box.number, STS.lock_s + hitch * 0.6),
                ((pick[0], travel), box.number, 0.0),
                ((place[0], travel), box.number, 0.0),
                ((place[0], place[1] + _HANGING_M), box.number, 0.0),
            ],
        )
        self._motion.run(shift.quay_crane.row, knots)
        yield self._env.timeout(knots[-1].at_s - self._env.now)
        return hitch

    def lower(self, shift: Shift, box: Box, hitch: float) -> Act:
        """The last part: onto the vehicle."""
        place = self._lane(shift, box)
        knots = self._knots(shift, [(place, box.number, 4.0), (place, None, STS.lock_s + hitch * 0.4)])
        self._motion.run(shift.quay_crane.row, knots)
        shift.quay_crane.moves += 1
        yield self._env.timeout(knots[-1].at_s - self._env.now)

    def _knots(self, shift: Shift, stations: list[tuple[Spot, str | None, float]]) -> list[Knot]:
        """Knots from where the crane is by way of stations (trolley and height, box held from then on, least
        seconds)."""
        crane, gantry, t = shift.quay_crane, shift.quay_crane.gantry_m, self._env.now
        _, trolley, hoist = self._motion.at(crane.row, t)
        knots = [Knot(t, gantry, trolley, hoist, stations[0][1])]
        for (to, up), box, least in stations:
            seconds = abs(to - trolley) / STS.trolley + abs(up - hoist) / (STS.hoist_full if box else STS.hoist_empty)
            t += max(seconds + (2.5 if seconds > 0.5 else 0.0), least, 0.3)
            knots.append(Knot(t, gantry, to, up, box))
            trolley, hoist = to, up
        return knots

    def _travel_m(self, shift: Shift) -> float:
        world = self._world
        return min(_TRAVEL_M + world.sea_m() - world.layout.sea_level_m, shift.quay_crane.crane.height_m - 1.0)

    def _lane(self, shift: Shift, box: Box) -> Spot:
        """Trolley and spreader height over a vehicle in the lane."""
        return self._trolley(shift, shift.queue.places[0].at), _DECK_M + box_height(box)

    def _over(self, shift: Shift, ref: str) -> tuple[float, float]:
        """Trolley and spreader height over a stowage place."""
        deck, visit = shift.visit.deck, shift.visit
        row, tier = int(ref[-4:-2]), int(ref[-2:])
        starboard = deck.starboard_m(row)
        right = (visit.bow[1], -visit.bow[0])
        at = (visit.middle[0] + right[0] * starboard, visit.middle[1] + right[1] * starboard)
        height = deck.hatch_m + self._world.sea_m() + (tier - 80) / 2 * 2.7
        return self._trolley(shift, at), min(height, self._travel_m(shift) - 1.0)

    @staticmethod
    def _trolley(shift: Shift, at: tuple[float, float]) -> float:
        """Trolley position over a point: from the landside rail, positive towards the water."""
        crane = shift.quay_crane.crane
        angle = math.radians(crane.bearing_deg + 90.0)
        right = (math.sin(angle), math.cos(angle))
        middle = shift.visit.middle
        to_sea = (middle[0] - crane.home[0]) * right[0] + (middle[1] - crane.home[1]) * right[1]
        sign = 1.0 if to_sea >= 0 else -1.0
        offset = ((at[0] - crane.home[0]) * right[0] + (at[1] - crane.home[1]) * right[1]) * sign
        return offset + 0.5 * crane.rail_gauge_m
