"""Road trucks: booked, coming up the public road, through the gate, to the blocks, and out again."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import simpy

from data_sources.simulated_port.cargo import CargoDrawer
from data_sources.simulated_port.clerk import OUTSIDE, Clerk
from data_sources.simulated_port.gates import Gates
from data_sources.simulated_port.handling import Handling
from data_sources.simulated_port.places import Park, Place
from data_sources.simulated_port.pools import Pools
from data_sources.simulated_port.road_graph import DOMESTIC, FOREIGN, RoadGraph
from data_sources.simulated_port.traffic import Traffic, Vehicle
from data_sources.simulated_port.world import Box, CustomsDesk, World
from data_sources.simulated_port.yard import Yard
from twin.port_layout import RoadKind
from twin.records import Direction, MoveEvent, PlaceKind, Purpose, Trade, VehicleKind

Act = Generator[simpy.Event, Any, Any]
VISITS_A_DAY = 4_800
_DUAL_SHARE = 0.12  # bring one and take one
_DOMESTIC_SHARE = 0.14
# fmt: off
_HOURS = (
    0.45, 0.38, 0.32, 0.30, 0.34, 0.46, 0.70, 1.00, 1.40, 1.80, 1.85, 1.35,
    0.85, 1.20, 1.70, 1.85, 1.75, 1.30, 1.00, 1.05, 1.10, 0.90, 0.70, 0.55,
)
# fmt: on
"""Trucks by hour of the local day, relative: quiet after midnight, waves of appointments before noon, in the afternoon
and, lower, in the evening."""
_MEAN_HOUR = sum(_HOURS) / 24.0
_NOTICE_S = (25 * 60.0, 80 * 60.0)
_WINDOW_S = 3_600.0
_EARLY_SHARE, _EARLY_S = 0.65, (1_200.0, 3_900.0)
_KEPT_FREE = 0.3  # of the truck parks, for those who have to clear a lane or the barrier
_LOCKS_S = (50.0, 160.0)  # a driver alone at four twist locks
_WAIT_FOR_RELEASE_S = 5_400.0
_OPERATORS = ("福州顺达集卡运输", "福清宏图物流", "江阴联运车队", "莆田海通物流", "三明陆港运输", "厦门远洋集运")
_PROVINCE = "闽"
_LETTERS = "ABCDEFGHJK"
_MIXED = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
_PUBLIC_MPS = 13.0
_LEAST_APPROACH_M = 60.0


@dataclass(slots=True, eq=False)
class Booking:
    """A truck's errand: what it brings and what it takes, in this order."""

    plate: str
    trade: Trade
    brings: Box | None
    takes: Box | None
    force: bool
    at_s: float
    announced: bool = False  # customs knows the box it brings
    delivery: str | None = None  # appointment under which it brings a box
    pickup: str | None = None  # the one under which it takes one


