"""Positions and crane telemetry of everything the terminal knows: who is due at an instant, and where they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_sources.simulated_port.crane_motion import CraneMotion
from data_sources.simulated_port.fixes import Columns, Fixes, objects
from data_sources.simulated_port.traffic import Traffic
from data_sources.simulated_port.vessel_motion import VesselMotion
from data_sources.simulated_port.world import World
from twin.records import EntityKind

MOVING_MS, STANDING_MS = 2_000, 4_000
VESSEL_MS, MOORED_MS = 10_000, 180_000
CRANE_MS, IDLE_CRANE_MS = 2_000, 10_000
"""Report intervals: vehicles underway and standing, vessels underway and moored, cranes at work and idle."""

_PHASE_MS = 1_370  # spreads those that report seldom
_GPS_M, _AIS_M, _CRANE_M = 1.5, 6.0, 0.1  # accuracy


class Sampler:
    """Takes samples instant by instant; what was taken is turned into columns at once, for any number of instants."""

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
        self._crane_phases = np.arange(len(layout.cranes)) * _PHASE_MS
        self._crane_last = np.zeros(len(layout.cranes))
        self._vessel_was: dict[str, bool] = {}
        self._telemetry: list[tuple[int, NDArray[Any], NDArray[Any], NDArray[Any], list[str | None]]] = []

    def take(self, at_ms: int, interval_ms: int) -> list[Fixes]:
        """Where everything due at an instant is; the telemetry of cranes is kept until it is asked for."""
        at_s = self._world.seconds(at_ms)
        return [
            self._vehicles(at_ms, at_s, interval_ms),
            self._vessels_due(at_ms, at_s, interval_ms),
            self._cranes_due(at_ms, at_s, interval_ms),
        ]

    def telemetry(self) -> Columns:
        """Columns of CraneTelemetry of all instants taken since the last call."""
        taken, self._telemetry = self._telemetry, []
        names = [name for _, of, _, _, _ in taken for name in of.tolist()]
        boxes = [box for _, _, _, _, held in taken for box in held]
        times = np.repeat(np.array([at for at, *_ in taken], dtype=np.int64), [len(of) for _, of, *_ in taken])
        empty = [np.zeros(0)]
        return {
            "id": objects([f"T:{name}@{at}" for name, at in zip(names, times.tolist(), strict=True)]),
            "source": objects(["crane"] * len(names)),
            "observed_at": times,
            "crane": objects(names),
            "trolley_m": np.round(np.concatenate([t for _, _, t, _, _ in taken] or empty), 2),
            "hoist_m": np.round(np.concatenate([h for _, _, _, h, _ in taken] or empty), 2),
            "locked": np.array([box is not None for box in boxes], dtype=np.bool_),
            "container": objects(boxes),
        }

    def _vehicles(self, at_ms: int, at_s: float, interval_ms: int) -> Fixes:
        sample = self._traffic.tracks.sample(at_s)
        rows, moving = sample.rows, sample.moving
        names = self._traffic.names
        if len(names) > len(self._was_moving):
            grown = np.zeros(len(names), dtype=np.bool_)
            grown[: len(self._was_moving)] = self._was_moving
            known = np.full(len(names), "", dtype=object)
            known[: len(self._name_of_row)] = self._name_of_row
            self._was_moving, self._name_of_row = grown, known
        here = names[rows]
        due = _due(at_ms, interval_ms, STANDING_MS, rows * _PHASE_MS)
        due |= moving & _due(at_ms, interval_ms, MOVING_MS, 0)
        due |= self._was_moving[rows] & ~moving  # the fix at which it came to stand
        due |= self._name_of_row[rows] != here  # new in this row
        self._was_moving[rows] = moving
        self._name_of_row[rows] = here
        return Fixes(
            "gps", EntityKind.VEHICLE, at_ms, here[due], sample.x[due], sample.y[due], sample.speed_mps[due],
            sample.course_deg[due], 0.0, _GPS_M,
        )

    def _vessels_due(self, at_ms: int, at_s: float, interval_ms: int) -> Fixes:
        sample = self._vessels.sample(at_s)
        phases = np.array([int(name[-4:]) * 37 for name in sample.names], dtype=np.int64)
        due = np.where(
            sample.moving, _due(at_ms, interval_ms, VESSEL_MS, phases), _due(at_ms, interval_ms, MOORED_MS, phases)
        ).astype(np.bool_)
        now = dict(zip(sample.names, sample.moving.tolist(), strict=True))
        if now != self._vessel_was:
            due |= np.array([self._vessel_was.get(name) != moving for name, moving in now.items()], dtype=np.bool_)
            self._vessel_was = now
        names = objects(sample.names)
        return Fixes(
            "ais", EntityKind.VESSEL, at_ms, names[due], sample.x[due], sample.y[due], sample.speed_mps[due],
            sample.heading_deg[due], 0.0, _AIS_M,
        )

    def _cranes_due(self, at_ms: int, at_s: float, interval_ms: int) -> Fixes:
        gantry, trolley, hoist, piece, working = self._cranes.sample(at_s)
        due = _due(at_ms, interval_ms, IDLE_CRANE_MS, self._crane_phases)
        due |= working & _due(at_ms, interval_ms, CRANE_MS, 0)
        here = np.flatnonzero(due)
        speed = np.minimum(np.abs(gantry - self._crane_last) / (interval_ms / 1000.0), 4.0)
        self._crane_last = gantry
        at = self._crane_home[here] + self._crane_along[here] * gantry[here, None]
        names = self._crane_names[here]
        held = self._cranes.held(here.tolist(), piece[here].tolist())
        self._telemetry.append((at_ms, names, trolley[here], hoist[here], held))
        return Fixes(
            "crane", EntityKind.CRANE, at_ms, names, at[:, 0], at[:, 1], speed[here], self._crane_bearing[here], 0.0,
            _CRANE_M,
        )


def _due(at_ms: int, interval_ms: int, every_ms: int, phase_ms: Any) -> Any:
    """Whether a report every `every_ms` falls into the interval that ends now; arrays of phases give arrays."""
    every = max(every_ms, interval_ms)
    return (at_ms + phase_ms) // every != (at_ms - interval_ms + phase_ms) // every
