"""Where everything that drives is at an instant: pieces of motion in flat arrays, sampled for all movers at once.

A mover stands or follows the pieces of its last drive (see `paths.Pieces`), which end in a standing piece. Time only
runs forward: `sample` may not be asked for an instant before the previous one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_sources.simulated_port.paths import Pieces

Floats = NDArray[np.float64]
_FIELDS = 7  # t, x, y, ux, uy, v, a


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Movers at an instant. Arrays (N,): `rows`, metres, m/s, degrees clockwise from north, and whether each is
    underway."""

    rows: NDArray[np.intp]
    x: Floats
    y: Floats
    speed_mps: Floats
    course_deg: Floats
    moving: NDArray[np.bool_]


class Tracks:
    """The motion of all movers. A row belongs to one mover from `add` to `remove` and is then used again."""

    def __init__(self, rows: int = 1024, pieces: int = 1 << 17) -> None:
        self._first = np.zeros(rows, dtype=np.intp)  # piece now in force
        self._last = np.zeros(rows, dtype=np.intp)  # piece in which it stands
        self._present = np.zeros(rows, dtype=np.bool_)
        self._free = list(range(rows - 1, -1, -1))
        self._piece = np.zeros((_FIELDS, pieces))
        self._used = 0

    def add(self, x: float, y: float, bearing_deg: float) -> int:
        """A new mover, standing. Its row."""
        if not self._free:
            self._grow_rows()
        row = self._free.pop()
        self._present[row] = True
        self.stand(row, x, y, bearing_deg)
        return row

    def remove(self, row: int) -> None:
        """The mover is no longer anywhere."""
        self._present[row] = False
        self._free.append(row)

    def stand(self, row: int, x: float, y: float, bearing_deg: float) -> None:
        """Puts a mover at a place."""
        angle = np.radians(bearing_deg)
        at = self._reserve(1)
        self._piece[:, at] = (-1e18, x, y, np.sin(angle), np.cos(angle), 0.0, 0.0)
        self._first[row] = self._last[row] = at

    def run(self, row: int, pieces: Pieces, start_s: float, x: float, y: float, bearing_deg: float) -> None:
        """Sends a mover on a drive that starts at `start_s` and ends standing at (x, y); until then it stands where it
        is."""
        count = pieces.rows.shape[1]
        at = self._reserve(count + 2)
        now_at = self._last[row]  # read after reserving, which may move it
        block = self._piece[:, at : at + count + 2]
        block[:, 0] = self._piece[:, now_at]
        block[5:, 0] = 0.0
        block[:, 1:-1] = pieces.rows
        block[0, 1:-1] += start_s
        angle = math.radians(bearing_deg)
        block[:, -1] = (start_s + pieces.duration, x, y, math.sin(angle), math.cos(angle), 0.0, 0.0)
        self._first[row], self._last[row] = at, at + count + 1

    def sample(self, at_s: float, rows: NDArray[np.intp] | None = None) -> Sample:
        """All present movers, or the given rows, at an instant on the clock of the drives."""
        rows = np.flatnonzero(self._present) if rows is None else rows
        first, last = self._first[rows], self._last[rows]
        times = self._piece[0]
        behind = np.flatnonzero(first < last)
        while len(behind):
            behind = behind[times[first[behind] + 1] <= at_s]
            first[behind] += 1
            behind = behind[first[behind] < last[behind]]
        self._first[rows] = first
        t, x, y, ux, uy, v, a = self._piece[:, first]
        dt = np.where(v + a > 0, np.maximum(at_s - np.maximum(t, -1e9), 0.0), 0.0)
        dt = np.where((v == 0.0) & (a == 0.0), 0.0, dt)
        way = v * dt + 0.5 * a * dt * dt
        course = np.degrees(np.arctan2(ux, uy)) % 360.0
        moving = (first < last) & ~((v == 0.0) & (a == 0.0))
        return Sample(rows, x + ux * way, y + uy * way, np.maximum(v + a * dt, 0.0), course, moving)

    def now(self, row: int, at_s: float) -> tuple[float, float, float, float]:
        """Where one mover is: x, y, speed (m/s) and course (degrees)."""
        found = self.sample(at_s, np.array([row]))
        return float(found.x[0]), float(found.y[0]), float(found.speed_mps[0]), float(found.course_deg[0])

    def _reserve(self, count: int) -> int:
        if self._used + count > self._piece.shape[1]:
            self._compact(count)
        at = self._used
        self._used += count
        return at

    def _compact(self, count: int) -> None:
        """Moves the pieces still in use to the front; doubles the space if they fill more than half of it."""
        rows = np.flatnonzero(self._present)
        lengths = self._last[rows] - self._first[rows] + 1
        ends = np.cumsum(lengths)
        source = np.repeat(self._first[rows] - (ends - lengths), lengths) + np.arange(int(lengths.sum()))
        kept = self._piece[:, source]
        size = self._piece.shape[1]
        while kept.shape[1] + count > size // 2:
            size *= 2
        self._piece = np.zeros((_FIELDS, size))
        self._piece[:, : kept.shape[1]] = kept
        self._used = kept.shape[1]
        self._first[rows], self._last[rows] = ends - lengths, ends - 1

    def _grow_rows(self) -> None:
        old = len(self._present)
        self._first = np.concatenate([self._first, np.zeros(old, dtype=np.intp)])
        self._last = np.concatenate([self._last, np.zeros(old, dtype=np.intp)])
        self._present = np.concatenate([self._present, np.zeros(old, dtype=np.bool_)])
        self._free = list(range(2 * old - 1, old - 1, -1))
