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
from scene.swarm import Fleet, Placed, SwarmMesh, Template
from twin.port_layout import Crane, CraneKind

_ROPES: Final = ((-0.9, -2.2), (0.9, -2.2), (0.9, 2.2), (-0.9, 2.2))
_ROPE_M: Final = 0.12
_SPREADER_TOP_M: Final = 1.5

FAR_M: Final = (1000.0, 1850.0)
"""From there a pixel of a screen of a thousand lines is half a metre, and nearly one: what is thinner is left out,
first ropes, rails and ladders, then braces."""

_STAYS: Final = 1.12  # what is close stays so until it is a little further off: nothing flickers at the border
_LEFT_OUT_M: Final = ((0.45, 2.2), (0.8, 4.0))  # thin, short

_Size = tuple[str, float, float, float, float]


class Cranes(StaticProp):
    """All cranes: one mesh of portals, refilled when one travels, and one of what hangs on them."""

    def __init__(self, renderer: vtkRenderer, layer: CranesLayer, light: Light) -> None:
        super().__init__(renderer)
        count = len(layer.cranes)
        sizes = [_size(crane) for crane in layer.cranes]
        self._groups: list[tuple[NDArray[np.intp], tuple[Fleet, ...], tuple[Fleet, ...]]] = []
        for size in dict.fromkeys(sizes):
            mine = np.array([at for at, s in enumerate(sizes) if s == size], dtype=np.intp)
            self._groups.append((mine, _fleets(_frame(size), light, len(mine)),
                                 _fleets(_trolley(size[0]), light, len(mine))))
        self._girder_m = np.array([_girder_m(crane) for crane in layer.cranes])
        self._spreaders = _fleets(models.spreader(), light, count)
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
        self._level: NDArray[np.intp] = np.full(count, len(FAR_M), dtype=np.intp)
        self.portals_refilled = 0

    def sync(self, layer: CranesLayer, eye: tuple[float, float, float]) -> bool:
        """Draw what moved, as seen from `eye`. True when the picture changed."""
        self._portals.set_visible(layer.visible)
        self._gear.set_visible(layer.visible)
        if not layer.visible or not len(layer.cranes):
            return False
        stand = np.stack([layer.x, layer.y], axis=1)
        nearer = self._nearer(stand, eye)
        if layer.moved_revision == self._seen and not nearer:
            return False
        self._seen = layer.moved_revision
        travelled = (stand != self._stood).any(axis=1)
        if travelled.any():
            self._stood = stand
            for mine, frames, _ in self._groups:
                at = np.flatnonzero(travelled[mine])
                for fleet in frames:
                    fleet.move(at, _ground(stand[mine[at]]), self._bearing[mine[at]])
        if travelled.any() or nearer:
            self.portals_refilled += 1
            self._portals.fill([part for mine, frames, _ in self._groups for part in self._placed(frames, mine)])
        self._hang(layer.spreader(), nearer)
        return True

    def _nearer(self, stand: NDArray[np.float64], eye: tuple[float, float, float]) -> bool:
        """Sort cranes by how close they are to the eye. True when one has come nearer or gone off by a level."""
        away = np.hypot(np.hypot(stand[:, 0] - eye[0], stand[:, 1] - eye[1]), eye[2])
        coming, going = (np.searchsorted(FAR_M, away / stays, side="right") for stays in (1.0, _STAYS))
        level = np.clip(self._level, going, coming)
        changed = not np.array_equal(level, self._level)
        self._level = level
        return changed

    def _placed(self, fleets: tuple[Fleet, ...], mine: NDArray[np.intp] | slice) -> list[Placed]:
        level = self._level[mine]
        return [fleet.placed(level == at) for at, fleet in enumerate(fleets)]

    def _hang(self, spreader: NDArray[np.float64], nearer: bool) -> None:
        """Place trolleys, ropes and spreaders of the cranes whose spreader is no longer where it was."""
        moved = (spreader != self._hung).any(axis=1)
        if not moved.any() and not nearer:
            return
        self._hung = spreader
        girder = np.column_stack([spreader[:, :2], self._girder_m])
        for mine, _, trolleys in self._groups:
            at = np.flatnonzero(moved[mine])
            for fleet in trolleys:
                fleet.move(at, girder[mine[at]], self._bearing[mine[at]])
        at = np.flatnonzero(moved)
        for fleet in self._spreaders:
            fleet.move(at, spreader[at], self._bearing[at])
        foot = spreader[at] + np.array([0.0, 0.0, _SPREADER_TOP_M])
        length = np.maximum(self._girder_m[at] + 1.0 - foot[:, 2], 0.5)
        self._ropes.move(at, foot, self._bearing[at], stretch=length)
        everyone = slice(None)
        self._gear.fill([
            *(part for mine, _, trolleys in self._groups for part in self._placed(trolleys, mine)),
            *self._placed(self._spreaders, everyone), self._ropes.placed(self._level == 0)])

    def close(self) -> None:
        """Let go of everything."""
        self._groups.clear()
        super().close()


def _fleets(mesh: m.Mesh, light: Light, count: int) -> tuple[Fleet, ...]:
    """The model as it is seen close by, and from further and further off."""
    seen = (mesh, *(m.coarse(mesh, thin_m, short_m) for thin_m, short_m in _LEFT_OUT_M))
    return tuple(Fleet(Template(one, light), count) for one in seen)


def _ground(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([xy, np.zeros(len(xy))])


def _size(crane: Crane) -> _Size:
    return crane.kind.value, crane.rail_gauge_m, crane.height_m, crane.outreach_m, crane.backreach_m


def frame_of(crane: Crane) -> m.Mesh:
    """The model of what of a crane stands on its wheels, boom to the right."""
    return _frame(_size(crane))


def girder_of(crane: Crane) -> float:
    """Height of the girder a crane's trolley runs on, metres."""
    return _girder_m(crane)


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
