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
from scene.swarm import Fleet, SwarmMesh, Template
from twin.port_layout import Crane, CraneKind

_ROPES: Final = ((-0.9, -2.2), (0.9, -2.2), (0.9, 2.2), (-0.9, 2.2))
_ROPE_M: Final = 0.12
_SPREADER_TOP_M: Final = 1.5

_Size = tuple[str, float, float, float, float]


class Cranes(StaticProp):
    """All cranes: one mesh of portals, refilled when one travels, and one of what hangs on them."""

    def __init__(self, renderer: vtkRenderer, layer: CranesLayer, light: Light) -> None:
        super().__init__(renderer)
        count = len(layer.cranes)
        sizes = [_size(crane) for crane in layer.cranes]
        self._groups: list[tuple[NDArray[np.intp], Fleet, Fleet]] = []
        for size in dict.fromkeys(sizes):
            mine = np.array([at for at, s in enumerate(sizes) if s == size], dtype=np.intp)
            frame, trolley = Template(_frame(size), light), Template(_trolley(size[0]), light)
            self._groups.append((mine, Fleet(frame, len(mine)), Fleet(trolley, len(mine))))
        self._girder_m = np.array([_girder_m(crane) for crane in layer.cranes])
        self._spreaders = Fleet(Template(models.spreader(), light), count)
        self._ropes = Fleet(Template(_rope(), light), count)
        # A model's boom or beam points to its right.
        self._bearing = np.degrees(np.arctan2(layer.beam[:, 0], layer.beam[:, 1])) - 90.0
        self._portals = SwarmMesh(light)
        self._gear = SwarmMesh(light)
        self.add(self._portals.actor)
        self.add(self._gear.actor)
        self._seen = -1
        self._stood: NDArray[np.float64] = np.full((count, 2), np.nan)
        self._hung: NDArray[np.float64] = np.full((count, 3), np.nan)
        self.portals_refilled = 0

    def sync(self, layer: CranesLayer) -> bool:
        """Draw what moved. True when the picture changed."""
        self._portals.set_visible(layer.visible)
        self._gear.set_visible(layer.visible)
        if not layer.visible or not len(layer.cranes) or layer.moved_revision == self._seen:
            return False
        self._seen = layer.moved_revision
        stand = np.stack([layer.x, layer.y], axis=1)
        travelled = (stand != self._stood).any(axis=1)
        if travelled.any():
            self._stood = stand
            self.portals_refilled += 1
            for mine, frames, _ in self._groups:
                at = np.flatnonzero(travelled[mine])
                frames.move(at, _ground(stand[mine[at]]), self._bearing[mine[at]])
            self._portals.fill([frames.placed for _, frames, _ in self._groups])
        self._hang(layer.spreader())
        return True

    def _hang(self, spreader: NDArray[np.float64]) -> None:
        """Place trolleys, ropes and spreaders of the cranes whose spreader is no longer where it was."""
        moved = (spreader != self._hung).any(axis=1)
        if not moved.any():
            return
        self._hung = spreader
        girder = np.column_stack([spreader[:, :2], self._girder_m])
        for mine, _, trolleys in self._groups:
            at = np.flatnonzero(moved[mine])
            trolleys.move(at, girder[mine[at]], self._bearing[mine[at]])
        at = np.flatnonzero(moved)
        self._spreaders.move(at, spreader[at], self._bearing[at])
        foot = spreader[at] + np.array([0.0, 0.0, _SPREADER_TOP_M])
        length = np.maximum(self._girder_m[at] + 1.0 - foot[:, 2], 0.5)
        self._ropes.move(at, foot, self._bearing[at], stretch=length)
        self._gear.fill([*(trolleys.placed for _, _, trolleys in self._groups), self._spreaders.placed,
                         self._ropes.placed])

    def close(self) -> None:
        """Let go of everything."""
        self._groups.clear()
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
