"""Positions and crane telemetry of everything the terminal knows, as columns, at one instant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_sources.simulated_port.crane_motion import CraneMotion
from data_sources.simulated_port.traffic import Traffic
from data_sources.simulated_port.vessel_motion import VesselMotion
from data_sources.simulated_port.world import World
from twin.port_layout import CraneKind
from twin.records import Datum, EntityKind, Kind

Columns = dict[str, NDArray[Any]]

MOVING_MS, STANDING_MS = 2_000, 20_000
VESSEL_MS, MOORED_MS = 10_000, 180_000
CRANE_MS, IDLE_CRANE_MS = 2_000, 60_000
"""Report intervals: vehicles underway and standing, vessels underway and moored, cranes at work and idle."""

_PHASE_MS = 1_370  # spreads those that report seldom


class Sampler:
    """Says who is due, and where they are."""

    def __init__(self, world: World, traffic: Traffic, vessels: VesselMotion, cranes: CraneMotion) -> None:
        self._world, self._traffic, self._vessels, self._cranes = world, traffic, vessels, cranes
        self._was_moving = np.zeros(0, dtype=np.bool_)
        self._name_of_row = np.zeros(0, dtype=object)
        layout = world.layout
        self._crane_names = np.array([c.id for c in layout.cranes], dtype=object)
        bearings = np.radians([c.bearing_deg for c in layout.cranes])
        self._crane_home = np.array([c.home for c in layout.cranes], dtype=float).reshape(-1, 2)
        self._crane_along = np.stack([np.sin(bearings), np.cos(bearings)], axis=1).reshape(-1, 2)
        self._crane_bearing = np.array([c.bearing_deg for c in layout.cranes], dtype=float)
        self._crane_last = np.zeros(len(layout.cranes))
        self._quay = np.array([c.kind is CraneKind.STS for c in layout.cranes], dtype=np.bool_)
        self._vessel_was: dict[str, bool] = {}

    def sample(self, at_ms: int, interval_ms: int) -> dict[Kind, Mapping[str, NDArray[Any]]]:
        """Columns of Position and of CraneTelemetry."""
        at_s = self._world.seconds(at_ms)
        vehicles = self._vehicles(at_ms, at_s, interval_ms)
        vessels = self._vessels_due(at_ms, at_s, interval_ms)
        cranes, telemetry = self._cranes_due(at_ms, at_s, interval_ms)
        joined = {name: np.concatenate([vehicles[name], vessels[name], cranes[name]]) for name in vehicles}
        return {Kind.POSITION: joined, Kind.CRANE_TELEMETRY: telemetry}

    def _vehicles(self, at_ms: int, at_s: float, interval_ms: int) -> Columns:
        sample = self._traffic.tracks.sample(at_s)
        rows = sample.rows
        names = self._traffic.names
        if len(names) > len(self._was_moving):
            grown = np.zeros(len(names), dtype=np.bool_)
            grown[: len(self._was_moving)] = self._was_moving
            self._was_moving = grown
            self._name_of_row = (
                np.resize(self._name_of_row, len(names))
                if len(self._name_of_row)
                else np.full(len(names), "", dtype=object)
            )
        due = sample.moving & _due(at_ms, interval_ms, MOVING_MS, 0)
        due |= _due(at_ms, interval_ms, STANDING_MS, rows * _PHASE_MS)
        due |= self._was_moving[rows] & ~sample.moving  # the fix at which it came to stand
        due |= self._name_of_row[rows] != names[rows]  # new in this row
        self._was_moving[rows] = sample.moving
        self._name_of_row[rows] = names[rows]
        here = rows[due]
        return self._columns(
            "gps",
            EntityKind.VEHICLE,
            names[here],
            at_ms,
            sample.x[due],
            sample.y[due],
            sample.speed_mps[due],
            sample.course_deg[due],
            1.5,
        )

    def _vessels_due(self, at_ms: int, at_s: float, interval_ms: int) -> Columns:
        sample = self._vessels.sample(at_s)
        phases = np.array([int(name[-4:]) * 37 for name in sample.names], dtype=np.int64)
        due = np.where(
            sample.moving, _due(at_ms, interval_ms, VESSEL_MS, phases), _due(at_ms, interval_ms, MOORED_MS, phases)
        )
        changed = [
            self._vessel_was.get(name) != moving
            for name, moving in zip(sample.names, sample.moving.tolist(), strict=True)
        ]
        due = due.astype(np.bool_) | np.array(changed, dtype=np.bool_)
        self._vessel_was = dict(zip(sample.names, sample.moving.tolist(), strict=True))
        names = np.array(sample.names, dtype=object)
        return self._columns(
            "ais",
            EntityKind.VESSEL,
            names[due],
            at_ms,
            sample.x[due],
            sample.y[due],
            sample.speed_mps[due],
            sample.heading_deg[due],
            6.0,
        )

    def _cranes_due(self, at_ms: int, at_s: float, interval_ms: int) -> tuple[Columns, Columns]:
        gantry, trolley, hoist, boxes, working = self._cranes.sample(at_s)
        rows = np.arange(len(gantry))
        due = working & _due(at_ms, interval_ms, CRANE_MS, 0)
        due |= _due(at_ms, interval_ms, IDLE_CRANE_MS, rows * _PHASE_MS)
        speed = np.abs(gantry - self._crane_last) / (interval_ms / 1000.0)
        self._crane_last = gantry
        at = self._crane_home + self._crane_along * gantry[:, None]
        names = self._crane_names[due]
        positions = self._columns(
            "crane",
            EntityKind.CRANE,
            names,
            at_ms,
            at[due, 0],
            at[due, 1],
            np.minimum(speed, 4.0)[due],
            self._crane_bearing[due],
            0.1,
        )
        held = np.array(boxes, dtype=object)[due]
        count = len(names)
        telemetry: Columns = {
            "id": "T:" + names + f"@{at_ms}" if count else names,
            "source": _same("crane", count),
            "observed_at": np.full(count, at_ms, dtype=np.int64),
            "crane": names,
            "trolley_m": np.round(trolley[due], 2),
            "hoist_m": np.round(hoist[due], 2),
            "locked": np.array([b is not None for b in held], dtype=np.bool_),
            "container": held,
        }
        return positions, telemetry

    def _columns(
        self,
        source: str,
        kind: EntityKind,
        names: NDArray[Any],
        at_ms: int,
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        speed: NDArray[np.float64],
        course: NDArray[np.float64],
        accuracy_m: float,
    ) -> Columns:
        count = len(names)
        lon, lat = self._world.index.frame.to_geographic(x, y) if count else (x, y)
        return {
            "id": f"{source}:" + names + f"@{at_ms}" if count else names.astype(object),
            "source": _same(source, count),
            "observed_at": np.full(count, at_ms, dtype=np.int64),
            "entity": names,
            "entity_kind": _same(kind, count),
            "lon": lon,
            "lat": lat,
            "datum": _same(Datum.WGS84, count),
            "height_m": np.zeros(count),
            "speed_mps": np.round(speed, 2),
            "course_deg": np.round(course, 1),
            "status": (speed > 0.1).astype(np.int64),
            "accuracy_m": np.full(count, accuracy_m),
        }


def _due(at_ms: int, interval_ms: int, every_ms: int, phase_ms: Any) -> Any:
    """Whether a report every `every_ms` falls into the interval that ends now; arrays of phases give arrays."""
    every = max(every_ms, interval_ms)
    return (at_ms + phase_ms) // every != (at_ms - interval_ms + phase_ms) // every


def _same(value: Any, count: int) -> NDArray[Any]:
    filled = np.empty(count, dtype=object)
    filled[:] = value
    return filled
