"""Position fixes: where the entities of one source are at an instant, and many such as the columns of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.local_frame import LocalFrame
from twin.records import Datum, EntityKind

Columns = dict[str, NDArray[Any]]

MOVING_MPS = 0.1
"""Above this speed a fix has status bit 0 set: underway."""


@dataclass(frozen=True, slots=True, eq=False)
class Fixes:
    """Entities of one source at `at_ms` (ms UTC). Arrays (N,): names (object), metres in the local frame, m/s, degrees
    clockwise from north."""

    source: str
    kind: EntityKind
    at_ms: int
    names: NDArray[np.object_]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    speed_mps: NDArray[np.float64]
    course_deg: NDArray[np.float64]
    height_m: float
    accuracy_m: float

    def __len__(self) -> int:
        return len(self.names)


def columns(parts: Sequence[Fixes], frame: LocalFrame) -> Columns:
    """Columns of Position of all parts, in their order."""
    parts = [part for part in parts if len(part)]
    counts = [len(part) for part in parts]

    def each(values: Sequence[Any], dtype: Any) -> NDArray[Any]:
        """A value for each part, repeated for its rows."""
        single = np.empty(len(values), dtype=dtype)
        single[:] = values
        return np.repeat(single, counts)

    def joined(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(part, name) for part in parts]) if parts else np.zeros(0)

    lon, lat = frame.to_geographic(joined("x"), joined("y"))
    speed = np.round(joined("speed_mps"), 2)
    ids: list[str] = []
    for part in parts:
        head, tail = f"{part.source}:", f"@{part.at_ms}"
        ids += [f"{head}{name}{tail}" for name in part.names.tolist()]
    return {
        "id": objects(ids),
        "source": each([part.source for part in parts], object),
        "observed_at": each([part.at_ms for part in parts], np.int64),
        "entity": joined("names").astype(object, copy=False),
        "entity_kind": each([part.kind.value for part in parts], object),
        "lon": lon,
        "lat": lat,
        "datum": each([Datum.WGS84.value] * len(parts), object),
        "height_m": each([part.height_m for part in parts], np.float64),
        "speed_mps": speed,
        "course_deg": np.round(joined("course_deg"), 1) % 360.0,
        "status": (speed > MOVING_MPS).astype(np.int64),
        "accuracy_m": each([part.accuracy_m for part in parts], np.float64),
    }


def objects(values: Sequence[Any]) -> NDArray[Any]:
    """Values as an array of objects. Shape (N,)."""
    return np.fromiter(values, dtype=object, count=len(values))


def due(phase_ms: int, since_ms: int, at_ms: int, every_ms: int) -> bool:
    """Whether something reported every `every_ms` at `phase_ms` is due in (since, at]."""
    return (at_ms - phase_ms) // every_ms > (since_ms - phase_ms) // every_ms
