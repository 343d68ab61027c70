"""Electronic seals: a pin on each sealed container, or where the seal says it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from layers.base import Layer
from layers.containers import SLOT, ContainersLayer
from layers.vehicles import VehiclesLayer

if TYPE_CHECKING:
    from twin.tables import Containers, Seals

_QUIET_M = 1.0


class SealsLayer(Layer):
    """Columns over the seal table.

    place: foot of the pin, (N, 3), metres. state: row of `layers.palette.SEAL_STATES`, (N,) int8. shown: (N,).
    """

    def __init__(self, seals: Seals, table: Containers, containers: ContainersLayer, vehicles: VehiclesLayer) -> None:
        super().__init__()
        self.moved_revision = 0
        self.place: NDArray[np.float64] = np.empty((0, 3))
        self.state: NDArray[np.int8] = np.empty(0, dtype=np.int8)
        self.shown: NDArray[np.bool_] = np.empty(0, dtype=bool)
        self._seals = seals
        self._table = table
        self._containers = containers
        self._vehicles = vehicles
        self._seen = (-1, -1, -1)
        self._dirty = True

    def update(self, rows: NDArray[np.integer]) -> None:
        """Take over changed rows (M,) of the seal table."""
        if len(rows):
            self._dirty = True

    def advance(self) -> None:
        """Put each pin where its container is now; after vehicles have been moved."""
        seen = (self._containers.revision, self._vehicles.moved_revision, self._vehicles.revision)
        if not self._dirty and seen == self._seen:
            return
        state = np.asarray(self._seals.state, dtype=np.int8)
        place, known = self._places()
        if not np.array_equal(state, self.state) or not np.array_equal(known, self.shown):
            self.state, self.shown = state.copy(), known
            self.touch()
        if place.shape != self.place.shape or not np.array_equal(place, self.place, equal_nan=True):
            self.place = place
            self.moved_revision += 1
        self._seen, self._dirty = seen, False

    def _places(self) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        s, t = self._seals, self._table
        place = np.empty((len(s.x), 3))
        place[:, 0], place[:, 1], place[:, 2] = s.x, s.y, _QUIET_M
        box = np.asarray(s.container)
        has = np.flatnonzero(box >= 0)
        rows = box[has]
        in_slot = (t.place_kind[rows] == SLOT) & t.present[rows] & (t.block[rows] >= 0)
        standing, rows_standing = has[in_slot], rows[in_slot]
        place[standing] = t.xyz[rows_standing]
        place[standing, 2] += t.height_m[rows_standing]
        loads, where, _ = self._vehicles.loads()
        if len(loads) and len(has):
            load_of = np.full(len(t.place_kind), -1, dtype=np.int32)
            load_of[loads] = np.arange(len(loads))
            at = load_of[rows]
            hit = at >= 0
            place[has[hit]] = where[at[hit]]
            place[has[hit], 2] += t.height_m[rows[hit]]
        return place, np.isfinite(place[:, 0]) & np.isfinite(place[:, 1]) & np.isfinite(place[:, 2])
