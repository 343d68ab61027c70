"""Vehicles and officers in the picture: full models close by, plain ones further off, a box from afar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkRenderer

from layers.vehicles import CAB_M, OFFICER, SHAPES, VehiclesLayer
from scene import mesh as m
from scene.glow import GlowMesh, rgba, ring
from scene.light import Light
from scene.models import vehicles as models
from scene.props.base import StaticProp
from scene.swarm import Placed, SwarmMesh, Template, place

NEAR_M: Final = 420.0
FAR_M: Final = 1100.0
MOST_NEAR: Final = 60
_STALE_TINT: Final = (0.55, 0.58, 0.62)
_RING_COLOUR: Final = (168, 182, 194)
_RING_M: Final = 1.2
_RING_ABOVE_M: Final = 0.25

_FULL: Final[tuple[Callable[[], m.Mesh], ...]] = (
    models.road_truck, models.terminal_tractor, models.agv, models.patrol_car, models.officer)
_CIRCLE: Final = ring((0.0, 0.0, 0.0), 1.0, 1.0)
_CAB_COLOURS: Final = (models.WHITE, models.OCHRE, models.AGV_BLUE, models.WHITE, models.NAVY)


class Vehicles(StaticProp):
    """All vehicles and officers as one mesh. `refilled` counts how often it was made."""

    def __init__(self, renderer: vtkRenderer, light: Light) -> None:
        super().__init__(renderer)
        self._full = [Template(make(), light) for make in _FULL]
        self._plain = [Template(_plain(kind), light, coarse=True) for kind in range(len(SHAPES))]
        self._far = [Template(_far(kind), light, coarse=True) for kind in range(len(SHAPES))]
        self._mesh = SwarmMesh(light)
        self.add(self._mesh.actor)
        self._rings = GlowMesh(forward_m=1.0)
        self.add(self._rings.actor)
        self._seen: tuple[object, ...] = ()
        self._ringed: tuple[object, ...] = ()
        self.refilled = 0

    def sync(self, layer: VehiclesLayer, eye: tuple[float, float, float]) -> bool:
        """Draw what moved, with detail for what is near `eye`. True when the picture changed."""
        self._mesh.set_visible(layer.visible)
        ringed = self._ring(layer)
        seen = (layer.revision, layer.moved_revision, round(eye[0] / 25.0), round(eye[1] / 25.0), round(eye[2] / 25.0))
        if not layer.visible or seen == self._seen:
            return ringed
        self._seen = seen
        self.refilled += 1
        shown = np.flatnonzero(layer.shown)
        away = np.hypot(np.hypot(layer.x[shown] - eye[0], layer.y[shown] - eye[1]), eye[2])
        close = np.zeros(len(shown), dtype=bool)
        nearest = np.argsort(away)[:MOST_NEAR]
        close[nearest] = away[nearest] < NEAR_M
        far = away > FAR_M
        self._mesh.fill([
            *self._placed(layer, shown[close], self._full), *self._placed(layer, shown[~close & ~far], self._plain),
            *self._placed(layer, shown[far], self._far)])
        return True

    @property
    def rings(self) -> int:
        """Silent vehicles with a ring around them."""
        return self._rings.count // len(_CIRCLE)

    def _ring(self, layer: VehiclesLayer) -> bool:
        """Show around each silent vehicle how far it may have gone. True when the picture changed."""
        reach = layer.uncertainty_m() if layer.visible else np.zeros(len(layer.rows))
        at = np.flatnonzero(reach > 0.0)
        seen = (at.tobytes(), np.rint(reach[at]).tobytes(), layer.moved_revision if len(at) else 0)
        if seen == self._ringed:
            return False
        self._ringed = seen
        inside = np.maximum(reach[at] - _RING_M, 0.5) / reach[at]
        scale = np.ones((len(at), 1, 4, 1))
        scale[:, 0, (0, 3), 0] = inside[:, None]
        points = _CIRCLE * scale * reach[at, None, None, None]
        points[..., 0] += layer.x[at, None, None]
        points[..., 1] += layer.y[at, None, None]
        points[..., 2] = _RING_ABOVE_M
        count = len(at) * len(_CIRCLE)
        self._rings.fill(points.reshape(-1, 4, 3), rgba(_RING_COLOUR, np.full((count, 4), 0.8)))
        return True

    @staticmethod
    def _placed(layer: VehiclesLayer, at: NDArray[np.intp], templates: list[Template]) -> list[Placed]:
        parts = []
        for kind, template in enumerate(templates):
            mine = at[layer.kind[at] == kind]
            if not len(mine):
                continue
            xyz = np.stack([layer.x[mine], layer.y[mine], np.zeros(len(mine))], axis=1)
            tint = np.where(layer.stale[mine, None], _STALE_TINT, 1.0) if layer.stale[mine].any() else None
            parts.append(place(template, xyz, layer.bearing_deg[mine], tint))
        return parts

    def close(self) -> None:
        """Let go of everything."""
        self._full.clear()
        self._plain.clear()
        self._far.clear()
        super().close()


def _plain(kind: int) -> m.Mesh:
    """A vehicle in two boxes: enough where it is a few pixels long."""
    shape = SHAPES[kind]
    half, side = 0.5 * shape.length_m, 0.5 * shape.width_m
    colour = _CAB_COLOURS[kind]
    if kind == OFFICER or shape.deck_m == 0.0:
        return m.box((-side, -half, 0.0), (side, half, shape.height_m), colour)
    if shape.height_m < shape.deck_m + 0.5:  # a driverless carrier has no cab
        return m.box((-side, -half, 0.3), (side, half, shape.deck_m), colour)
    return m.merge([
        m.box((-side, half - CAB_M, 0.4), (side, half, shape.height_m - 0.2), colour),
        m.box((-side, -half, 0.7), (side, half - CAB_M, shape.deck_m), models.FRAME),
    ])


def _far(kind: int) -> m.Mesh:
    """A vehicle in one box: from here on a truck is a stroke."""
    shape = SHAPES[kind]
    half, side = 0.5 * shape.length_m, 0.5 * shape.width_m
    return m.box((-side, -half, 0.0), (side, half, 0.75 * shape.height_m), _CAB_COLOURS[kind])
