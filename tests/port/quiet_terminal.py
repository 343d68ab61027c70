"""A terminal without cranes and queues: the face of operations, with every trip done after a fixed time.

It lets customs, seals and incidents be tested for what they say, apart from how the port moves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import simpy

from data_sources.simulated_port.container_numbers import NumberMint
from data_sources.simulated_port.customs import Customs
from data_sources.simulated_port.scenario import Scenario
from data_sources.simulated_port.world import Box, World
from resources import locator
from twin import port_definition
from twin.batch import fields_of
from twin.port_layout import PortLayout, parse_slot
from twin.records import (
    RECORD_CLASSES,
    Classifier,
    Direction,
    GateDecision,
    GatePassage,
    Kind,
    Move,
    MoveEvent,
    PlaceKind,
    Purpose,
    Record,
    Trade,
    VehicleKind,
)

BASE_MS = 1_795_226_400_000  # 2026-11-21T10:00+08:00
_LIFT_S = 300.0
_GATE_S = 900.0

_layouts: list[PortLayout] = []


def jiangyin() -> PortLayout:
    """The port's layout, read once for all tests."""
    if not _layouts:
        _layouts.append(port_definition.load(locator.port_definition()))
    return _layouts[0]


class Heard:
    """A record sink that keeps what was said."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def append(self, records: Sequence[Record]) -> None:
        self.records.extend(records)

    def append_columns(self, kind: Kind, columns: Any) -> None:
        names = [f.name for f in fields_of(kind)]
        assert set(columns) == set(names)
        plain = [v.tolist() if isinstance(v, np.ndarray) else v for v in (columns[name] for name in names)]
        self.records.extend(RECORD_CLASSES[kind](*row) for row in zip(*plain, strict=True))

    def of(self, record_class: type, **wanted: object) -> list[Any]:
        """The records of a class whose fields have the given values."""
        return [
            r for r in self.records
            if isinstance(r, record_class) and all(getattr(r, name) == value for name, value in wanted.items())
        ]


@dataclass
class Truck:
    id: str
    x: float
    y: float
    boxes: list[Box] = field(default_factory=list)
    trade: Trade = Trade.FOREIGN
    kind: VehicleKind = VehicleKind.ROAD_TRUCK
    moving: bool = False
    inside: bool = True
    purpose: str = "idle"


class QuietTerminal:
    """Operations with fixed times: five minutes to a lift, fifteen to a gate."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.vehicles: dict[str, Truck] = {}
        self.holds: dict[str, float] = {}
        self.hooks: list[Callable[[GatePassage], GatePassage]] = []
        self.customs: Any = None
        self.mint = NumberMint(world.stream("mint"))
        self.lane_out, self.lane_in = (
            next(lane for g in world.layout.gates for lane in g.lanes if lane.direction == d) for d in ("out", "in")
        )
        self.gate = next(g for g in world.layout.gates if self.lane_out in g.lanes)

    def box(self, flow: str = "import", trade: Trade = Trade.FOREIGN, full: bool = True, **more: Any) -> Box:
        """A new container, 18 t if full."""
        number = self.mint.draw(("MSKU",), 1)[0]
        weight = 18_000.0 if full else 3_900.0
        made = Box(number, "45G1" if full else "42G1", 40, full, full, weight, weight, trade, flow, "MSKU", **more)
        self.world.boxes[number] = made
        return made

    def stand(self, box: Box, slot: str, days: float = 1.0) -> Box:
        """Puts a container in a slot, arrived some days ago."""
        box.place_kind, box.place_ref = PlaceKind.SLOT, slot
        box.arrived_at = self.world.now_ms - round(days * 86_400_000)
        return box

    def new_box(self, flow: str, trade: Trade, call: str | None = None) -> Box:
        return self.box(flow, trade, call=call)

    def gate_reading(self, hook: Callable[[GatePassage], GatePassage]) -> None:
        self.hooks.append(hook)

    def hold_at_gate(self, subject: str, until: int | None) -> None:
        self.holds[subject] = math.inf if until is None else self.world.seconds(until)

    def reserve_elsewhere(self, box: Box) -> str:
        return "B4-02-01-1"

    def locate(self, numbers: Sequence[str]) -> dict[str, Any]:
        places = [self._place(self.world.boxes.get(n)) for n in numbers]
        where = np.asarray(places, dtype=float).reshape(-1, 2)
        still = np.zeros(len(numbers))
        return {"x": where[:, 0], "y": where[:, 1], "speed_mps": still, "course_deg": still}

    def _place(self, box: Box | None) -> tuple[float, float]:
        if box is not None and box.place_kind is PlaceKind.SLOT:
            slot = parse_slot(box.place_ref)
            number = self.world.index.block_number[slot.block]
            x, y, _ = self.world.index.slot_xyz(number, slot.bay, slot.row, slot.tier)
            return float(x), float(y)
        if box is not None and box.place_kind is PlaceKind.VEHICLE:
            truck = self.vehicles[box.place_ref]
            return truck.x, truck.y
        return float("nan"), float("nan")

    def truck(self, plate: str, x: float = 800.0, y: float = 300.0, trade: Trade = Trade.FOREIGN) -> Truck:
        """A road truck inside the port."""
        self.vehicles[plate] = Truck(plate, x, y, trade=trade)
        return self.vehicles[plate]

    def inspection_trip(self, box: Box, purpose: str, work: Callable[[Box], Any]) -> simpy.Process:
        return self.world.env.process(self._trip(box, Purpose.INSPECTION, work, None))

    def restow(self, box: Box, block: str | None = None) -> simpy.Process:
        slot = f"{block or 'B1'}-02-01-5"
        return self.world.env.process(self._trip(box, Purpose.RESTOW, None, slot))

    def _trip(self, box: Box, purpose: Purpose, work: Any, slot: str | None) -> Generator[Any, Any, bool]:
        truck = self.truck(f"T-{box.number}", *self._place(box))
        home = slot or box.place_ref
        yield self.world.env.timeout(_LIFT_S)
        self._move(box, MoveEvent.PICK, purpose, PlaceKind.VEHICLE, truck.id)
        if work is not None:
            yield from work(box)
        yield self.world.env.timeout(_LIFT_S)
        self._move(box, MoveEvent.DROP, purpose, PlaceKind.SLOT, home)
        del self.vehicles[truck.id]
        return True

    def pickup(self, box: Box, at: int | None = None, force: bool = False, plate: str | None = None) -> str:
        name = plate or self.world.new_id("闽A")
        self.world.env.process(self._pickup(box, force, name))
        return name

    def _pickup(self, box: Box, force: bool, plate: str) -> Generator[Any, Any, None]:
        if not force:
            yield self.customs.release(box)
        truck = self.truck(plate, *self._place(box))
        box.mission = "pickup"
        yield self.world.env.timeout(_LIFT_S)
        self._move(box, MoveEvent.PICK, Purpose.PICKUP, PlaceKind.VEHICLE, plate)
        truck.boxes.append(box)
        yield self.world.env.timeout(_GATE_S)
        truck.x, truck.y = self.lane_out.stop
        self.pass_gate(truck, Direction.OUT)
        yield self.world.env.timeout(20.0)
        del self.vehicles[plate]
        box.place_kind, box.place_ref = PlaceKind.OUTSIDE, ""
        self.customs.gone(box)
        del self.world.boxes[box.number]

    def delivery(self, box: Box, at: int | None = None, plate: str | None = None) -> str:
        name = plate or self.world.new_id("闽G")
        self.world.boxes[box.number] = box
        self.world.env.process(self._delivery(box, max(0.0, self.world.seconds(at or 0) - self.world.env.now), name))
        return name

    def _delivery(self, box: Box, wait_s: float, plate: str) -> Generator[Any, Any, None]:
        yield self.world.env.timeout(wait_s)
        truck = self.truck(plate, *self.lane_in.stop)
        truck.boxes.append(box)
        box.place_kind, box.place_ref = PlaceKind.VEHICLE, plate
        yield self.world.env.timeout(60.0)
        if self.holds.get(plate, 0.0) > self.world.env.now:
            self.pass_gate(truck, Direction.IN, GateDecision.HOLD)
        while self.holds.get(plate, 0.0) > self.world.env.now:
            yield self.world.env.timeout(10.0)
        self.pass_gate(truck, Direction.IN)
        yield self.world.env.timeout(_GATE_S)
        self._move(box, MoveEvent.DROP, Purpose.DELIVERY, PlaceKind.SLOT, "B1-02-01-4")
        box.arrived_at = self.world.now_ms
        self.customs.landed(box)
        yield self.world.env.timeout(_GATE_S)
        del self.vehicles[plate]

    def detour(self, vehicle_id: str, points: Sequence[tuple[float, float]], stand_s: float = 0.0) -> None:
        self.world.env.process(self._detour(self.vehicles[vehicle_id], list(points), stand_s))

    def _detour(self, truck: Truck, points: list[tuple[float, float]], stand_s: float) -> Generator[Any, Any, None]:
        home = (truck.x, truck.y)
        for goal in (*points, home):
            yield self.world.env.timeout(_LIFT_S)
            truck.x, truck.y = goal
            yield self.world.env.timeout(stand_s)

    def pass_gate(self, truck: Truck, direction: Direction, decision: GateDecision = GateDecision.RAISE) -> None:
        """Says that a truck passes, as the readers see it."""
        boxes = tuple(b.number for b in truck.boxes)
        lane = self.lane_out if direction is Direction.OUT else self.lane_in
        passage = GatePassage(
            self.world.new_id("GP"), "gate", self.world.now_ms, self.gate.id, lane.id, direction, truck.id, 0.99, boxes,
            0.99, tuple(b.seal for b in truck.boxes if b.seal), 15_000.0 + sum(b.gross_kg for b in truck.boxes), (),
            "order", decision,
        )
        for hook in self.hooks:
            passage = hook(passage)
        self.world.emit(passage)

    def _move(self, box: Box, event: MoveEvent, purpose: Purpose, kind: PlaceKind, ref: str) -> None:
        self.world.emit(
            Move(
                self.world.new_id("MV"), "tos", self.world.now_ms, box.number, event, Classifier.ACTUAL, purpose,
                box.place_kind, box.place_ref, kind, ref, "RTG01", "", "",
            )
        )
        box.place_kind, box.place_ref = kind, ref


class Port:
    """World, quiet terminal and the true customs."""

    def __init__(self, scenario: Scenario | None = None, seed: int = 7, base_ms: int = BASE_MS) -> None:
        self.heard = Heard()
        self.world = World(jiangyin(), seed, base_ms, self.heard)
        self.terminal = QuietTerminal(self.world)
        self.customs = Customs(self.world, self.terminal, scenario)  # type: ignore[arg-type]
        self.terminal.customs = self.customs

    def run(self, hours: float) -> Heard:
        """Lets simulated hours pass from the start of the world; returns what was said."""
        self.world.env.run(until=hours * 3_600.0)
        self.world.flush()
        return self.heard
