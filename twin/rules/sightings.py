"""Where road trucks were in the last minutes, thinned out: enough to tell that one cannot be at a gate."""

from __future__ import annotations

import numpy as np

from twin.earlier_fixes import MINUTE_MS
from twin.records import EntityKind
from twin.rules.base import View
from twin.rules.loads import PORTS_OWN
from twin.rules.recent_fixes import RecentFixes
from twin.tables import ENTITY_KINDS

_RHYTHM_MS = 30_000
_VEHICLE = ENTITY_KINDS[EntityKind.VEHICLE]


def no_sightings() -> RecentFixes:
    """Of each truck and half minute the earliest fix will be kept, for a quarter of an hour."""
    return RecentFixes(_RHYTHM_MS, 15 * MINUTE_MS)


def with_trucks(known: RecentFixes, view: View) -> tuple[RecentFixes, dict[int, int]]:
    """With a step's fixes of road trucks; and the earliest of those that matter by mover (row), device time, ms UTC."""
    fresh: dict[int, int] = {}
    for fixes in view.changes.fixes:
        first = fixes.at // _RHYTHM_MS != fixes.from_at // _RHYTHM_MS
        movers = view.state.movers
        truck = (movers.kind[fixes.rows] == _VEHICLE) & ~np.isin(movers.vehicle_kind[fixes.rows], PORTS_OWN)
        kept = np.flatnonzero(first & truck)
        rows, at = fixes.rows[kept], fixes.at[kept]
        known = known.with_fixes(rows, at, fixes.x[kept], fixes.y[kept], fixes.speed[kept])
        for row, when in zip(rows[::-1].tolist(), at[::-1].tolist(), strict=True):
            fresh[row] = min(when, fresh.get(row, when))
    return known, fresh
