"""Heat maps over the port: how long boxes stand, where risk lies, where nobody reports from, where traffic runs.

A grid of values between 0 and 1 over the port's zones. Fixes are noted as they come; a map is worked out only while it
is shown.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from layers.base import Layer
from layers.containers import SLOT
from twin.legal_state import LegalState
from twin.port_layout import PortLayout
from twin.records import EntityKind

if TYPE_CHECKING:
    from layers.warnings import WarningsLayer
    from twin.tables import Containers, Movers

CELL_M: Final = 12.0
FULL_DWELL_MS: Final = 7 * 86_400_000
"""A box that has stood a week is hot."""

FULL_SILENCE_MS: Final = 15 * 60_000
"""A road that nobody has reported from for a quarter of an hour is a blind spot."""

_HALF_LIFE_MS: Final = 10 * 60_000
_FULL_TRAFFIC: Final = 40.0  # weighted fixes in a cell
_EVERY_MS: Final = 2_000
_SEVERITY_WEIGHT: Final = (1.0, 0.7, 0.45, 0.25)
_HELD, _INSPECTED = 0.30, 0.40
_LISTENED: Final = tuple(EntityKind).index(EntityKind.VEHICLE)


class HeatMode(StrEnum):
    """What the heat tells."""

    DWELL = "dwell"
    RISK = "risk"
    FRESHNESS = "freshness"
    TRAFFIC = "traffic"


class HeatLayer(Layer):
    """value: 0..1, NaN where there is nothing to tell, (deep, wide) float32; low: its south-western corner, metres."""

    def __init__(self, layout: PortLayout, containers: Containers, movers: Movers, warnings: WarningsLayer) -> None:
        super().__init__()
        self.visible = False
        self.mode: HeatMode | None = None
        outlines = [np.asarray(zone.outline) for zone in layout.zones] or [np.asarray(r) for r in layout.platform]
        points = np.concatenate(outlines) if outlines else np.zeros((1, 2))
        self.low: NDArray[np.float64] = points.min(axis=0)
        wide, deep = np.maximum(np.ceil((points.max(axis=0) - self.low) / CELL_M), 1).astype(int).tolist()
        self.value: NDArray[np.float32] = np.full((deep, wide), np.nan, dtype=np.float32)
        self._layout, self._containers, self._movers, self._warnings = layout, containers, movers, warnings
        self._passed = np.zeros(deep * wide)
        self._heard_at = np.zeros(deep * wide, dtype=np.int64)
        self._cooled_at = 0
        self._drawn_at = 0
        self._begun_at = 0
        self._roads: NDArray[np.intp] | None = None

    def show(self, mode: HeatMode | None) -> None:
        """Show a map, or none."""
        self.mode = mode
        self.visible = mode is not None
        self._drawn_at = 0
        self.value[:] = np.nan
        self.touch()

    def note(self, rows: NDArray[np.integer], now: int, *, snap: bool = False) -> None:
        """Note fixes of changed mover rows (M,). snap: forget all before (after a seek). now: ms."""
        if snap or self._begun_at == 0:
            self._passed[:] = 0.0
            self._heard_at[:] = 0
            self._begun_at = self._cooled_at = now
        m = self._movers
        rows = rows[(m.kind[rows] == _LISTENED) & np.isfinite(m.x[rows])]
        at = self._cells(np.stack([m.x[rows], m.y[rows]], axis=1))
        inside = at >= 0
        np.add.at(self._passed, at[inside], 1.0)
        np.maximum.at(self._heard_at, at[inside], m.observed_at[rows[inside]])

    def advance(self, now: int) -> None:
        """Work out the map that is shown, every other second. now: ms."""
        if not self.visible or self.mode is None or abs(now - self._drawn_at) < _EVERY_MS:
            return
        self._drawn_at = now
        self._passed *= 0.5 ** (max(now - self._cooled_at, 0) / _HALF_LIFE_MS)
        self._cooled_at = now
        found = {HeatMode.DWELL: self._dwell, HeatMode.RISK: self._risk, HeatMode.FRESHNESS: self._silence,
                 HeatMode.TRAFFIC: self._traffic}[self.mode](now)
        if not np.array_equal(found, self.value, equal_nan=True):
            self.value = found
            self.touch()

    def _cells(self, points: NDArray[np.floating]) -> NDArray[np.intp]:
        """Flat numbers of the cells of places (N, 2); -1 outside. Shape (N,)."""
        deep, wide = self.value.shape
        with np.errstate(invalid="ignore"):
            at = np.floor((points - self.low) / CELL_M)
        inside = (at >= 0).all(axis=1) & (at[:, 0] < wide) & (at[:, 1] < deep)
        found = np.full(len(points), -1, dtype=np.intp)
        found[inside] = (at[inside, 1] * wide + at[inside, 0]).astype(np.intp)
        return found

    def _standing(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        t = self._containers
        rows = np.flatnonzero(t.present & (t.place_kind == SLOT) & np.isfinite(t.xyz[:, 0]))
        at = self._cells(t.xyz[rows, :2].astype(np.float64))
        return rows[at >= 0], at[at >= 0]

    def _dwell(self, now: int) -> NDArray[np.float32]:
        rows, at = self._standing()
        arrived = self._containers.arrived_at[rows]
        known = arrived > 0
        stood = np.clip((now - arrived[known]) / FULL_DWELL_MS, 0.0, 1.0)
        total = np.bincount(at[known], weights=stood, minlength=self.value.size)
        count = np.bincount(at[known], minlength=self.value.size)
        return self._filled(total / np.maximum(count, 1), count > 0)

    def _risk(self, _now: int) -> NDArray[np.float32]:
        rows, at = self._standing()
        state = self._containers.legal_state[rows]
        weight = np.where(state == LegalState.HELD, _HELD, np.where(state == LegalState.INSPECTION, _INSPECTED, 0.0))
        total = np.bincount(at, weights=weight, minlength=self.value.size).astype(np.float64)
        place = self._warnings.place
        if len(place):
            here = self._cells(place[:, :2])
            graded = np.asarray(_SEVERITY_WEIGHT)[self._warnings.severity]
            np.add.at(total, here[here >= 0], 2.0 * graded[here >= 0])
        spread = _blurred(_blurred(total.reshape(self.value.shape)))
        spread = np.clip(3.0 * spread, 0.0, 1.0)
        return self._filled(spread.ravel(), spread.ravel() > 0.02)

    def _silence(self, now: int) -> NDArray[np.float32]:
        roads = self._road_cells()
        since = np.where(self._heard_at[roads] > 0, self._heard_at[roads], self._begun_at)
        value = np.zeros(self.value.size)
        value[roads] = np.clip((now - since) / FULL_SILENCE_MS, 0.0, 1.0)
        known = np.zeros(self.value.size, dtype=bool)
        known[roads] = True
        return self._filled(value, known)

    def _traffic(self, _now: int) -> NDArray[np.float32]:
        passed = _blurred(self._passed.reshape(self.value.shape)).ravel()
        return self._filled(np.sqrt(np.clip(passed / _FULL_TRAFFIC, 0.0, 1.0)), passed > 0.15)

    def _filled(self, value: NDArray[np.floating], known: NDArray[np.bool_]) -> NDArray[np.float32]:
        return np.where(known, value, np.nan).reshape(self.value.shape).astype(np.float32)

    def _road_cells(self) -> NDArray[np.intp]:
        """Cells that a road runs through."""
        if self._roads is None:
            nodes = {node.id: node.at for node in self._layout.road_nodes}
            parts = []
            for edge in self._layout.road_edges:
                line = np.array([nodes[edge.start], *edge.via, nodes[edge.end]], dtype=np.float64)
                reached = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
                steps = np.arange(0.0, reached[-1] + 1.0, 0.5 * CELL_M)
                parts.append(np.column_stack([np.interp(steps, reached, line[:, k]) for k in (0, 1)]))
            points = np.concatenate(parts) if parts else np.empty((0, 2))
            at = self._cells(points)
            self._roads = np.unique(at[at >= 0])
        return self._roads


def _blurred(grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each cell the mean of itself and its neighbours, nearer ones weighing more (1-2-1 each way)."""
    padded = np.pad(grid, 1)
    across = 0.25 * padded[:, :-2] + 0.5 * padded[:, 1:-1] + 0.25 * padded[:, 2:]
    found: NDArray[np.float64] = 0.25 * across[:-2] + 0.5 * across[1:-1] + 0.25 * across[2:]
    return found
