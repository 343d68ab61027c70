"""Seals that tell of another place than the slot in which the terminal has their container."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from twin.records import PlaceKind
from twin.rules.base import View
from twin.seal_state import SealState
from twin.state import together
from twin.tables import PLACE_KINDS

_SLOT = PLACE_KINDS[PlaceKind.SLOT]
_OPENED = (SealState.UNLOCKED, SealState.CUT)
_AFTER_LIFT_MS = 120_000  # a seal that has just been carried there may still tell of the way


@dataclass(frozen=True, slots=True)
class Stray:
    """A seal away from its container's slot: since, last heard there, and until when (device time, ms UTC; 0 while it
    goes on). x, y: where it was first heard, metres; apart_m: how far from the slot; record: that says so."""

    seal: str
    slot: str
    since: int
    last: int
    until: int
    x: float
    y: float
    apart_m: float
    record: str


def with_seals(
    view: View, known: Mapping[int, tuple[Stray, ...]], apart_m: float,
) -> tuple[Mapping[int, tuple[Stray, ...]], list[int]]:
    """The strays by container row with what a step says of seals, and the rows for which something changed."""
    s, c = view.state.seals, view.state.containers
    seals = together(view.changes.seals, s.count)
    seals = seals[(s.container[seals] >= 0) & (s.placed_at[seals] > 0) & ~np.isin(s.lock_state[seals], _OPENED)]
    boxes = s.container[seals]
    still = (c.place_kind[boxes] == _SLOT) & (s.placed_at[seals] > c.moved_at[boxes] + _AFTER_LIFT_MS)
    still &= (c.block[boxes] >= 0) & np.isfinite(s.x[seals])
    apart = np.hypot(s.x[seals] - c.xyz[boxes, 0], s.y[seals] - c.xyz[boxes, 1])
    away = still & (apart > apart_m)
    open_rows = [row for row, strays in known.items() if not strays[-1].until]
    matters = np.flatnonzero(away | np.isin(boxes, open_rows))
    if not len(matters):
        return known, []
    strays, changed = dict(known), []
    for k in matters.tolist():
        seal, box, at = int(seals[k]), int(boxes[k]), int(s.placed_at[seals[k]])
        before = strays.get(box, ())
        going = before[-1] if before and not before[-1].until else None
        if away[k] and going is None:
            strays[box] = (*before, Stray(
                str(s.id[seal]), str(c.place_ref[box]), at, at, 0, float(s.x[seal]), float(s.y[seal]),
                float(apart[k]), str(s.placed_id[seal])))
        elif away[k] and going is not None:
            strays[box] = (*before[:-1], replace(going, last=max(going.last, at)))
        elif going is not None:
            strays[box] = (*before[:-1], replace(going, until=max(at, going.since + 1)))
        changed.append(box)
    return strays, changed
