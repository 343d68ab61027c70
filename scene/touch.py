"""The very place one points at: on the surface of what was met, else on the ground."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from layers.layers import Layers
from layers.selection import Selection
from scene.picking import ray_boxes

_FARTHEST_M = 20_000.0
_SOLID = frozenset({"container", "vehicle", "officer", "building", "vessel"})


def touched(
    layers: Layers, found: Selection | None, eye: NDArray[np.float64], way: NDArray[np.float64]
) -> tuple[float, float, float] | None:
    """Where a ray ends. found: what it meets; eye, way: origin and unit direction, (3,), metres."""
    reach = np.inf
    place = layers.place_of(found) if found is not None and found.kind in _SOLID else None
    if place is not None:
        reach = float(ray_boxes(
            eye, way, np.array([[place.x, place.y, place.z]]),
            np.array([[place.length_m, place.width_m, place.height_m]]), np.array([place.bearing_deg]))[0])
    if not np.isfinite(reach):
        if way[2] > -1e-4:
            return None
        reach = -eye[2] / way[2]
    if reach > _FARTHEST_M:
        return None
    x, y, z = eye + reach * way
    return float(x), float(y), max(float(z), 0.0)
