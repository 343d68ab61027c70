"""The gates: lanes with queues, reading of plates and numbers, weighbridge, barrier, and holds at it."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import simpy

from data_sources.simulated_port.places import Place, QueueLane, Waiters, gate_queue
from data_sources.simulated_port.road_graph import DOMESTIC, FOREIGN
from data_sources.simulated_port.traffic import Traffic, Vehicle
from data_sources.simulated_port.world import World
from twin.port_layout import Gate
from twin.records import Direction, GateDecision, GatePassage, Trade

Act = Generator[simpy.Event, Any, Any]
Hook = Callable[[GatePassage], GatePassage]
SOURCE = "gate"
TRUCK_TARE_KG = 15_600.0  # tractor with an empty trailer
_SERVICE_S = {Direction.IN: (14.0, 36.0), Direction.OUT: (18.0, 36.0)}
_HOLD_LOOK_S = 15.0
_PATIENCE_S = 40.0  # beside a block, while every queue is full


@dataclass(slots=True, eq=False)
class Lane:
    """A lane of a gate with its queue."""

    id: str
    gate: Gate
    direction: Direction
    queue: QueueLane


class Gates:
    """All gates."""

    def __init__(self, world: World, traffic: Traffic) -> None:
        self._world, self._env, self._traffic = world, world.env, traffic
        self._rng = world.stream("gates")
        self._hooks: list[Hook] = []
        self._holds: dict[str, float] = {}
        self.lanes: dict[tuple[str, Direction], list[Lane]] = {}
        self._waiters: dict[tuple[str, Direction], Waiters] = {}
        for gate in world.layout.gates:
            for lane in gate.lanes:
                direction = Direction(lane.direction)
                graph = traffic.graphs[FOREIGN]
                queue = gate_queue(graph, world.layout, traffic.points, lane)
                domestic = bool(traffic.graphs[DOMESTIC].permitted[queue.places[0].edge_in])
                trade = DOMESTIC if domestic and not graph.permitted[queue.places[0].edge_in] else FOREIGN
                key = (trade, direction)
                waiters = self._waiters.setdefault(key, Waiters())
                for place in queue.places:
                    place.waiters = waiters
                queue.waiters = waiters
                self.lanes.setdefault(key, []).append(Lane(lane.id, gate, direction, queue))

    def add_hook(self, hook: Hook) -> None:
        """A hook sees every passage before it is said and may alter it."""
        self._hooks.append(hook)

    def hold(self, plate_or_container: str, until_s: float) -> None:
        """Keeps the barrier down for a plate or container until an instant on the clock of the world."""
        self._holds[plate_or_container] = until_s

    def gate_for(self, trade: str, direction: Direction) -> str:
        """The gate a trade uses."""
        return self.lanes[(trade, direction)][0].gate.id

    def pass_through(
        self,
        vehicle: Vehicle,
        direction: Direction,
        order: str | None,
        refuge: Callable[[], Place | None] | None = None,
    ) -> Act:
        """Drives to the gate's shortest queue, moves up, is read and let through; ends standing at the barrier, raised.

        The value is the passage. `refuge`: where to wait if all queues are full.
        """
        key = (DOMESTIC if vehicle.trade is Trade.DOMESTIC else FOREIGN, direction)
        lanes, waiters = self.lanes[key], self._waiters[key]

        def shortest() -> Any:
            best = min(lanes, key=lambda lane: (lane.queue.length, lane.queue.last_arrival_s, lane.id))
            return best.queue.tail() or next((t for lane in lanes if (t := lane.queue.tail()) is not None), None)

        place = yield from self._traffic.drive(vehicle, shortest, waiters, refuge, _PATIENCE_S)
        lane = next(lane for lane in lanes if place in lane.queue.places)
        while vehicle.place is not lane.queue.places[0]:
            ahead = lane.queue.ahead(vehicle.place)
            if ahead is None:
                yield waiters.wait(self._env)
            else:
                yield from self._traffic.move_up(vehicle, ahead)
        yield self._env.timeout(float(self._rng.uniform(*_SERVICE_S[direction])))
        passage = self._read(vehicle, lane, order)
        while (until := self._held(vehicle)) > self._env.now:
            if passage.decision is GateDecision.RAISE:
                passage = self._read(vehicle, lane, order, GateDecision.HOLD)
                self._world.emit(passage)
            yield self._env.timeout(max(min(until - self._env.now, _HOLD_LOOK_S), 0.1))
        if passage.decision is GateDecision.HOLD:
            passage = self._read(vehicle, lane, order)
        self._world.emit(passage)
        return passage

    def _held(self, vehicle: Vehicle) -> float:
        names = (vehicle.id, *(box.number for box in vehicle.boxes))
        return max((self._holds.get(name, -math.inf) for name in names), default=-math.inf)

    def _read(
        self, vehicle: Vehicle, lane: Lane, order: str | None, decision: GateDecision = GateDecision.RAISE
    ) -> GatePassage:
        world, rng = self._world, self._rng
        name = world.new_id("GP")
        weight = TRUCK_TARE_KG + sum(b.gross_kg for b in vehicle.boxes) + float(rng.normal(0.0, 60.0))
        confidence = rng.beta(60.0, 1.2, 2).tolist()
        passage = GatePassage(
            name,
            SOURCE,
            world.now_ms,
            lane.gate.id,
            lane.id,
            lane.direction,
            vehicle.id,
            round(confidence[0], 3),
            tuple(b.number for b in vehicle.boxes),
            round(confidence[1], 3),
            tuple(b.seal for b in vehicle.boxes if b.seal),
            round(weight / 20.0) * 20.0,
            tuple(f"{name}-{view}" for view in ("front", "left", "rear")),
            order,
            decision,
        )
        for hook in self._hooks:
            passage = hook(passage)
        return passage
