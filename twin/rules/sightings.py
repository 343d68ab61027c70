"""Where road trucks were in the last minutes, thinned out: enough to tell that one cannot be at a gate."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twin.records import EntityKind
from twin.rules.base import View
from twin.rules.loads import PORTS_OWN
from twin.tables import ENTITY_KINDS

KEPT_MS = 15 * 60_000
_RHYTHM_MS = 30_000
_VEHICLE = ENTITY_KINDS[EntityKind.VEHICLE]


def _none() -> NDArray[np.int64]:
    return np.zeros(0, dtype=np.int64)


def _nowhere() -> NDArray[np.float64]:
    return np.zeros((0, 2), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Sightings:
    """rows: movers (N,). at: device times, ms UTC (N,). xy: metres (N, 2). In the order of their coming."""

    rows: NDArray[np.int64] = field(default_factory=_none)
    at: NDArray[np.int64] = field(default_factory=_none)
    xy: NDArray[np.float64] = field(default_factory=_nowhere)

    def with_fixes(self, view: View) -> tuple[Sightings, dict[int, int]]:
        """With a step's fixes of road trucks, one in each half minute; and the earliest of these by mover (row), device
        time, ms UTC. What is too old is forgotten.
        """
        rows, at, xy = [self.rows], [self.at], [self.xy]
        for fixes in view.changes.fixes:
            first = fixes.at // _RHYTHM_MS != fixes.from_at // _RHYTHM_MS
            movers = view.state.movers
            truck = (movers.kind[fixes.rows] == _VEHICLE) & ~np.isin(movers.vehicle_kind[fixes.rows], PORTS_OWN)
            kept = np.flatnonzero(first & truck)
            rows.append(fixes.rows[kept].astype(np.int64))
            at.append(fixes.at[kept])
            xy.append(np.column_stack([fixes.x[kept], fixes.y[kept]]))
        if len(rows) == 1:
            return self, {}
        every = np.concatenate(at)
        young = every >= view.now - KEPT_MS
        newest_first = sorted(
            zip(np.concatenate(at[1:]).tolist(), np.concatenate(rows[1:]).tolist(), strict=True), reverse=True)
        fresh = {row: when for when, row in newest_first}
        return Sightings(np.concatenate(rows)[young], every[young], np.concatenate(xy)[young]), fresh

    def around(self, row: int, at: int) -> tuple[tuple[int, float, float], ...]:
        """The last sighting of a mover until an instant and the first after it, as time and place, as far as known."""
        mine = np.flatnonzero(self.rows == row)
        mine = mine[np.argsort(self.at[mine], kind="stable")]
        split = int(np.searchsorted(self.at[mine], at, side="right"))
        near = mine[max(split - 1, 0):split + 1]
        return tuple(zip(self.at[near].tolist(), *self.xy[near].T.tolist(), strict=True))
