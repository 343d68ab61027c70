"""Position fixes as columns: what seals, officers and disturbed receivers report, in the shape of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.local_frame import LocalFrame
from twin.records import Datum, EntityKind

Columns = dict[str, NDArray[Any]]


def columns(
    source: str, kind: EntityKind, at_ms: int, frame: LocalFrame, names: Sequence[str],
    x: NDArray[Any], y: NDArray[Any], speed_mps: NDArray[Any], course_deg: NDArray[Any],
    height_m: float, accuracy_m: float,
) -> Columns:
    """Columns of Position, all observed at `at_ms` (ms UTC). x, y: metres in the local frame. Arrays (N,)."""
    count = len(names)
    lon, lat = frame.to_geographic(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))
    return {
        "id": objects([f"{source}:{name}@{at_ms}" for name in names]),
        "source": objects([source] * count),
        "observed_at": np.full(count, at_ms, dtype=np.int64),
        "entity": objects(names),
        "entity_kind": objects([kind] * count),
        "lon": np.asarray(lon, dtype=np.float64),
        "lat": np.asarray(lat, dtype=np.float64),
        "datum": objects([Datum.WGS84] * count),
        "height_m": np.full(count, height_m),
        "speed_mps": np.asarray(speed_mps, dtype=np.float64),
        "course_deg": np.asarray(course_deg, dtype=np.float64),
        "status": np.zeros(count, dtype=np.int64),
        "accuracy_m": np.full(count, accuracy_m),
    }


def objects(values: Sequence[Any]) -> NDArray[Any]:
    """Values as an array of objects. Shape (N,)."""
    return np.fromiter(values, dtype=object, count=len(values))


def joined(parts: Sequence[Columns]) -> Columns:
    """Several sets of columns as one."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def due(phase_ms: int, since_ms: int, at_ms: int, every_ms: int) -> bool:
    """Whether something reported every `every_ms` at `phase_ms` is due in (since, at]."""
    return (at_ms - phase_ms) // every_ms > (since_ms - phase_ms) // every_ms
