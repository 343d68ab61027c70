"""Vessel calls: who comes when, what she brings and takes, her way from the anchorage to the berth and out again."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import simpy

from data_sources.simulated_port.cargo import CargoDrawer
from data_sources.simulated_port.clerk import Clerk
from data_sources.simulated_port.fleet_of_vessels import Cargo, Deck, Ship, Stack, register
from data_sources.simulated_port.stock import say
from data_sources.simulated_port.vessel_motion import VesselMotion
from data_sources.simulated_port.world import SOURCE, Box, Call, CustomsDesk, World
from twin.port_layout import Berth
from twin.records import CallState, PlaceKind, Trade, VesselCall

Act = Generator[simpy.Event, Any, Any]
FOREIGN_EVERY_S = 1.85 * 3600.0
DOMESTIC_EVERY_S = 11.0 * 3600.0
ALONGSIDE_AT_START = (5, 1)  # foreign, domestic
_NOTICE_S = 2.5 * 3600.0  # from the announcement of a call to her arrival at the anchorage
_MOORING_S = (1_500.0, 2_400.0)  # lines ashore, gangway, formalities, before the first lift
_UNMOORING_S = (1_200.0, 2_400.0)
_FENDER_M = 1.2
_END_ROOM_M = 12.0
_IMPORT_SHARES = (
    ("import", Trade.FOREIGN, True, 0.66),
    ("empty_in", Trade.FOREIGN, False, 0.21),
    ("transshipment", Trade.TRANSSHIPMENT, True, 0.13),
)
_DOMESTIC_SHARES = (("domestic_in", Trade.DOMESTIC, True, 0.74), ("domestic_in", Trade.DOMESTIC, False, 0.26))
_REEFER_SHARE = 0.055
_DANGEROUS_SHARE = 0.012
_HAZARDS = ("3", "8", "9", "9", "6.1")  # IMDG classes, half of them miscellaneous and batteries
_THROUGH = (500, 900)
_FORTY_SHARE = 0.76  # of stacks


@dataclass(slots=True, eq=False)
class Visit:
    """A call at work: the ship's deck, and where her middle lies along the berth when moored."""

    call: Call
    ship: Ship
    deck: Deck
    stacks: list[Stack]
    berths: list[Berth] = field(default_factory=list)
    middle: tuple[float, float] = (0.0, 0.0)
    bow: tuple[float, float] = (1.0, 0.0)  # unit vector
    to_load: int = 0
    loaded: set[str] = field(default_factory=set)

    def ref(self, stowage: str) -> str:
        """A place aboard as records name it."""
        return f"{self.call.mmsi}/{stowage}"

    def bay_at(self, bay: int) -> tuple[float, float]:
        """The local point of the middle of a bay, metres."""
        forward = self.deck.forward_m(bay)
        return self.middle[0] + self.bow[0] * forward, self.middle[1] + self.bow[1] * forward


