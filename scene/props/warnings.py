"""Warnings in the picture: a shaft of light over the subject and a ring around it, in the colour of the severity.

What nobody has acknowledged yet breathes slowly; what is in hand stands still and paler. Shafts keep a width that
can be seen from any distance.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkRenderer

from layers.palette import SEVERITY_TABLE
from layers.warnings import WarningsLayer
from scene.glow import GlowMesh, rgba, ring
from scene.props.base import StaticProp

Eye = tuple[float, float, float]

BREATH_MS: Final = 2_400
MOST: Final = 60
"""Shafts drawn; the gravest come first. More at once is a flood, and the list shows those."""

_ACROSS = np.array([-1.0, -0.50, -0.26, 0.26, 0.50, 1.0])  # of the half width
_SHINE = np.array([0.0, 0.30, 1.0, 1.0, 0.30, 0.0])
_UP = np.array([0.0, 0.25, 0.6, 1.0])
_FADE = np.array([1.0, 0.86, 0.48, 0.0])
_RING_FORWARD_M = 14.0


class WarningBeacons(StaticProp):
    """All shafts and rings as one translucent mesh."""

    def __init__(self, renderer: vtkRenderer) -> None:
        super().__init__(renderer)
        self._glow = GlowMesh(_RING_FORWARD_M)
        self.add(self._glow.actor)
        self._seen: tuple[object, ...] = ()
        self._tops: NDArray[np.float64] = np.empty((0, 3))

    def sync(self, layer: WarningsLayer, eye: Eye, now_ms: int) -> bool:
        """Draw what is open as seen from `eye` at `now_ms` (any running clock: it drives the breath)."""
        count = min(len(layer.id), MOST) if layer.visible else 0
        breath = now_ms % BREATH_MS if count and layer.unseen[:count].any() else 0
        seen = (layer.revision, layer.moved_revision, layer.visible, eye, breath)
        if seen == self._seen:
            return False
        self._seen = seen
        points, colours, tops = [], [], []
        for at in range(count):  # the few that are open
            foot = layer.place[at]
            if not np.isfinite(foot).all():
                continue
            phase = breath / BREATH_MS if layer.unseen[at] else None
            quads, opacity = _beacon(foot, np.asarray(eye), phase)
            points.append(quads)
            colours.append(rgba(SEVERITY_TABLE[layer.severity[at]], opacity))
            tops.append(foot + np.array([0.0, 0.0, _height_m(float(np.linalg.norm(foot - eye)))]))
        if points:
            self._glow.fill(np.concatenate(points), np.concatenate(colours))
        else:
            self._glow.fill(np.empty((0, 4, 3)), np.empty((0, 4, 4), dtype=np.uint8))
        self._tops = np.array(tops).reshape(-1, 3)
        return True

    @property
    def tops(self) -> NDArray[np.float64]:
        """Where a label may stand: the upper end of each shaft, gravest first. Shape (N, 3), metres."""
        return self._tops


def _height_m(away_m: float) -> float:
    return float(np.clip(0.17 * away_m, 26.0, 240.0))


def _beacon(foot: NDArray[np.float64], eye: NDArray[np.float64], phase: float | None) -> tuple[
    NDArray[np.float64], NDArray[np.float64]
]:
    """Quads (N, 4, 3) and corner opacities (N, 4) of one beacon. phase: 0..1 of the breath, None when it is still."""
    away = float(np.linalg.norm(foot - eye))
    half, height = max(1.5, 0.0052 * away), _height_m(away)
    view = foot[:2] - eye[:2]
    view = view / max(float(np.linalg.norm(view)), 1e-6)
    side = np.array([-view[1], view[0], 0.0])
    grid = foot + _ACROSS[:, None, None] * half * side + _UP[None, :, None] * np.array([0.0, 0.0, height])
    strength = 0.66 if phase is None else 0.88 + 0.12 * np.sin(2.0 * np.pi * phase)
    shine = _SHINE[:, None] * _FADE[None, :] * strength
    quads = np.stack([grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]], axis=2).reshape(-1, 4, 3)
    opacity = np.stack([shine[:-1, :-1], shine[1:, :-1], shine[1:, 1:], shine[:-1, 1:]], axis=2).reshape(-1, 4)
    centre = (float(foot[0]), float(foot[1]), float(foot[2]) + 0.25)
    radius = max(6.0, 0.0105 * away)
    parts, shades = [quads], [opacity]
    for inner, outer, near, far in _rings(radius, phase):
        made = ring(centre, inner, outer)
        parts.append(made)
        shades.append(np.broadcast_to(np.array([near, far, far, near]), (len(made), 4)))
    return np.concatenate(parts), np.concatenate(shades)


def _rings(radius: float, phase: float | None) -> list[tuple[float, float, float, float]]:
    """Inner and outer radius, opacity at either: a firm ring, a soft disc in it, and one that runs outwards."""
    found = [(radius * 0.90, radius, 0.95, 0.95), (0.01, radius * 0.90, 0.05, 0.30)]
    if phase is not None:
        wave = radius * (1.0 + 1.5 * phase)
        found.append((wave * 0.94, wave, 0.0, 0.55 * (1.0 - phase)))
    return found
