"""Fixes of the last minutes before a twin was restored: a keyframe does not repeat them, they are on record."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from twin.local_frame import LocalFrame
from twin.past import NoPast, Past

MINUTE_MS = 60_000
Track = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
"""Fixes of one mover in order of time: device times, ms UTC; x and y, metres; speeds, m/s. Shapes (N,)."""


def no_track() -> Track:
    """No fixes."""
    none = np.zeros(0, dtype=np.float64)
    return np.zeros(0, dtype=np.int64), none, none, none


class EarlierFixes:
    """Asks the past for what a restored twin would have heard, mover by mover and minute by minute."""

    def __init__(self, frame: LocalFrame) -> None:
        self._frame = frame
        self._past: Past = NoPast()
        self._count = 0
        self._name_of: Callable[[int], str] = str
        self._known: dict[tuple[int, int], Track] = {}
        self.until = 0
        """When the twin was restored, ms UTC; 0: it has heard everything itself."""

    def restore(self, past: Past, until: int, count: int, name_of: Callable[[int], str]) -> None:
        """Leaves what was received up to `until` (ms UTC) to the past. `name_of`: the name of the mover in each of the
        `count` table rows there are.
        """
        self._past, self.until, self._count, self._name_of, self._known = past, until, count, name_of, {}

    def minute(self, row: int, number: int) -> Track:
        """What the past knows of a mover (table row) in a minute of device time since 1970, one fix an instant."""
        if not self.until or not 0 <= row < self._count:
            return no_track()
        found = self._known.get((row, number))
        if found is None:
            found = self._known[row, number] = self._asked(self._name_of(row), number * MINUTE_MS)
        return found

    def _asked(self, entity: str, begin: int) -> Track:
        batch = self._past.fixes(entity, begin, begin + MINUTE_MS, self.until)
        if batch is None:
            return no_track()
        lon, lat = batch["lon"], batch["lat"]
        x, y = self._frame.to_local(lon, lat)
        placed = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & ((lon != 0.0) | (lat != 0.0)))
        at = batch["observed_at"][placed]
        order = placed[np.argsort(at, kind="stable")]
        at = batch["observed_at"][order]
        order = order[np.append(at[1:] != at[:-1], True)] if len(order) else order
        return batch["observed_at"][order], x[order], y[order], batch["speed_mps"][order]
