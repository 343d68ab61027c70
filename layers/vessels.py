"""Vessels: where each lies, how she points, how big she is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from layers.base import MovingLayer
from layers.motion import Motion
from layers.stowage import HullPlan

if TYPE_CHECKING:
    from twin.tables import Movers, Vessels
    from twin.tide import Tide

_JUMP_M = 400.0
_FALLBACK = (120.0, 18.0)
_STEP_M = 0.05  # of the tide: two minutes at its fastest


class VesselsLayer(MovingLayer):
    """Columns over the vessel table's rows.

    mover: mover rows, (N,). x, y, bearing_deg: (N,). length_m, beam_m: (N,). shown: (N,). `moved_revision` grows when
    one moved, `revision` when one came, went or got another size. sea_m: the surface they float
    on, metres above ground.
    """

    def __init__(
        self, vessels: Vessels, movers: Movers, sea_level_m: float = 0.0, tide: Tide | None = None
    ) -> None:
        """sea_level_m: mean sea surface, metres above ground. tide: None where the sea stands still."""
        super().__init__()
        self.sea_m = sea_level_m
        self._sea_level_m = sea_level_m
        self._tide = tide
        self._now = 0
        self.moved_revision = 0
        self.mover: NDArray[np.int32] = np.empty(0, dtype=np.int32)
        self.length_m: NDArray[np.float32] = np.empty(0, dtype=np.float32)
        self.beam_m: NDArray[np.float32] = np.empty(0, dtype=np.float32)
        self.shown: NDArray[np.bool_] = np.empty(0, dtype=bool)
        self._vessels = vessels
        self._movers = movers
        self._motion = Motion(columns=3, angles=1, jump=_JUMP_M)
        self._seen_at = np.empty(0, dtype=np.int64)

    @property
    def bearing_deg(self) -> NDArray[np.float64]:
        """Where the bow points. Shape (N,)."""
        return self._motion.shown[:, 2]

    @property
    def tide_m(self) -> float | None:
        """Height of the tide above chart datum as it is drawn, metres; None where none is known."""
        return None if self._tide is None else self._tide.mean_m + self.sea_m - self._sea_level_m

    def names(self) -> NDArray[np.object_]:
        """Name of each. Shape (N,)."""
        return self._vessels.name[: len(self.mover)]

    def row_of_mover(self, mover_row: int) -> int:
        """Row of these columns for a mover, -1 when it is no vessel."""
        found = np.flatnonzero(self.mover == mover_row)
        return int(found[0]) if len(found) else -1

    def plan(self, row: int) -> HullPlan:
        """The measures of a vessel."""
        return HullPlan(float(self.length_m[row]), float(self.beam_m[row]))

    def update(self, now: int, *, snap: bool = False) -> None:
        """Take over the vessel table: a few dozen rows, looked at as a whole."""
        v, m = self._vessels, self._movers
        count = len(v.name)
        if not count:
            return
        mover = np.asarray(v.mover, dtype=np.int32)
        length = np.where(v.length_m > 1.0, v.length_m, _FALLBACK[0]).astype(np.float32)
        beam = np.where(v.beam_m > 1.0, v.beam_m, _FALLBACK[1]).astype(np.float32)
        at = np.flatnonzero(mover >= 0)
        placed = at[np.isfinite(m.x[mover[at]]) & (m.observed_at[mover[at]] > 0)]
        if (count != len(self.mover) or (mover != self.mover).any() or (length != self.length_m).any()
                or (beam != self.beam_m).any()):
            self.mover, self.length_m, self.beam_m = mover.copy(), length, beam
            self._motion.grow(count)
            self._seen_at = np.concatenate([self._seen_at, np.zeros(count - len(self._seen_at), dtype=np.int64)])
            self.touch()
        observed = m.observed_at[mover[placed]]
        fresh = placed[observed != self._seen_at[placed]]
        self._seen_at[fresh] = m.observed_at[mover[fresh]]
        rows = mover[fresh]
        goal = np.stack([m.x[rows], m.y[rows], m.course_deg[rows].astype(np.float64)], axis=1)
        self._motion.aim(fresh, goal, now, snap=snap)

    def forget(self) -> None:
        """Nothing was ever heard of: the twin has gone to another time, where other things have its rows."""
        self.mover, self.length_m, self.beam_m = self.mover[:0], self.length_m[:0], self.beam_m[:0]
        self.shown, self._seen_at = self.shown[:0], self._seen_at[:0]
        self._motion.forget()
        self.moved_revision += 1
        self.touch()

    def advance(self, now: int) -> None:
        """Bring everything to its place at `now` (ms)."""
        self._rise(now)
        if not len(self.mover):
            return
        if self._motion.advance(now):
            self.moved_revision += 1
        shown = np.isfinite(self.x)
        if len(shown) != len(self.shown) or (shown != self.shown).any():
            self.shown = shown
            self.touch()

    def _rise(self, now: int) -> None:
        """Let the sea stand as high as it does at `now`, in steps too small to be seen: all ships go with it."""
        if self._tide is None or now <= 0 or now == self._now:
            return
        self._now = now
        sea_m = self._sea_level_m + round(self._tide.above_mean_m(now) / _STEP_M) * _STEP_M
        if sea_m != self.sea_m:
            self.sea_m = sea_m
            self.moved_revision += 1
