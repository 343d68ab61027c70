"""The stage on which incidents happen: the simulated world, and what every kind of incident needs from it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import simpy

from data_sources.simulated_port.clearance import Clearance
from data_sources.simulated_port.devices import Devices
from data_sources.simulated_port.incidents.kind import Act, Parameters
from data_sources.simulated_port.seals import Seals
from data_sources.simulated_port.transit import Transit
from data_sources.simulated_port.truth import Truth, TruthEntry
from twin.port_layout import parse_slot
from twin.records import Direction, GateDecision, GatePassage, Move, PlaceKind, Record, TransitTrip, VesselCall

if TYPE_CHECKING:
    from data_sources.simulated_port.operations import Operations
    from data_sources.simulated_port.scenario import Incident
    from data_sources.simulated_port.world import Box, World

T = TypeVar("T")
R = TypeVar("R", Move, GatePassage, TransitTrip, VesselCall)

PATIENCE_S = 6 * 3_600.0
"""How long an incident waits for a fitting subject before the truth says that there was none."""


@dataclass(slots=True)
class _Waiter:
    wanted: Callable[[Any], bool]
    event: simpy.Event


class Stage:
    """The world with all that acts in it; each incident of a scenario is run on it as a process of its own."""

    def __init__(
        self, world: World, operations: Operations, clearance: Clearance, seals: Seals, transit: Transit,
        devices: Devices, truth: Truth,
    ) -> None:
        self.world = world
        self.operations = operations
        self.clearance = clearance
        self.seals = seals
        self.transit = transit
        self.devices = devices
        self.truth = truth
        self._waiters: dict[type[Record], list[_Waiter]] = {}
        self.taken: set[str] = set()

    def run(self, incident: Incident) -> Act:
        """The process of one incident: waits for its time, then acts."""
        at_s = self.world.seconds(incident.at_ms(self.world.base_ms))
        yield self.world.env.timeout(max(0.0, at_s - self.world.env.now))
        yield from incident.kind.act(Staging(self, incident), incident.parameters)

    def record(self, record_class: type[R], wanted: Callable[[R], bool]) -> simpy.Event:
        """An event that succeeds with the next record of a class for which `wanted` is true."""
        if record_class not in self._waiters:
            self._waiters[record_class] = []
            self.world.listen(record_class, lambda r: self._heard(record_class, r))
        event = self.world.env.event()
        self._waiters[record_class].append(_Waiter(wanted, event))
        return event

    def _heard(self, record_class: type[Record], record: Record) -> None:
        for waiter in [w for w in self._waiters[record_class] if w.wanted(record)]:
            self._waiters[record_class].remove(waiter)
            waiter.event.succeed(record)


class Staging:
    """One incident on the stage: its choices, its truth and what it waits for."""

    def __init__(self, stage: Stage, incident: Incident) -> None:
        self.stage = stage
        self.world = stage.world
        self.operations = stage.operations
        self._incident = incident
        self.stream = stage.world.stream(f"incident.{incident.line}")

    # The truth

    def begin(
        self, kind: str, subject: str, at: tuple[float, float], note: str, related: Sequence[str] = (),
        from_ms: int | None = None,
    ) -> TruthEntry:
        """Notes that the violation begins: now unless `from_ms` says, at a place in metres."""
        return self.stage.truth.add(
            TruthEntry(
                line=self._incident.line, rule=self._incident.kind.rule, subject_kind=kind, subject=subject,
                x=round(at[0], 2), y=round(at[1], 2), zone=self.zone(at),
                from_ms=self.world.now_ms if from_ms is None else from_ms, to_ms=None, note=note,
                related=tuple(related),
            )
        )

    def end(self, entry: TruthEntry) -> None:
        """Notes that the violation is over."""
        entry.to_ms = self.world.now_ms

    def give_up(self, subject: str, note: str) -> None:
        """Notes that nothing was injected, and why."""
        kind = self._incident.kind
        self.stage.truth.add(
            TruthEntry(self._incident.line, kind.rule, kind.subject, subject, 0.0, 0.0, "", self.world.now_ms, None,
                       note, injected=False)
        )

    # Places

    def zone(self, at: tuple[float, float]) -> str:
        """The innermost zone at a place, "" outside all."""
        row = int(self.world.index.zone_of_points(np.array([at[0]]), np.array([at[1]]))[0])
        return self.world.layout.zones[row].id if row >= 0 else ""

    def at_box(self, box: Box) -> tuple[float, float]:
        """Where a container is; NaN if it is not in the port."""
        found = self.operations.locate([box.number])
        return float(found["x"][0]), float(found["y"][0])

    def at_slot(self, slot: str) -> tuple[float, float]:
        """The middle of a slot on the ground plan."""
        s = parse_slot(slot)
        index = self.world.index
        x, y, _ = index.slot_xyz(index.block_number[s.block], s.bay, s.row, s.tier)
        return float(x), float(y)

    def at_vehicle(self, vehicle: str) -> tuple[float, float]:
        """Where a vehicle is; KeyError if it is not in the port."""
        found = self.operations.vehicles[vehicle]
        return float(found.x), float(found.y)

    def at_passage(self, passage: GatePassage) -> tuple[float, float]:
        """Where a vehicle stands while it passes a gate: the stop of the lane."""
        return self.world.index.gate_lanes[passage.lane].stop

    # Subjects

    def pick(self, choices: Sequence[T]) -> T | None:
        """One of the choices by the seed, None if there are none."""
        return choices[int(self.stream.integers(len(choices)))] if choices else None

    def of_another(self, passage: GatePassage) -> bool:
        """Whether the truck at a gate or what it carries is part of an incident already."""
        return not self.stage.taken.isdisjoint((passage.plate, *passage.containers))

    def standing(self, fits: Callable[[Box], bool]) -> list[Box]:
        """Containers on top of their stacks that fit, idle and in no other incident."""
        boxes = [b for b in self.world.boxes.values() if b.place_kind is PlaceKind.SLOT and b.place_ref]
        fitting = [b for b in boxes if not b.mission and b.number not in self.stage.taken and fits(b)]
        if not fitting:
            return []
        top: dict[str, str] = {}  # tier by stack; a stack holds containers of one length, and tiers are single digits
        for box in boxes:
            stack, _, tier = box.place_ref.rpartition("-")
            if tier > top.get(stack, ""):
                top[stack] = tier
        return [b for b in fitting if top[b.place_ref.rpartition("-")[0]] == b.place_ref.rpartition("-")[2]]

    def container(
        self, parameters: Parameters, fits: Callable[[Box], bool], wanted: str
    ) -> Generator[simpy.Event, Any, Box | None]:
        """The container a scenario names, or one that fits by the seed; waits for it, None if there is none in time."""
        named = parameters.get("container")
        begun = self.world.env.now
        while True:
            box = self._container_now(named, fits)
            if box is not None:
                self.stage.taken.add(box.number)
                return box
            if self.world.env.now - begun >= PATIENCE_S:
                self.give_up(str(named or ""), f"no container in the yard: {wanted}")
                return None
            yield self.world.env.timeout(30.0)

    def _container_now(self, named: object, fits: Callable[[Box], bool]) -> Box | None:
        if named is None:
            return self.pick(self.standing(fits))
        box = self.world.boxes.get(str(named))
        ready = box is not None and box.place_kind is PlaceKind.SLOT and not box.mission and fits(box)
        return box if ready else None

    def vehicle(
        self, parameters: Parameters, fits: Callable[[Any], bool], wanted: str
    ) -> Generator[simpy.Event, Any, str | None]:
        """The vehicle a scenario names, or one that fits by the seed; waits for it, None if there is none in time."""
        named = parameters.get("plate")
        begun = self.world.env.now
        while True:
            vehicles = self.operations.vehicles
            if named is not None:
                choices = [str(named)] if named in vehicles and fits(vehicles[str(named)]) else []
            else:
                choices = [name for name, v in vehicles.items() if name not in self.stage.taken and fits(v)]
            chosen = self.pick(choices)
            if chosen is not None:
                self.stage.taken.add(chosen)
                return chosen
            if self.world.env.now - begun >= PATIENCE_S:
                self.give_up(str(named or ""), f"no vehicle in the port: {wanted}")
                return None
            yield self.world.env.timeout(5.0)

    # Waiting

    def wait(self, seconds: float) -> simpy.Event:
        """Some time."""
        return self.world.env.timeout(seconds)

    def record(
        self, record_class: type[R], wanted: Callable[[R], bool], limit_s: float = PATIENCE_S
    ) -> Generator[simpy.Event, Any, R | None]:
        """The next record of a class for which `wanted` is true; None after `limit_s`."""
        event = self.stage.record(record_class, wanted)
        yield event | self.world.env.timeout(limit_s)
        return event.value if event.triggered else None

    def left(self, container: str) -> Generator[simpy.Event, Any, GatePassage | None]:
        """Waits until a container passes a gate outwards."""
        passage = yield from self.record(
            GatePassage,
            lambda p: container in p.containers and p.direction is Direction.OUT and p.decision is GateDecision.RAISE,
        )
        return passage
