"""Electronic seals in the picture: a pin on each sealed box nearby, a large one, seen from afar, on a broken seal."""

from __future__ import annotations

import numpy as np
from vtkmodules.vtkRenderingCore import vtkRenderer

from layers.palette import SEAL_TABLE
from layers.seals import SealsLayer
from scene import mesh as m
from scene.light import Light
from scene.props.base import StaticProp
from scene.swarm import Placed, SwarmMesh, Template, place
from twin.seal_state import SealState

_WHITE = (255, 255, 255)
_POLE_M, _HEAD_M = 2.0, 0.55
NEAR_M = 900.0  # from further off a pin is less than a pixel
_ALARMING = (SealState.TAMPERED, SealState.CUT)


class Seals(StaticProp):
    """All pins as one mesh."""

    def __init__(self, renderer: vtkRenderer, light: Light) -> None:
        super().__init__(renderer)
        self._quiet = Template(_pin(1.0), light)
        self._loud = Template(_pin(2.6), light)
        self._mesh = SwarmMesh(light)
        self.add(self._mesh.actor)
        self._seen: tuple[int, ...] = ()

    def sync(self, layer: SealsLayer, eye: tuple[float, float, float]) -> bool:
        """Draw what changed, as seen from `eye`. True when the picture changed."""
        self._mesh.set_visible(layer.visible)
        seen = (layer.revision, layer.moved_revision, *(round(e / 50.0) for e in eye))
        if not layer.visible or seen == self._seen:
            return False
        self._seen = seen
        loud = np.isin(layer.state, _ALARMING)
        near = np.linalg.norm(layer.place - np.asarray(eye), axis=1) < NEAR_M
        parts: list[Placed] = []
        for template, mine in ((self._quiet, layer.shown & ~loud & near), (self._loud, layer.shown & loud)):
            tint = SEAL_TABLE[layer.state[mine]].astype(np.float32) / 255.0
            parts.append(place(template, layer.place[mine], np.zeros(int(mine.sum())), tint))
        self._mesh.fill(parts)
        return True


def _pin(size: float) -> m.Mesh:
    """A pole with a diamond on it, white: the state gives the colour."""
    pole, head = _POLE_M * size, _HEAD_M * size
    middle = pole + head
    belt = [(head, 0, middle), (0, head, middle), (-head, 0, middle), (0, -head, middle)]
    half = 0.07 * size
    upper = m.loft([np.array(belt), np.repeat([[0.0, 0.0, middle + head]], 4, axis=0)], _WHITE)
    lower = m.loft([np.repeat([[0.0, 0.0, pole]], 4, axis=0), np.array(belt)], _WHITE)
    return m.merge([m.box((-half, -half, 0.0), (half, half, pole), _WHITE), lower, upper])
