"""Yard cranes: each serves its stretch of blocks, digs out wanted boxes, sets down what vehicles bring."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import simpy

from data_sources.simulated_port.clerk import Clerk
from data_sources.simulated_port.crane_motion import ARMG, RTG, CraneMotion, Speeds, cycle
from data_sources.simulated_port.traffic import Vehicle
from data_sources.simulated_port.world import Box, World
from data_sources.simulated_port.yard import Ground, Pile, Yard, stretches
from twin.port_layout import HIGH_CUBE_HEIGHT_M, STANDARD_HEIGHT_M, Crane, CraneKind
from twin.records import MoveEvent, PlaceKind, Purpose, VehicleKind

Act = Generator[simpy.Event, Any, Any]
_TRAILER_M = 1.5  # deck of a container trailer above the road
_PATIENCE = 0.4  # metres of gantry travel a second of waiting is worth
_FUMBLE_S, _ALIGN_S = 9.0, 35.0  # spread of a driver's times; the same over a road truck, which must be lined up
_QUAY_FIRST_M = 160.0  # of gantry travel that a vessel's box is worth: the quay must not wait


def box_height(box: Box) -> float:
    """Outer height of a box, metres."""
    return HIGH_CUBE_HEIGHT_M if box.high else STANDARD_HEIGHT_M


_QUAY_WORK = (Purpose.DISCHARGE, Purpose.LOADING)


@dataclass(slots=True, eq=False)
class Job:
    """Lift `box` onto `vehicle` (no pile), or set it down from the vehicle onto `pile`."""

    box: Box
    vehicle: Vehicle
    purpose: Purpose
    order: str
    pile: Pile | None
    since_s: float
    done: simpy.Event
    gantry_m: float = 0.0


@dataclass(slots=True, eq=False)
class YardCrane:
    """A crane at work. Gantry metres count along its bearing from its home, trolley metres from the row-1 leg."""

    crane: Crane
    row: int
    speeds: Speeds
    along: tuple[float, float]
    across: tuple[float, float]
    jobs: list[Job] = field(default_factory=list)
    woken: simpy.Event | None = None
    lifts: int = 0

    def gantry(self, at: tuple[float, float]) -> float:
        """Gantry position over a local point."""
        return (at[0] - self.crane.home[0]) * self.along[0] + (at[1] - self.crane.home[1]) * self.along[1]

    def trolley(self, at: tuple[float, float]) -> float:
        """Trolley position over a local point."""
        offset = (at[0] - self.crane.home[0]) * self.across[0] + (at[1] - self.crane.home[1]) * self.across[1]
        return offset + 0.5 * self.crane.rail_gauge_m


class YardCranes:
    """All yard cranes and the stretches they serve."""

    def __init__(self, world: World, yard: Yard, clerk: Clerk, motion: CraneMotion) -> None:
        self._world, self._env, self._yard, self._clerk, self._motion = world, world.env, yard, clerk, motion
        self._rng = world.stream("yard_cranes")
        self.cranes: list[YardCrane] = []
        serving: dict[str, list[YardCrane]] = {}
        for row, crane in enumerate(world.layout.cranes):
            if crane.kind is CraneKind.STS:
                continue
            blocks = [yard.by_block[b].block for b in crane.serves if b in yard.by_block]
            if not blocks:
                continue
            angle = math.radians(crane.bearing_deg)
            across = blocks[0].across
            made = YardCrane(
                crane,
                row,
                ARMG if crane.kind is CraneKind.ARMG else RTG,
                (math.sin(angle), math.cos(angle)),
                (float(across[0]), float(across[1])),
            )
            self.cranes.append(made)
            motion.park(row, 0.0, 0.5 * crane.rail_gauge_m, 0.8 * crane.height_m)
            for block in blocks:
                serving.setdefault(block.id, []).append(made)
        self._serving: dict[str, list[tuple[range, YardCrane]]] = {}
        for name, cranes in serving.items():
            ground = yard.by_block[name]
            cranes.sort(key=lambda c: self._along(ground, c))
            cuts = stretches(len(ground.piles), len(cranes))
            self._serving[name] = [(range(cuts[k], cuts[k + 1]), crane) for k, crane in enumerate(cranes)]
        for made in self.cranes:
            world.env.process(self._work(made))

    @staticmethod
    def _along(ground: Ground, crane: YardCrane) -> float:
        origin, along = ground.block.origin, ground.block.along
        return (crane.crane.home[0] - origin[0]) * float(along[0]) + (crane.crane.home[1] - origin[1]) * float(along[1])

    def serves(self, ground: Ground) -> bool:
        """Whether any crane works over a block."""
        return ground.block.id in self._serving

    def stretch(self, pile: Pile) -> tuple[range, YardCrane]:
        """The bay pairs among which a pile's crane restows, and the crane."""
        for pairs, crane in self._serving[pile.ground.block.id]:
            if pile.pair in pairs:
                return pairs, crane
        raise KeyError(f"no crane over {pile.ground.block.id} pair {pile.pair}")

    def backlog(self, pile: Pile) -> int:
        """Jobs that wait for a pile's crane."""
        return len(self.stretch(pile)[1].jobs)

    def lift(self, box: Box, vehicle: Vehicle, purpose: Purpose, order: str) -> simpy.Event:
        """Asks for a box to be put on a vehicle that stands beside its block. The event succeeds with True when it is
        on it, with False if the block has no room to dig it out."""
        return self._ask(
            Job(box, vehicle, purpose, order, None, self._env.now, self._env.event()), self._yard.pile_of(box)
        )

    def set_down(self, box: Box, vehicle: Vehicle, purpose: Purpose, order: str, pile: Pile) -> simpy.Event:
        """Asks for a box on a vehicle to be put on a pile that expects it. The event succeeds when it stands there."""
        return self._ask(Job(box, vehicle, purpose, order, pile, self._env.now, self._env.event()), pile)

    def _ask(self, job: Job, pile: Pile) -> simpy.Event:
        _, crane = self.stretch(pile)
        job.gantry_m = crane.gantry(job.vehicle.place.at)
        crane.jobs.append(job)
        if crane.woken is not None:
            crane.woken.succeed()
            crane.woken = None
        return job.done

    def _work(self, crane: YardCrane) -> Act:
        while True:
            while not crane.jobs:
                crane.woken = self._env.event()
                yield crane.woken
            here, now = self._motion.at(crane.row, self._env.now)[0], self._env.now
            job = min(
                crane.jobs,
                key=lambda j: abs(j.gantry_m - here) - _PATIENCE * (now - j.since_s)
                - (_QUAY_FIRST_M if j.purpose in _QUAY_WORK else 0.0),
            )
            crane.jobs.remove(job)
            if job.pile is None:
                done = yield from self._lift(crane, job)
            else:
                yield from self._set_down(crane, job, job.pile)
                done = True
            job.done.succeed(done)

    def _lift(self, crane: YardCrane, job: Job) -> Act:
        box, yard = job.box, self._yard
        while above := yard.above(box):
            if above[0].held:  # what customs holds stays where it is
                return False
            pile = yard.pile_of(box)
            target = yard.pile_to_restow(above[0], pile, self.stretch(pile)[0])
            if target is None:
                return False
            yield from self._restow(crane, above[0], target, job.order)
        stands = self._spot(crane, yard.pile_of(box), box, box)
        lifted, landed = yield from self._cycle(crane, stands, self._deck(crane, job.vehicle, box), box, job)
        yard.lift(box)
        yield self._env.timeout(landed - lifted)
        self._clerk.moved(
            box, MoveEvent.PICK, job.purpose, (PlaceKind.VEHICLE, job.vehicle.id), crane.crane.id, job.order
        )
        job.vehicle.boxes.append(box)
        return True

    def _set_down(self, crane: YardCrane, job: Job, pile: Pile) -> Act:
        box = job.box
        target = self._spot(crane, pile, box, None)
        lifted, landed = yield from self._cycle(crane, self._deck(crane, job.vehicle, box), target, box, job)
        job.vehicle.boxes.remove(box)
        yield self._env.timeout(landed - lifted)
        slot = self._yard.put(box, pile)
        self._clerk.moved(box, MoveEvent.DROP, job.purpose, (PlaceKind.SLOT, str(slot)), crane.crane.id, job.order)

    def _restow(self, crane: YardCrane, box: Box, target: Pile, order: str) -> Act:
        yard = self._yard
        yard.expect(target, box)
        mission, box.mission = box.mission, box.mission or "restow"
        stands = self._spot(crane, yard.pile_of(box), box, box)
        lifted, landed = yield from self._cycle(crane, stands, self._spot(crane, target, box, None), box)
        yard.lift(box)
        yield self._env.timeout(landed - lifted)
        slot = yard.put(box, target)
        box.mission = mission
        self._clerk.moved(box, MoveEvent.DROP, Purpose.RESTOW, (PlaceKind.SLOT, str(slot)), crane.crane.id, order)

    def _cycle(
        self, crane: YardCrane, pick: tuple[float, float, float], place: tuple[float, float, float], box: Box,
        job: Job | None = None,
    ) -> Generator[simpy.Event, Any, tuple[float, float]]:
        """Runs a cycle until the box is off the ground; returns when that was and when it will be set down."""
        now = self._env.now
        here = self._motion.at(crane.row, now)
        road = job is not None and job.vehicle.kind is VehicleKind.ROAD_TRUCK
        start = now + float(self._rng.random()) * (_ALIGN_S if road else _FUMBLE_S)
        knots, lifted, landed = cycle(crane.speeds, start, here, pick, place, crane.crane.height_m - 0.4, box.number)
        self._motion.run(crane.row, knots)
        crane.lifts += 1
        yield self._env.timeout(start + lifted - now)
        return start + lifted, start + landed

    def _deck(self, crane: YardCrane, vehicle: Vehicle, box: Box) -> tuple[float, float, float]:
        at = vehicle.place.at
        return crane.gantry(at), crane.trolley(at), _TRAILER_M + box_height(box)

    def _spot(self, crane: YardCrane, pile: Pile, box: Box, standing: Box | None) -> tuple[float, float, float]:
        """Where the spreader is when it holds a box on its pile: where it stands, or where it would stand."""
        if standing is not None:
            stack = pile.far if standing in pile.far else pile.near
            below = stack[: stack.index(standing)]
            far = stack is pile.far and pile.mode == 20
        else:
            stack = pile.stack_for_next()
            below, far = stack, stack is pile.far and pile.mode == 20
        bay = 4 * pile.pair + ((3 if far else 1) if pile.mode == 20 else 2)
        at = pile.ground.block.ground(bay, pile.row)
        point = (float(at[0]), float(at[1]))
        return crane.gantry(point), crane.trolley(point), sum(box_height(b) for b in below) + box_height(box)
