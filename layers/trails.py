"""Where vehicles came from: their last places as one buffer of segments, each with its time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from layers.base import Layer
from twin.records import EntityKind

if TYPE_CHECKING:
    from twin.tables import Movers

WINDOW_S: Final = 300.0
"""A trail fades away within so many seconds."""

KEPT: Final = 48
_LASTING_S: Final = 1e6
"""A way that is asked for does not fade: its corners are so far ahead of time."""
_LEAST_M: Final = 1.5  # a vehicle that stands leaves no trail
_JUMP_M: Final = 150.0
_VEHICLES: Final = tuple(tuple(EntityKind).index(kind) for kind in (EntityKind.VEHICLE, EntityKind.OFFICER))
_EVERY_MS: Final = 900


class TrailsLayer(Layer):
    """The last `KEPT` places of each mover. Hidden until somebody asks for it, and kept from the start on."""

    def __init__(self, movers: Movers) -> None:
        super().__init__()
        self.visible = False
        self.base_ms = 0
        self._movers = movers
        self._at: NDArray[np.float32] = np.full((0, KEPT, 2), np.nan, dtype=np.float32)
        self._when: NDArray[np.float64] = np.zeros((0, KEPT))
        self._next: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self._noted_at = 0
        self._new = False
        self._path: NDArray[np.float32] | None = None
        self._shown_before = False

    def show_path(self, places: NDArray[np.floating] | None) -> None:
        """Show one way instead of all trails, places (N, 2), metres, NaN between its parts; None: the trails again."""
        if places is not None and self._path is None:
            self._shown_before = self.visible
        if places is None and self._path is not None:
            self.visible = self._shown_before
        self._path = None if places is None else np.asarray(places, dtype=np.float32)
        self.visible = self.visible or places is not None
        self.touch()

    @property
    def path(self) -> NDArray[np.float32] | None:
        """The one way that is shown, (N, 2), metres; None while trails are."""
        return self._path

    def update(self, rows: NDArray[np.integer], now: int, *, snap: bool = False) -> None:
        """Note the places of changed mover rows (M,). snap: forget everything first (after a seek). now: ms."""
        m = self._movers
        if snap:
            self.base_ms = now
            self._at[:] = np.nan
            self._next[:] = 0
            self._new = True
        count = len(m.id)
        if count > len(self._next):
            more = max(count, 2 * len(self._next)) - len(self._next)
            self._at = np.concatenate([self._at, np.full((more, KEPT, 2), np.nan, dtype=np.float32)])
            self._when = np.concatenate([self._when, np.zeros((more, KEPT))])
            self._next = np.concatenate([self._next, np.zeros(more, dtype=np.intp)])
        rows = rows[np.isin(m.kind[rows], _VEHICLES) & np.isfinite(m.x[rows]) & (m.observed_at[rows] > 0)]
        if not len(rows):
            return
        place = np.stack([m.x[rows], m.y[rows]], axis=1).astype(np.float32)
        when = (m.observed_at[rows] - self.base_ms) / 1000.0
        last = (self._next[rows] - 1) % KEPT
        known = self._next[rows] > 0
        way = np.hypot(*(place - self._at[rows, last]).T)
        moved = ~known | ((way >= _LEAST_M) & (when > self._when[rows, last]))
        rows, place, when = rows[moved], place[moved], when[moved]
        if len(rows):
            at = self._next[rows] % KEPT
            self._at[rows, at] = place
            self._when[rows, at] = when
            self._next[rows] += 1
            self._new = True

    def advance(self, now: int) -> None:
        """Tell viewers about new places, about once a second. now: ms."""
        if self.visible and self._new and abs(now - self._noted_at) >= _EVERY_MS:
            self._noted_at, self._new = now, False
            self.touch()

    def segments(self, now: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Pieces of way younger than `WINDOW_S`: their ends (S, 2, 2), metres, and the times of these, seconds since
        `base_ms`, (S, 2). now: ms."""
        if self._path is not None:
            ends = np.stack([self._path[:-1], self._path[1:]], axis=1)
            ends = ends[np.isfinite(ends).all(axis=(1, 2))]
            return ends, np.full(ends.shape[:2], (now - self.base_ms) / 1000.0 + _LASTING_S, dtype=np.float32)
        used = np.flatnonzero(self._next > 1)
        order = (self._next[used, None] + np.arange(KEPT)) % KEPT  # the oldest first
        at = np.take_along_axis(self._at[used], order[..., None], axis=1)
        when = np.take_along_axis(self._when[used], order, axis=1)
        ends = np.stack([at[:, :-1], at[:, 1:]], axis=2).reshape(-1, 2, 2)
        times = np.stack([when[:, :-1], when[:, 1:]], axis=2).reshape(-1, 2)
        with np.errstate(invalid="ignore"):
            way = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
            kept = (way < _JUMP_M) & (times[:, 1] > times[:, 0])
        kept &= times[:, 1] > (now - self.base_ms) / 1000.0 - WINDOW_S
        return ends[kept], times[kept].astype(np.float32)