class Trucks:
    """All road trucks."""

    def __init__(
        self,
        world: World,
        yard: Yard,
        traffic: Traffic,
        clerk: Clerk,
        drawer: CargoDrawer,
        gates: Gates,
        handling: Handling,
        pools: Pools,
        parks: dict[str, list[Park]],
        customs: Callable[[], CustomsDesk],
        landed: Callable[[Box], None],
        room_for: Callable[[Box], bool],
    ) -> None:
        self._world, self._env, self._yard, self._traffic, self._clerk = world, world.env, yard, traffic, clerk
        self._drawer, self._gates, self._handling, self._pools, self._parks = drawer, gates, handling, pools, parks
        self._customs, self._landed, self._room_for = customs, landed, room_for
        self._rng = world.stream("trucks")
        self._plates: set[str] = set()
        self._ends: dict[str, tuple[list[Place], list[Place]]] = {}
        self._sources: dict[int, Place] = {}
        self._zone = ZoneInfo(world.layout.time_zone)
        self.visits = 0

    def begin(self) -> None:
        """Starts the day's bookings."""
        for trade in (FOREIGN, DOMESTIC):
            if self._gates.lanes.get((trade, Direction.IN)) and self._gates.lanes.get((trade, Direction.OUT)):
                self._ends[trade] = self._world_ends(trade)
        if self._ends:
            self._world.env.process(self._day())

    def _world_ends(self, trade: str) -> tuple[list[Place], list[Place]]:
        """Where trucks of a trade appear and vanish: where the public roads turn back at their far ends."""
        graph, layout = self._traffic.graphs[trade], self._world.layout
        public = [n for n, e in enumerate(layout.road_edges) if e.kind is RoadKind.PUBLIC and graph.permitted[n]]
        turns = [n for n in public if len(graph.corners[n]) > 2]
        long = [n for n in public if graph.length[n] > _LEAST_APPROACH_M]
        comes = [n for turn in turns for n in long if graph.start[n] == graph.end[turn]]
        goes = [n for turn in turns for n in long if graph.end[n] == graph.start[turn]]
        return [self._come(graph, n) for n in comes], [self._go(graph, n) for n in goes]

    def _come(self, graph: RoadGraph, edge: int) -> Place:
        """The place at the start of a road, one for all trades."""
        if edge not in self._sources:
            at, bearing = graph.corners[edge][0], graph.first_bearing[edge]
            self._sources[edge] = Place(f"from/{edge}", at, bearing, edge, 0.0, edge, 0.0, True, start_v=_PUBLIC_MPS)
        return self._sources[edge]

    @staticmethod
    def _go(graph: RoadGraph, edge: int) -> Place:
        length = graph.length[edge]
        at, bearing = graph.corners[edge][-1], graph.last_bearing[edge]
        return Place(f"to/{edge}", at, bearing, edge, length, edge, length, True, end_v=_PUBLIC_MPS)

    # Bookings

    def _day(self) -> Act:
        """Books trucks around the clock. What would have been booked before the world began is booked at its start."""
        at = -_NOTICE_S[1]
        while True:
            at += float(self._rng.exponential(1.0 / self._rate(at)))
            notice = float(self._rng.uniform(*_NOTICE_S))
            if at > self._env.now:
                yield self._env.timeout(at - self._env.now)
            if at + notice > 0.0:
                self._book_usual(at + notice)

    def _rate(self, at_s: float) -> float:
        """Trucks a second at an instant, by the local time of day."""
        local = datetime.fromtimestamp(self._world.ms(at_s) / 1000.0, UTC).astimezone(self._zone)
        here, after = _HOURS[local.hour], _HOURS[(local.hour + 1) % 24]
        return VISITS_A_DAY / 86_400.0 * (here + (after - here) * local.minute / 60.0) / _MEAN_HOUR

    def _book_usual(self, at_s: float) -> None:
        """Books an ordinary truck, if there is something for it to do."""
        rng = self._rng
        domestic = DOMESTIC in self._ends and bool(rng.random() < _DOMESTIC_SHARE)
        trade = Trade.DOMESTIC if domestic else Trade.FOREIGN
        draw, dual = rng.random(2).tolist()
        brings = takes = None
        if draw < 0.5 or dual < _DUAL_SHARE:
            brings = self.new_box(*self._delivery_flow(domestic))
            if brings is not None and not self._room_for(brings):
                brings = None
        if draw >= 0.5 or dual < _DUAL_SHARE:
            takes = self._pools.pool("pickup", domestic).draw(rng, self._yard, lambda b: b.released, self._digging)
        if brings is None and takes is None:
            return
        self.book(Booking(self.plate(), trade, brings, takes, False, at_s))

    def _digging(self, box: Box) -> float:
        return float(len(self._yard.above(box)))

    def _delivery_flow(self, domestic: bool) -> tuple[str, Trade, bool]:
        draw = float(self._rng.random())
        if domestic:
            return "domestic_out", Trade.DOMESTIC, draw < 0.7
        return ("export", Trade.FOREIGN, True) if draw < 0.77 else ("empty_out", Trade.FOREIGN, False)

    def new_box(self, flow: str, trade: Trade, full: bool) -> Box:
        """A box as trucks bring them."""
        rng = self._rng
        length = 20 if rng.random() < (0.55 if trade is Trade.DOMESTIC else 0.36) else 40
        hazard: tuple[str, ...] = ()
        reefer = False
        if flow == "export" and trade is Trade.FOREIGN:
            draw = rng.random()
            reefer = bool(draw < 0.05)
            if draw > 0.988:
                hazard = (("3", "8", "9", "9", "6.1")[int(rng.integers(5))],)
            elif draw > 0.978:
                length = 45
        box = self._drawer.draw(1, length, flow, trade, full, reefer and length == 40, hazard)[0]
        box.arrived_at = self._world.now_ms
        return box

    def plate(self) -> str:
        """A number plate that no truck underway has."""
        rng = self._rng
        while True:
            letters = rng.integers(0, len(_MIXED), 4).tolist()
            plate = f"{_PROVINCE}{_LETTERS[int(rng.integers(len(_LETTERS)))]}{int(rng.integers(1, 10))}" + "".join(
                _MIXED[k] for k in letters
            )
            if plate not in self._plates:
                self._plates.add(plate)
                return plate

    def book(self, booking: Booking) -> None:
        """Says the appointments and lets the truck come. Its boxes have a mission from now on."""
        self._plates.add(booking.plate)
        if (box := booking.brings) is not None:
            box.mission = "delivery"
            self._world.boxes[box.number] = box
            self._clerk.container(box)
            if not booking.announced:
                self._customs().announce(box)
            booking.delivery = self._appoint(booking, box, Purpose.DELIVERY)
        if booking.takes is not None:
            booking.takes.mission = "pickup"
            booking.pickup = self._appoint(booking, booking.takes, Purpose.PICKUP)
        self._world.env.process(self._visit(booking))

    def _appoint(self, booking: Booking, box: Box, purpose: Purpose) -> str:
        """Says the appointment of a truck for a box. Its number is the order that is shown at the gate."""
        world, name = self._world, self._world.new_id("APPT")
        gate = self._gates.gate_for(DOMESTIC if booking.trade is Trade.DOMESTIC else FOREIGN, Direction.IN)
        window = world.ms(booking.at_s)
        self._clerk.appointment(
            name, booking.plate, box, purpose, gate, window, window + round(_WINDOW_S * 1000)
        )
        return name

    # A visit

    def _visit(self, booking: Booking) -> Act:
        env, traffic, world = self._env, self._traffic, self._world
        yield env.timeout(max(booking.at_s - env.now, 0.0))
        comes, goes = self._ends[DOMESTIC if booking.trade is Trade.DOMESTIC else FOREIGN]
        start = self._from(comes, booking)
        while start.occupant is not None:
            yield start.waiters.wait(env)
        self._clerk.vehicle(
            booking.plate, VehicleKind.ROAD_TRUCK, booking.trade, _OPERATORS[int(self._rng.integers(len(_OPERATORS)))]
        )
        vehicle = traffic.enter(booking.plate, VehicleKind.ROAD_TRUCK, booking.trade, start)
        self.visits += 1
        vehicle.purpose = "delivery" if booking.brings else "pickup"
        if booking.brings is not None:
            vehicle.boxes.append(booking.brings)
            booking.brings.place_kind, booking.brings.place_ref = PlaceKind.VEHICLE, vehicle.id
            self._clerk.inventory(booking.brings)
        order = booking.delivery or booking.pickup or ""
        passage = yield from self._gates.pass_through(vehicle, Direction.IN, order)
        vehicle.inside = True
        for box in vehicle.boxes:
            box.arrived_at = world.now_ms
            self._clerk.moved(
                box, MoveEvent.GTIN, Purpose.DELIVERY, (PlaceKind.VEHICLE, vehicle.id), passage.lane, order
            )
        if self._rng.random() < _EARLY_SHARE:
            yield from self._wait_for_window(vehicle)
        if booking.brings is not None:
            yield from self._bring(vehicle, booking.brings, order)
        if booking.takes is not None:
            vehicle.purpose = "pickup"
            yield from self._take(vehicle, booking)
        order = (booking.pickup if vehicle.boxes else booking.delivery) or ""
        passage = yield from self._gates.pass_through(
            vehicle, Direction.OUT, order or None, lambda: self._vacancy(vehicle)
        )
        vehicle.inside = False
        for box in vehicle.boxes:
            self._clerk.moved(box, MoveEvent.GTOT, Purpose.PICKUP, OUTSIDE, passage.lane, order, present=False)
            box.mission = ""
            self._customs().gone(box)
            world.boxes.pop(box.number, None)
        goal = goes[int(self._rng.integers(len(goes)))]
        yield from traffic.drive(vehicle, lambda: _shared(goal), goal.waiters)
        vehicle.boxes.clear()
        traffic.leave(vehicle)
        self._plates.discard(vehicle.id)

    def _from(self, comes: list[Place], booking: Booking) -> Place:
        """Transit trucks come down the corridor from the north, the others from anywhere."""
        if booking.brings is not None and booking.brings.trade is Trade.TRANSIT and self._world.layout.corridors:
            line = self._world.layout.corridors[0].line
            return min(comes, key=lambda place: min(math.dist(place.at, p) for p in line[-3:-1] or line))
        return comes[int(self._rng.integers(len(comes)))]

    def _vacancy(self, vehicle: Vehicle) -> Place | None:
        """A free place in a truck park."""
        return next((place for park in self._parks_of(vehicle) if (place := park.vacancy()) is not None), None)

    def _parks_of(self, vehicle: Vehicle) -> list[Park]:
        return self._parks[DOMESTIC if vehicle.trade is Trade.DOMESTIC else FOREIGN]

    def _wait_for_window(self, vehicle: Vehicle) -> Act:
        """Some come before their time and wait in the truck park, if it is not too full."""
        places = [p for park in self._parks_of(vehicle) for p in park.places]
        if sum(p.free for p in places) <= _KEPT_FREE * len(places):
            return
        place = self._vacancy(vehicle)
        if place is not None and (yield from self._traffic.drive_if_clear(vehicle, place)):
            yield self._env.timeout(float(self._rng.uniform(*_EARLY_S)))

    def _bring(self, vehicle: Vehicle, box: Box, order: str) -> Act:
        """To a block where the box may stand; by the park while none can be reached."""
        grounds = self._handling.grounds_near(box, vehicle.place.at, 99)
        while True:
            done = yield from self._handling.store(vehicle, box, Purpose.DELIVERY, order, grounds, self._locks_s())
            if done:
                break
            yield from self._wait_aside(vehicle)
        self._landed(box)

    def _take(self, vehicle: Vehicle, booking: Booking) -> Act:
        """To the box that was booked, or to another one if that cannot be had, or away without."""
        box, since = booking.takes, self._env.now
        while box is not None:
            if self._env.now - since > _WAIT_FOR_RELEASE_S:
                box.mission = ""
                return
            if not booking.force and (box.held or not box.released or box.number not in self._yard):
                box.mission = ""
                box = self._another(booking)
                continue
            done = yield from self._handling.fetch(vehicle, box, Purpose.PICKUP, booking.pickup or "", self._locks_s())
            if done:
                return
            if vehicle.blocker is None and not booking.force:
                box.mission = ""
                box = self._another(booking)
            else:
                yield from self._wait_aside(vehicle)

    def _locks_s(self) -> float:
        return float(self._rng.uniform(*_LOCKS_S))

    def _another(self, booking: Booking) -> Box | None:
        """A box to take instead of the one that was booked."""
        box = self._pools.pool("pickup", booking.trade is Trade.DOMESTIC).draw(
            self._rng, self._yard, lambda b: b.released, self._digging
        )
        if box is not None:
            box.mission = "pickup"
            booking.pickup = self._appoint(booking, box, Purpose.PICKUP)
        return box

    def _wait_aside(self, vehicle: Vehicle) -> Act:
        """Waits for whatever stands in the way: in a truck park, or where it is if it stands in one or all are full."""
        blocker = vehicle.blocker
        if not any(vehicle.place in park.places for park in self._parks_of(vehicle)):
            place = self._vacancy(vehicle)
            if place is not None:
                arrived = yield from self._traffic.drive_if_clear(vehicle, place)
                if arrived:
                    return
        if blocker is None:
            yield self._env.timeout(60.0)
        else:
            yield simpy.AnyOf(self._env, [blocker.wait(self._env), self._env.timeout(600.0)])


def _shared(place: Place) -> Place:
    """The end of the world takes anybody: whoever comes there is gone at once."""
    place.occupant = None
    return place
