"""What every vehicle does at a block: come for a box that stands there, or bring one to where it fits."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import simpy

from data_sources.simulated_port.places import Place, of_stop, on_lane
from data_sources.simulated_port.road_graph import DOMESTIC, FOREIGN
from data_sources.simulated_port.traffic import Traffic, Vehicle
from data_sources.simulated_port.world import Box, World
from data_sources.simulated_port.yard import Ground, Pile, Yard, area_of_box
from data_sources.simulated_port.yard_cranes import YardCranes
from twin.port_layout import StopPoint
from twin.records import Purpose

Act = Generator[simpy.Event, Any, Any]
_CHOICES = 5  # piles looked at before a vehicle has to wait


class Handling:
    """Brings vehicles and boxes together beside the blocks."""

    def __init__(self, world: World, yard: Yard, traffic: Traffic, cranes: YardCranes) -> None:
        self._env, self._yard, self._traffic, self._cranes = world.env, yard, traffic, cranes
        self._rng = world.stream("handling")
        self._stops: dict[str, dict[int, StopPoint]] = {}
        for stop in world.layout.stop_points:
            if stop.purpose == "block" and stop.bay is not None:
                self._stops.setdefault(stop.subject, {})[stop.bay] = stop
        self._places: dict[tuple[str, int], Place] = {}
        self._middles = {
            g.block.id: (float(c[0]), float(c[1]))
            for g in yard.grounds
            for c in [g.block.ground(g.block.bays, (g.block.rows + 1) / 2)]
        }

    def beside(self, pile: Pile) -> Place:
        """Where a vehicle stands to be served from a pile: beside the middle of its bay pair."""
        block, pair = pile.ground.block, pile.pair
        key = (block.id, pair)
        place = self._places.get(key)
        if place is None:
            graph = self._traffic.graphs[DOMESTIC if block.trade == "domestic" else FOREIGN]
            stops = self._stops[block.id]
            places = [of_stop(graph, self._traffic.points, stops[bay], True) for bay in (4 * pair + 1, 4 * pair + 3)]
            edge, s = places[0].edge_in, places[0].s_in
            if places[1].edge_in == edge:
                s = 0.5 * (s + places[1].s_in)
            place = self._places[key] = on_lane(
                graph, self._traffic.points, f"{block.id}/{pair}", edge, s, False, stops[4 * pair + 1]
            )
        return place

    def fetch(self, vehicle: Vehicle, box: Box, purpose: Purpose, order: str, locks_s: float = 0.0) -> Act:
        """Drives to a standing box and has it lifted on. False at once if the way there is not clear (see
        `Traffic.drive_if_clear`), and with no `blocker` if the box does not stand in the yard or cannot be dug out.
        Before it may drive on, its driver locks the twist locks for `locks_s` seconds."""
        if box.number not in self._yard:
            vehicle.blocker = None
            return False
        arrived = yield from self._traffic.drive_if_clear(vehicle, self.beside(self._yard.pile_of(box)))
        if not arrived:
            return False
        lifted = yield self._cranes.lift(box, vehicle, purpose, order)
        if not lifted:
            vehicle.blocker = None
        elif locks_s:
            yield self._env.timeout(locks_s)
        return lifted

    def store(
        self, vehicle: Vehicle, box: Box, purpose: Purpose, order: str, grounds: list[Ground], locks_s: float = 0.0
    ) -> Act:
        """Drives a box to one of some blocks and has it set down, after its driver has opened the twist locks for
        `locks_s` seconds. False at once if there is no place that can be reached now."""
        pile = self._pile(vehicle, box, grounds)
        if pile is None:
            return False
        self._yard.expect(pile, box)
        arrived = yield from self._traffic.drive_if_clear(vehicle, self.beside(pile))
        if not arrived:
            self._yard.forget(pile)
            return False
        if locks_s:
            yield self._env.timeout(locks_s)
        yield self._cranes.set_down(box, vehicle, purpose, order, pile)
        return True

    def store_anywhere(self, vehicle: Vehicle, box: Box, purpose: Purpose, order: str, block: str) -> Act:
        """The same in a block that is not for such boxes: wherever the length fits."""
        ground = self._yard.by_block[block]
        fitting = [
            p
            for pair in ground.piles
            for p in pair
            if p.room(box.length_ft) and self._traffic.clear(vehicle, self.beside(p))
        ]
        if not fitting:
            return False
        pile = min(fitting, key=lambda p: (p.height, p.pair, p.row))
        self._yard.expect(pile, box)
        arrived = yield from self._traffic.drive_if_clear(vehicle, self.beside(pile))
        if not arrived:
            self._yard.forget(pile)
            return False
        yield self._cranes.set_down(box, vehicle, purpose, order, pile)
        return True

    def middle(self, ground: Ground) -> tuple[float, float]:
        """The middle of a block, metres."""
        return self._middles[ground.block.id]

    def grounds_near(self, box: Box, at: tuple[float, float], most: int) -> list[Ground]:
        """The blocks where a box may stand, nearest to a place first, at most `most`, those with room only."""
        grounds = [g for g in self._yard.area(area_of_box(box)) if self._cranes.serves(g)]
        return sorted(grounds, key=lambda g: math.dist(self._middles[g.block.id], at))[:most]

    def _pile(self, vehicle: Vehicle, box: Box, grounds: list[Ground]) -> Pile | None:
        """A pile for a box that the vehicle could start for now; of a few drawn ones the one whose crane has least to
        do."""
        if not grounds:
            return None
        found: list[tuple[int, int, Pile]] = []
        for k, index in enumerate(self._rng.integers(0, len(grounds), 2 * _CHOICES).tolist()):
            pile = self._yard.pile_in(grounds[index], box, self._rng)
            if pile is not None:
                found.append((self._cranes.backlog(pile), k, pile))
        blocked = None
        for _, _, pile in sorted(found, key=lambda f: f[:2])[:_CHOICES]:
            if self._traffic.clear(vehicle, self.beside(pile)):
                return pile
            blocked = vehicle.blocker or blocked
        vehicle.blocker = blocked
        return None
