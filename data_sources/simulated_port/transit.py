"""Transit trips (转关): sealed export containers from the dry ports, watched until they are written off at our gate."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
import simpy

from twin.port_layout import PortLayout, RoadKind
from twin.records import Direction, GateDecision, GatePassage, Trade, TransitTrip, TripState

if TYPE_CHECKING:
    from data_sources.simulated_port.clearance import Clearance
    from data_sources.simulated_port.operations import Operations
    from data_sources.simulated_port.seals import Seals
    from data_sources.simulated_port.world import Box, World

SOURCE = "transit"
DESTINATION = "江阴港区"


@dataclass(frozen=True, slots=True)
class DryPort:
    """Where trips begin. `hours`: the usual drive to the port; `share`: part of the trips."""

    name: str
    lon: float
    lat: float
    hours: float
    share: float


DRY_PORTS = (
    DryPort("三明陆地港", 117.79, 26.40, 4.0, 0.6),
    DryPort("龙岩陆地港", 117.03, 25.09, 4.5, 0.25),
    DryPort("武夷山陆地港", 118.02, 27.66, 5.0, 0.15),
)
_TRIP_EVERY_S = 540.0
_NOTICE_S = (2_400.0, 4_200.0)  # from the booking until the truck comes to the port's roads
_SPARE_HOURS = 3.0  # due this long after the usual arrival
_WRITE_OFF_S = 1.0
_APPROACH_MPS = 16.0
_HOUR_MS = 3_600_000

Act = Generator[simpy.Event, Any, None]


class _Approach:
    """The way along the first corridor up to where the port's own roads begin."""

    def __init__(self, layout: PortLayout) -> None:
        line = np.asarray(layout.corridors[0].line, dtype=float)
        nodes = {node.id: node.at for node in layout.road_nodes}
        port = np.asarray(layout.gates[0].lanes[0].stop if layout.gates else (0.0, 0.0))
        if np.hypot(*(line[0] - port)) < np.hypot(*(line[-1] - port)):
            line = line[::-1]
        public = [nodes[n] for e in layout.road_edges if e.kind is RoadKind.PUBLIC for n in (e.start, e.end)]
        way = shapely.LineString(line)
        end_m = min((way.project(shapely.Point(p)) for p in public), default=way.length)
        self._line = way
        self._end_m = float(end_m)

    def fix(self, seconds_left: float, aside_m: float) -> tuple[float, float, float, float] | None:
        """Place, speed and course `seconds_left` before the roads begin, `aside_m` to the right of the middle line."""
        along = self._end_m - max(0.0, seconds_left) * _APPROACH_MPS
        if along < 0.0:
            return None
        here, ahead = (np.asarray(self._line.interpolate(m).coords[0]) for m in (along, along + 30.0))
        step = (ahead - here) / max(1e-9, float(np.hypot(*(ahead - here))))
        x, y = here + aside_m * np.array([step[1], -step[0]])
        speed = _APPROACH_MPS if seconds_left > 0.0 else 0.0
        return float(x), float(y), speed, float(np.degrees(np.arctan2(step[0], step[1])) % 360.0)


