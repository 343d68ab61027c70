"""Mooring lines of ships alongside: head, breast and spring lines, from decks that rise and fall to bollards."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkRenderer

from layers.vessels import VesselsLayer
from scene.glow import bars
from scene.light import Light
from scene.plan import Plan
from scene.props.base import StaticProp
from scene.props.quay import BOLLARD_INSET_M, BOLLARD_STEP_M
from scene.swarm import Placed, SwarmMesh
from twin.port_layout import PortLayout

_ROPE: Final = (188, 184, 168)
_ROPE_M: Final = 0.11
_ALONGSIDE_M: Final = 9.0  # of water between hull and quay, at most
_PARALLEL: Final = 0.9986  # cosine of three degrees
_BOLLARD_M: Final = 0.45
_SAG: Final = 0.04  # of a line's length
# Where a line leaves the ship, share of her length from midships, and how far along the quay it leads, metres.
_LINES: Final = ((0.47, 34.0), (0.46, 22.0), (0.43, 5.0), (0.38, -36.0), (-0.38, 36.0), (-0.44, -5.0), (-0.48, -22.0),
                 (-0.485, -34.0))
_Side = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


class Moorings(StaticProp):
    """All lines as one mesh. `lines` counts them."""

    def __init__(self, renderer: vtkRenderer, layout: PortLayout, light: Light) -> None:
        super().__init__(renderer)
        self._sides = Plan(layout).quay_sides
        self._mesh = SwarmMesh(light, double_sided=True)
        self.add(self._mesh.actor)
        self._seen: tuple[object, ...] = ()
        self.lines = 0

    def sync(self, layer: VesselsLayer) -> bool:
        """Moor the ships that lie alongside. True when the picture changed."""
        seen = (layer.revision, layer.moved_revision, layer.visible)
        if seen == self._seen:
            return False
        self._seen = seen
        found = []
        for ship in np.flatnonzero(layer.shown).tolist() if layer.visible else ():  # a few dozen
            for side in self._sides:
                found += _lines(layer, ship, side)
        self.lines = len(found)
        self._mesh.fill([_placed(found)] if found else [])
        return True


def _lines(layer: VesselsLayer, ship: int, side: _Side) -> list[NDArray[np.float64]]:
    """Lines of a ship to a stretch of quay, each three points (3, 3); none where she does not lie alongside it."""
    a, b, inland = side
    length = float(np.linalg.norm(b - a))
    along = (b - a) / length
    bearing = np.radians(float(layer.bearing_deg[ship]))
    bow = np.array([np.sin(bearing), np.cos(bearing)])
    if abs(float(bow @ along)) < _PARALLEL:
        return []
    middle = np.array([layer.x[ship], layer.y[ship]])
    out = float((middle - a) @ -inland) - 0.5 * float(layer.beam_m[ship])
    if not -1.0 < out < _ALONGSIDE_M or not 0.0 < float((middle - a) @ along) < length:
        return []
    plan = layer.plan(ship)
    way = 1.0 if float(bow @ along) > 0 else -1.0
    found = []
    for share, lead in _LINES:
        fullness = 0.25 if abs(share) > 0.45 else 0.42 if abs(share) > 0.41 else 0.49
        fair = middle + bow * share * plan.length_m + inland * fullness * plan.beam_m
        deck = layer.sea_m + plan.freeboard_m + (0.012 * plan.length_m if share > 0.4 else 0.0)
        at = float((fair - a) @ along) + way * lead
        at = (round(at / BOLLARD_STEP_M - 0.5) + 0.5) * BOLLARD_STEP_M
        if 0.0 < at < length:
            foot = a + along * at + inland * BOLLARD_INSET_M
            start, end = np.array([*fair, deck]), np.array([*foot, _BOLLARD_M])
            sag = 0.5 * (start + end) - np.array([0.0, 0.0, _SAG * float(np.linalg.norm(end - start))])
            found.append(np.stack([start, sag, end]))
    return found


def _placed(lines: list[NDArray[np.float64]]) -> Placed:
    points = np.stack(lines)
    quads = bars(points[:, :2].reshape(-1, 3), points[:, 1:].reshape(-1, 3), _ROPE_M).astype(np.float32)
    first = np.arange(len(quads), dtype=np.int64)[:, None, None] * 4
    faces = (first + np.array([[0, 1, 2], [0, 2, 3]])).reshape(-1, 3)
    return Placed(quads.reshape(-1, 3), np.tile(np.array(_ROPE, dtype=np.uint8), (4 * len(quads), 1)), faces)
