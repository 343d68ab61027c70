"""Movement between reports: a marker glides from where it is shown to the latest fix, never beyond it.

A fix says where something was. Drawing it the moment it comes makes traffic jump; guessing onwards lies. So a marker
takes one report interval to reach the latest fix: it lags by about one interval, moves evenly, and stands still when
reports stop.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LONGEST_GLIDE_MS = 20_000
"""A fix that took longer than this to come is no movement to be acted out at leisure."""


class Motion:
    """Shown values of many things, as columns that grow.

    Columns are any numbers (metres); the last `angles` of them are degrees and turn the shorter way round.
    """

    def __init__(self, columns: int, angles: int, jump: float) -> None:
        """`jump`: a change of the first two columns beyond this many metres is shown at once: nothing drives that far
        between two reports."""
        self._columns = columns
        self._angles = angles
        self._jump = jump
        self.shown = np.empty((0, columns))
        self._start = np.empty((0, columns))
        self._goal = np.empty((0, columns))
        self._from_ms = np.empty(0, dtype=np.int64)
        self._to_ms = np.empty(0, dtype=np.int64)
        self._at_ms = 0
        self._moved = False

    def __len__(self) -> int:
        return len(self.shown)

    def grow(self, count: int) -> None:
        """Make room for `count` things; new ones have no place yet (NaN) and appear at their first goal."""
        extra = count - len(self.shown)
        if extra > 0:
            nothing = np.full((extra, self._columns), np.nan)
            never = np.zeros(extra, dtype=np.int64)
            self.shown, self._start, self._goal = (
                np.concatenate([a, nothing]) for a in (self.shown, self._start, self._goal))
            self._from_ms, self._to_ms = (np.concatenate([a, never]) for a in (self._from_ms, self._to_ms))

    def forget(self) -> None:
        """There is nothing any more."""
        self.shown, self._start, self._goal = (a[:0] for a in (self.shown, self._start, self._goal))
        self._from_ms, self._to_ms = self._from_ms[:0], self._to_ms[:0]

    def aim(self, rows: NDArray[np.integer], goal: NDArray[np.floating], now: int, *, snap: bool = False) -> None:
        """New fixes. rows: (M,); goal: (M, columns); now: ms. `snap` shows them at once (after a seek)."""
        if not len(rows):
            return
        self._move(now)
        start = self.shown[rows]
        far = np.hypot(goal[:, 0] - start[:, 0], goal[:, 1] - start[:, 1])
        at_once = ~(far <= self._jump) | snap  # NaN, never seen before: at once
        interval = np.minimum(now - self._from_ms[rows], LONGEST_GLIDE_MS)
        start[at_once] = goal[at_once]
        if self._angles:
            turn = (goal[:, -self._angles:] - start[:, -self._angles:] + 180.0) % 360.0 - 180.0
            goal = goal.copy()
            goal[:, -self._angles:] = start[:, -self._angles:] + turn
        self._start[rows] = start
        self._goal[rows] = goal
        self._from_ms[rows] = now
        self._to_ms[rows] = now + np.where(at_once, -1, interval)  # -1: at rest
        self.shown[rows] = start
        self._moved = True

    def advance(self, now: int) -> bool:
        """Move everything to its place at `now` (ms). True when anything moved since the last call."""
        self._move(now)
        moved, self._moved = self._moved, False
        return moved

    def _move(self, now: int) -> None:
        if now == self._at_ms:
            return
        self._at_ms = now
        busy = np.flatnonzero((self._to_ms >= self._from_ms) & (self._from_ms > 0))
        if not len(busy):
            return
        span = np.maximum(self._to_ms[busy] - self._from_ms[busy], 1)
        part = np.clip((now - self._from_ms[busy]) / span, 0.0, 1.0)
        done = now >= self._to_ms[busy]
        part[done] = 1.0
        self.shown[busy] = self._start[busy] + part[:, None] * (self._goal[busy] - self._start[busy])
        arrived = busy[done]
        if self._angles:
            self.shown[arrived, -self._angles:] %= 360.0
        self._to_ms[arrived] = self._from_ms[arrived] - 1  # at rest until the next fix
        self._moved = True
