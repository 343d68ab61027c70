"""The terminal's own vehicles: tractors and driverless carriers in their depots, lent to quay cranes and
inspections."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import simpy

from data_sources.simulated_port.clerk import Clerk
from data_sources.simulated_port.places import Park, Waiters, of_stop
from data_sources.simulated_port.road_graph import DOMESTIC, FOREIGN
from data_sources.simulated_port.traffic import Traffic, Vehicle
from data_sources.simulated_port.world import World
from twin.port_layout import BlockKind
from twin.records import Trade, VehicleKind

Act = Generator[simpy.Event, Any, Any]
OPERATOR = "福州港集装箱公司"


@dataclass(slots=True, eq=False)
class Depot:
    """Where vehicles of one kind and trade stand when nobody needs them."""

    park: Park
    kind: VehicleKind
    trade: Trade
    middle: tuple[float, float]
    idle: list[Vehicle] = field(default_factory=list)


class Fleet:
    """All depots. A park of the layout is a depot if its subject's id begins with "depot"; the others are for
    trucks."""

    def __init__(self, world: World, traffic: Traffic, clerk: Clerk) -> None:
        self._env, self._traffic = world.env, traffic
        self.depots: list[Depot] = []
        self.parks: dict[str, list[Park]] = {FOREIGN: [], DOMESTIC: []}
        self.returned = Waiters()
        numbers: dict[VehicleKind, int] = {VehicleKind.AGV: 0, VehicleKind.TERMINAL_TRACTOR: 0}
        for subject, all_stops in world.index.stops_of.items():
            stops = [stop for stop in all_stops if stop.purpose == "park"]
            if not stops:
                continue
            domestic = bool(traffic.graphs[DOMESTIC].permitted[traffic.graphs[DOMESTIC].edge_number[stops[0].edge]])
            trade = Trade.DOMESTIC if domestic else Trade.FOREIGN
            graph = traffic.graphs[DOMESTIC if domestic else FOREIGN]
            park = Park(subject, [of_stop(graph, traffic.points, stop, True) for stop in stops])
            if not subject.startswith("depot"):
                self.parks[graph.trade].append(park)
                continue
            middle = park.places[len(park.places) // 2].at
            kind = VehicleKind.AGV if _automated_near(world, middle) else VehicleKind.TERMINAL_TRACTOR
            depot = Depot(park, kind, trade, middle)
            self.depots.append(depot)
            letters = "A" if kind is VehicleKind.AGV else "T"
            for place in park.places:
                numbers[kind] += 1
                name = f"{letters}{numbers[kind]:03d}"
                clerk.vehicle(name, kind, trade, OPERATOR)
                depot.idle.append(traffic.enter(name, kind, trade, place))

    def borrow(
        self, near: tuple[float, float], trade: Trade, kind: VehicleKind | None, most: int
    ) -> list[tuple[Vehicle, Depot]]:
        """Up to `most` idle vehicles from the depots of a trade, nearest depot first; of a kind, or of any."""
        fitting = [d for d in self.depots if d.trade == trade and (kind is None or d.kind is kind)]
        lent: list[tuple[Vehicle, Depot]] = []
        for depot in sorted(fitting, key=lambda d: math.dist(d.middle, near)):
            while depot.idle and len(lent) < most:
                lent.append((depot.idle.pop(), depot))
        return lent

    def kind_at(self, world: World, at: tuple[float, float]) -> VehicleKind:
        """What works at a place of the quay: driverless carriers before automated blocks, else tractors."""
        return (
            VehicleKind.AGV
            if _automated_near(world, at) and any(d.kind is VehicleKind.AGV for d in self.depots)
            else VehicleKind.TERMINAL_TRACTOR
        )

    def send_home(self, vehicle: Vehicle, depot: Depot) -> Act:
        """Drives a vehicle back to its depot, where it is idle again."""
        vehicle.purpose = "idle"
        yield from self._traffic.drive(vehicle, depot.park.vacancy, depot.park.waiters)
        depot.idle.append(vehicle)
        self.returned.wake()


def _automated_near(world: World, at: tuple[float, float]) -> bool:
    """Whether the standing block nearest to a place is an automated one."""
    blocks = [b for b in world.layout.blocks if b.kind in (BlockKind.RTG, BlockKind.AUTOMATED)]
    if not blocks:
        return False
    nearest = min(blocks, key=lambda b: math.dist(at, b.ground(b.bays, (b.rows + 1) / 2).tolist()))
    return nearest.kind is BlockKind.AUTOMATED
