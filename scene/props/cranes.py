"""Cranes in the picture: portals, trolleys, ropes and spreaders, each a mesh of its own that moves when it does."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkRenderer

from layers.cranes import CranesLayer
from scene import mesh as m
from scene.light import Light
from scene.models import cranes as models
from scene.props.base import StaticProp
from scene.swarm import Placed, SwarmMesh, Template, place
from twin.port_layout import Crane, CraneKind

_ROPES: Final = ((-0.9, -2.2), (0.9, -2.2), (0.9, 2.2), (-0.9, 2.2))
_ROPE_M: Final = 0.12
_SPREADER_TOP_M: Final = 1.5

_Size = tuple[str, float, float, float, float]


class Cranes(StaticProp):
    """All cranes: one mesh of portals, refilled when one travels, and one of what hangs on them."""

    def __init__(self, renderer: vtkRenderer, layer: CranesLayer, light: Light) -> None:
        super().__init__(renderer)
        sizes = [_size(crane) for crane in layer.cranes]
        self._groups: list[tuple[_Size, NDArray[np.intp]]] = [
            (size, np.array([at for at, s in enumerate(sizes) if s == size], dtype=np.intp))
            for size in dict.fromkeys(sizes)
        ]
        self._frames = [Template(_frame(size), light) for size, _ in self._groups]
        self._trolleys = [Template(_trolley(size[0]), light) for size, _ in self._groups]
        self._girder_m = np.array([_girder_m(crane) for crane in layer.cranes])
        self._spreader = Template(models.spreader(), light)
        self._rope = Template(_rope(), light)
        # A model's boom or beam points to its right.
        self._bearing = np.degrees(np.arctan2(layer.beam[:, 0], layer.beam[:, 1])) - 90.0
        self._portals = SwarmMesh(light)
        self._gear = SwarmMesh(light)
        self.add(self._portals.actor)
        self.add(self._gear.actor)
        self._seen = -1
        self._stood: NDArray[np.float64] = np.empty((0, 2))
        self.portals_refilled = 0

    def sync(self, layer: CranesLayer) -> bool:
        """Draw what moved. True when the picture changed."""
        self._portals.set_visible(layer.visible)
        self._gear.set_visible(layer.visible)
        if not layer.visible or not len(layer.cranes) or layer.moved_revision == self._seen:
            return False
        self._seen = layer.moved_revision
        stand = np.stack([layer.x, layer.y], axis=1)
        if not np.array_equal(stand, self._stood):
            self._stood = stand
            self.portals_refilled += 1
            self._portals.fill([
                place(frame, _ground(stand[at]), self._bearing[at])
                for frame, (_, at) in zip(self._frames, self._groups, strict=True)
            ])
        self._gear.fill(self._hanging(layer))
        return True

    def _hanging(self, layer: CranesLayer) -> list[Placed]:
        spreader = layer.spreader()
        girder = np.column_stack([spreader[:, :2], self._girder_m])
        parts = [
            place(trolley, girder[at], self._bearing[at])
            for trolley, (_, at) in zip(self._trolleys, self._groups, strict=True)
        ]
        parts.append(place(self._spreader, spreader, self._bearing))
        foot = spreader + np.array([0.0, 0.0, _SPREADER_TOP_M])
        length = np.maximum(self._girder_m + 1.0 - foot[:, 2], 0.5)
        parts.append(place(self._rope, foot, self._bearing, stretch=length))
        return parts

    def close(self) -> None:
        """Let go of everything."""
        self._frames.clear()
        self._trolleys.clear()
        super().close()


def _ground(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([xy, np.zeros(len(xy))])


def _size(crane: Crane) -> _Size:
    return crane.kind.value, crane.rail_gauge_m, crane.height_m, crane.outreach_m, crane.backreach_m


def _frame(size: _Size) -> m.Mesh:
    kind, gauge, lift, outreach, backreach = size
    if kind == CraneKind.STS:
        return models.sts_frame(gauge, outreach, backreach, lift)
    return models.armg_frame(gauge, lift) if kind == CraneKind.ARMG else models.rtg_frame(gauge, lift)


def _trolley(kind: str) -> m.Mesh:
    made = {CraneKind.STS: models.sts_trolley, CraneKind.ARMG: models.armg_trolley}
    return made.get(CraneKind(kind), models.rtg_trolley)()


def _girder_m(crane: Crane) -> float:
    rule = {CraneKind.STS: models.sts_girder_m, CraneKind.ARMG: models.armg_girder_m}
    return rule.get(crane.kind, models.rtg_girder_m)(crane.height_m)


def _rope() -> m.Mesh:
    """Four ropes of one metre, to be stretched."""
    half = 0.5 * _ROPE_M
    return m.boxes([(x - half, y - half, 0.0) for x, y in _ROPES], [(x + half, y + half, 1.0) for x, y in _ROPES],
                   models.ROPE, ("south", "east", "north", "west"))
