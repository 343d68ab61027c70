"""Electronic fences: quiet, or breached by an open warning."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.base import Layer
from twin.port_layout import Fence

if TYPE_CHECKING:
    from twin.warnings import RiskWarning

BREACH_RULES = frozenset({"R02"})
_NEAR_M = 15.0


class FenceState(IntEnum):
    """What a fence shows."""

    QUIET = 0
    BREACHED = 1


class FencesLayer(Layer):
    """State of each fence of the layout. state: (N,) int8, of `FenceState`."""

    def __init__(self, fences: tuple[Fence, ...]) -> None:
        super().__init__()
        self.fences = fences
        self.state: NDArray[np.int8] = np.zeros(len(fences), dtype=np.int8)
        self._areas = np.array([shapely.Polygon(f.outline) for f in fences], dtype=object)
        self._row = {f.id: at for at, f in enumerate(fences)}

    def update(self, warnings: Iterable[RiskWarning]) -> None:
        """Take over the open warnings."""
        state = np.zeros(len(self.fences), dtype=np.int8)
        for warning in warnings:  # the few that are open
            if warning.rule not in BREACH_RULES or not warning.active:
                continue
            named = self._row.get(str(warning.facts.get("fence", "")))
            if named is not None:
                state[named] = FenceState.BREACHED
            elif np.isfinite(warning.place_x) and len(self._areas):
                away = shapely.distance(shapely.boundary(self._areas), shapely.Point(warning.place_x, warning.place_y))
                if float(away.min()) <= _NEAR_M:
                    state[int(away.argmin())] = FenceState.BREACHED
        if (state != self.state).any():
            self.state = state
            self.touch()
