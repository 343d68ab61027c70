"""The port at work: the face of operations towards customs, scenario and the API."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

import simpy
from numpy.typing import NDArray

from data_sources.simulated_port.world import Box, CustomsDesk, RecordSink, World
from twin.port_layout import PortLayout
from twin.records import GatePassage, Trade

Work = Callable[[Box], Generator[simpy.Event, Any, Any]]
GateHook = Callable[[GatePassage], GatePassage]
CustomsMaker = Callable[[World, "Operations", Any], CustomsDesk]


class Operations:
    """Everything terminal and trucks do. Made by `Simulation`; `customs` is set before anything moves.

    `vehicles`: id (plate or fleet number) -> Vehicle with `.id .kind .trade .x .y .moving .boxes .purpose .inside`.
    `trips`: vehicle id -> what it is about now, "pickup", "delivery", "inspection", "discharge", "loading", "idle".
    """

    world: World
    customs: CustomsDesk
    vehicles: Mapping[str, Any]

    @property
    def trips(self) -> Mapping[str, str]:
        raise KeyError

    def inspection_trip(self, box: Box, purpose: str, work: Work) -> simpy.Process:
        """A terminal tractor fetches the box from its slot, drives to the site stop of `purpose` ("h986", "manual",
        "ultrasonic"), runs the generator `work(box)` there (it may yield timeouts and events), brings it to a slot.

        The process ends when the box stands in a slot again; its value is True, or False if the box was gone.
        """

    def pickup(self, box: Box, at: int | None = None, force: bool = False, plate: str | None = None) -> str:
        """Books a truck that comes at `at` (ms UTC, default in 30-60 minutes) and takes the box out by the gate.

        `force` lifts it whether released or not. Returns the vehicle id (plate). The truck is in `vehicles` from the moment it enters
        the modelled roads until it left them.
        """

    def delivery(self, box: Box, at: int | None = None, plate: str | None = None) -> str:
        """Books a truck that brings the (new, announced) box by road. Returns the vehicle id (plate)."""

    def new_box(self, flow: str, trade: Trade, call: str | None = None) -> Box:
        """A new box as the port would get it (number, type, weight drawn), not announced, OUTSIDE, for `delivery`.

        Customs makes the transit containers that come from the dry ports this way: flow "export", trade TRANSIT.
        Ordinary deliveries of operations are of trade FOREIGN or DOMESTIC only.
        """

    def restow(self, box: Box, block: str | None = None) -> simpy.Process:
        """A tractor takes the box from its slot to a free slot of `block` (None: another block of the same trade),
        whatever customs and the block's licence say: for incidents. Purpose RESTOW; value as of `inspection_trip`."""

    def detour(self, vehicle_id: str, points: Sequence[tuple[float, float]], stand_s: float = 0.0) -> None:
        """At the start of its next leg the vehicle goes by way of the places on roads nearest to these local points,
        and stands `stand_s` seconds at each, before it goes on to where it was bound."""

    def gate_reading(self, hook: GateHook) -> None:
        """Adds a hook that sees every GatePassage before it is said and may return an altered one."""

    def hold_at_gate(self, plate_or_container: str, until: int | None) -> None:
        """The gate does not raise its barrier for this truck before `until` (ms UTC; None: until lifted by a call with
        a past instant). The passage is said with decision hold first, and with raise when it goes."""

    def locate(self, numbers: Sequence[str]) -> dict[str, NDArray[Any]]:
        """Where containers are now: arrays x, y (metres), speed_mps, course_deg in the order asked; NaN if not here."""


class Simulation:
    """The whole simulated port behind one clock.

    `sink`: `append(records)` and `append_columns(kind, columns)` (api.record_log.RecordLog fits). `customs` makes the customs
    side; by default `data_sources.simulated_port.customs.Customs(world, operations, scenario)`.
    """

    def __init__(
        self, layout: PortLayout, seed: int, base_ms: int, scenario: Any, sink: RecordSink, customs: CustomsMaker | None = None,
    ) -> None:
        """Builds the initial stock and vessels, says their records, and stands at 45 minutes before `base_ms`."""

    def advance(self, to_ms: int) -> None:
        """Runs all processes up to an instant; the records said meanwhile are then in the sink."""

    def sample(self, at_ms: int, interval_ms: int = 2_000) -> dict[Any, Mapping[str, NDArray[Any]]]:
        """Columns of Position and CraneTelemetry (by Kind) of all entities due at `at_ms`, a multiple of `interval_ms`;
        `at_ms` must be where `advance` stands. Report intervals shorter than `interval_ms` widen to it."""