class Transit:
    """Sends trips on their way and writes them off."""

    def __init__(self, world: World, operations: Operations, clearance: Clearance, seals: Seals) -> None:
        self._world = world
        self._operations = operations
        self._clearance = clearance
        self._seals = seals
        self._stream = world.stream("transit")
        self._trips: dict[str, TransitTrip] = {}
        self.kept_open: set[str] = set()  # containers whose trips are not written off at the gate
        self._roads_ms: dict[str, int] = {}
        self._detours: dict[str, tuple[int, int, float]] = {}
        self._approach = _Approach(world.layout) if world.layout.corridors else None
        seals.underway = self.place
        world.listen(GatePassage, self._passed)
        if world.layout.corridors and world.layout.gates:
            world.env.process(self._service())

    @property
    def trips(self) -> dict[str, TransitTrip]:
        """The trips under way and not written off, by container."""
        return self._trips

    def start(self, notice_s: float | None = None, due_ms: int | None = None) -> TransitTrip:
        """Books a trip whose truck comes in `notice_s` seconds, due at `due_ms` (by default with time to spare)."""
        stream, world = self._stream, self._world
        ports = list(DRY_PORTS)
        dry_port = ports[int(stream.choice(len(ports), p=[p.share for p in ports]))]
        wait_s = float(stream.uniform(*_NOTICE_S)) if notice_s is None else notice_s
        coming = world.now_ms + round(wait_s * 1000)
        departed = coming - round(dry_port.hours * _HOUR_MS)
        box = self._operations.new_box("export", Trade.TRANSIT)
        self._clearance.announce(box, departed - _HOUR_MS)
        seal = self._seals.lock(
            box, dry_port.name, box.declaration, min(departed, world.now_ms), (dry_port.lon, dry_port.lat)
        )
        plate = self._operations.delivery(box, coming)
        corridors = world.layout.corridors
        trip = TransitTrip(
            id=world.new_id("TR"), source=SOURCE, observed_at=world.now_ms, trip=world.new_id("ZG"),
            declaration=box.declaration or "", container=box.number, seal=seal, vehicle=plate, origin=dry_port.name,
            destination=DESTINATION, corridor=corridors[0].id,
            state=TripState.UNDERWAY, departed_at=departed,
            due_at=coming + round(_SPARE_HOURS * _HOUR_MS) if due_ms is None else due_ms,
        )
        self._trips[box.number] = trip
        self._roads_ms[box.number] = coming
        world.emit(trip)
        return trip

    def place(self, container: str, at_ms: int) -> tuple[float, float, float, float] | None:
        """Where a trip outside the port's roads is: x, y (metres), speed (m/s), course (degrees); None if unknown."""
        coming = self._roads_ms.get(container)
        if coming is None or self._approach is None or container not in self._trips:
            return None
        aside = 0.0
        if container in self._detours:
            start, end, most = self._detours[container]
            aside = most * float(np.sin(np.pi * np.clip((at_ms - start) / (end - start), 0.0, 1.0)))
        return self._approach.fix((coming - at_ms) / 1000.0, aside)

    def stray(self, container: str, from_ms: int, to_ms: int, aside_m: float) -> None:
        """The truck of a trip leaves its corridor's middle line by up to `aside_m` metres and comes back."""
        self._detours[container] = (from_ms, to_ms, aside_m)

    def roads_ms(self, container: str) -> int:
        """When a trip's truck comes to the port's roads, ms UTC; KeyError if there is no such trip."""
        return self._roads_ms[container]

    def half_width_m(self) -> float:
        """The half width of the corridor that trips take, metres."""
        return self._world.layout.corridors[0].half_width_m

    def _service(self) -> Act:
        while True:
            self.start()
            yield self._world.env.timeout(float(self._stream.exponential(_TRIP_EVERY_S)))

    def _passed(self, passage: GatePassage) -> None:
        """A vehicle passed a gate, or was held at it."""
        if passage.decision is GateDecision.RAISE:
            for number in passage.containers:
                box = self._world.boxes.get(number)
                if number in self._trips and passage.direction is Direction.IN:
                    self._world.env.process(self._arrive(number, passage.gate))
                elif box is not None and box.seal is not None and passage.direction is Direction.OUT:
                    self._open_at_gate(box, passage.gate)

    def _arrive(self, number: str, gate: str) -> Act:
        """Arrival at the gate: the seal is read, and unless the trip is kept open it is written off at once."""
        yield self._world.env.timeout(_WRITE_OFF_S)
        self.arrived(number)
        if number not in self.kept_open:
            self.write_off(number, f"卡口-{gate}")

    def arrived(self, number: str) -> None:
        """A trip's truck is at the gate."""
        self._tell(self._trips[number], TripState.ARRIVED)
        self._roads_ms.pop(number, None)
        self._detours.pop(number, None)

    def write_off(self, number: str, by: str) -> None:
        """Opens the seal where the container is, with the declaration's authority, and closes the trip."""
        trip = self._trips.pop(number)
        box = self._world.boxes.get(number)
        if box is not None:
            self._seals.unlock(box, by, trip.declaration)
        self._tell(trip, TripState.WRITTEN_OFF)

    def _tell(self, trip: TransitTrip, state: TripState) -> None:
        now = self._world.now_ms
        self._world.emit(replace(trip, id=self._world.new_id("TR"), observed_at=now, state=state))

    def _open_at_gate(self, box: Box, gate: str) -> None:
        """A released container leaves: its seal stays with the customs."""
        if box.released:
            self._seals.unlock(box, f"卡口-{gate}", box.declaration)
