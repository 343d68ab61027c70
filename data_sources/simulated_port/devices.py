"""Devices of the customs: gates, their readers and cameras, cranes; their signs of life, and disturbed receivers."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from data_sources.simulated_port import fixes
from data_sources.simulated_port.fixes import Fixes
from twin.port_layout import BuildingKind, PortLayout
from twin.records import DeviceHealth, DeviceState, EntityKind

if TYPE_CHECKING:
    from data_sources.simulated_port.operations import Operations
    from data_sources.simulated_port.world import World

SOURCE = "devices"
HEALTH_EVERY_S = 300.0
"""Every device says this often that it is up, each at a time of its own."""

_CAMERA_BUILDINGS = (BuildingKind.H986, BuildingKind.INSPECTION_SHED, BuildingKind.CUSTOMS)
_DISTURBED_EVERY_MS = 4_000
_DISTURBED_ACCURACY_M = 5.0


def device_kinds(layout: PortLayout) -> dict[str, str]:
    """The kinds of the port's devices by name: gates, lanes' readers and cameras, buildings' cameras, cranes."""
    found: dict[str, str] = {}
    for gate in layout.gates:
        found[gate.id] = "gate"
        for lane in gate.lanes:
            found[f"RD-{lane.id}"] = "reader"
            found[f"CAM-{lane.id}"] = "camera"
    found |= {f"CAM-{b.id}": "camera" for b in layout.buildings if b.kind in _CAMERA_BUILDINGS}
    return found | {crane.id: "crane" for crane in layout.cranes}


def device_place(layout: PortLayout, device: str) -> tuple[float, float] | None:
    """Where a device stands, metres; None if the port has no such device."""
    name = device.removeprefix("RD-").removeprefix("CAM-")
    for gate in layout.gates:
        for lane in gate.lanes:
            if name in (lane.id, gate.id):
                return lane.stop
    for building in layout.buildings:
        if building.id == name:
            ring = np.asarray(building.outline)
            return float(ring[:, 0].mean()), float(ring[:, 1].mean())
    return next((crane.home for crane in layout.cranes if crane.id == name), None)


@dataclass(frozen=True, slots=True)
class Disturbance:
    """A receiver that reports a vehicle elsewhere: shifted by (dx, dy) metres between two instants, ms UTC."""

    vehicle: str
    dx: float
    dy: float
    from_ms: int
    to_ms: int


class Devices:
    """All devices of the port and their health."""

    def __init__(self, world: World, operations: Operations) -> None:
        self._world = world
        self._operations = operations
        self._kinds = device_kinds(world.layout)
        self._down_since: dict[str, int] = {}
        self._silent: set[str] = set()
        self._disturbances: list[Disturbance] = []
        self._sampled_to: int | None = None
        world.env.process(self._signs_of_life())

    @property
    def kinds(self) -> dict[str, str]:
        """The devices' kinds by name."""
        return self._kinds

    def fail(self, device: str, quiet: bool) -> None:
        """A device fails now; a `quiet` one only falls silent, another is said to be down."""
        self._down_since[device] = self._world.now_ms
        if quiet:
            self._silent.add(device)
        else:
            self._tell(device)

    def repair(self, device: str) -> None:
        """A device works again and says so."""
        self._down_since.pop(device, None)
        self._silent.discard(device)
        self._tell(device, self._world.now_ms)

    def down_since(self, device: str) -> int | None:
        """Since when a device is down or silent, ms UTC; None if it works."""
        return self._down_since.get(device)

    def disturb(self, disturbance: Disturbance) -> None:
        """A receiver begins to report wrong places beside the right ones."""
        self._disturbances.append(disturbance)

    def fixes(self, at_ms: int) -> Fixes:
        """What disturbed receivers report since the last call."""
        since = self._sampled_to if self._sampled_to is not None else at_ms - 2_000
        self._sampled_to = at_ms
        names, places = [], []
        for d in self._disturbances:
            vehicle = self._operations.vehicles.get(d.vehicle)
            if vehicle is None or not d.from_ms <= at_ms <= d.to_ms:
                continue
            if fixes.due(d.from_ms % _DISTURBED_EVERY_MS, since, at_ms, _DISTURBED_EVERY_MS):
                names.append(d.vehicle)
                places.append((vehicle.x + d.dx, vehicle.y + d.dy))
        where = np.asarray(places, dtype=np.float64).reshape(-1, 2)
        return Fixes(
            "receiver", EntityKind.VEHICLE, at_ms, fixes.objects(names), where[:, 0], where[:, 1],
            np.zeros(len(names)), np.zeros(len(names)), 0.0, _DISTURBED_ACCURACY_M,
        )

    def _signs_of_life(self) -> Generator[simpy.Event, Any, None]:
        for device in self._kinds:
            self._tell(device)
        while self._kinds:
            for device in self._kinds:
                yield self._world.env.timeout(HEALTH_EVERY_S / len(self._kinds))
                if device not in self._silent:
                    self._tell(device)

    def _tell(self, device: str, since: int | None = None) -> None:
        down = self._down_since.get(device)
        begin = self._world.start_ms if since is None else since
        self._world.emit(
            DeviceHealth(
                id=self._world.new_id("DH"), source=SOURCE, observed_at=self._world.now_ms, device=device,
                device_kind=self._kinds[device], state=DeviceState.UP if down is None else DeviceState.DOWN,
                since=begin if down is None else down,
            )
        )