class Calls:
    """The port's schedule. `work(visit)` of the quay is run while a vessel is alongside."""

    def __init__(
        self,
        world: World,
        clerk: Clerk,
        drawer: CargoDrawer,
        motion: VesselMotion,
        customs: Callable[[], CustomsDesk],
        work: Callable[[Visit], Act],
        awaited: Callable[[Box], bool],
    ) -> None:
        self._world, self._clerk, self._drawer, self._motion = world, clerk, drawer, motion
        self._customs, self._work, self._awaited = customs, work, awaited
        self._rng = world.stream("calls")
        containers = [b for b in world.layout.berths if b.kind == "container"]
        domestic = {b.id for b in containers if _behind(world, b) == "domestic"}
        self._free: dict[Trade, list[Berth]] = {
            Trade.FOREIGN: [b for b in containers if b.id not in domestic],
            Trade.DOMESTIC: [b for b in containers if b.id in domestic],
        }
        order = self._rng.permutation(len(containers)).tolist()
        self._used = {b.id: -n for b, n in zip(containers, order, strict=True)}  # since when: the longest idle is next
        self._berthings = 0
        self._order = {b.id: i for i, b in enumerate(world.layout.berths)}
        self._freed = world.env.event()
        self._ships = {trade: register(trade) for trade in (Trade.FOREIGN, Trade.DOMESTIC)}
        self._here: set[str] = set()
        self._voyages = 0
        self.visits: dict[str, Visit] = {}

    def begin(self) -> None:
        """Puts the first vessels alongside and starts the schedule."""
        for trade, count, every_s in zip(
            (Trade.FOREIGN, Trade.DOMESTIC), ALONGSIDE_AT_START, (FOREIGN_EVERY_S, DOMESTIC_EVERY_S), strict=True
        ):
            if not self._free[trade]:
                continue
            for _ in range(count):
                ship = self._ship(trade)
                berths = self._berths(ship, trade)
                if berths is None:
                    self._here.discard(ship.imo)
                    continue
                since = float(self._rng.uniform(1.0, 6.0)) * 3600.0
                visit = self._visit(ship, trade, -since, float(self._rng.uniform(0.35, 0.9)))
                self._alongside(visit, berths)
                self._motion.moor(visit.call.mmsi, visit.middle, visit.bow)
                self._world.env.process(self._handle(visit, trade, self._world.ms(-since)))
            self._world.env.process(self._schedule(trade, every_s))

    def _schedule(self, trade: Trade, every_s: float) -> Act:
        yield self._world.env.timeout(float(self._rng.uniform(0.05, 0.5)) * every_s)
        while True:
            ship = self._ship(trade)
            arrival = self._world.env.now + _NOTICE_S
            visit = self._visit(ship, trade, arrival, 1.0)
            self._world.env.process(self._arrive(visit, trade))
            yield self._world.env.timeout(every_s * float(np.clip(self._rng.gamma(6.0, 1.0 / 6.0), 0.4, 2.2)))

    def _ship(self, trade: Trade) -> Ship:
        away = [ship for ship in self._ships[trade] if ship.imo not in self._here]
        ship = away[int(self._rng.integers(len(away)))]
        self._here.add(ship.imo)
        return ship

    def _visit(self, ship: Ship, trade: Trade, arrival_s: float, share: float) -> Visit:
        """A call with her cargo stowed and announced. `share`: how much of her work is still to be done."""
        world = self._world
        self._voyages += 1
        call = Call(
            world.new_id("CALL"),
            ship.name,
            ship.imo,
            ship.mmsi,
            f"{26_000 + self._voyages:05d}{'E' if self._voyages % 2 else 'W'}",
            ship.size.length_m,
            ship.size.beam_m,
            trade,
            None,
            world.ms(arrival_s + 2.2 * 3600.0),
            world.ms(arrival_s + 14 * 3600.0),
        )
        visit = Visit(call, ship, Deck(ship.size), [])
        world.calls[call.id] = call
        self.visits[call.id] = visit
        moves = max(20, round(ship.size.moves * float(np.clip(self._rng.normal(1.0, 0.15), 0.6, 1.4)) * share))
        self._tell(visit)
        self._stow(visit, trade, moves // 2)
        visit.to_load = moves - moves // 2
        return visit

    def _stow(self, visit: Visit, trade: Trade, imports: int) -> None:
        """Through cargo below, what is for here on top of it, in a few bays each."""
        rng, deck, call = self._rng, visit.deck, visit.call
        for bay in deck.bays:
            for row in deck.rows:
                length = 40 if rng.random() < _FORTY_SHARE else 20
                visit.stacks.append(Stack(bay, row, length, visit.ship.size.tiers))
        space = sum(s.high * (2 if s.length_ft == 20 else 1) for s in visit.stacks)
        through = int(min(float(rng.integers(*_THROUGH)), 0.62 * space))
        imports = int(min(imports, 0.32 * space))
        share = through / space
        cargo: list[Cargo] = []
        for stack in visit.stacks:
            height = min(max(round(float(rng.normal(share * stack.high, 0.8))), 0), stack.high - 1)
            for _ in range(height * (2 if stack.length_ft == 20 else 1)):
                cargo.append(Cargo("", stack.length_ft))
                stack.put(cargo[-1])
        self._say_through(visit, trade, cargo)
        places: list[Stack] = []
        for bay in rng.permutation(deck.bays).tolist():
            for stack in (s for s in visit.stacks if s.bay == bay):
                places += [stack] * min(stack.room(), int(rng.integers(2, 5)))
            if len(places) >= imports:
                break
        boxes = self._imports(trade, places[:imports])
        for box, stack in zip(boxes, places, strict=False):
            box.call, box.place_kind, box.place_ref = call.id, PlaceKind.VESSEL, visit.ref(stack.put(box))
            box.arrived_at = call.arrival_at
            self._world.boxes[box.number] = box
        say(self._world, boxes)
        customs = self._customs()
        for box in boxes:
            customs.announce(box)

    def _imports(self, trade: Trade, places: Sequence[Stack]) -> list[Box]:
        """The boxes a vessel brings for here, one for each place aboard, in their order."""
        shares = _DOMESTIC_SHARES if trade is Trade.DOMESTIC else _IMPORT_SHARES
        kinds = self._rng.choice(len(shares), len(places), p=[s[3] for s in shares]).tolist()
        special = self._rng.random(len(places)).tolist()
        hazards = self._rng.choice(_HAZARDS, len(places)).tolist()
        wanted: dict[tuple[int, int, bool, bool], list[int]] = {}
        for row, (stack, kind, draw) in enumerate(zip(places, kinds, special, strict=True)):
            flow = shares[kind][0]
            reefer = flow in ("import", "transshipment") and draw < _REEFER_SHARE
            hazard = flow == "import" and draw > 1.0 - _DANGEROUS_SHARE
            wanted.setdefault((stack.length_ft, kind, reefer, hazard), []).append(row)
        found: list[tuple[int, Box]] = []
        for (length, kind, reefer, hazard), rows in wanted.items():
            flow, of_trade, full, _ = shares[kind]
            classes = [hazards[row] for row in rows] if hazard else ()
            drawn = self._drawer.draw(len(rows), length, flow, of_trade, full, reefer, classes)
            for row, box in zip(rows, drawn, strict=True):
                taken = box
                if not self._awaited(box):  # the carrier would have kept it; another box comes in its place
                    taken = self._drawer.draw(1, length, flow, of_trade, full)[0]
                    self._awaited(taken)
                found.append((row, taken))
        return [box for _, box in sorted(found, key=lambda f: f[0])]

    def _say_through(self, visit: Visit, trade: Trade, cargo: list[Cargo]) -> None:
        """Containers that stay aboard: known to the terminal from the bay plan, under nobody's hands here."""
        said: list[Box] = []
        for length in (20, 40):
            of_length = [c for c in cargo if c.length_ft == length]
            full = self._drawer.draw(
                len(of_length),
                length,
                "transshipment",
                Trade.DOMESTIC if trade is Trade.DOMESTIC else Trade.TRANSSHIPMENT,
                True,
            )
            for item, box in zip(of_length, full, strict=True):
                item.number = box.number
                said.append(box)
        where = {item.number: ref for stack in visit.stacks for item, ref in stack.refs() if isinstance(item, Cargo)}
        for box in said:
            box.place_kind, box.place_ref, box.arrived_at = (
                PlaceKind.VESSEL,
                visit.ref(where[box.number]),
                visit.call.arrival_at,
            )
        say(self._world, said)

    def _arrive(self, visit: Visit, trade: Trade) -> Act:
        """From the announcement to the berth."""
        env, call = self._world.env, visit.call
        yield env.timeout(_NOTICE_S)
        self._motion.anchor(call.mmsi, self._world.layout)
        while (berths := self._berths(visit.ship, trade)) is None:
            yield self._freed
        self._alongside(visit, berths)
        sailing = self._motion.come_in(call.mmsi, visit.middle, visit.bow, env.now)
        yield env.timeout(sailing)
        yield from self._handle(visit, trade, self._world.now_ms)

    def _handle(self, visit: Visit, trade: Trade, arrived_ms: int) -> Act:
        """Alongside: work, then out."""
        env, call, rng = self._world.env, visit.call, self._rng
        call.state, call.arrival_at = CallState.ALONGSIDE, arrived_ms
        left = sum(isinstance(b, Box) for s in visit.stacks for b, _ in s.refs()) + visit.to_load
        call.departure_at = self._world.now_ms + round(left / 55.0 * 3_600_000 + 2 * 3_600_000)
        self._tell(visit)
        if arrived_ms == self._world.now_ms:
            yield env.timeout(float(rng.uniform(*_MOORING_S)))
        yield env.process(self._work(visit))
        yield env.timeout(float(rng.uniform(*_UNMOORING_S)))
        call.state, call.departure_at = CallState.DEPARTED, self._world.now_ms
        self._tell(visit)
        refs = [(item, visit.ref(ref)) for stack in visit.stacks for item, ref in stack.refs()]
        self._clerk.gone([i.number for i, _ in refs], [r for _, r in refs], [i.arrived_at for i, _ in refs])
        for item, _ in refs:
            if isinstance(item, Box):
                self._customs().gone(item)
                self._world.boxes.pop(item.number, None)
        sailing = self._motion.go_out(call.mmsi, visit.middle, visit.bow, env.now)
        yield env.timeout(900.0)
        self._free[trade] = sorted(self._free[trade] + visit.berths, key=lambda b: self._order[b.id])
        self._freed.succeed()
        self._freed = env.event()
        yield env.timeout(max(sailing - 900.0, 0.0))
        self._motion.remove(call.mmsi)
        self._here.discard(visit.ship.imo)
        del self.visits[call.id]
        del self._world.calls[call.id]

    def _berths(self, ship: Ship, trade: Trade) -> list[Berth] | None:
        """Takes the berth, or the two neighbouring ones, that a ship needs; None while they are not free."""
        free = self._free[trade]
        choices = [[b] for b in free if math.dist(b.start, b.end) >= ship.size.length_m + 2 * _END_ROOM_M]
        if not choices:
            choices = [[a, b] for a in free for b in free if a.terminal == b.terminal and a.end == b.start]
        if not choices:
            return None
        chosen = min(choices, key=lambda berths: (max(self._used[b.id] for b in berths), berths[0].id))
        for berth in chosen:
            self._used[berth.id] = self._berthings = self._berthings + 1
        self._free[trade] = [b for b in free if b not in chosen]
        return chosen

    def _alongside(self, visit: Visit, berths: list[Berth]) -> None:
        """Fixes where the ship will lie: in the middle of her berths, bow to the west or the east."""
        start, end = np.array(berths[0].start), np.array(berths[-1].end)
        along = (end - start) / np.hypot(*(end - start))
        sea = _seaward(self._world, berths[0])
        middle = (start + end) / 2 + sea * (visit.ship.size.beam_m / 2 + _FENDER_M)
        if len(berths) == 1:
            slack = math.dist(berths[0].start, berths[0].end) - visit.ship.size.length_m - 2 * _END_ROOM_M
            middle = middle + along * float(self._rng.uniform(-0.3, 0.3)) * max(slack, 0.0)
        bow = along if self._rng.random() < 0.6 else -along
        visit.berths, visit.call.berth = berths, berths[0].id
        visit.middle, visit.bow = (float(middle[0]), float(middle[1])), (float(bow[0]), float(bow[1]))

    def _tell(self, visit: Visit) -> None:
        world, c = self._world, visit.call
        world.emit(
            VesselCall(
                world.new_id("VC"),
                SOURCE,
                world.now_ms,
                c.id,
                c.vessel,
                c.imo,
                c.mmsi,
                c.voyage,
                c.length_m,
                c.beam_m,
                c.berth,
                CallState(c.state),
                c.arrival_at,
                c.departure_at,
            )
        )


def _behind(world: World, berth: Berth) -> str:
    """The trade of the block nearest to a berth's middle."""
    middle = ((berth.start[0] + berth.end[0]) / 2, (berth.start[1] + berth.end[1]) / 2)
    centres = [(math.dist(middle, b.ground(b.bays, (b.rows + 1) / 2).tolist()), b.trade) for b in world.layout.blocks]
    return min(centres)[1] if centres else "foreign"


def _seaward(world: World, berth: Berth) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Unit vector from a berth out to the sea: away from the blocks."""
    start, end = np.array(berth.start), np.array(berth.end)
    along = (end - start) / np.hypot(*(end - start))
    right = np.array([along[1], -along[0]])
    yard = np.mean([b.origin for b in world.layout.blocks], axis=0) if world.layout.blocks else start + right
    return right if float((yard - start) @ right) < 0 else -right
