"""Cranes: where the portal stands, where trolley and spreader are, what hangs under it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from layers.base import MovingLayer
from layers.motion import Motion
from twin.port_layout import Crane, CraneKind, PortLayout

if TYPE_CHECKING:
    from twin.tables import Cranes

_JUMP_M = 120.0
_REST_HOIST = 0.75  # of the lift height: where a spreader hangs of which nothing is known


def beam_direction(crane: Crane, layout: PortLayout) -> NDArray[np.float64]:
    """Unit vector of increasing trolley position: towards the water, or from the row-1 leg. Shape (2,)."""
    angle = np.radians(crane.bearing_deg + 90.0)
    right = np.array([np.sin(angle), np.cos(angle)])
    if crane.kind is CraneKind.STS:
        berths = [b for b in layout.berths if b.id in crane.serves] or list(layout.berths)
        if not berths:
            return right
        quay = np.mean([(*b.start, *b.end) for b in berths], axis=0)
        middle = 0.5 * (quay[:2] + quay[2:])
        along = np.array([np.sin(np.radians(crane.bearing_deg)), np.cos(np.radians(crane.bearing_deg))])
        offset = middle - np.asarray(crane.home)
        offset = offset - along * float(offset @ along)
        return right if float(offset @ right) >= 0.0 else -right
    across = [b.across for b in layout.blocks if b.id in crane.serves]
    return across[0] if across else right


class CranesLayer(MovingLayer):
    """Columns over `layout.cranes`.

    x, y: centre of the portal, (N,), metres. trolley_m, hoist_m: as `twin.records.CraneTelemetry`, (N,). locked: (N,).
    container: row of the box under the spreader, -1 for none, (N,). beam: unit vectors of the trolley's way, (N, 2).
    """

    def __init__(self, layout: PortLayout, cranes: Cranes) -> None:
        super().__init__()
        self.cranes: Sequence[Crane] = layout.cranes
        self.moved_revision = 0
        self.beam = np.array([beam_direction(c, layout) for c in self.cranes]).reshape(-1, 2)
        self.gauge_m = np.array([c.rail_gauge_m for c in self.cranes], dtype=np.float64)
        self.bearing_deg = np.array([c.bearing_deg for c in self.cranes], dtype=np.float64)
        count = len(self.cranes)
        self.container: NDArray[np.int32] = np.full(count, -1, dtype=np.int32)
        self.locked: NDArray[np.bool_] = np.zeros(count, dtype=bool)
        self._table = cranes
        self._motion = Motion(columns=4, angles=0, jump=_JUMP_M)
        self._motion.grow(count)
        self._seen_at = np.zeros(count, dtype=np.int64)
        if count:
            home = np.array([c.home for c in self.cranes])
            rest = np.array([
                [_rest_trolley(c), _REST_HOIST * c.height_m] for c in self.cranes])
            self._motion.shown[:, :2] = home
            self._motion.shown[:, 2:] = rest

    @property
    def trolley_m(self) -> NDArray[np.float64]:
        """Along the beam from the landside rail or the row-1 leg. Shape (N,), metres."""
        return self._motion.shown[:, 2]

    @property
    def hoist_m(self) -> NDArray[np.float64]:
        """Spreader above ground. Shape (N,), metres."""
        return self._motion.shown[:, 3]

    def spreader(self) -> NDArray[np.float64]:
        """Middle of the spreader's under side. Shape (N, 3), metres."""
        reach = self.trolley_m - 0.5 * self.gauge_m
        return np.stack([self.x + self.beam[:, 0] * reach, self.y + self.beam[:, 1] * reach, self.hoist_m], axis=1)

    def update(self, rows: NDArray[np.integer], now: int, *, snap: bool = False) -> None:
        """Take over changed rows (M,) of the crane table."""
        t = self._table
        if not len(rows):
            return
        container = np.where(t.locked[rows], t.container[rows], -1)
        if (self.container[rows] != container).any() or (self.locked[rows] != t.locked[rows]).any():
            self.container[rows] = container
            self.locked[rows] = t.locked[rows]
            self.touch()
        goal = np.stack([
            np.asarray(column[rows], dtype=np.float64) for column in (t.x, t.y, t.trolley_m, t.hoist_m)], axis=1)
        shown = self._motion.shown[rows]
        goal = np.where(np.isfinite(goal), goal, shown)
        fresh = (t.observed_at[rows] != self._seen_at[rows]) | (goal != shown).any(axis=1)
        self._seen_at[rows] = t.observed_at[rows]
        self._motion.aim(rows[fresh], goal[fresh], now, snap=snap)

    def advance(self, now: int) -> None:
        """Bring everything to its place at `now` (ms)."""
        if self._motion.advance(now):
            self.moved_revision += 1


def _rest_trolley(crane: Crane) -> float:
    return 0.35 * crane.rail_gauge_m if crane.kind is CraneKind.STS else 0.5 * crane.rail_gauge_m
