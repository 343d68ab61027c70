"""What people put into the scene: the measured line and pins. Drawn over everything, as wide as on paper."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkRenderer

from layers.names import pin_height_m
from layers.palette import MEASURED, PINNED, Rgb
from layers.pins import PinsLayer
from layers.tools import Tools
from scene.glow import GlowMesh, bars, rgba, ring
from scene.props.base import StaticProp

Eye = tuple[float, float, float]

_LINE: Final = 0.0017  # of the distance
_DOT: Final = 0.006
_HEAD: Final = 0.011


class Marks(StaticProp):
    """The measured line and all pins that hold now."""

    def __init__(self, renderer: vtkRenderer) -> None:
        super().__init__(renderer)
        self._mesh = GlowMesh(through=True)
        self.add(self._mesh.actor)
        self._seen: tuple[object, ...] = ()

    @property
    def count(self) -> int:
        """Quads shown."""
        return self._mesh.count

    def sync(self, tools: Tools, pins: PinsLayer, eye: Eye) -> bool:
        """Draw what changed as seen from `eye`. True when the picture changed."""
        something = bool(tools.line or pins.shown)
        seen = (tools.revision, pins.revision, pins.visible, eye if something else None)
        if seen == self._seen:
            return False
        self._seen = seen
        made: list[tuple[NDArray[np.float64], NDArray[np.float64], Rgb]] = []
        line = [np.array(place) for place in tools.line]
        for a, b in pairwise(line):
            away = float(np.linalg.norm(0.5 * (a + b) - eye))
            quads = bars(a[None], b[None], _LINE * away)
            made.append((quads, np.full((len(quads), 4), 0.95), MEASURED))
        for place in line:
            away = float(np.linalg.norm(place - eye))
            quads = ring((float(place[0]), float(place[1]), float(place[2]) + 0.1), 0.45 * _DOT * away, _DOT * away)
            made.append((quads, np.full((len(quads), 4), 0.95), MEASURED))
        for pin in pins.shown if pins.visible else ():
            made += _pin(np.array([pin.x, pin.y, pin.z]), np.asarray(eye))
        if made:
            self._mesh.fill(np.concatenate([quads for quads, _, _ in made]),
                            np.concatenate([rgba(colour, opacity) for _, opacity, colour in made]))
        else:
            self._mesh.fill(np.empty((0, 4, 3)), np.empty((0, 4, 4), dtype=np.uint8))
        return True


def _pin(
    foot: NDArray[np.float64], eye: NDArray[np.float64]
) -> list[tuple[NDArray[np.float64], NDArray[np.float64], Rgb]]:
    away = float(np.linalg.norm(foot - eye))
    top = foot + np.array([0.0, 0.0, pin_height_m(away)])
    pole = bars(foot[None], top[None], _LINE * away)
    side = np.array([eye[1] - foot[1], foot[0] - eye[0], 0.0])
    side /= max(float(np.linalg.norm(side)), 1e-6)
    half, up = _HEAD * away * side, np.array([0.0, 0.0, _HEAD * away])
    head = np.array([[top - half, top - up, top + half, top + up]])
    circle = ring((float(foot[0]), float(foot[1]), float(foot[2]) + 0.1), 0.6 * _DOT * away, _DOT * away)
    return [(quads, np.full((len(quads), 4), strength), PINNED)
            for quads, strength in ((pole, 0.7), (head, 1.0), (circle, 0.8))]
